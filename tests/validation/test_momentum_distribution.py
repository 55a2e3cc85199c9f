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
LONG_TAIL = 0.45
"""r below which annihilation off the resonance counts, which the table leaves out."""


def point_of(row) -> tuple[float, ...]:
    return tuple(float(row[name]) for name in ("m_a_GeV", "r", "g_agg_per_GeV", "g_achi_per_GeV"))


def density(row) -> float:
    return float(relic_density(*point_of(row), engine="fbe", self_scattering=bool(row["self_scattering"])).omega_h2)


def with_all_of_the_cross_section(row) -> float:
    """What the table would give with the annihilation off resonance.

    That is the same at all momenta, and what it adds to 1/Y, the integral of s <sigma v>/H after freeze-out, does not
    depend on Y: it is the difference that it makes to the coupled equations, which the table has without it, too.
    """
    if row["r"] > LONG_TAIL:
        return float(row["omega_fbe"])
    coupled = float(relic_density(*point_of(row), engine="cbe", closure="energy").omega_h2)
    return float(1.0 / (1.0 / row["omega_fbe"] + 1.0 / coupled - 1.0 / row["omega_cbe_energy_closure"]))


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['tag']}-{row['r']}-{row['self_scattering']}" for row in ROWS])
def test_the_density_is_that_of_the_table(row):
    allowed = max(0.01, 3.0 * float(row["relative_uncertainty"]))
    assert density(row) == pytest.approx(with_all_of_the_cross_section(row), rel=allowed, abs=0.0)


def test_the_densities_are_mostly_much_closer_than_that():
    narrow = [row for row in ROWS if 0.45 < row["r"] < 0.499]
    deviations = [abs(density(row) / row["omega_fbe"] - 1.0) for row in narrow]
    assert len(deviations) == 20
    assert np.median(deviations) < 1.2e-3


def test_the_slow_solution_shares_nothing_with_the_engine_but_constants():
    source = Path(__file__).with_name("slow_phase_space.py").read_text()
    assert set(re.findall(r"^(?:from|import) +(alpfit\S*)", source, flags=re.MULTILINE)) == {"alpfit.constants"}
