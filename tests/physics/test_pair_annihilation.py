import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from dirac import along, annihilation_squared

from alpfit.numerics.quadrature import legendre_rule
from alpfit.physics.pair_annihilation import (
    exchange_functions,
    inverse_pair_cross_section,
    pair_cross_section,
    pair_cross_section_at,
    pair_cross_section_at_nodes,
    pair_p_wave,
    pair_rate_today,
)
from alpfit.relic import required_coupling
from alpfit.relic.averages import Shape, scratch_for, thermal_averages, thermal_rules, weigh_nodes

REFERENCE = [
    # m_a and s for m_chi = 1 and g_achi = 1/GeV, sigma [GeV^-2]: explicit Dirac traces of another hand
    (0.3, 4.0 / 0.99, 8.11758230e-2),
    (0.3, 4.0 / 0.91, 2.48568130e-1),
    (0.3, 4.0 / 0.19, 9.66643549e-1),
    (0.9, 4.0 / 0.99, 4.16566478e-2),
    (0.9, 4.0 / 0.91, 1.40866026e-1),
    (0.9, 4.0 / 0.19, 8.96925343e-1),
    (1.1, 6.25, 2.84368788e-1),
    (1.5, 4.0 / 0.19, 7.42450430e-1),
]
MASSES = [1e-6, 1e-3, 0.05, 0.3, 0.9, 0.999, 1.0 - 1e-9, 1.0, 1.0 + 1e-9, 1.1, 1.5, 2.0, 3.34]
ABOVE = np.geomspace(1e-12, 1e4, 49)
"""In e: distances from the higher of the two thresholds."""


def distances(m_a: float, above: float) -> tuple[float, float]:
    """e and the opening for m_chi = 1, ``above`` the higher threshold."""
    return (above, above + 2.0 * (1.0 - m_a)) if m_a <= 1.0 else (above + 2.0 * (m_a - 1.0), above)


def with_many_digits(m_a: float, above: float) -> float:
    """The cross-section for m_chi = g_achi = 1 with the cancelling logarithm as it is printed, with 120 digits."""
    with localcontext() as context:
        context.prec = 120
        mass_squared = Decimal(m_a) ** 2
        s = (2 * max(Decimal(1), Decimal(m_a)) + Decimal(above)) ** 2
        p, k, q = (s / 4 - 1).sqrt(), (s / 4 - mass_squared).sqrt(), s / 2 - mass_squared
        root = 2 * p * k / q
        logarithm = ((1 + root) / (1 - root)).ln() / (2 * root)
        double = (mass_squared / q) ** 2 * (1 / (1 - root * root) - logarithm) / 2
        return float(k / (p * s) * (p * p - (logarithm - 1) - double)) * 16.0 / math.pi


def by_traces(s: float, m_chi: float, m_a: float, g_achi: float) -> float:
    """The mean over directions of the Dirac traces, by quadrature."""
    rule = legendre_rule(300)
    energy, p, k = math.sqrt(s) / 2.0, math.sqrt(s / 4.0 - m_chi**2), math.sqrt(s / 4.0 - m_a**2)
    cosine = 2.0 * rule.nodes - 1.0
    squared = annihilation_squared(
        along(energy, p, 1.0), along(energy, -p, 1.0), along(energy, k, cosine), along(energy, -k, cosine), m_chi
    )
    mean = g_achi**4 * float(rule.weights @ squared) / 4.0
    return 0.5 * mean * k / (16.0 * math.pi * s * p)


@pytest.mark.parametrize(("m_a", "s", "expected"), REFERENCE)
def test_the_cross_section_is_that_of_the_reference(m_a, s, expected):
    assert pair_cross_section(s, 1.0, m_a, 1.0) == pytest.approx(expected, rel=5e-9, abs=0.0)


@pytest.mark.parametrize("seed", range(16))
def test_the_cross_section_is_the_mean_of_dirac_traces(seed):
    random = np.random.default_rng(seed)
    m_chi, ratio = math.exp(random.uniform(-3.0, 2.0)), math.exp(random.uniform(-3.0, 1.0))
    g_achi, above = random.uniform(0.1, 2.0), math.exp(random.uniform(-3.0, 2.0))
    s = 4.0 * m_chi**2 * max(1.0, ratio**2) * (1.0 + above)
    expected = by_traces(s, m_chi, ratio * m_chi, g_achi)
    assert pair_cross_section(s, m_chi, ratio * m_chi, g_achi) == pytest.approx(expected, rel=1e-10, abs=0.0)


@pytest.mark.parametrize("m_a", MASSES)
def test_the_kernel_has_fourteen_digits_from_threshold_to_the_highest_energies(m_a):
    values = [pair_cross_section_at(*distances(m_a, above), 1.0, m_a, 1.0) for above in ABOVE]
    np.testing.assert_allclose(values, [with_many_digits(m_a, above) for above in ABOVE], rtol=1e-14)


@pytest.mark.parametrize("m_a", MASSES)
def test_as_a_function_of_s_it_loses_no_more_than_s_has_lost(m_a):
    s = (2.0 * max(1.0, m_a) + ABOVE) ** 2
    expected = [with_many_digits(m_a, above) for above in ABOVE]
    np.testing.assert_array_less(np.abs(pair_cross_section(s, 1.0, m_a, 1.0) / expected - 1.0), 1e-14 + 1e-15 / ABOVE)


def exact_exchange_functions(z: float) -> tuple[float, float]:
    with localcontext() as context:
        context.prec = 80
        root = Decimal(z).sqrt()
        logarithm = ((1 + root) / (1 - root)).ln() / (2 * root)
        return float((logarithm - 1) / Decimal(z)), float((1 / (1 - Decimal(z)) - logarithm) / (2 * Decimal(z)))


@pytest.mark.parametrize("z", [1e-9, 0.01, 0.0999999, 0.1000001, 0.3, 0.4999999, 0.5000001, 0.9, 0.99])
def test_series_and_logarithms_join(z):
    assert exchange_functions(z, 1.0 - z) == pytest.approx(exact_exchange_functions(z), rel=3e-14, abs=0.0)


def test_dark_matter_at_rest_does_not_annihilate():
    assert exchange_functions(0.0, 1.0) == (1.0 / 3.0, 1.0 / 3.0)
    assert pair_cross_section_at(0.0, 1.0, 1.0, 0.5, 1.0) == 0.0


@pytest.mark.parametrize(("m_chi", "m_a"), [(1.0, 0.3), (1.0, 1.5), (2.0, 2.0)])
def test_below_either_threshold_there_is_nothing(m_chi, m_a):
    threshold = 4.0 * max(m_chi, m_a) ** 2
    s = threshold * np.array([1e-3, 0.5, 1.0 - 1e-12, 1.0, 1.0 + 1e-12])
    for cross_section in (pair_cross_section, inverse_pair_cross_section):
        sigma = cross_section(s, m_chi, m_a, 1.0)
        assert np.all(sigma[:4] == 0.0)
        assert sigma[4] > 0.0


def test_it_scales_with_the_fourth_power_of_the_coupling_and_the_square_of_the_masses():
    base = pair_cross_section(6.0, 1.0, 0.7, 1.0)
    assert pair_cross_section(6.0 * 9.0, 3.0, 2.1, 0.1) == pytest.approx(9.0 * 1e-4 * base, rel=1e-13, abs=0.0)


def test_at_high_energy_it_is_a_constant():
    """The dimension of the operator: sigma = (4/pi) g_achi^4 m_chi^2, up to m_chi^2 ln(s)/s."""
    assert pair_cross_section(1e12, 2.0, 0.3, 0.5) == pytest.approx(4.0 / math.pi * 0.5**4 * 4.0, rel=1e-9, abs=0.0)


def test_the_arguments_broadcast():
    sigma = pair_cross_section(np.array([[5.0], [7.0]]), 1.0, np.array([0.3, 0.9, 1.2]), 1.0)
    assert sigma.shape == (2, 3)
    assert sigma[1, 2] == pair_cross_section(7.0, 1.0, 1.2, 1.0)


def test_nodes_are_the_same_one_by_one():
    e = np.array([1e-9, 0.1, 3.0])
    each = [pair_cross_section_at(value, value + 1.0, 2.0, 1.0, 0.3) for value in e]
    assert pair_cross_section_at_nodes(e, e + 1.0, 2.0, 1.0, 0.3).tolist() == each


@pytest.mark.parametrize("m_a", [0.0, 1e-3, 0.3, 0.9, 0.999])
def test_the_p_wave_coefficient_is_the_limit_at_threshold(m_a):
    """sigma v = 2 beta sigma, and v^2 = 4 beta^2."""
    e = 1e-10
    beta = math.sqrt(e * (e + 4.0)) / (2.0 + e)
    sigma = pair_cross_section_at(e, e + 2.0 * (1.0 - m_a), 1.0, m_a, 0.7**4)
    assert pair_p_wave(1.0, m_a, 0.7) == pytest.approx(sigma / (2.0 * beta), rel=1e-6, abs=0.0)


def test_the_p_wave_coefficient_scales_and_vanishes_as_the_cross_section_does():
    assert pair_p_wave(3.0, 1.5, 0.1) == pytest.approx(9e-4 * pair_p_wave(1.0, 0.5, 1.0), rel=1e-13, abs=0.0)
    assert pair_p_wave(2.0, 0.0, 1.0) == pytest.approx(16.0 / (3.0 * math.pi), rel=1e-13, abs=0.0)
    assert pair_p_wave(1.0, np.array([1.0, 1.2, 5.0]), 1.0).tolist() == [0.0, 0.0, 0.0]


def test_the_thermal_average_tends_to_six_b_over_x():
    legendre, m_a = legendre_rule(60), 0.5
    for x in (1e3, 1e4, 1e5):
        e = 40.0 / x * legendre.nodes**2
        weights = 80.0 / x * legendre.nodes * legendre.weights
        sigma = pair_cross_section_at_nodes(e, e + 2.0 * (1.0 - m_a), 1.0, m_a, 1.0)
        nodes, rules = weigh_nodes(e, sigma * weights, Shape(e.size, 0.0, 0.01, 0.0, 0.0)), thermal_rules(16, 8, 4, 7)
        first, _ = thermal_averages(x, nodes, 0, e.size, 0.0, True, rules, scratch_for(nodes, rules))
        assert first == pytest.approx(6.0 * pair_p_wave(1.0, m_a, 1.0) / x, rel=5.0 / x, abs=0.0)


@pytest.mark.parametrize(("m_chi", "m_a", "s"), [(1.0, 0.3, 5.0), (1.0, 1.5, 21.0), (0.4, 0.4, 0.9)])
def test_the_inverse_conserves_detailed_balance(m_chi, m_a, s):
    """g^2 p^2 sigma is the same both ways, with 2 spin states of chi and one of a."""
    p_squared, k_squared = s / 4.0 - m_chi**2, s / 4.0 - m_a**2
    there = 4.0 * p_squared * pair_cross_section(s, m_chi, m_a, 0.5)
    assert k_squared * inverse_pair_cross_section(s, m_chi, m_a, 0.5) == pytest.approx(there, rel=1e-13, abs=0.0)


def test_two_alps_at_rest_annihilate_at_a_constant_rate():
    """For m_a > m_chi: k sigma(a a -> chi chi) tends to 64 g^4 m_chi^2 p^3/(pi s), s = 4 m_a^2."""
    m_a, s = 1.5, 9.0 * (1.0 + 1e-8)
    k, p = math.sqrt(s / 4.0 - m_a**2), math.sqrt(m_a**2 - 1.0)
    expected = 64.0 * p**3 / (math.pi * 9.0)
    assert k * inverse_pair_cross_section(s, 1.0, m_a, 1.0) == pytest.approx(expected, rel=1e-6, abs=0.0)


def test_today_it_is_nothing_beside_what_the_microwave_background_bounds():
    """With the observed relic density; 6e-28 cm^3/s is Planck's bound for 1 GeV at recombination, when v was less."""
    g_achi = float(required_coupling("g_achi", 1.0 / 1.5, 1.5, 1e-4))
    rate = float(pair_rate_today(1.0, 1.0 / 1.5, g_achi))
    assert 1e-31 < rate < 1e-30 < 1e-2 * 6e-28
    assert pair_rate_today(1.0, 1.1, g_achi) == 0.0
