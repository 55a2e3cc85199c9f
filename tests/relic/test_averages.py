"""Thermal averages of the annihilation cross-section: identities, reference values, and the table."""

import math

import numpy as np
import pytest
from numpy.polynomial.hermite import hermgauss
from numpy.polynomial.legendre import leggauss
from scipy.special import kv, kve

from alpfit.numerics.quadrature import resonant_nodes
from alpfit.physics.annihilation import cross_section_at_nodes
from alpfit.physics.widths import alp_widths
from alpfit.relic.averages import averages_at, thermal_averages
from alpfit.relic.portal import default_grids

GRIDS = default_grids()

# m_a, r, g_agg, g_achi, <sigma v> and <sigma v>_2 [GeV^-2] at x = 20; from an independent implementation, five digits.
REFERENCE = {
    "BP1l": (0.75, 0.477, 7.398e-05, 0.005961, 6.548e-08, 7.0964e-08),
    "BP1u": (0.75, 0.477, 9.037e-05, 6.93e-05, 7.032e-08, 7.621e-08),
    "BP2l": (2.63, 0.477, 7.345e-05, 0.002295, 6.4532e-08, 6.9937e-08),
    "BP2u": (2.63, 0.477, 8.81e-05, 0.000128, 8.3773e-08, 9.079e-08),
    "BP3l": (3.56, 0.477, 7.36e-05, 0.00212, 6.4793e-08, 7.0219e-08),
    "BP3u": (3.56, 0.477, 9.75e-05, 8.4e-05, 8.6915e-08, 9.4195e-08),
    "BP4l": (4.47, 0.477, 8.429e-05, 0.0008565, 8.4817e-08, 9.1921e-08),
    "BP4u": (4.47, 0.477, 0.0001148, 6.1e-05, 8.7055e-08, 9.4347e-08),
    "F3 r=0.360": (1.00, 0.360, 0.04302, 0.01, 2.5566e-08, 1.113e-07),
    "F3 r=0.390": (1.00, 0.390, 0.005054, 0.01, 6.294e-08, 2.3306e-07),
    "F3 r=0.410": (1.00, 0.410, 0.001337, 0.01, 4.4533e-08, 1.3544e-07),
    "F3 r=0.420": (1.00, 0.420, 0.0007165, 0.01, 3.6732e-08, 1.0009e-07),
    "F3 r=0.440": (1.00, 0.440, 0.0002186, 0.01, 2.418e-08, 5.1235e-08),
    "F3 r=0.460": (1.00, 0.460, 7.015e-05, 0.01, 1.4716e-08, 2.2759e-08),
    "F3 r=0.480": (1.00, 0.480, 2.201e-05, 0.01, 7.3233e-09, 7.3538e-09),
    "F3 r=0.485": (1.00, 0.485, 1.599e-05, 0.01, 5.6689e-09, 4.9481e-09),
    "F3 r=0.490": (1.00, 0.490, 1.118e-05, 0.01, 4.0311e-09, 2.9958e-09),
    "F3 r=0.499": (1.00, 0.499, 3.546e-06, 0.01, 7.8024e-10, 4.008e-10),
    "F3 r=0.505": (1.00, 0.505, 0.001622, 0.01, 1.5764e-09, 1.0678e-09),
    "F3 r=0.550": (1.00, 0.550, 0.008128, 0.01, 2.9703e-09, 2.5664e-09),
}


def nodes(position: float, half_width: float):
    return resonant_nodes(position, half_width, GRIDS.smallest, GRIDS.largest, GRIDS.panel, GRIDS.legendre)


def portal_averages(m_a: float, r: float, g_agg: float, g_achi: float, x: float) -> np.ndarray:
    """Both averages [GeV^-2], straight from the nodes, without the table."""
    m_chi, width = r * m_a, float(alp_widths(m_a, r, g_agg, g_achi).total)
    e, distance, weights = nodes((1.0 - 2.0 * r) / r, 0.5 * width / m_chi)
    sigma = cross_section_at_nodes(e, distance, m_chi, m_a, width, (g_agg * g_achi) ** 2)
    return np.array(thermal_averages(x, e, sigma * weights, GRIDS.hermite))


@pytest.mark.parametrize("point", REFERENCE.values(), ids=REFERENCE.keys())
def test_both_averages_at_x_20_are_those_of_the_reference(point, build_sector):
    computed = averages_at(math.log(20.0), build_sector(*point[:4]).averages)
    assert computed == pytest.approx(point[4:], rel=1.2e-4, abs=0.0)


@pytest.mark.parametrize("x", [2.0, 20.0, 1e3, 1e6])
def test_a_constant_sigma_times_v_lab_has_both_averages_equal_to_itself(x):
    """v_lab = sqrt(s (s - 4m^2))/(s - 2m^2) gives sigma v_Moller = c (1 - v_1.v_2), and v_1.v_2 averages to 0."""
    mass, constant = 0.7, 3e-9
    e, _, weights = nodes(-1.0, 1.0)
    s = (mass * (2.0 + e)) ** 2
    sigma = constant * (s - 2.0 * mass**2) / np.sqrt(s) / (mass * np.sqrt(e * (e + 4.0)))
    averages = thermal_averages(x, e, sigma * weights, GRIDS.hermite)
    assert averages == pytest.approx((constant, constant), rel=2e-6, abs=0.0)


@pytest.mark.parametrize("x", [2.0, 20.0, 1e3])
def test_a_cross_section_over_the_flux_alone_averages_to_the_squared_mean_of_m_over_e(x):
    """sigma sqrt(s (s - 4m^2))/2 = c m^2 gives sigma v = c m^2/(E_1 E_2), and <m/E> = K_1(x)/K_2(x)."""
    mass, constant = 0.7, 3e-9
    e, _, weights = nodes(-1.0, 1.0)
    root_s = mass * (2.0 + e)
    sigma = 2.0 * constant * mass**2 / root_s / (mass * np.sqrt(e * (e + 4.0)))
    first, _ = thermal_averages(x, e, sigma * weights, GRIDS.hermite)
    assert first == pytest.approx(constant * (kve(1, x) / kve(2, x)) ** 2, rel=1e-6, abs=0.0)


@pytest.mark.parametrize("x", [3.0, 15.0])
def test_both_averages_are_the_integrals_over_two_thermal_momenta(x):
    """The six-fold integral, with the weight p.p/(3 E T) in the second, by a product of Gauss rules; no resonance."""
    m_a, r, g_agg, g_achi = 1.0, 0.8, 1e-3, 1e-2
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
    assert portal_averages(m_a, r, g_agg, g_achi, x) == pytest.approx([first, second], rel=5e-6, abs=0.0)
    wrong = np.sum(w * sigma_v * p1 * p2 * c / (3.0 * e1) * x) / np.sum(w)  # p.q, as printed in the seed paper
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
        first, second = portal_averages(m_a, r, g_agg, g_achi, x) * width / (g_agg * g_achi) ** 2
        assert first == pytest.approx(shape, rel=5e-4, abs=0.0)
        second_over_first.append(second / first)
    np.testing.assert_allclose(second_over_first, second_over_first[0], rtol=5e-4)


@pytest.mark.parametrize(
    ("r", "g_agg"),
    [(0.36, 0.043), (0.41, 0.0013), (0.477, 9e-5), (0.499, 3.5e-6), (0.5, 1e-4), (0.55, 0.008), (0.8, 0.05)],
    ids=lambda value: f"{value:g}",
)
def test_the_table_follows_the_averages_through_the_freeze_out_of_the_resonance(r, g_agg, build_sector):
    """500 temperatures down to 1e-9 m, off the nodes: where the resonance dies out the slope changes at once."""
    g_achi = 0.01
    table = build_sector(1.0, r, g_agg, g_achi).averages
    for log_x in np.random.default_rng(5).uniform(0.0, math.log(1e9), 500):
        direct = portal_averages(1.0, r, g_agg, g_achi, math.exp(log_x))
        np.testing.assert_allclose(averages_at(log_x, table), direct, rtol=1e-4)


def test_in_the_cold_limit_the_averages_are_those_of_annihilation_at_rest():
    """sigma v is constant for v -> 0 off the resonance, so both averages tend to it."""
    m_a, r, g_agg, g_achi = 1.0, 0.55, 8e-3, 1e-2
    m_chi, width = r * m_a, float(alp_widths(m_a, r, g_agg, g_achi).total)
    s = 4.0 * m_chi**2
    at_rest = (g_agg * g_achi * m_chi * s) ** 2 / (4.0 * math.pi * ((s - m_a**2) ** 2 + (m_a * width) ** 2))
    assert portal_averages(m_a, r, g_agg, g_achi, 1e8) == pytest.approx([at_rest, at_rest], rel=1e-6, abs=0.0)


def test_far_below_the_resonance_the_cold_averages_no_longer_see_it():
    """At x = 1e4 a resonance at e = 0.1 is suppressed by exp(-1000)."""
    narrow, wide = (portal_averages(1.0, 1.0 / 2.1, g_agg, 1e-9 / g_agg, 1e4) for g_agg in (1e-4, 1e-6))
    np.testing.assert_allclose(narrow, wide, rtol=1e-9)
