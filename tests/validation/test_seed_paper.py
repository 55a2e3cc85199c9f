"""The paper that proposed the model: Ding, Li, Liu, Liu, Lu and Zhu (2025), by figure."""

import numpy as np
import pytest

from alpfit.relic import relic_density

# Fig. 3: m_a = 1 GeV, g_achi = 0.01/GeV, and g_agg [1/GeV] chosen at each r such that Omega_NBE h^2 = 0.12.
FIGURE_3 = {
    0.360: 0.04302,
    0.390: 0.005054,
    0.410: 0.001337,
    0.420: 0.0007165,
    0.440: 0.0002186,
    0.460: 7.015e-05,
    0.480: 2.201e-05,
    0.485: 1.599e-05,
    0.490: 1.118e-05,
    0.499: 3.546e-06,
    0.505: 0.001622,
    0.550: 0.008128,
}


def density(r: float, engine: str) -> float:
    return float(relic_density(1.0, r, FIGURE_3[r], 0.01, engine=engine).omega_h2)


def ratio(r: float) -> float:
    """Omega_CBE/Omega_NBE."""
    return density(r, "cbe") / density(r, "nbe")


@pytest.mark.parametrize("r", FIGURE_3)
def test_figure_3_is_drawn_where_the_number_density_equation_gives_the_observed_density(r):
    assert density(r, "nbe") == pytest.approx(0.12, rel=2e-3)


def test_figure_3_kinetic_decoupling_matters_most_near_r_041_by_a_factor_above_21():
    """The paper: up to a factor of about 20, at r = 0.41."""
    ratios = {r: ratio(r) for r in FIGURE_3}
    assert max(ratios, key=ratios.__getitem__) == 0.41
    assert 21.0 < ratios[0.41] < 22.0


def test_figure_3_the_ratio_falls_off_on_either_side_of_its_peak():
    ratios = np.array([ratio(r) for r in (0.36, 0.39, 0.41, 0.42, 0.44, 0.46, 0.48, 0.485)])
    assert (np.diff(ratios[:3]) > 0.0).all()
    assert (np.diff(ratios[2:]) < 0.0).all()


def test_figure_3_the_ratio_has_a_minimum_between_the_peak_and_threshold():
    assert ratio(0.48) > ratio(0.485) < ratio(0.49) < ratio(0.499)
    assert 1.2 < ratio(0.485) < 1.4


def test_figure_3_above_the_resonance_the_two_agree():
    assert ratio(0.55) == pytest.approx(1.0, abs=0.04)
    assert ratio(0.505) == pytest.approx(1.0, abs=0.1)
