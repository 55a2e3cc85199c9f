"""Form factors against published values."""

import numpy as np
import pytest

from alpfit.constants import B_PLUS_MASS
from alpfit.physics.form_factors import (
    A0_B_TO_K_STAR,
    FORM_FACTORS,
    b_to_k_form_factors,
    bsz_form_factor,
    exponential_form_factor,
    hpqcd_2022_form_factor,
)


def test_the_hpqcd_form_factor_has_the_published_values():
    # arXiv:2207.12468, evaluated with table V at q^2 = 0, 12 and 22.9 GeV^2
    values = hpqcd_2022_form_factor(np.array([0.0, 12.0, 22.9]))
    np.testing.assert_allclose(values, [0.3319, 0.4757, 0.8502], rtol=0.0, atol=5e-5)


def test_the_exponential_form_factor_is_the_printed_one():
    # Ding et al. 2025, eq. (3.3): 0.33 exp(0.63 q - 0.095 q^2 + 0.591 q^3) at q = q^2/m_B^2 = 0, 1/2, 1
    q_squared = np.array([0.0, 0.5, 1.0]) * B_PLUS_MASS.value**2
    expected = [0.33, 0.33 * np.exp(0.315 - 0.02375 + 0.073875), 0.33 * np.exp(1.126)]
    np.testing.assert_allclose(exponential_form_factor(q_squared), expected, rtol=1e-12)


def test_the_form_factor_of_the_vector_kaon_is_the_published_one_at_zero():
    # arXiv:1503.05534, table 14: A_0(0) = 0.369(29)
    assert bsz_form_factor(np.array([0.0]))[0] == pytest.approx(0.369, abs=1e-12)
    assert A0_B_TO_K_STAR.relative_error == pytest.approx(0.029 / 0.369)


def test_all_three_form_factors_of_the_kaon_are_those_of_eos():
    # EOS 1.0.21, B->K::f_+(q2), f_0 and f_T, BSZ2015 with the same coefficients, at q^2 = 0, 10, 20 GeV^2
    found = b_to_k_form_factors(np.array([0.0, 10.0, 20.0]))
    expected = [[0.337725, 0.629215, 1.679404], [0.337725, 0.446240, 0.695611], [0.327936, 0.622083, 1.674708]]
    np.testing.assert_allclose(found, expected, rtol=2e-6)


@pytest.mark.parametrize("form_factor", [*FORM_FACTORS.values(), A0_B_TO_K_STAR])
def test_form_factors_rise_with_the_momentum_transfer(form_factor):
    values = form_factor(np.linspace(0.0, 19.0, 100))
    assert (np.diff(values) > 0.0).all()


@pytest.mark.parametrize("form_factor", [*FORM_FACTORS.values(), A0_B_TO_K_STAR])
def test_every_form_factor_has_an_error_and_a_source(form_factor):
    assert 0.01 < form_factor.relative_error < 0.2
    assert form_factor.source
