"""What both Boltzmann equations share: equilibrium, the relativistic correction, and a sector as its tables."""

import math

import numpy as np
import pytest
from published import POINTS as PUBLISHED
from scipy.integrate import quad
from scipy.special import kve

from alpfit.numerics.quadrature import half_hermite_rule
from alpfit.physics.plasma import bath_at
from alpfit.relic.average_table import averages_at
from alpfit.relic.boltzmann import (
    annihilations_per_hubble_time,
    correction_at,
    log_equilibrium_yield,
    maxwellian_gas,
    relativistic_correction,
    sector_at,
)

GAS = maxwellian_gas()
POINTS = np.transpose([PUBLISHED["BP1u"], PUBLISHED["F3 r=0.410"], (2.0, 0.55, 1e-3, 0.01)])


def thermal_integral(weight, x: float) -> float:
    """The integral over p^2 of weight(p, E) exp(x - E/T), in units of the mass."""

    def integrand(p: float) -> float:
        energy = math.sqrt(1.0 + p * p)
        return p * p * weight(p, energy) * math.exp(-x * p * p / (1.0 + energy))

    return quad(integrand, 0.0, 90.0 / x + math.sqrt(180.0 / x), epsabs=0.0, epsrel=1e-11, limit=200)[0]


def correction_and_slope(x: float) -> tuple[float, float]:
    """1 - w and its derivative with respect to ln(x), from the table."""
    return correction_at(math.log(x), x, GAS)


@pytest.mark.parametrize("x", [1.5, 2.0, 5.0, 20.0, 100.0])
def test_the_equilibrium_yield_is_the_maxwell_boltzmann_density_over_the_entropy_density(x):
    mass, dof, entropy_density = 0.4, 2.0, 3e-4
    density = dof * mass**3 / (2.0 * math.pi**2) * thermal_integral(lambda p, energy: 1.0, x) * math.exp(-x)
    computed = math.exp(log_equilibrium_yield(math.log(x), entropy_density, mass, dof, GAS))
    assert computed == pytest.approx(density / entropy_density, rel=1e-7, abs=0.0)


def test_the_equilibrium_yield_has_no_underflow_where_exp_minus_x_has():
    x, mass, entropy_density = 1e5, 0.4, 1e-20
    expected = math.log(2.0 * mass**3 / (2.0 * math.pi**2 * x) * kve(2, x) / entropy_density) - x
    computed = log_equilibrium_yield(math.log(x), entropy_density, mass, 2.0, GAS)
    assert computed == pytest.approx(expected, rel=1e-12, abs=0.0)


def test_the_gas_is_tabulated_once():
    assert maxwellian_gas() is GAS


def test_the_table_has_seven_digits_of_the_bessel_function_between_its_nodes():
    x = np.exp(np.random.default_rng(1).uniform(0.0, math.log(1e8), 500))
    unit = math.log(1.0 / (2.0 * math.pi**2))  # of mass, degrees of freedom and entropy density one
    logarithms = np.array([log_equilibrium_yield(math.log(value), 1.0, 1.0, 1.0, GAS) for value in x])
    np.testing.assert_allclose(logarithms + np.log(x) + x - unit, np.log(kve(2, x)), rtol=0.0, atol=1.5e-7)


def test_the_table_has_six_digits_of_the_correction_between_its_nodes():
    rule = half_hermite_rule(40)
    for x in np.exp(np.random.default_rng(2).uniform(0.0, math.log(1e12), 500)):
        assert correction_and_slope(x)[0] == pytest.approx(relativistic_correction(x, rule), rel=1e-6, abs=0.0)


def test_the_slope_of_the_correction_is_its_derivative():
    h = 1e-4
    for x in np.exp(np.random.default_rng(3).uniform(math.log(0.2), math.log(1e12), 300)):
        up, down = (correction_and_slope(x * math.exp(shift))[0] for shift in (h, -h))
        assert correction_and_slope(x)[1] == pytest.approx((up - down) / (2.0 * h), rel=1e-5, abs=0.0)


@pytest.mark.parametrize(("x", "error"), [(1.5, 5e-5), (2.0, 3e-5), (5.0, 1e-6), (20.0, 1e-8), (1e3, 1e-8)])
def test_the_relativistic_correction_is_the_mean_of_p4_over_e3(x, error):
    mean = thermal_integral(lambda p, energy: p**4 / energy**3, x) / thermal_integral(lambda p, energy: 1.0, x)
    assert relativistic_correction(x, half_hermite_rule(8)) == pytest.approx(x * mean / 6.0, rel=error, abs=0.0)
    assert correction_and_slope(x)[0] == pytest.approx(x * mean / 6.0, rel=1e-6, abs=0.0)


def test_a_cold_gas_needs_no_correction():
    """1 - w = 5/(2x) for large x: <p^4>/(6 m^3 T) with <p^4> = 15 (m T)^2."""
    for x in (1e4, 1e8, 1e12, 1e14):
        correction, slope = correction_and_slope(x)
        assert correction == pytest.approx(2.5 / x, rel=20.0 / x + 1e-7, abs=0.0)
        assert slope == pytest.approx(-2.5 / x, rel=40.0 / x + 1e-5, abs=0.0)


def test_the_correction_grows_towards_one_half_as_the_gas_gets_hot():
    corrections = np.array([correction_and_slope(x)[0] for x in (1e3, 100.0, 10.0, 1.0, 0.1)])
    assert (np.diff(corrections) > 0.0).all()
    assert corrections[-1] == pytest.approx(0.5, abs=0.01)


def test_each_of_many_sectors_is_the_one_of_its_own_point(build_sectors, build_sector):
    together = build_sectors(*POINTS)
    for i, point in enumerate(zip(*POINTS, strict=True)):
        sector, alone = sector_at(together, i), build_sector(*point)
        assert sector.mass == alone.mass == point[0] * point[1]
        assert sector.averages.suppression == alone.averages.suppression
        np.testing.assert_array_equal(sector.averages.table, alone.averages.table)
        np.testing.assert_array_equal(sector.transfer.table, alone.transfer.table)
        assert (sector.dof, sector.averages.step) == (2.0, alone.averages.step)


@pytest.mark.parametrize("x", [2.0, 10.0, 30.0])
def test_annihilations_per_hubble_time_are_equilibrium_density_times_cross_section_over_hubble(x, build_sector):
    sector = build_sector(*PUBLISHED["BP1u"])
    temperature = sector.mass / x
    density = 2.0 * sector.mass**2 * temperature * kve(2, x) * math.exp(-x) / (2.0 * math.pi**2)
    first = averages_at(math.log(x), x, sector.averages)[0]
    expected = density * first / bath_at(temperature, sector.plasma).hubble
    assert annihilations_per_hubble_time(math.log(x), sector) == pytest.approx(expected, rel=1e-6, abs=0.0)
