"""Thermal averages of the annihilation cross-section: identities, reference values, and the table."""

import math

import numpy as np
import pytest
from numpy.polynomial.hermite import hermgauss
from numpy.polynomial.legendre import leggauss
from published import POINTS
from scipy.special import kv, kve

from alpfit.numerics.interpolation import splines
from alpfit.numerics.quadrature import Rule, half_hermite_rule, legendre_rule, resonant_nodes
from alpfit.physics.annihilation import cross_section_at_nodes
from alpfit.physics.widths import alp_widths
from alpfit.relic.average_table import Averages, averages_at, averages_with_slopes, first_average_at, tabulate
from alpfit.relic.averages import (
    Nodes,
    Shape,
    fill_rapidity_integrals,
    scratch_for,
    thermal_averages,
    thermal_rules,
    weigh_nodes,
)
from alpfit.relic.portal_nodes import default_grids, point_at, portal_nodes, portal_points

GRIDS = default_grids()
FINE = GRIDS._replace(legendre=legendre_rule(16), panel=2.3)
RULES = GRIDS.thermal

# <sigma v> and <sigma v>_2 [GeV^-2] at x = 20 of the published points; from an independent implementation, five digits
REFERENCE = {
    "BP1l": (6.548e-08, 7.0964e-08),
    "BP1u": (7.032e-08, 7.621e-08),
    "BP2l": (6.4532e-08, 6.9937e-08),
    "BP2u": (8.3773e-08, 9.079e-08),
    "BP3l": (6.4793e-08, 7.0219e-08),
    "BP3u": (8.6915e-08, 9.4195e-08),
    "BP4l": (8.4817e-08, 9.1921e-08),
    "BP4u": (8.7055e-08, 9.4347e-08),
    "F3 r=0.360": (2.5566e-08, 1.113e-07),
    "F3 r=0.390": (6.294e-08, 2.3306e-07),
    "F3 r=0.410": (4.4533e-08, 1.3544e-07),
    "F3 r=0.420": (3.6732e-08, 1.0009e-07),
    "F3 r=0.440": (2.418e-08, 5.1235e-08),
    "F3 r=0.460": (1.4716e-08, 2.2759e-08),
    "F3 r=0.480": (7.3233e-09, 7.3538e-09),
    "F3 r=0.485": (5.6689e-09, 4.9481e-09),
    "F3 r=0.490": (4.0311e-09, 2.9958e-09),
    "F3 r=0.499": (7.8024e-10, 4.008e-10),
    "F3 r=0.505": (1.5764e-09, 1.0678e-09),
    "F3 r=0.550": (2.9703e-09, 2.5664e-09),
}


each_reference = pytest.mark.parametrize("name", POINTS)

# r and g_agg, with m_a = 1 and g_achi = 0.01: from far below the resonance, through threshold, to far above
ACROSS = ((0.36, 0.043), (0.41, 1.3e-3), (0.45, 1e-9), (0.477, 9e-5), (0.499, 3.5e-6), (0.4999999, 1e-6), (0.5, 1e-4))
ACROSS += ((0.5 + 1e-9, 1e-4), (0.55, 0.008), (0.8, 0.05))
ENERGIES = np.array([1e-9, 0.1, 3.0, 50.0])
each_ratio = pytest.mark.parametrize(("r", "g_agg"), ACROSS, ids=lambda value: f"{value:.9g}")


def nodes_of(m_a: float, r: float, g_agg: float, g_achi: float, grids=GRIDS) -> Nodes:
    """The cross-section of the ALP portal at the nodes of its quadrature."""
    return portal_nodes(point_at(portal_points(*np.array([m_a, r, g_agg, g_achi])[:, None]), 0), grids)


def nodes_for(sigma, mass: float) -> Nodes:
    """A cross-section without resonances, a function of s and of s - 4 m^2, at nodes."""
    e, _, weights, _ = resonant_nodes(-1.0, 1.0, FINE.smallest, FINE.largest, FINE.panel, FINE.legendre)
    return weigh_nodes(
        e, sigma((mass * (2.0 + e)) ** 2, mass**2 * e * (e + 4.0)) * weights, Shape(e.size, 0.0, 1.0, 0.0, 0.0)
    )


def all_nodes(x: float, nodes: Nodes, both: bool = True, rules=RULES) -> np.ndarray:
    """Both averages from all nodes that are not suppressed by more than exp(-40), as for a table."""
    end = int(np.searchsorted(nodes.e, 40.0 / x))
    return np.array(thermal_averages(x, nodes, 0, end, 0.0, both, rules, scratch_for(nodes, rules)))


def one_by_one(x: float, nodes: Nodes, rules=RULES) -> np.ndarray:
    """Both averages from the same nodes, without polynomials: from one at a time."""
    scratch, end = scratch_for(nodes, rules), int(np.searchsorted(nodes.e, 40.0 / x))
    each = [thermal_averages(x, nodes, i, i + 1, 0.0, True, rules, scratch) for i in range(end)]
    return np.sum(each, axis=0)


def rapidity_integrals(x: float, rule: Rule) -> np.ndarray:
    """Both at the energies above."""
    integrals = np.empty((2, ENERGIES.size))
    fill_rapidity_integrals(ENERGIES, x, rule, *integrals)
    return integrals


def slow_averages(x: float, nodes: Nodes) -> np.ndarray:
    """The two sums over the nodes as the formulas have them, the rapidity integrals with 24 points."""
    e, flux = nodes.e, nodes.flux
    u, rule = x * (2.0 + e)[:, None], half_hermite_rule(24)
    tau = rule.nodes / u
    sinh_squared, eps = tau * (2.0 + tau), 4.0 / (2.0 + e)[:, None] ** 2
    measure = rule.weights * 2.0 / np.sqrt(u * (2.0 + tau))
    weight = 2.0 * sinh_squared + (1.0 - eps + eps * sinh_squared) / (1.0 + eps * sinh_squared)
    first, second = np.sum(measure * (1.0 + tau), axis=1), np.sum(measure * weight * u / 6.0, axis=1)
    thermal = x / (4.0 * kve(2, x) ** 2) * flux * np.sqrt(2.0 + e) * np.exp(-x * e)
    return np.array([np.sum(thermal * first), np.sum(thermal * second)])


def in_table(log_x: float, table: Averages) -> np.ndarray:
    """Both averages as the table has them."""
    return np.array(averages_at(log_x, math.exp(log_x), table))


def with_slopes(log_x: float, table: Averages) -> np.ndarray:
    """Both averages and their derivatives with respect to ln(x)."""
    return np.array(averages_with_slopes(log_x, math.exp(log_x), table))


def first_in_table(log_x: float, table: Averages) -> float:
    """The first average alone."""
    return first_average_at(log_x, math.exp(log_x), table)


@each_reference
def test_both_averages_at_x_20_are_those_of_the_reference(name, build_sector):
    computed = in_table(math.log(20.0), build_sector(*POINTS[name]).averages)
    assert computed == pytest.approx(REFERENCE[name], rel=1.2e-4, abs=0.0)


@pytest.mark.parametrize("x", [2.0, 20.0, 1e3, 1e6])
def test_the_rapidity_integral_of_the_first_average_is_a_bessel_function(x):
    u = x * (2.0 + ENERGIES)
    first, _ = rapidity_integrals(x, half_hermite_rule(24))
    np.testing.assert_allclose(first, np.sqrt(0.5 * u) * kve(1, u), rtol=1e-12)


@pytest.mark.parametrize(("x", "rule"), [(2.0, "hot"), (6.0, "warm"), (60.0, "cold")])
def test_each_rule_is_good_to_5e_6_where_it_begins(x, rule):
    integrals = rapidity_integrals(x, getattr(RULES, rule))
    np.testing.assert_allclose(integrals, rapidity_integrals(x, half_hermite_rule(24)), rtol=5e-6)


@pytest.mark.parametrize("x", [2.0, 20.0, 1e3, 1e6])
def test_a_constant_sigma_times_v_lab_has_both_averages_equal_to_itself(x):
    """v_lab = sqrt(s (s - 4m^2))/(s - 2m^2) gives sigma v_Moller = c (1 - v_1.v_2), and v_1.v_2 averages to 0."""
    mass, constant = 0.7, 3e-9
    nodes = nodes_for(lambda s, above: constant * (s - 2.0 * mass**2) / np.sqrt(s * above), mass)
    assert all_nodes(x, nodes) == pytest.approx((constant, constant), rel=2e-5, abs=0.0)
    assert slow_averages(x, nodes) == pytest.approx((constant, constant), rel=2e-5, abs=0.0)


@pytest.mark.parametrize("x", [2.0, 20.0, 1e3])
def test_a_cross_section_over_the_flux_alone_averages_to_the_squared_mean_of_m_over_e(x):
    """sigma sqrt(s (s - 4m^2))/2 = c m^2 gives sigma v = c m^2/(E_1 E_2), and <m/E> = K_1(x)/K_2(x)."""
    mass, constant = 0.7, 3e-9
    nodes = nodes_for(lambda s, above: 2.0 * constant * mass**2 / np.sqrt(s * above), mass)
    first, _ = all_nodes(x, nodes)
    assert first == pytest.approx(constant * (kve(1, x) / kve(2, x)) ** 2, rel=2e-5, abs=0.0)


@pytest.mark.parametrize("x", [3.0, 15.0])
def test_both_averages_are_the_integrals_over_two_thermal_momenta(x):
    """The six-fold integral, with the weight p.p/(3 E T) in the second, by a product of Gauss rules; no resonance.

    With couplings for which annihilation into two ALPs is nothing.
    """
    m_a, r, g_agg, g_achi = 1.0, 0.8, 1e-1, 1e-6
    m_chi, width = r * m_a, float(alp_widths(m_a, r, g_agg, g_achi).total)
    t, hermite = (half[60:] for half in hermgauss(120))  # t^2 is the kinetic energy over T
    energy = 1.0 + t**2 / x
    momentum = t * np.sqrt((energy + 1.0) / x)
    density = hermite * t * momentum * energy  # p^2 dp exp(-(E - m)/T)
    cosine, legendre = leggauss(40)
    e1, e2, c = np.meshgrid(energy, energy, cosine, indexing="ij")
    p1, p2, _ = np.meshgrid(momentum, momentum, cosine, indexing="ij")
    w = density[:, None, None] * density[None, :, None] * 0.5 * legendre
    s = 2.0 + 2.0 * (e1 * e2 - p1 * p2 * c)
    excess = np.sqrt(s) - 2.0
    distance = np.sqrt(s) - 1.0 / r
    strength = (g_agg * g_achi) ** 2
    sigma = cross_section_at_nodes(excess.ravel(), distance.ravel(), m_chi, m_a, width, strength).reshape(s.shape)
    sigma_v = sigma * 0.5 * np.sqrt(s * (s - 4.0)) / (e1 * e2)
    first = np.sum(w * sigma_v) / np.sum(w)
    second = np.sum(w * sigma_v * p1**2 / (3.0 * e1) * x) / np.sum(w)
    assert slow_averages(x, nodes_of(m_a, r, g_agg, g_achi, FINE)) == pytest.approx([first, second], rel=5e-6, abs=0.0)
    wrong = np.sum(w * sigma_v * p1 * p2 * c / (3.0 * e1) * x) / np.sum(w)  # p.q, as printed in Ding et al. 2025
    assert abs(wrong) < 0.5 * second


@pytest.mark.parametrize("r", [0.44, 0.46, 0.48, 0.49])
@pytest.mark.parametrize("x", [5.0, 20.0])
def test_on_a_narrow_resonance_only_the_ratio_of_couplings_to_width_matters(r, x):
    """<sigma v> = g^2 g^2/Gamma_a times a function of r and x: the pole's delta function, integrated in closed form."""
    m_a = 1.3
    m_chi, temperature = r * m_a, r * m_a / x
    shape = m_a**6 * math.sqrt(m_a**2 - 4.0 * m_chi**2) * kv(1, m_a / temperature)
    shape /= 64.0 * m_chi**2 * temperature * kv(2, x) ** 2 * m_a
    second_over_first = []
    for g_agg, g_achi in ((1e-4, 1e-2), (1e-6, 1e-2), (1e-5, 1e-4), (1e-5, 1e-8)):
        width = float(alp_widths(m_a, r, g_agg, g_achi).total)
        first, second = slow_averages(x, nodes_of(m_a, r, g_agg, g_achi, FINE)) * width / (g_agg * g_achi) ** 2
        assert first == pytest.approx(shape, rel=5e-4, abs=0.0)
        second_over_first.append(second / first)
    np.testing.assert_allclose(second_over_first, second_over_first[0], rtol=5e-4)


@each_ratio
def test_the_sums_with_polynomials_are_those_over_the_nodes_one_by_one(r, g_agg):
    nodes = nodes_of(1.0, r, g_agg, 0.01)
    for x in (1.5, 3.0, 5.9, 6.1, 30.0, 61.0, 1e3, 1e5, 1e8):
        np.testing.assert_allclose(all_nodes(x, nodes), one_by_one(x, nodes), rtol=1.2e-5)


@each_ratio
def test_both_are_the_sums_of_the_formulas(r, g_agg):
    """To 3e-5 at x = 1.5, hotter than any engine starts unless told to, and to 1e-5 below."""
    nodes = nodes_of(1.0, r, g_agg, 0.01)
    for x in (1.5, 2.0, 5.9, 6.1, 30.0, 61.0, 1e3, 1e5, 1e8):
        expected = slow_averages(x, nodes)
        np.testing.assert_allclose(all_nodes(x, nodes), expected, rtol=1.5e-5 if x > 1.5 else 3e-5)


@each_ratio
def test_the_first_average_does_not_depend_on_whether_the_second_is_wanted(r, g_agg):
    nodes = nodes_of(1.0, r, g_agg, 0.01)
    for x in (2.0, 20.0, 1e4):
        first, second = all_nodes(x, nodes, both=False)
        assert first == all_nodes(x, nodes)[0]
        assert second == 0.0


def test_a_suppression_is_taken_out_of_both_averages():
    nodes, x, suppression = nodes_of(1.0, 0.477, 9e-5, 0.01), 50.0, 0.09
    end = int(np.searchsorted(nodes.e, 1.0))
    scratch = scratch_for(nodes, RULES)
    with_factor, without = (
        np.array(thermal_averages(x, nodes, 0, end, taken_out, True, RULES, scratch))
        for taken_out in (0.0, suppression)
    )
    np.testing.assert_allclose(without, with_factor * math.exp(suppression * x), rtol=1e-10)


@each_ratio
def test_the_table_follows_the_averages_through_the_freeze_out_of_the_resonance(r, g_agg, build_sector):
    """200 temperatures off the nodes: where the resonance dies out the slope changes at once."""
    table, nodes = build_sector(1.0, r, g_agg, 0.01).averages, nodes_of(1.0, r, g_agg, 0.01, FINE)
    coldest = min(1e9, 300.0 * r / max(abs(1.0 - 2.0 * r), 1e-300))
    for log_x in np.random.default_rng(5).uniform(math.log(2.0), math.log(coldest), 200):
        first, second = np.abs(in_table(log_x, table) / slow_averages(math.exp(log_x), nodes) - 1.0)
        assert first < (1e-4 if r < 0.7 else 1.5e-4)
        assert second < (2e-4 if r < 0.7 else 4e-4)


@each_ratio
def test_what_is_colder_is_continued_down_to_a_billionth_of_the_mass(r, g_agg, build_sector):
    """There nothing annihilates any more: half a permille is enough, and three times that in the second average."""
    table, nodes = build_sector(1.0, r, g_agg, 0.01).averages, nodes_of(1.0, r, g_agg, 0.01, FINE)
    for log_x in np.linspace(math.log(1e3), math.log(1e9), 31):
        first, second = np.abs(in_table(log_x, table) / slow_averages(math.exp(log_x), nodes) - 1.0)
        assert first < 5e-4
        assert second < 1.5e-3


def test_beyond_its_end_the_table_stays_constant(build_sector):
    table = build_sector(1.0, 0.477, 9e-5, 0.01).averages
    np.testing.assert_allclose(in_table(math.log(1e14), table), in_table(math.log(1e12), table), rtol=1e-6)


@each_ratio
def test_the_slopes_are_those_of_the_averages(r, g_agg, build_sector):
    table, h = build_sector(1.0, r, g_agg, 0.01).averages, 1e-4
    for log_x in np.random.default_rng(6).uniform(math.log(1.5), math.log(1e9), 200):
        values = with_slopes(log_x, table)
        near, far = (in_table(log_x + k * h, table) - in_table(log_x - k * h, table) for k in (1, 2))
        np.testing.assert_allclose(values[2:], (8.0 * near - far) / (12.0 * h), rtol=1e-5, atol=1e-7 * values[0])


@each_ratio
def test_the_three_ways_to_read_the_table_agree(r, g_agg, build_sector):
    table = build_sector(1.0, r, g_agg, 0.01).averages
    for log_x in np.random.default_rng(7).uniform(0.0, math.log(1e14), 200):
        values = in_table(log_x, table)
        np.testing.assert_allclose(with_slopes(log_x, table)[:2], values, rtol=1e-13)
        np.testing.assert_allclose(first_in_table(log_x, table), values[0], rtol=1e-13)


def test_the_two_parts_of_a_table_add_up():
    """Two power laws and a resonance at e = 0.2, which is suppressed by exp(-0.2 x)."""
    log_x = 0.5 * np.arange(20)
    logarithms = np.array([3.0 - log_x, 2.0 - 2.0 * log_x, -9.0 + log_x, -8.0 + 0.5 * log_x])
    table = Averages(0.0, 0.5, splines(logarithms, 0.5), 0.2)
    for at in (0.3, 2.0, 4.4, 9.0):
        x = math.exp(at)
        expected = [math.exp(3.0 - 0.2 * x) / x + math.exp(-9.0) * x]
        expected += [math.exp(2.0 - 0.2 * x) / x**2 + math.exp(-8.0) * math.sqrt(x)]
        np.testing.assert_allclose(in_table(at, table), expected, rtol=1e-12)


@pytest.mark.parametrize("r", [0.45, 0.55])
def test_without_the_second_average_the_first_is_the_same_table(r, build_sector):
    both, alone = (build_sector(1.0, r, 1e-4, 0.01, both=both).averages for both in (True, False))
    for log_x in np.linspace(math.log(1.5), math.log(1e6), 50):
        assert first_in_table(log_x, alone) == pytest.approx(first_in_table(log_x, both), rel=1e-6, abs=0.0)


def test_every_entry_of_a_table_is_written():
    nodes = nodes_of(1.0, 0.477, 9e-5, 0.01)
    tables = [np.full((136, 4, 2), filling) for filling in (0.0, np.nan)]
    for table in tables:
        tabulate(0.4, 0.2, nodes, True, RULES, table)
    np.testing.assert_array_equal(*tables)
    assert np.isfinite(tables[1]).all()


def test_finer_rules_and_polynomials_change_nothing_beyond_3e_5():
    nodes = nodes_of(1.0, 0.41, 1.3e-3, 0.01)
    for x in (2.0, 10.0, 100.0, 1e5):
        np.testing.assert_allclose(
            all_nodes(x, nodes), all_nodes(x, nodes, rules=thermal_rules(16, 16, 16, 14)), rtol=3e-5
        )


def test_in_the_cold_limit_the_averages_are_those_of_annihilation_at_rest():
    """sigma v is constant for v -> 0 off the resonance, so both averages tend to it."""
    m_a, r, g_agg, g_achi = 1.0, 0.55, 8e-3, 1e-2
    m_chi, width = r * m_a, float(alp_widths(m_a, r, g_agg, g_achi).total)
    s = 4.0 * m_chi**2
    at_rest = (g_agg * g_achi * m_chi * s) ** 2 / (4.0 * math.pi * ((s - m_a**2) ** 2 + (m_a * width) ** 2))
    assert slow_averages(1e8, nodes_of(m_a, r, g_agg, g_achi, FINE)) == pytest.approx(
        [at_rest, at_rest], rel=1e-6, abs=0.0
    )


def test_far_below_the_resonance_the_cold_averages_no_longer_see_it():
    """At x = 1e4 a resonance at e = 0.1 is suppressed by exp(-1000)."""
    narrow, wide = (slow_averages(1e4, nodes_of(1.0, 1.0 / 2.1, g_agg, 1e-9 / g_agg)) for g_agg in (1e-4, 1e-6))
    np.testing.assert_allclose(narrow, wide, rtol=1e-9)
