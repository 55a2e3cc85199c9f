"""The engine fbe against two other solutions of the full Boltzmann equation.

The table is somebody else's; ``slow_phase_space`` shares nothing with the engine but the constants of nature.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from alpfit.relic import relic_density

TABLE = Path(__file__).with_name("reference") / "momentum_distribution.csv"
ROWS = np.genfromtxt(
    [line for line in TABLE.read_text().splitlines() if not line.startswith("#")],
    delimiter=",", names=True, dtype=None, encoding="utf-8",
)  # fmt: skip
OFF_RESONANCE = {0.42: 0.05, 0.44: 0.007, 0.4403: 0.007, 0.4408: 0.007}
"""What the table leaves out, by its own account."""


def density(row) -> float:
    point = (float(row[name]) for name in ("m_a_GeV", "r", "g_agg_per_GeV", "g_achi_per_GeV"))
    return float(relic_density(*point, engine="fbe", self_scattering=bool(row["self_scattering"])).omega_h2)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['tag']}-{row['r']}-{row['self_scattering']}" for row in ROWS])
def test_the_density_is_that_of_the_table(row):
    allowed = max(0.01, 3.0 * float(row["relative_uncertainty"])) + OFF_RESONANCE.get(float(row["r"]), 0.0)
    assert density(row) == pytest.approx(float(row["omega_fbe"]), rel=allowed, abs=0.0)


def test_the_densities_are_mostly_much_closer_than_that():
    narrow = [row for row in ROWS if 0.45 < row["r"] < 0.499]
    deviations = [abs(density(row) / row["omega_fbe"] - 1.0) for row in narrow]
    assert len(deviations) == 20
    assert np.median(deviations) < 1e-3


def test_the_slow_solution_shares_nothing_with_the_engine_but_constants():
    source = Path(__file__).with_name("slow_phase_space.py").read_text()
    assert set(re.findall(r"^(?:from|import) +(alpfit\S*)", source, flags=re.MULTILINE)) == {"alpfit.constants"}
