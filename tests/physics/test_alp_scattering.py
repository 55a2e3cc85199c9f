import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from dirac import along, scattering_squared
from scipy.integrate import quad
from scipy.special import zeta

from alpfit.errors import PredictionError
from alpfit.physics.alp_scattering import (
    alp_matrix_element_squared,
    alp_momentum_transfer,
    alp_momentum_transfers,
    alp_transfer_moment,
    exchange_integrals,
    kinetic_rule,
)

RULE = kinetic_rule(0.3)


def at_rest(kinetic: float, m_chi: float, m_a: float) -> tuple[float, float]:
    """s and tau_max [GeV^2] for an ALP of this kinetic energy on a chi at rest."""
    s = (m_chi + m_a) ** 2 + 2.0 * m_chi * kinetic
    return s, 4.0 * m_chi**2 * kinetic * (kinetic + 2.0 * m_a) / s


@pytest.mark.parametrize("seed", range(16))
def test_the_matrix_element_is_that_of_dirac_traces(seed):
    """In the centre of mass, at all angles."""
    random = np.random.default_rng(seed)
    m_chi, g_achi = math.exp(random.uniform(-3.0, 2.0)), random.uniform(0.1, 2.0)
    m_a = m_chi * random.uniform(0.05, 1.95)
    k, cosine = m_chi * math.exp(random.uniform(-3.0, 2.0)), random.uniform(-1.0, 1.0, 20)
    energy, alp_energy = math.hypot(m_chi, k), math.hypot(m_a, k)
    before = along(energy, k, 1.0), along(alp_energy, -k, 1.0)
    after = along(energy, k, cosine), along(alp_energy, -k, cosine)
    s, t = (energy + alp_energy) ** 2, -2.0 * k**2 * (1.0 - cosine)
    expected = g_achi**4 * scattering_squared(*before, *after, m_chi)
    np.testing.assert_allclose(alp_matrix_element_squared(s, t, m_chi, m_a, g_achi), expected, rtol=1e-9)


@pytest.mark.parametrize("m_a", [0.0, 1e-3, 0.1, 0.5, 1.0, 1.5, 1.9, 1.9999])
@pytest.mark.parametrize("kinetic", [1e-4, 0.02, 0.3, 1.0, 30.0])
def test_the_moment_is_the_integral_of_t_times_the_squared_matrix_element(m_a, kinetic):
    s, tau_max = at_rest(kinetic, 1.0, m_a)
    last = s - 1.0 - 2.0 * m_a**2  # where the u channel has its pole, beyond tau_max

    def integrand(u: float) -> float:
        tau = last * -math.expm1(-u)
        return tau * (last - tau) * float(alp_matrix_element_squared(s, -tau, 1.0, m_a, 1.0)) / 2048.0

    integral, _ = quad(integrand, 0.0, -math.log1p(-tau_max / last), epsabs=0.0, epsrel=1e-11)
    assert alp_transfer_moment(kinetic, 1.0, m_a) == pytest.approx(integral, rel=1e-8, abs=0.0)


def moment_with_many_digits(kinetic: float, ratio: float) -> float:
    """J for m_chi = 1, as it is printed, with 120 digits."""
    with localcontext() as context:
        context.prec = 120
        energy, mass, quarter = Decimal(kinetic), Decimal(ratio), Decimal("0.25")
        s = (1 + mass) ** 2 + 2 * energy
        tau, big_s, big_w = 4 * energy * (energy + 2 * mass) / s, s - 1, s - 1 - 2 * mass**2
        v = tau / big_w
        a, b = [-(1 - v).ln() / v], [1 / (1 - v)]
        for n in (1, 2, 3):
            a.append((a[n - 1] - Decimal(1) / n) / v)
            b.append((b[n - 1] - a[n - 1]) / v)
        single = s * tau**4 * (a[2] - a[3]) - mass**4 * tau**3 * a[2]
        double = mass**4 * b[1] + mass**2 * tau * b[2] + quarter * tau**2 * b[3]
        return float(quarter * single / (big_s * big_w) + mass**4 * (tau / (big_s * big_w)) ** 2 * double)


@pytest.mark.parametrize("m_a", [0.0, 1e-6, 1e-3, 0.05, 0.3, 1.0, 1.5, 1.9, 1.9999, 2.0 - 1e-9])
def test_the_moment_has_twelve_digits_from_the_slowest_alps_to_the_fastest(m_a):
    kinetic = np.geomspace(1e-9, 1e3, 49)
    values = [alp_transfer_moment(value, 1.0, m_a) for value in kinetic]
    np.testing.assert_allclose(values, [moment_with_many_digits(value, m_a) for value in kinetic], rtol=1e-12)


@pytest.mark.parametrize("v", [0.0, 1e-6, 0.2999999, 0.3000001, 0.9, 0.999])
def test_series_and_logarithms_join(v):
    def integral(n: int, power: int) -> float:
        return quad(lambda x: x**n / (1.0 - v * x) ** power, 0.0, 1.0, epsabs=0.0, epsrel=1e-12)[0]

    expected = [integral(2, 1), integral(2, 1) - integral(3, 1), *(integral(n, 2) for n in (1, 2, 3))]
    assert exchange_integrals(v, 1.0 - v) == pytest.approx(expected, rel=1e-11, abs=0.0)


def test_the_moment_scales_with_the_sixth_power_of_the_masses():
    assert alp_transfer_moment(0.6, 3.0, 2.1) == pytest.approx(3.0**6 * alp_transfer_moment(0.2, 1.0, 0.7), rel=1e-12)


@pytest.mark.parametrize("x", [1.0, 10.0, 100.0])
@pytest.mark.parametrize(("m_chi", "m_a"), [(1.0, 0.05), (0.4, 0.4), (2.0, 3.9)])
def test_the_rate_is_the_thermal_integral_of_the_momentum_transfer(m_chi, m_a, x):
    """gamma = 1/(3 g_chi m T) int d3k/(2 pi)^3 f (1 + f) [int dt (-t) sum|M|^2]/(64 pi k w m^2), by quad."""
    g_achi, temperature = 0.3, m_chi / x

    def integrand(y: float) -> float:
        energy = m_a + y * temperature
        k = math.sqrt(energy**2 - m_a**2)
        inner = 2048.0 * g_achi**4 * m_chi**2 * alp_transfer_moment(y * temperature, m_chi, m_a)
        f = 1.0 / math.expm1(energy / temperature)
        flux = 4.0 * math.pi * k * energy * temperature / (2.0 * math.pi) ** 3  # k dk = w dw
        return flux * f * (1.0 + f) * inner / (64.0 * math.pi * k * energy * m_chi**2)

    integral, _ = quad(integrand, 0.0, 80.0, epsabs=0.0, epsrel=1e-9, limit=200, points=[0.1, 5.0, 15.0])
    expected = integral / (3.0 * 2.0 * m_chi * temperature)
    assert alp_momentum_transfers(temperature, m_chi, m_a, g_achi) == pytest.approx(expected, rel=1e-7, abs=0.0)


@pytest.mark.parametrize("m_a", [0.0, 1e-6, 1e-3, 0.1, 1.0, 1.9, 1.99, 1.9999, 2.0 - 1e-9])
@pytest.mark.parametrize("x", [0.5, 3.0, 20.0, 300.0])
def test_the_rule_has_seven_digits_wherever_the_scales_are(m_a, x):
    fine = alp_momentum_transfer(1.0 / x, 1.0, m_a, 1.0, kinetic_rule(0.1))
    assert alp_momentum_transfer(1.0 / x, 1.0, m_a, 1.0, RULE) == pytest.approx(fine, rel=2e-8, abs=0.0)


def test_massless_alps_scatter_with_the_sixth_power_of_the_temperature():
    """For T << m_chi, J is 4 w^6/3: gamma = 32 6! zeta(6) g^4 T^6/(9 pi^3 m_chi), less the recoil of chi."""
    for temperature in (1e-4, 1e-6):
        expected = 32.0 * 720.0 * zeta(6) * 0.7**4 * temperature**6 / (9.0 * math.pi**3 * 2.0)
        rate = alp_momentum_transfers(temperature, 2.0, 0.0, 0.7)
        assert rate == pytest.approx(expected, rel=50.0 * temperature, abs=0.0)
        assert alp_momentum_transfers(temperature, 2.0, 1e-4 * temperature, 0.7) == pytest.approx(rate, rel=1e-6)


@pytest.mark.parametrize("m_a", [0.5, 1.0, 1.5])
def test_heavy_alps_scatter_as_far_as_a_boltzmann_factor_leaves_any(m_a):
    """At threshold sum|M|^2 is a constant: gamma = 512 g^4 m^5 M^6 T^2 exp(-M/T)/(3 pi^3 (m + M)^4 (4 m^2 - M^2)^2)."""
    for temperature in (m_a / 200.0, m_a / 600.0):
        expected = 512.0 * m_a**6 * temperature**2 * math.exp(-m_a / temperature)
        expected /= 3.0 * math.pi**3 * (1.0 + m_a) ** 4 * (4.0 - m_a**2) ** 2
        rate = alp_momentum_transfers(temperature, 1.0, m_a, 1.0)
        assert rate == pytest.approx(expected, rel=200.0 * temperature / m_a / (2.0 - m_a), abs=0.0)
    assert alp_momentum_transfers(m_a / 800.0, 1.0, m_a, 1.0) == 0.0


def test_the_rate_has_a_limit_where_the_alp_begins_to_decay():
    """The u channel's pole is reached by ALPs at rest alone, which transfer nothing."""
    near, nearer = alp_momentum_transfers(0.05, 1.0, 2.0 - np.array([1e-6, 1e-8]), 1.0)
    assert near == pytest.approx(nearer, rel=2e-4)
    assert near < nearer


def test_above_where_the_alp_decays_there_is_no_rate():
    assert math.isnan(alp_transfer_moment(0.1, 1.0, 2.0))
    assert math.isnan(alp_momentum_transfer(0.1, 1.0, 2.5, 1.0, RULE))
    with pytest.raises(PredictionError, match=r"m_a = 2\.5 must be below 2 m_chi = 2 GeV: above, .* inverse decay"):
        alp_momentum_transfers(0.1, 1.0, np.array([1.5, 2.5]), 1.0)


def test_the_arguments_broadcast_and_the_coupling_counts_four_times():
    rates = alp_momentum_transfers(np.array([[0.05], [0.1]]), 0.8, np.array([0.3, 0.5, 1.2]), np.array([1.0]))
    assert rates.shape == (2, 3)
    assert rates[1, 2] == alp_momentum_transfer(0.1, 0.8, 1.2, 1.0, RULE)
    assert alp_momentum_transfers(0.1, 0.8, 1.2, 0.1) == pytest.approx(1e-4 * rates[1, 2], rel=1e-13, abs=0.0)
