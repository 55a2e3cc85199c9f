"""The coupled equations closed with the energy: averages, derivatives, and the limit of fast self-scattering."""

import math

import numpy as np
import pytest
from scipy.special import kve

from alpfit.numerics.quadrature import half_hermite_rule
from alpfit.relic import CLOSURES, cbe_energy, relic_density
from alpfit.relic.average_table import averages_at
from alpfit.relic.averages import energy_moments
from alpfit.relic.cbe import coefficients_at, equilibrium
from alpfit.relic.portal_nodes import default_grids

NARROW = (2.11, 0.4768, 6.287e-5, 1.148e-3)


def mean_energy(x: float) -> float:
    """Of a Maxwellian at T = m/x, over m."""
    return kve(1, x) / kve(2, x) + 3.0 / x


@pytest.mark.parametrize("x", [1.0, 2.0, 20.0, 300.0])
def test_the_moments_of_the_energy_are_bessel_functions(x):
    mean, capacity = energy_moments(x, half_hermite_rule(40))
    assert mean == pytest.approx(x * (mean_energy(x) - 1.0), rel=1e-7)
    step = 1e-4
    hotter, colder = mean_energy(x / (1.0 + step)), mean_energy(x / (1.0 - step))
    assert capacity == pytest.approx(x * (hotter - colder) / (2.0 * step), rel=1e-6)


@pytest.mark.parametrize("x", [5.0, 20.0, 40.0])
def test_on_a_narrow_resonance_the_second_average_is_known(x, build_sector):
    """A pair makes sqrt(s) K_2/K_1 of energy on average."""
    sector = build_sector(*NARROW, grids=default_grids(True, energy=True))
    first, second = averages_at(math.log(x), x, sector.averages)
    root_s = 1.0 / NARROW[1]
    energy = 0.5 * root_s * kve(2, root_s * x) / kve(1, root_s * x)
    _, capacity = energy_moments(x, half_hermite_rule(40))
    expected = 1.0 + x * (energy - mean_energy(x)) / capacity
    assert second / first == pytest.approx(expected, rel=2e-3)  # what is not on the resonance


def test_both_derivatives_are_those_of_the_rates(build_sector):
    sector, rng, h = build_sector(*NARROW, grids=default_grids(True, energy=True)), np.random.default_rng(4), 1e-4
    for log_x in rng.uniform(math.log(1.5), math.log(1e4), 60):
        state = equilibrium(log_x, sector) + np.array([rng.uniform(-1.0, 5.0), rng.uniform(-3.0, 1.0)])
        shifts = h * np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        slopes, jacobians, here = np.empty((5, 2)), np.empty((5, 2, 2)), coefficients_at(log_x, sector)
        for j in range(5):
            cbe_energy.rates(here, sector, state + shifts, slopes, jacobians, j)
        differences = np.column_stack([slopes[1] - slopes[2], slopes[3] - slopes[4]]) / (2.0 * h)
        np.testing.assert_allclose(jacobians[0], differences, rtol=1e-4, atol=1e-5 * np.abs(jacobians[0]).max())


def test_in_equilibrium_the_net_rates_are_those_of_the_expansion(build_sector):
    sector = build_sector(*NARROW, grids=default_grids(True, energy=True))
    slopes, jacobians = np.empty((1, 2)), np.empty((1, 2, 2))
    for x in (2.0, 10.0, 30.0):
        here = coefficients_at(math.log(x), sector)
        cbe_energy.rates(here, sector, equilibrium(math.log(x), sector)[None], slopes, jacobians, 0)
        _, capacity = energy_moments(x, half_hermite_rule(40))
        rounding = 1e-10 * np.abs(jacobians).max()
        assert slopes[0, 0] == pytest.approx(0.0, abs=rounding)
        assert slopes[0, 1] == pytest.approx((2.0 - 3.0 / capacity) * here.expansion, rel=1e-5, abs=rounding)


@pytest.mark.parametrize(
    "point",
    [(1.0, 0.46, 7.015e-5, 0.01), (1.0, 0.48, 2.201e-5, 0.01), (1.0, 0.485, 1.6e-5, 0.01), (0.75, 0.477, 7.4e-5, 6e-3)],
    ids=str,
)  # fmt: skip
def test_where_self_scattering_is_fast_it_is_what_the_momentum_distribution_gives(point):
    """Gamma_chi/Gamma_gamma is 3e4 to 1e6 here; the paper's own closure is off by as much as 4 %."""
    full = float(relic_density(*point, engine="fbe").omega_h2)
    assert relic_density(*point, closure="energy").omega_h2 == pytest.approx(full, rel=3e-3, abs=0.0)


def test_the_closure_counts_for_the_coupled_equations_alone():
    pressure, energy = (float(relic_density(*NARROW, closure=name).omega_h2) for name in CLOSURES)
    assert 0.96 < energy / pressure < 0.98
    for engine in ("nbe", "fbe"):
        one, other = (relic_density(*NARROW, engine=engine, closure=name).omega_h2 for name in CLOSURES)
        assert one == other
