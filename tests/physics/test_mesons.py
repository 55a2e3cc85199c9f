"""B+ -> K+ a: form factors, the loop, and the branching ratio against published numbers."""

import numpy as np
import pytest

from alpfit.constants import B_PLUS_MASS, K_PLUS_MASS
from alpfit.physics.mesons import (
    FORM_FACTORS,
    TOP_MASSES,
    branching_ratio_b_to_k_alp,
    exponential_form_factor,
    flavour_changing_coupling,
    hpqcd_2022_form_factor,
    kaellen,
    loop_function,
)

SEED = {"form_factor": "exponential", "top_mass": "pole"}
"""The choices of the seed paper."""

CHOICES = [{"form_factor": f, "top_mass": t} for f in FORM_FACTORS for t in TOP_MASSES]

THRESHOLD = B_PLUS_MASS.value - K_PLUS_MASS.value


def branching_ratio(m_a, g_aww=1.0, **choices):
    return branching_ratio_b_to_k_alp(np.asarray(m_a), np.asarray(g_aww), **choices)


def test_the_hpqcd_form_factor_has_the_published_values():
    # arXiv:2207.12468, evaluated with table V at q^2 = 0, 12 and 22.9 GeV^2
    values = hpqcd_2022_form_factor(np.array([0.0, 12.0, 22.9]))
    np.testing.assert_allclose(values, [0.3319, 0.4757, 0.8502], rtol=0.0, atol=5e-5)


def test_the_exponential_form_factor_is_the_printed_one():
    # seed paper, eq. (3.3): 0.33 exp(0.63 q - 0.095 q^2 + 0.591 q^3) at q = q^2/m_B^2 = 0, 1/2, 1
    q_squared = np.array([0.0, 0.5, 1.0]) * B_PLUS_MASS.value**2
    expected = [0.33, 0.33 * np.exp(0.315 - 0.02375 + 0.073875), 0.33 * np.exp(1.126)]
    np.testing.assert_allclose(exponential_form_factor(q_squared), expected, rtol=1e-12)


@pytest.mark.parametrize("name", FORM_FACTORS)
def test_form_factors_rise_with_the_momentum_transfer(name):
    values = FORM_FACTORS[name](np.linspace(0.0, THRESHOLD**2, 100))
    assert (np.diff(values) > 0.0).all()


@pytest.mark.parametrize(("top_mass", "expected"), [(162.7, 1.145), (172.7, 1.216)])
def test_the_loop_function_has_the_quoted_values(top_mass, expected):
    assert loop_function((top_mass / 80.369) ** 2) == pytest.approx(expected, abs=5e-4)


def test_the_loop_function_is_the_quark_mass_squared_for_light_quarks():
    assert loop_function(1e-8) == pytest.approx(1e-8, rel=1e-6, abs=0.0)


def test_the_loop_function_is_smooth_at_the_w_mass():
    # the expansion of f around x = 1 is 1/2 + (x - 1)/3 + ...
    assert loop_function(1.001) == pytest.approx(0.5 + 0.001 / 3.0, abs=1e-6)
    assert loop_function(0.999) == pytest.approx(0.5 - 0.001 / 3.0, abs=1e-6)


def test_the_flavour_changing_coupling_is_the_electroweak_loop():
    # seed paper, eq. (3.2), with v = 246.22 GeV in place of the Fermi constant and f = 1.216
    expected = 3.0 * 80.369**2 / (16.0 * np.pi**2 * 246.22**2) * 0.0412 * 1.216
    assert flavour_changing_coupling(np.asarray(1.0), "pole") == pytest.approx(expected, rel=3e-4)


def test_the_triangle_function_factorises():
    a, b, c = np.asarray(5.28), np.asarray(0.49), np.asarray(2.1)
    expected = (a + b + c) * (a + b - c) * (a - b + c) * (a - b - c)
    assert kaellen(a**2, b**2, c**2) == pytest.approx(expected, rel=1e-13)


def test_a_massless_alp_is_produced_as_in_the_seed_paper():
    # BR/g^2 = 1987 GeV^2 with the seed's form factor and top mass
    assert branching_ratio(1e-9, **SEED) == pytest.approx(1987.0, rel=2e-3)


@pytest.mark.parametrize("m_a", [1e-9, 1.0, 4.5])
def test_choices_differ_by_the_ratio_of_form_factors_and_loop_functions(m_a):
    q_squared = np.asarray(m_a**2)
    form_factors = hpqcd_2022_form_factor(q_squared) / exponential_form_factor(q_squared)
    loops = loop_function((162.8 / 80.369) ** 2) / loop_function((172.7 / 80.369) ** 2)
    ratio = branching_ratio(m_a, form_factor="hpqcd2022", top_mass="msbar") / branching_ratio(m_a, **SEED)
    assert ratio == pytest.approx((form_factors * loops) ** 2, rel=1e-12)


# m_a [GeV] and lower end of g_agg [1/GeV] of the four benchmarks in the seed paper's Table 1
@pytest.mark.parametrize(("m_a", "g_agg"), [(0.75, 7.398e-5), (2.63, 7.345e-5), (3.56, 7.36e-5), (4.47, 8.429e-5)])
def test_the_seeds_lower_bounds_all_have_one_branching_ratio(m_a, g_agg):
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
