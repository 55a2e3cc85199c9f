"""How fast ALPs come into equilibrium: against integrals by scipy."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from alpfit.constants import ELECTRON_MASS, FINE_STRUCTURE, MUON_MASS, TAU_MASS
from alpfit.physics.alp_equilibrium import charged_density, charged_leptons, equilibration_rate, equilibration_rates
from alpfit.physics.widths import photon_width

CHARGES = charged_leptons()


def boltzmann(mass: float, temperature: float, weight) -> float:
    """The integral of ``weight(E)`` d^3p exp(-E/T)/(2 pi)^3, of one spin."""

    def integrand(y: float) -> float:
        momentum = temperature * y
        energy = math.hypot(momentum, mass)
        return y * y * weight(energy) * math.exp(-(energy - mass) / temperature)

    total = quad(integrand, 0.0, 200.0, epsrel=1e-10, limit=300)[0]
    return temperature**3 / (2.0 * math.pi**2) * math.exp(-mass / temperature) * total


@pytest.mark.parametrize("temperature", [3e-4, 1e-2, 0.3, 20.0])
def test_the_charged_leptons_are_those_of_a_maxwell_boltzmann_gas(temperature):
    masses = (ELECTRON_MASS.value, MUON_MASS.value, TAU_MASS.value)
    expected = sum(4.0 * boltzmann(mass, temperature, lambda _: 1.0) for mass in masses)
    assert charged_density(temperature, CHARGES) == pytest.approx(expected, rel=1e-6 if temperature < 1.0 else 1e-4)


@pytest.mark.parametrize("u", [0.01, 1.0, 30.0])
def test_without_charges_it_is_the_decay_of_moving_alps(u):
    """At a temperature at which there are no electrons left."""
    temperature, g_agg = 2e-6, 1e-3
    m_a = u * temperature
    energy = boltzmann(m_a, temperature, lambda e: m_a / e) / boltzmann(m_a, temperature, lambda _: 1.0)
    width = float(photon_width(m_a, g_agg))
    assert equilibration_rate(temperature, m_a, g_agg, width, CHARGES) == pytest.approx(width * energy, rel=1e-6)


@pytest.mark.parametrize("temperature", [1e-3, 0.1, 10.0])
def test_light_alps_scatter_off_charges_that_do_not_recoil(temperature):
    """G. G. Raffelt, Phys. Rev. D 33 (1986) 897, as it is usually written: with T kappa^2 in place of the density."""
    m_a, g_agg = 1e-6, 1e-5
    kappa_squared = 4.0 * math.pi * FINE_STRUCTURE.value * charged_density(temperature, CHARGES) / temperature
    ratio = kappa_squared / (4.0 * (m_a + 3.0 * temperature) ** 2)
    expected = g_agg**2 * temperature * kappa_squared / (32.0 * math.pi)
    expected *= (1.0 + ratio) * math.log(1.0 + 1.0 / ratio) - 1.0
    assert equilibration_rates(temperature, m_a, g_agg) == pytest.approx(expected, rel=1e-9)


def test_it_goes_with_the_square_of_the_coupling_and_broadcasts():
    temperature, m_a = np.array([[0.01], [1.0]]), np.array([1e-3, 0.1, 3.0])
    one, two = (equilibration_rates(temperature, m_a, g_agg) for g_agg in (1e-6, 2e-6))
    assert one.shape == (2, 3)
    np.testing.assert_allclose(two, 4.0 * one, rtol=1e-12)
