"""A leg of a run for tests/test_crash_safety.py: a process that may kill itself at a chosen write.

Imported by a server that forks the processes: what is loaded and compiled here is there in each of them at once.
"""

import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from alpfit import Fit, Run

FILE = """\
scenario = "invisible"
likelihoods = ["belle2_bknunu_2023", "planck_relic_2018"]
checkpoint_interval = 0.05

[relic]
engine = "nbe"

[parameters]
m_a = 1.0
r = 0.48
g_agg = { prior = "log-uniform", min = 2e-5, max = 2e-4 }
g_achi = { prior = "log-uniform", min = 1e-5, max = 1e-2 }

[sampler]
name = "dynesty"
n_live = 60
dlogz = 0.5
seed = 3

[parallel]
executor = "serial"
"""


def small_fit(folder: Path) -> Fit:
    """The fit, with its input in ``folder``."""
    path = folder / "small.toml"
    path.write_text(FILE)
    return Fit.from_file(path)


def run_leg(file: Path, output: Path, dies_at: int) -> None:
    """Continue the run at ``output``; at the ``dies_at``-th fsync the process kills itself, at none where it is 0."""
    fsync, n_writes = os.fsync, 0

    def fatal(descriptor: int) -> None:
        nonlocal n_writes
        n_writes += 1
        if n_writes == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        fsync(descriptor)

    os.fsync = fatal
    Run.plot = lambda self: []  # figures are drawn when everything is safe
    Fit.from_file(file).run(output, resume=True)


with TemporaryDirectory() as here:
    small_fit(Path(here)).problem.evaluate(np.array([[5e-5, 1e-4]]))
