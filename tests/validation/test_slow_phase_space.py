"""The engine fbe against an independent, slow solution at random points, whose table is computed anew in part."""

import math

import numpy as np
import pytest
from slow_averages import Point, averages_at
from slow_phase_space import LATE, TABLE, Equations, Grid, slow_distribution

from alpfit.relic import relic_density

ROWS = np.genfromtxt(
    [line for line in TABLE.read_text().splitlines() if not line.startswith("#")], delimiter=",", names=True
)


OFF_THE_RESONANCE = ROWS["r"] > 0.5


def test_the_engine_gives_every_row_to_one_per_cent():
    rows = ROWS[~OFF_THE_RESONANCE]
    points = (rows[name] for name in ("m_a", "r", "g_agg", "g_achi"))
    computed = relic_density(*points, engine="fbe", self_scattering=False).omega_h2
    assert rows.size >= 40
    np.testing.assert_allclose(computed, rows["omega_h2"], rtol=1e-2)
    assert np.median(np.abs(computed / rows["omega_h2"] - 1.0)) < 1.5e-3


def test_the_engine_gives_pairs_of_alps():
    """To 0.15 %; at r = 0.75, where 0.6 % are yet to annihilate when the slow solution ends at x = 2000, to 1 %."""
    rows = ROWS[OFF_THE_RESONANCE]
    points = (rows[name] for name in ("m_a", "r", "g_agg", "g_achi"))
    computed = relic_density(*points, engine="fbe", self_scattering=False).omega_h2
    assert rows.size >= 6
    assert (np.abs(computed / rows["omega_h2"] - 1.0) < np.where(rows["r"] < 0.8, 1e-2, 1.5e-3)).all()


@pytest.mark.parametrize("n", [0, 20])
def test_the_table_is_what_the_slow_solution_gives(n):
    point = Point(*(float(ROWS[name][n]) for name in ("m_a", "r", "g_agg", "g_achi")))
    grid = LATE if point.has_pairs else Grid()
    expected = float(ROWS["omega_h2"][n])
    assert slow_distribution(point, self_scattering=False, grid=grid) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("x", [5.0, 40.0])
@pytest.mark.parametrize("point", [Point(1.0, 0.85, 1e-3, 0.2), Point(1.0, 1.5, 1e-3, 0.1)], ids=["r < 1", "r > 1"])
def test_a_maxwellian_annihilates_as_it_should(point, x):
    """<sigma v> from the kernel between two momenta."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    tau = 0.5 * math.sqrt(50.0 / x) * (nodes + 1.0)
    weights = math.sqrt(50.0 / x) * tau * weights * np.exp(-x * tau**2)
    equations = Equations(point, self_scattering=False, grid=Grid())
    p = np.sqrt(tau**2 * (2.0 + tau**2))
    partner, kernel = equations.partners(p, x, 1.5 / x)
    annihilations = equations.annihilation * np.sum(weights * np.sum(kernel * np.exp(-x * (partner - 1.0)), axis=1))
    number = np.sum(weights * p * (1.0 + tau**2))
    average = math.pi**2 * annihilations / (number**2 * point.m_chi**3)
    assert average == pytest.approx(float(averages_at(point, [x])[0, 0]), rel=1e-7)


def test_with_weak_self_scattering_too():
    """Gamma_chi/Gamma_gamma is 0.4; where it is large the slow solution loses energy, which it does not conserve."""
    point, grid = (2.1, 0.477, 1e-4, 3e-5), Grid(momenta=60, highest=40.0)  # beyond, its exponentials overflow
    full = float(relic_density(*point, engine="fbe").omega_h2)
    assert slow_distribution(Point(*point), self_scattering=True, grid=grid) == pytest.approx(full, rel=1e-2)
