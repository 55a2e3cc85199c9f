"""The engine fbe against an independent, slow solution at random points, whose table is computed anew in part."""

import numpy as np
import pytest
from slow_averages import Point
from slow_phase_space import TABLE, Grid, slow_distribution

from alpfit.relic import relic_density

ROWS = np.genfromtxt(
    [line for line in TABLE.read_text().splitlines() if not line.startswith("#")], delimiter=",", names=True
)


def test_the_engine_gives_every_row_to_one_per_cent():
    points = (ROWS[name] for name in ("m_a", "r", "g_agg", "g_achi"))
    computed = relic_density(*points, engine="fbe", self_scattering=False).omega_h2
    assert ROWS.size >= 40
    np.testing.assert_allclose(computed, ROWS["omega_h2"], rtol=1e-2)
    assert np.median(np.abs(computed / ROWS["omega_h2"] - 1.0)) < 1.5e-3


@pytest.mark.parametrize("n", [0, 20])
def test_the_table_is_what_the_slow_solution_gives(n):
    point = Point(*(float(ROWS[name][n]) for name in ("m_a", "r", "g_agg", "g_achi")))
    assert slow_distribution(point, self_scattering=False) == pytest.approx(float(ROWS["omega_h2"][n]), rel=1e-4)


def test_with_weak_self_scattering_too():
    """Gamma_chi/Gamma_gamma is 0.4; where it is large the slow solution loses energy, which it does not conserve."""
    point, grid = (2.1, 0.477, 1e-4, 3e-5), Grid(momenta=60, highest=40.0)  # beyond, its exponentials overflow
    full = float(relic_density(*point, engine="fbe").omega_h2)
    assert slow_distribution(Point(*point), self_scattering=True, grid=grid) == pytest.approx(full, rel=1e-2)
