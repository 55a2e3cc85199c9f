"""The slow chi chi -> a a, chi a -> chi a and what keeps a in equilibrium, against other integrals and known limits."""

import math

import numpy as np
import pytest
from dirac import along, annihilation_squared, scattering_squared
from scipy.integrate import quad
from slow_averages import Point, Resolution, alp_transfer, averages_at
from slow_pairs import alp_rate, charged_density, pair_cross_section, pair_threshold, primakoff_rate, transfer_integral
from slow_plasma import bath

# physics.md, section 12: m_a/m_chi, 1 - 4 m_chi^2/s, sigma/(g_achi^4 m_chi^2)
TABULATED = (
    (0.3, 0.01, 8.11758230e-2), (0.3, 0.09, 2.48568130e-1), (0.3, 0.81, 9.66643549e-1),
    (0.9, 0.01, 4.16566478e-2), (0.9, 0.09, 1.40866026e-1), (0.9, 0.81, 8.96925343e-1),
    (1.1, 0.36, 2.84368788e-1), (1.5, 0.81, 7.42450430e-1),
)  # fmt: skip


@pytest.mark.parametrize(("m_a", "beta_squared", "expected"), TABULATED)
def test_the_cross_section_is_the_tabulated_one(m_a, beta_squared, expected):
    e = np.array([2.0 / math.sqrt(1.0 - beta_squared) - 2.0])
    sigma = pair_cross_section(e, e - pair_threshold(1.0 / m_a), 1.0 / m_a)
    assert float(sigma[0]) == pytest.approx(expected, rel=1e-7)


def test_the_integral_over_the_angle_is_that_of_adaptive_quadrature():
    r, e = 1.3, 0.7
    half, p, k = 1.0 + 0.5 * e, 0.5 * math.sqrt(e * (4.0 + e)), math.sqrt((1.0 + 0.5 * e) ** 2 - 1.0 / r**2)

    def traces(cosine: float) -> float:
        chi, other = along(half, p, 1.0), along(half, -p, 1.0)
        return float(annihilation_squared(chi, other, along(half, k, cosine), along(half, -k, cosine), 1.0))

    expected = quad(traces, -1.0, 1.0, epsrel=1e-10)[0] * k / p / (8.0 * 32.0 * math.pi * (2.0 + e) ** 2)
    sigma = pair_cross_section(np.array([e]), np.array([e - pair_threshold(r)]), r)
    assert float(sigma[0]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("r", [1.001, 1.5, 20.0])
def test_above_its_mass_the_average_falls_like_the_temperature(r):
    """p-wave, sigma v = b v^2: <sigma v> = 6 b/x, and <sigma v>_2 = 8 b/x."""
    strong = Point(1.0, r, 1e-12, 1.0)
    first, second = averages_at(strong, [1e7, 1e8]).T
    assert first[1] / first[0] == pytest.approx(0.1, rel=1e-4)
    np.testing.assert_allclose(second / first, 4.0 / 3.0, rtol=1e-4)


@pytest.mark.parametrize("r", [0.75, 0.95, 0.999])
def test_below_it_the_average_falls_with_the_energy_that_is_missing(r):
    """<sigma v> n_eq(chi)^2 like exp(-2 m_a/T), but for powers of T."""
    strong, x = Point(1.0, r, 1e-14, 1.0), np.array([40.0, 42.0]) / pair_threshold(r)
    average = averages_at(strong, x)[:, 0]
    assert math.log(average[0] / average[1]) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("r", [0.500001, 0.8, 1.0, 7.0])
@pytest.mark.parametrize("kinetic", [1e-3, 0.1, 3.0])
def test_the_momentum_transfer_is_that_of_adaptive_quadrature(r, kinetic):
    m_a = 1.0 / r
    s = (1.0 + m_a) ** 2 + 2.0 * kinetic
    p = math.sqrt(kinetic * (kinetic + 2.0 * m_a) / s)
    chi_energy, alp_energy = math.sqrt(1.0 + p**2), math.sqrt(m_a**2 + p**2)
    chi, alp = along(chi_energy, p, 1.0), along(alp_energy, -p, 1.0)

    def weighted(cosine: float) -> float:
        chi_out, alp_out = along(chi_energy, p, cosine), along(alp_energy, -p, cosine)
        return 2.0 * p**2 * (1.0 - cosine) * float(scattering_squared(chi, alp, chi_out, alp_out, 1.0))

    expected = 2.0 * p**2 * quad(weighted, -1.0, 1.0, epsrel=1e-10, limit=400)[0]
    assert float(transfer_integral(np.array([kinetic]), r)[0]) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("x", [1.0, 20.0, 300.0])
@pytest.mark.parametrize("r", [0.501, 0.9, 12.0])
def test_the_rate_of_momentum_transfer_is_that_of_adaptive_quadrature(r, x):
    def integrand(root: float) -> float:
        kinetic = root**2 / x
        omega = 1.0 / r + kinetic
        k, inner = math.sqrt(omega**2 - 1.0 / r**2), float(transfer_integral(np.array([kinetic]), r)[0])
        bose = math.exp(-(root**2)) / math.expm1(-x * omega) ** 2
        return (
            2.0
            * root
            / x
            * 4.0
            * math.pi
            * k
            * omega
            / (2.0 * math.pi) ** 3
            * bose
            * inner
            / (64.0 * math.pi * k * omega)
        )

    expected = x / 6.0 * quad(integrand, 1e-6, 8.0, epsrel=1e-9, limit=400)[0]
    assert math.exp(alp_transfer(r, Resolution())(math.log(x))) == pytest.approx(expected, rel=1e-6)


def test_the_plasma_loses_its_charges_and_the_rate_is_that_of_decays():
    """Massless: n_Q = 3 x 4 T^3/pi^2 with Maxwell-Boltzmann statistics; cold: no charge."""
    assert charged_density(1e3) == pytest.approx(12e9 / math.pi**2, rel=1e-5)
    assert primakoff_rate(1.0, 1e-3, 1e-7) == 0.0
    assert alp_rate(1.0, 1e-3, 1e-7) * bath(1e-7)[1] == pytest.approx(1e-6 / (64.0 * math.pi), rel=1e-5)
