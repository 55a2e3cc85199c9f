"""What the project's way of compiling saves against numba's own, and that the machine code does the same.

No assertion is about a time: that would test the machine.
"""

import os
import subprocess
import sys

import pytest

COMPILE = """
import sys, time
from alpfit.numerics import pipelines
from alpfit.numerics.memory import seldom_searched

if "operators" in sys.argv:
    pipelines.remember_operators = lambda context: None
if "loops" in sys.argv:
    pipelines.ScalarLowering.library = pipelines.Library
if "passes" in sys.argv:
    pipelines.UNUSED = ()

from alpfit.relic import relic_density
from alpfit.relic.rehearsal import rehearse_equations, rehearse_tables

begin = time.process_time()
with seldom_searched():
    for rehearse in (rehearse_tables, rehearse_equations):
        rehearse("cbe", "pressure", "saikawa-shirai-2018")
print(time.process_time() - begin, float(relic_density(2.1, 0.477, 5e-5, 4e-4, engine="cbe").omega_h2).hex())
"""


def compiled(folder, *as_numba_does):
    """Seconds of one core that the kernels of a relic density take, and the density."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "-".join(("cache", *as_numba_does)))}
    command = [sys.executable, "-c", COMPILE, *as_numba_does]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds, density = ended.stdout.split()
    return float(seconds), density


@pytest.mark.parametrize(
    ("what", "target"),
    [(("operators",), "0.91"), (("loops",), "0.95"), (("passes",), "0.95"), (("operators", "loops", "passes"), "0.83")],
    ids="-".join,
)
def test_compiling_against_numbas_way(what, target, report, tmp_path):
    (own, here), (numbas, there) = compiled(tmp_path), compiled(tmp_path, *what)
    assert here == there  # to the bit
    report(f"compiling a relic density: with {', '.join(what)} as numba does it", target, f"{own / numbas:.2f}")
