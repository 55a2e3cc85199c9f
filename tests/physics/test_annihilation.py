"""The annihilation cross-section: unitarity, limits, and annihilation today."""

import math

import numpy as np
import pytest

from alpfit.constants import HBAR, SIGMA_V, SPEED_OF_LIGHT
from alpfit.physics.annihilation import ANNIHILATION_SCALES, cross_section_at_nodes, sigma_v_today


def cross_section(s, m_chi, m_a, width, strength):
    """sigma(s) [GeV^-2] at one or more s [GeV^2]."""
    root_s = np.sqrt(np.atleast_1d(np.asarray(s, dtype=float)))
    return cross_section_at_nodes(root_s / m_chi - 2.0, (root_s - m_a) / m_chi, m_chi, m_a, width, strength)


def width_to_photons(mass: float, g_agg: float) -> float:
    return g_agg**2 * mass**3 / (64.0 * math.pi)


def width_to_dark_matter(mass: float, m_chi: float, g_achi: float) -> float:
    return g_achi**2 * mass * m_chi**2 * math.sqrt(1.0 - 4.0 * m_chi**2 / mass**2) / math.pi


def test_unitarity_ties_the_cross_section_to_the_two_widths():
    """sigma = 8 pi Gamma_chi(sqrt s) Gamma_gamma(sqrt s)/(beta^2 |D|^2), for identical particles of spin 1/2."""
    rng = np.random.default_rng(11)
    for _ in range(200):
        m_chi, m_a = rng.uniform(0.1, 3.0, 2)
        g_agg, g_achi = np.exp(rng.uniform(-10.0, 0.0, 2))
        s = 4.0 * m_chi**2 * (1.0 + math.exp(rng.uniform(-8.0, 3.0)))
        total = width_to_photons(m_a, g_agg)
        if m_a > 2.0 * m_chi:
            total += width_to_dark_matter(m_a, m_chi, g_achi)
        beta_squared = 1.0 - 4.0 * m_chi**2 / s
        propagator = (s - m_a**2) ** 2 + (m_a * total) ** 2
        root_s = math.sqrt(s)
        product = width_to_dark_matter(root_s, m_chi, g_achi) * width_to_photons(root_s, g_agg)
        expected = 8.0 * math.pi * product / (beta_squared * propagator)
        assert cross_section(s, m_chi, m_a, total, (g_agg * g_achi) ** 2)[0] == pytest.approx(
            expected, rel=1e-8, abs=0.0
        )


def test_at_the_peak_the_cross_section_is_the_unitarity_limit_times_the_branching_ratios():
    """sigma = pi/k^2 (2J + 1)/4 x 2 BR_in BR_out at sqrt(s) = m_a, J = 0, k = m_a beta/2; 2 for identical particles."""
    m_chi, m_a, g_agg, g_achi = 0.45, 1.0, 2e-3, 3e-3
    dark, light = width_to_dark_matter(m_a, m_chi, g_achi), width_to_photons(m_a, g_agg)
    momentum_squared = 0.25 * m_a**2 - m_chi**2
    expected = 2.0 * math.pi / (4.0 * momentum_squared) * 4.0 * dark * light / (dark + light) ** 2
    assert cross_section(m_a**2, m_chi, m_a, dark + light, (g_agg * g_achi) ** 2)[0] == pytest.approx(
        expected, rel=1e-6, abs=0.0
    )


def test_the_peak_falls_to_one_half_at_half_a_width_from_the_centre():
    m_chi, m_a, width = 0.4, 1.0, 1e-9
    distance = np.array([0.0, 0.5 * width, -0.5 * width]) / m_chi
    e = m_a / m_chi - 2.0 + distance
    sigma = cross_section_at_nodes(e, distance, m_chi, m_a, width, 1e-12)
    np.testing.assert_allclose(sigma[1:] / sigma[0], 0.5, rtol=1e-7)


def test_far_below_the_resonance_a_heavy_alp_is_a_contact_interaction():
    m_chi, m_a, strength = 0.1, 50.0, 1e-8
    s = 4.0 * m_chi**2 * np.array([1.1, 1.5, 3.0])
    contact = strength * m_chi**2 * s**2.5 / (8.0 * math.pi * np.sqrt(s - 4.0 * m_chi**2) * m_a**4)
    np.testing.assert_allclose(cross_section(s, m_chi, m_a, 1e-3, strength), contact, rtol=1e-4)


def test_off_resonance_the_width_does_not_matter():
    s = np.array([1.7, 2.5, 4.0])
    narrow, wide = (cross_section(s, 0.6, 1.0, width, 1e-8) for width in (1e-12, 1e-4))
    np.testing.assert_allclose(narrow, wide, rtol=1e-7)


def test_the_cross_section_is_proportional_to_its_strength():
    s = np.array([1.0, 1.3, 9.0])
    np.testing.assert_allclose(
        cross_section(s, 0.45, 1.0, 1e-6, 4e-8), 4.0 * cross_section(s, 0.45, 1.0, 1e-6, 1e-8), rtol=1e-14
    )


def test_the_named_scales_are_unitarity_the_printed_formula_and_the_table_1_of_ding_et_al():
    assert dict(ANNIHILATION_SCALES) == {"unitary": 1.0, "printed": 4.0, "table1": 0.543}


def test_the_named_scales_cannot_be_changed():
    with pytest.raises(TypeError):
        ANNIHILATION_SCALES["unitary"] = 2.0


@pytest.mark.parametrize(("r", "g_agg"), [(0.36, 0.04), (0.45, 1e-3), (0.55, 0.008), (1.5, 0.01)])
def test_annihilation_today_is_the_limit_of_sigma_v_at_rest(r, g_agg):
    m_a, g_achi, scale, velocity = 1.7, 0.02, 0.8, 1e-5
    m_chi = r * m_a
    width = width_to_photons(m_a, g_agg) + (width_to_dark_matter(m_a, m_chi, g_achi) if r < 0.5 else 0.0)
    e = 2.0 * math.sqrt(1.0 + velocity**2 / 4.0) - 2.0
    s = (m_chi * (2.0 + e)) ** 2
    moller = 2.0 * math.sqrt(s * (s - 4.0 * m_chi**2)) / s  # in the centre-of-mass frame, where E_1 = E_2 = sqrt(s)/2
    strength = scale * (g_agg * g_achi) ** 2
    distance = np.array([2.0 + e - m_a / m_chi])
    sigma = cross_section_at_nodes(np.array([e]), distance, m_chi, m_a, width, strength)[0]
    expected = sigma * moller * (HBAR.value * SPEED_OF_LIGHT.value) ** 2 * SPEED_OF_LIGHT.value
    assert sigma_v_today(m_a, r, g_agg, g_achi, width, scale) == pytest.approx(expected, rel=3e-5, abs=0.0)


def test_the_conversion_to_cubic_centimetres_per_second_is_hbar_c_squared_times_c():
    converted = (HBAR.value * SPEED_OF_LIGHT.value) ** 2 * SPEED_OF_LIGHT.value
    assert SIGMA_V.value == pytest.approx(converted, rel=3e-6, abs=0.0)


def test_annihilation_today_stays_finite_on_threshold_and_is_largest_there():
    m_a, g_agg, g_achi = 1.0, 1e-3, 1e-2
    width = width_to_photons(m_a, g_agg)
    today = sigma_v_today(m_a, np.array([0.49, 0.499, 0.5, 0.501, 0.51]), g_agg, g_achi, width, 1.0)
    assert np.isfinite(today).all()
    assert today.argmax() == 2
    expected = SIGMA_V.value * (g_achi * g_agg * 0.5) ** 2 / (4.0 * math.pi * width**2)
    assert today[2] == pytest.approx(expected, rel=1e-12, abs=0.0)


def test_annihilation_today_broadcasts():
    rates = sigma_v_today(np.array([1.0, 2.0])[:, None], np.array([0.4, 0.45, 0.55]), 1e-4, 1e-2, 1e-7, 1.0)
    assert rates.shape == (2, 3)
    assert rates[1, 2] == pytest.approx(float(sigma_v_today(2.0, 0.55, 1e-4, 1e-2, 1e-7, 1.0)), rel=1e-6, abs=0.0)
