"""Equilibrium and the relativistic correction, against integrals over momenta."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import kve

from alpfit.numerics.quadrature import half_hermite_rule
from alpfit.relic.boltzmann import log_equilibrium_yield, relativistic_correction

HERMITE = half_hermite_rule(8)


def thermal_integral(weight, x: float) -> float:
    """The integral over p^2 of weight(p, E) exp(x - E/T), in units of the mass."""

    def integrand(p: float) -> float:
        energy = math.sqrt(1.0 + p * p)
        return p * p * weight(p, energy) * math.exp(-x * p * p / (1.0 + energy))

    return quad(integrand, 0.0, 90.0 / x + math.sqrt(180.0 / x), epsabs=0.0, epsrel=1e-11, limit=200)[0]


@pytest.mark.parametrize("x", [2.0, 5.0, 20.0, 100.0])
def test_the_equilibrium_yield_is_the_maxwell_boltzmann_density_over_the_entropy_density(x):
    mass, dof, entropy_density = 0.4, 2.0, 3e-4
    density = dof * mass**3 / (2.0 * math.pi**2) * thermal_integral(lambda p, energy: 1.0, x) * math.exp(-x)
    computed = math.exp(log_equilibrium_yield(x, entropy_density, mass, dof, HERMITE))
    assert computed == pytest.approx(density / entropy_density, rel=1e-8, abs=0.0)


def test_the_equilibrium_yield_has_no_underflow_where_exp_minus_x_has():
    x, mass, entropy_density = 1e5, 0.4, 1e-20
    expected = math.log(2.0 * mass**3 / (2.0 * math.pi**2 * x) * kve(2, x) / entropy_density) - x
    assert log_equilibrium_yield(x, entropy_density, mass, 2.0, HERMITE) == pytest.approx(expected, rel=1e-12, abs=0.0)


@pytest.mark.parametrize(("x", "error"), [(1.5, 5e-5), (2.0, 3e-5), (5.0, 1e-6), (20.0, 1e-8), (1e3, 1e-8)])
def test_the_relativistic_correction_is_the_mean_of_p4_over_e3(x, error):
    mean = thermal_integral(lambda p, energy: p**4 / energy**3, x) / thermal_integral(lambda p, energy: 1.0, x)
    assert relativistic_correction(x, HERMITE) == pytest.approx(x * mean / 6.0, rel=error, abs=0.0)


def test_a_cold_gas_needs_no_correction():
    """1 - w = 5/(2x) for large x: <p^4>/(6 m^3 T) with <p^4> = 15 (m T)^2."""
    for x in (1e4, 1e8, 1e12):
        assert relativistic_correction(x, HERMITE) == pytest.approx(2.5 / x, rel=20.0 / x + 1e-10, abs=0.0)


def test_the_correction_grows_towards_one_half_as_the_gas_gets_hot():
    corrections = np.array([relativistic_correction(x, half_hermite_rule(40)) for x in (1e3, 100.0, 10.0, 1.0, 0.1)])
    assert (np.diff(corrections) > 0.0).all()
    assert corrections[-1] == pytest.approx(0.5, abs=0.01)
