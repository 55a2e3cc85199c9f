"""B+ -> K+ a: form factors, the loop, and the branching ratio against published numbers."""

import numpy as np
import pytest
from published import LOWER

from alpfit.constants import B_PLUS_MASS, K_PLUS_MASS
from alpfit.physics.ckm import CKM
from alpfit.physics.form_factors import FORM_FACTORS, exponential_form_factor, hpqcd_2022_form_factor
from alpfit.physics.mesons import (
    TOP_MASSES,
    bottom_coupling,
    branching_ratio_b_to_k_alp,
    branching_ratios,
    loop_function,
    strange_coupling,
)

SEED = {"form_factor": "exponential", "top_mass": "pole", "ckm": "flavio-2.7.1"}
"""The choices of Ding et al. 2025."""

CHOICES = [{"form_factor": f, "top_mass": t, "ckm": c} for f in FORM_FACTORS for t in TOP_MASSES for c in CKM]

DEFAULT = {"form_factor": "hpqcd2022", "top_mass": "msbar", "ckm": "flavio-2.7.1"}

THRESHOLD = B_PLUS_MASS.value - K_PLUS_MASS.value


def branching_ratio(m_a, g_aww=1.0, **choices):
    return branching_ratio_b_to_k_alp(np.asarray(m_a), np.asarray(g_aww), **choices)


@pytest.mark.parametrize(("top_mass", "expected"), [(162.7, 1.145), (172.7, 1.216)])
def test_the_loop_function_has_the_quoted_values(top_mass, expected):
    assert loop_function((top_mass / 80.369) ** 2) == pytest.approx(expected, abs=5e-4)


def test_the_loop_function_is_the_quark_mass_squared_for_light_quarks():
    assert loop_function(1e-8) == pytest.approx(1e-8, rel=1e-6, abs=0.0)


def test_the_loop_function_is_smooth_at_the_w_mass():
    # the expansion of f around x = 1 is 1/2 + (x - 1)/3 + ...
    assert loop_function(1.001) == pytest.approx(0.5 + 0.001 / 3.0, abs=1e-6)
    assert loop_function(0.999) == pytest.approx(0.5 - 0.001 / 3.0, abs=1e-6)


def test_the_coupling_to_bottom_is_the_electroweak_loop():
    # Ding et al. 2025, eq. (3.2), with v = 246.22 GeV in place of the Fermi constant and f = 1.216
    expected = 3.0 * 80.369**2 / (16.0 * np.pi**2 * 246.22**2) * 0.0412 * 1.216
    assert bottom_coupling("pole", "flavio-2.7.1") == pytest.approx(expected, rel=3e-4)


def test_the_coupling_to_strange_has_the_charm_quark_in_it():
    # 9.28e-7 with m_c = 1.27 GeV; charm adds 14 % to the amplitude of the top quark (arXiv:1611.09355)
    coupling = strange_coupling("msbar", "flavio-2.7.1")
    assert abs(coupling) == pytest.approx(9.28e-7, rel=2e-3)
    top_alone = abs(2.0241e-3 * 1.1461 * complex(-3.269e-4, 1.393e-4))
    assert abs(coupling) / top_alone == pytest.approx(1.13, abs=0.015)


def test_a_massless_alp_is_produced_as_in_ding_et_al():
    # BR/g^2 = 1987 GeV^2 with the seed's form factor and top mass
    assert branching_ratio(1e-9, **SEED) == pytest.approx(1987.0, rel=2e-3)


@pytest.mark.parametrize("m_a", [1e-9, 1.0, 4.5])
def test_choices_differ_by_the_ratio_of_form_factors_and_loop_functions(m_a):
    q_squared = np.array([m_a**2])
    form_factors = hpqcd_2022_form_factor(q_squared) / exponential_form_factor(q_squared)
    loops = loop_function((162.8 / 80.369) ** 2) / loop_function((172.7 / 80.369) ** 2)
    ratio = branching_ratio(m_a, **DEFAULT) / branching_ratio(m_a, **SEED)
    assert ratio == pytest.approx((form_factors[0] * loops) ** 2, rel=1e-12)


@pytest.mark.parametrize(("m_a", "g_agg", "_"), LOWER.values(), ids=LOWER)
def test_the_seeds_lower_bounds_all_have_one_branching_ratio(m_a, g_agg, _):
    assert 1.05e-5 < branching_ratio(m_a, g_agg, **SEED) < 1.11e-5


@pytest.mark.parametrize("choices", CHOICES, ids=lambda choices: "-".join(choices.values()))
def test_the_channel_closes_at_the_difference_of_the_masses(choices):
    closed = branching_ratio([THRESHOLD, THRESHOLD + 1e-9, 5.0, 100.0], **choices)
    np.testing.assert_array_equal(closed, 0.0)
    assert branching_ratio(THRESHOLD - 1e-6, **choices) > 0.0


def test_the_rate_vanishes_as_the_momentum_at_threshold():
    near, nearer = branching_ratio([THRESHOLD - 4e-6, THRESHOLD - 1e-6], **SEED)
    assert near / nearer == pytest.approx(2.0, rel=1e-4)


@pytest.mark.parametrize("choices", CHOICES, ids=lambda choices: "-".join(choices.values()))
def test_the_rate_goes_as_the_coupling_squared(choices):
    one, three, none = branching_ratio(2.0, [1e-5, 3e-5, 0.0], **choices)
    assert three / one == pytest.approx(9.0, rel=1e-12)
    assert none == 0.0


def test_masses_and_couplings_broadcast():
    masses, couplings = np.array([[0.5], [2.0], [6.0]]), np.array([1e-5, 1e-4])
    table = branching_ratio(masses, couplings, **SEED)
    assert table.shape == (3, 2)
    assert table[1, 1] == branching_ratio(2.0, 1e-4, **SEED)


def rates(m_a, **choices):
    """BR/g_aww^2 of B+ -> K+ a, B0 -> K*0 a, K+ -> pi+ a, K_L -> pi0 a, a row each."""
    return branching_ratios(np.atleast_1d(np.asarray(m_a, dtype=float)), **{**DEFAULT, **choices})


def test_light_alps_come_from_kaons_as_calculated_elsewhere():
    # 7.09 and 3.72 GeV^2 with f_+(0) = 0.97 and the inputs of flavio 2.7.1
    _, _, charged, neutral = rates(1e-6)[:, 0]
    assert charged == pytest.approx(7.09, rel=3e-3)
    assert neutral == pytest.approx(3.72, rel=3e-3)


def test_light_alps_come_from_b_to_k_star_by_the_formula():
    # m_B^3 |g_sb|^2 A_0(0)^2 lambda^(3/2)/(64 pi) times the lifetime 1.519 ps
    m_b, m_k_star = 5.27966, 0.89555
    coupling = bottom_coupling("msbar", "flavio-2.7.1")
    width = m_b**3 * coupling**2 * 0.369**2 * (1.0 - (m_k_star / m_b) ** 2) ** 3 / (64.0 * np.pi)
    assert rates(1e-6)[1, 0] == pytest.approx(width * 1.519e-12 / 6.582119569e-25, rel=1e-6)


THRESHOLDS = [5.27934 - 0.493677, 5.27966 - 0.89555, 0.493677 - 0.13957039, 0.497611 - 0.1349768]
"""Differences of the masses in each channel [GeV]."""


@pytest.mark.parametrize(("row", "threshold"), list(enumerate(THRESHOLDS)))
def test_each_channel_closes_at_its_threshold(row, threshold):
    np.testing.assert_array_equal(rates([threshold + 1e-12, threshold + 1e-9, 100.0])[row], 0.0)
    near, nearer = rates([threshold - 4e-7, threshold - 1e-7])[row]
    power = 3 if row == 1 else 1
    assert near / nearer == pytest.approx(2.0**power, rel=1e-3)


def test_the_public_function_is_the_first_row():
    masses = np.array([[0.5, 2.0], [3.0, 4.5]])
    np.testing.assert_allclose(
        branching_ratio(masses, 1e-4, **DEFAULT).ravel(), 1e-8 * rates(masses.ravel())[0], rtol=1e-13
    )


def test_quark_mixing_changes_all_rates_by_the_products_of_its_elements():
    ratio = rates(0.1, ckm="pdg-2022") / rates(0.1)
    np.testing.assert_allclose(ratio[:2], (0.0410592 / 0.0412001) ** 2, rtol=1e-5)
    assert (np.abs(ratio[2:] - 1.0) < 0.05).all()
