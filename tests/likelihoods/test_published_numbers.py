"""The shipped entries against the numbers of their papers."""

import numpy as np
import pytest
from published import BABAR_PLATEAU, BELLE2_RATE, PLANCK_DEPOSITED, PREFERRED, STANDARD_MODEL_RATE
from scipy.integrate import quad
from scipy.optimize import brentq
from shipped_entries import shipped

from alpfit.likelihoods import load
from alpfit.likelihoods.catalogue import data_folder
from alpfit.likelihoods.tables import read_table
from alpfit.physics.mesons import branching_ratio_b_to_k_alp


def chi_squared(name, **predictions):
    """-2 ln L of one entry."""
    return float(-2.0 * shipped(name).loglike(predictions))


def belle2(branching_ratio: float) -> float:
    """-2 ln L of Belle II's rate over the Standard Model that the seed paper takes."""
    measurement = load("belle2_bknunu_2023", {"standard_model": STANDARD_MODEL_RATE})
    return float(-2.0 * measurement.loglike({"BR(B+->K+ a(inv))": branching_ratio}))


def test_the_cmb_allows_dark_matter_of_1_gev_to_annihilate_to_photons_at_8e_28_cm3_per_s():
    bound = shipped("cmb_annihilation_2018").form.bound_at(np.array([1.0]))
    np.testing.assert_allclose(bound, 8.395e-28, rtol=1e-12)


def test_the_cmb_bound_is_that_of_planck_over_the_deposited_fraction():
    # four digits are given
    table = read_table(data_folder() / "cmb_annihilation_2018" / "table.csv").columns
    np.testing.assert_allclose(table["sigma_v"], PLANCK_DEPOSITED * table["m_chi"] / table["f_eff"], rtol=4e-4)


def test_a_rate_at_the_cmb_bound_is_excluded_at_95_percent():
    rate = {"sigma_v_today": 8.395e-28, "m_chi": 1.0}
    assert -2.0 * shipped("cmb_annihilation_2018").loglike(rate) == pytest.approx(1.9600**2, rel=1e-4)


def test_a_tenth_of_the_dark_matter_may_annihilate_a_hundred_times_as_fast():
    rescaled = load("cmb_annihilation_2018", {"rescale": True})
    tenth = rescaled.loglike({"sigma_v_today": 8.395e-26, "m_chi": 1.0, "Omega_h2": 0.012})
    assert -2.0 * tenth == pytest.approx(1.9600**2, rel=1e-4)


@pytest.mark.parametrize("m_a", [0.001, 0.01, 0.1, 0.26])
def test_the_babar_photon_limit_has_its_plateau_at_light_masses(m_a):
    assert shipped("babar_gamma_inv_2017").form.bound_at(np.array([m_a])) == pytest.approx(BABAR_PLATEAU, rel=2e-3)


def test_the_babar_photon_limit_is_the_dark_photons_times_the_ratio_of_cross_sections():
    # d sigma(e+e- -> gamma A')/dc against d sigma(e+e- -> gamma a)/dc over -0.4 < cos < 0.6, s = 107 GeV^2
    s, alpha = 107.0, 1.0 / 137.035999

    def coupling_over_mixing(mass: float) -> float:
        extra = 4.0 * s * mass**2 / (s - mass**2) ** 2
        dark_photon = quad(lambda c: (1.0 + c * c + extra) / (1.0 - c * c), -0.4, 0.6)[0]
        alp = quad(lambda c: 1.0 + c * c, -0.4, 0.6)[0]
        return np.sqrt(128.0 * np.pi * alpha / s * dark_photon / alp) / (1.0 - mass**2 / s)

    table = read_table(data_folder() / "babar_gamma_inv_2017" / "table.csv").columns
    expected = table["epsilon"] * [coupling_over_mixing(mass) for mass in table["m_a"]]
    np.testing.assert_allclose(table["g_agg"], expected, rtol=5e-3)


def test_the_babar_photon_limit_holds_for_the_rate():
    # at twice the coupling the signal is four times as large
    once, twice = (
        chi_squared("babar_gamma_inv_2017", m_a=1.0, **{"g_agg*sqrt(P_inv)": g}) for g in (1.746e-4, 3.492e-4)
    )
    assert once == pytest.approx(1.6449**2, rel=1e-4)
    assert twice == pytest.approx(16.0 * once, rel=1e-12)


@pytest.mark.parametrize(("options", "best"), [({}, 1.803e-5), ({"standard_model": STANDARD_MODEL_RATE}, 1.742e-5)])
def test_belle2s_excess_is_that_over_its_own_standard_model_or_another(options, best):
    # Belle II's mu = 1 is 4.97e-6, without the tau part
    measurement = load("belle2_bknunu_2023", options)
    rates = np.linspace(0.0, 4e-5, 4001)
    log_l = measurement.loglike({"BR(B+->K+ a(inv))": rates})
    assert rates[np.argmax(log_l)] == pytest.approx(best, abs=2e-8)
    # arXiv:2311.14647: 2.7 sigma above the Standard Model
    assert np.sqrt(2.0 * (log_l.max() - log_l[0])) == pytest.approx(2.75, abs=0.1)


def test_the_babar_band_is_the_digitised_recast():
    # arXiv:2311.14629 at 1.003 GeV: best 2.168e-6, upper end of the 68 % interval 7.556e-6
    best, upper = (
        chi_squared("babar_bkinv_2013", m_a=1.003, **{"BR(B+->K+ a(inv), BaBar)": b}) for b in (2.168e-6, 7.556e-6)
    )
    assert upper - best == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("entry", ["babar_bkinv_2013", "babar_bknunu_2013"])
@pytest.mark.parametrize("m_a", [2.93, 4.5])
def test_babar_bounds_nothing_beyond_the_masses_that_its_search_saw(entry, m_a):
    # s_B < 0.3 is 2.89 GeV; the recast's last mass is 2.92 GeV
    signal, none = (chi_squared(entry, m_a=m_a, **{"BR(B+->K+ a(inv), BaBar)": rate}) for rate in (1e-3, 0.0))
    assert signal == none


@pytest.mark.parametrize(("options", "relative"), [({}, 0.03), ({"relative_theory_error": 0.05}, 0.05)])
def test_plancks_relic_density_has_the_theory_error_that_is_predicted_or_another(options, relative):
    prediction = 0.126
    sigma = np.hypot(0.0012, relative * prediction)
    expected = -0.5 * ((prediction - 0.12) / sigma) ** 2 - np.log(sigma * np.sqrt(2.0 * np.pi))
    log_l = load("planck_relic_2018", options).loglike({"Omega_h2": prediction, "Omega_h2_theory_error": 0.03})
    assert log_l == pytest.approx(expected, rel=1e-12)


def test_planck_as_an_upper_limit_allows_every_smaller_density():
    limit = load("planck_relic_2018", {"upper_limit": True})
    predictions = {"Omega_h2": np.array([1e-6, 0.01, 0.12, 0.15]), "Omega_h2_theory_error": 0.05}
    densities = limit.loglike(predictions)
    assert np.ptp(densities[:3]) == 0.0
    assert densities[3] < densities[2] - 1.0


def test_belle2_alone_gives_the_seeds_interval_of_the_coupling():
    """With the form factor and the top mass of Ding et al. 2025, for an ALP always invisible."""

    def cost(g_agg: float) -> float:
        rate = branching_ratio_b_to_k_alp(
            np.asarray(1.0), np.asarray(g_agg), form_factor="exponential", top_mass="pole", ckm="flavio-2.7.1"
        )
        return belle2(float(rate)) - belle2(BELLE2_RATE - STANDARD_MODEL_RATE) - 1.0

    assert (brentq(cost, 4e-5, 9e-5), brentq(cost, 9.5e-5, 2e-4)) == pytest.approx(PREFERRED, rel=0.04)


def test_belle2_bounds_b_to_k_with_nothing_else_at_2_2e_5():
    # arXiv:2511.10980, abstract: 90 % limit for M_Xs < 0.6 GeV
    assert chi_squared("belle2_bxsnunu_2025", **{"BR(B+->K+ a(inv))": 2.2e-5}) == pytest.approx(1.6449**2, rel=1e-4)


def test_besiii_bounds_jpsi_to_a_photon_and_nothing_else_at_7e_7():
    # arXiv:2003.05594, abstract: 90 % limit for no mass; g^2 = (BR/5.971 %) 32 pi alpha/m_psi^2
    g_agg = np.sqrt(7.0e-7 / 0.05971 * 32.0 * np.pi / 137.036) / 3.0969
    found = chi_squared("besiii_jpsi_inv_2020", m_a=0.001, **{"g_agg*sqrt(P_inv)": g_agg})
    assert found == pytest.approx(1.6449**2, rel=1e-3)


def test_besiii_bounds_jpsi_to_three_photons_at_4e_8_where_it_sees_best():
    # arXiv:2404.04640: 95 % limit, 0.32 GeV
    g_agg = np.sqrt(3.994e-8 / 0.05971 * 32.0 * np.pi / 137.036 / (1.0 - (0.3205 / 3.0969) ** 2) ** 3) / 3.0969
    found = chi_squared("besiii_jpsi_2024", m_a=0.3205, **{"g_agg*sqrt(BR(a->gg))": g_agg})
    assert found == pytest.approx(1.6449**2, rel=2e-3)


@pytest.mark.parametrize(
    ("entry", "m_a", "edges"),
    [
        # ALPINIST, arXiv:2201.05170: contours in c_B/Lambda with g_agg = 4 e^2 c_B/Lambda
        ("nucal_recast_2022", 0.1, (2.669e-6, 4.625e-5)),
        ("nucal_recast_2022", 0.2, (1.588e-6, 8.059e-6)),
        ("charm_recast_2022", 0.1, (2.918e-6, 1.462e-5)),
    ],
)
def test_recalculated_beam_dumps_exclude_at_90_percent_on_their_edges(entry, m_a, edges):
    at_edge = shipped(entry).form.sigmas_at_bound ** 2
    for g_agg in edges:
        assert chi_squared(entry, m_a=m_a, g_agg=g_agg) == pytest.approx(at_edge, rel=0.2)
    assert chi_squared(entry, m_a=m_a, g_agg=np.sqrt(edges[0] * edges[1])) > at_edge
