"""Elastic scattering chi gamma -> chi gamma: the integral over t, the thermal integral, and both limits."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from published import POINTS
from scipy.integrate import quad
from scipy.special import gamma as factorial_function
from scipy.special import zeta

from alpfit.physics.plasma import bath_at, saikawa_shirai_2018
from alpfit.physics.scattering import momentum_transfer, momentum_transfers, photon_rule, transfer_moment

PHOTONS = photon_rule(32)

# momentum transfer rate over H at x = 10 of the published points; from an independent implementation, four digits
REFERENCE = {
    "BP1l": 0.01876,
    "BP1u": 3.784e-06,
    "BP2l": 0.09494,
    "BP2u": 0.0004249,
    "BP3l": 0.1602,
    "BP3u": 0.0004413,
    "BP4l": 0.05961,
    "BP4u": 0.0005609,
    "F3 r=0.360": 6725.0,
    "F3 r=0.390": 155.6,
    "F3 r=0.410": 15.01,
    "F3 r=0.420": 5.028,
    "F3 r=0.440": 0.6293,
    "F3 r=0.460": 0.08586,
    "F3 r=0.480": 0.01105,
    "F3 r=0.485": 0.006224,
    "F3 r=0.490": 0.003245,
    "F3 r=0.499": 0.0003658,
    "F3 r=0.505": 82.46,
    "F3 r=0.550": 3515.0,
}


def exact_transfer_moment(z: float) -> float:
    """z^3/3 - z^2 + 3z - 4 ln(1 + z) + z/(1 + z) with 200 digits, where nothing cancels away."""
    with localcontext() as context:
        context.prec = 200
        d = Decimal(z)
        return float(d**3 / 3 - d**2 + 3 * d - 4 * (1 + d).ln() + d / (1 + d))


@pytest.mark.parametrize(
    "z",
    [np.geomspace(1e-30, 0.01, 60), np.geomspace(0.01, 0.2, 200), np.geomspace(0.2, 1e6, 60)],
    ids=["small", "join", "large"],
)
def test_series_and_closed_form_both_have_nine_digits(z):
    np.testing.assert_allclose([transfer_moment(v) for v in z], [exact_transfer_moment(v) for v in z], rtol=1e-9)


@pytest.mark.parametrize("z", [0.01, 0.3, 4.0, 100.0])
def test_the_moment_is_the_integral_of_t_times_the_squared_matrix_element(z):
    """With tau = -t/m_a^2 the integrand (-t)|M|^2 is tau^4/(1 + tau)^2."""
    integral, _ = quad(lambda tau: tau**4 / (1.0 + tau) ** 2, 0.0, z, epsabs=0.0, epsrel=1e-12)
    assert transfer_moment(z) == pytest.approx(integral, rel=1e-8, abs=0.0)


@pytest.mark.parametrize(("z", "power"), [(1e-6, 5.0), (1e6, 3.0)], ids=["heavy ALP", "light ALP"])
def test_the_moment_grows_with_the_fifth_power_of_z_at_first_and_the_third_at_last(z, power):
    h = 0.01
    slope = math.log(transfer_moment(z * math.exp(h)) / transfer_moment(z * math.exp(-h))) / (2.0 * h)
    assert slope == pytest.approx(power, abs=1e-4)


def test_the_photon_rule_integrates_powers_over_bose_enhanced_photons():
    """The integral of q^n f (1 + f) is n! zeta(n)."""
    for n in range(4, 21):
        moment = np.sum(PHOTONS.weights * PHOTONS.nodes**n)
        assert moment == pytest.approx(factorial_function(n + 1) * zeta(n), rel=1e-9, abs=0.0)


@pytest.mark.parametrize("x", [1.0, 3.0, 10.0, 100.0, 1e4])
@pytest.mark.parametrize(("m_a", "r"), [(1.0, 0.36), (0.75, 0.477), (4.0, 0.55)])
def test_the_rate_is_the_thermal_integral_of_the_momentum_transfer(m_a, r, x):
    """gamma = 1/(3 g_chi m T) int d3k/(2 pi)^3 f (1 + f) [int dt (-t) sum|M|^2]/(64 pi k^2 m^2), by quad."""
    g_agg, g_achi, m_chi = 2e-3, 0.03, r * m_a
    temperature = m_chi / x

    def integrand(q: float) -> float:
        k = q * temperature
        t_max = 4.0 * k**2 * m_chi / (m_chi + 2.0 * k)
        matrix_element = 16.0 * (g_achi * g_agg * m_chi) ** 2
        inner = m_a**6 * exact_transfer_moment(t_max / m_a**2) * matrix_element
        bose = math.exp(-q) / math.expm1(-q) ** 2
        flux = 4.0 * math.pi * k**2 * temperature / (2.0 * math.pi) ** 3
        return flux * bose * inner / (64.0 * math.pi * k**2 * m_chi**2)

    integral, _ = quad(integrand, 0.0, 80.0, epsabs=0.0, epsrel=1e-7, limit=200, points=[5.0, 15.0])
    expected = integral / (3.0 * 2.0 * m_chi * temperature)
    computed = momentum_transfer(temperature, m_chi, m_a, (g_achi * g_agg) ** 2, PHOTONS)
    assert computed == pytest.approx(expected, rel=1e-6, abs=0.0)


@pytest.mark.parametrize("name", POINTS)
def test_the_rate_over_hubble_at_x_10_is_that_of_the_reference(name):
    m_a, r, g_agg, g_achi = POINTS[name]
    temperature = r * m_a / 10.0
    rate = momentum_transfer(temperature, r * m_a, m_a, (g_agg * g_achi) ** 2, PHOTONS)
    assert rate / bath_at(temperature, saikawa_shirai_2018()).hubble == pytest.approx(
        REFERENCE[name], rel=5e-4, abs=0.0
    )


def test_the_rate_falls_with_the_tenth_power_of_the_temperature():
    """For k << m_chi, m_a only z^5/5 is left: gamma = 64 10! zeta(10) g^4 T^10/(15 pi^3 m_chi m_a^4).

    The first correction is 110 T/m_chi, from the recoil of chi.
    """
    m_chi, m_a, strength = 0.4, 1.0, 1e-9
    for temperature in (1e-5, 1e-7, 1e-9):
        expected = 64.0 * math.factorial(10) * zeta(10) * strength * temperature**10
        expected /= 15.0 * math.pi**3 * m_chi * m_a**4
        rate = momentum_transfer(temperature, m_chi, m_a, strength, PHOTONS)
        assert rate == pytest.approx(expected, rel=130.0 * temperature / m_chi, abs=0.0)


def test_the_rate_is_proportional_to_its_strength():
    base, scaled = (momentum_transfer(0.05, 0.4, 1.0, strength, PHOTONS) for strength in (1e-9, 7e-9))
    assert scaled == pytest.approx(7.0 * base, rel=1e-13, abs=0.0)


def test_many_rates_at_once_are_the_same_as_one_by_one():
    temperature, m_chi, m_a, strength = np.array([[0.05, 1e-4], [0.4, 2.0], [1.0, 3.0], [1e-9, 1e-3]])
    each = [momentum_transfer(*values, PHOTONS) for values in zip(temperature, m_chi, m_a, strength, strict=True)]
    assert momentum_transfers(temperature, m_chi, m_a, strength, PHOTONS).tolist() == each
