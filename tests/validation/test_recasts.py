"""Limits on the coupling that come out of model and catalogue together, against those calculated elsewhere.

The published numbers are branching ratios; the couplings were derived from them with c_B = c_W in an independent
calculation of K+ -> pi+ a (7.09 g^2 GeV^2 for a light ALP) and of the lifetime (1324 ps at 0.1 GeV and 1e-5/GeV).
"""

import numpy as np
import pytest
from published import BABAR_PLATEAU
from scipy.optimize import brentq
from shipped_entries import shipped

from alpfit.scenarios import scenario_for


def chi_squared(entry, m_a, g_agg):
    """-2 ln L of an ALP that decays to photons alone."""
    points = {"m_a": np.array([m_a]), "g_agg": np.array([g_agg])}
    values = scenario_for("displaced").predict(points).values
    return float(-2.0 * shipped(entry).loglike({**points, **values})[0])


def chi_squared_if_invisible(entry, m_a, g_agg):
    """-2 ln L of an ALP that decays to dark matter alone."""
    points = {"m_a": np.array([m_a]), "g_agg": np.array([g_agg])}
    values = dict(scenario_for("displaced").predict(points).values)
    values |= {"BR(a->inv)": np.ones(1), "BR(a->gg)": np.zeros(1)}
    values |= {"g_agg*sqrt(P_inv)": points["g_agg"]}
    return float(-2.0 * shipped(entry).loglike({**points, **values})[0])


def limit(function, entry, m_a, low, high):
    """The coupling between ``low`` and ``high`` where -2 ln L is over that of no signal by what the limit means."""
    measurement = shipped(entry)
    no_event = measurement.form_name == "counting"
    at_limit = 2.0 * np.log(10.0) if no_event else measurement.form.sigmas_at_bound**2
    silent = function(entry, m_a, 1e-15)
    found = brentq(lambda g: function(entry, m_a, np.exp(g)) - silent - at_limit, np.log(low), np.log(high))
    return np.exp(found)


# m_a [GeV] and the largest coupling [1/GeV] of an ALP that decays to dark matter, from the limits for a stable X
INVISIBLE = [(0.01, 1.928e-6), (0.03, 1.849e-6), (0.05, 1.522e-6), (0.16, 1.997e-6), (0.18, 1.306e-6), (0.22, 1.07e-6)]


@pytest.mark.parametrize(("m_a", "expected"), INVISIBLE)
def test_na62_limits_the_coupling_of_an_invisible_alp(m_a, expected):
    # CERN-EP-2025-167
    found = limit(chi_squared_if_invisible, "na62_kpix_2025", m_a, 1e-8, 1e-4)
    assert found == pytest.approx(expected, rel=0.05, abs=0.0)


@pytest.mark.parametrize(("m_a", "expected"), [(0.125, 1.372e-5), (0.135, 1.204e-5), (0.145, 1.673e-5)])
def test_na62_limits_it_near_the_pion_too(m_a, expected):
    # arXiv:2010.07644
    found = limit(chi_squared_if_invisible, "na62_pi0inv_2020", m_a, 1e-7, 1e-3)
    assert found == pytest.approx(expected, rel=0.05, abs=0.0)
    assert chi_squared_if_invisible("na62_kpix_2025", m_a, 1e-2) == 0.0


# m_a [GeV], and the smallest and the largest coupling [1/GeV] that NA62 excludes for an ALP that decays to photons. The
# calculation took the limit for a stable X for that at 10 ns, which matters at the smallest couplings above the pion
# (1.318e-6 and 1.072e-6), and exp(100 ps/tau - 1) for its rise at the largest ones, which is too slow: they are bounds.
VISIBLE = [(0.05, 1.549e-6, 2.884e-4), (0.08, 1.445e-6, 1.047e-4), (0.18, 1.406e-6, 7.079e-6), (0.22, 1.2e-6, 4.27e-6)]


@pytest.mark.parametrize(("m_a", "low", "high"), VISIBLE)
def test_na62_excludes_an_island_of_couplings_of_a_visible_alp(m_a, low, high):
    """Above it the ALP decays in the detector."""
    middle = np.sqrt(low * high)
    assert chi_squared("na62_kpix_2025", m_a, middle) > 3.0 * shipped("na62_kpix_2025").form.sigmas_at_bound ** 2
    assert limit(chi_squared, "na62_kpix_2025", m_a, 1e-8, middle) == pytest.approx(low, rel=0.02, abs=0.0)
    found = limit(chi_squared, "na62_kpix_2025", m_a, middle, 1.0)
    assert 0.5 * high < found < 1.08 * high


@pytest.mark.parametrize(("m_a", "expected"), [(0.0502, 2.463e-5), (0.1002, 2.537e-5), (0.2, 3.157e-5)])
def test_koto_limits_the_coupling_of_an_invisible_alp(m_a, expected):
    # arXiv:1810.09655 with BR(K_L -> pi0 a) = 3.72 g^2 GeV^2
    points = {"m_a": np.array([m_a]), "g_agg": np.array([1.0])}
    rate = scenario_for("displaced").predict(points).values["BR(KL->pi0 a(gg))"][0]  # all of it
    entry = shipped("koto_klpix_2018")
    bound = entry.compare({"BR(KL->pi0 a(inv))": rate, "m_a": m_a}).bound
    assert np.sqrt(bound / rate) == pytest.approx(expected, rel=0.01, abs=0.0)


@pytest.mark.parametrize("m_a", [0.215, 0.25, 0.32])
def test_prompt_alps_in_kaon_decays_are_limited_to_a_few_1e_5(m_a):
    # arXiv:2311.01837: 3.2e-5 to 4.1e-5 at most masses, where the limit on the branching ratio jumps
    found = limit(chi_squared, "na62_kpigg_2023", m_a, 1e-5, 1e-3)
    assert 2e-5 < found < 6e-5


def test_the_babar_photon_limit_has_its_plateau():
    found = limit(chi_squared_if_invisible, "babar_gamma_inv_2017", 0.1, 1e-5, 1e-2)
    assert found == pytest.approx(BABAR_PLATEAU, rel=0.01, abs=0.0)


def test_a_small_visible_fraction_weakens_babars_limit_on_photons_by_its_root():
    # g = 8e-6 becomes 2.5e-4 with BR(a -> inv) = 0.999
    entry, m_a = shipped("babar_bkgg_2021"), 2.0
    at_limit = entry.form.sigmas_at_bound**2

    def coupling(visible):
        def excess(log_g):
            points = {"m_a": np.array([m_a]), "g_agg": np.array([np.exp(log_g)])}
            values = scenario_for("displaced").predict(points).values
            rate = values["BR(B+->K+ a(gg))"] * visible
            return -2.0 * entry.loglike({"BR(B+->K+ a(gg))": rate, "m_a": m_a, "tau_a": 1e-15})[0] - at_limit

        return np.exp(brentq(excess, np.log(1e-8), np.log(1.0)))

    assert coupling(1.0) == pytest.approx(8e-6, rel=0.3, abs=0.0)
    assert coupling(1e-3) / coupling(1.0) == pytest.approx(np.sqrt(1000.0), rel=1e-6)


def test_what_excludes_table_1_of_ding_et_al_is_seen_in_the_pulls():
    # first row: Belle II's spectrum disfavours it by 42 in -2 ln L against no signal, with the paper's own choices
    rate = {"BR(B+->K+ a(inv))": np.array([0.0, 1.1e-5]), "m_a": np.full(2, 0.75)}
    none, signal = shipped("belle2_bknunu_q2_2025").compare(rate).pull
    assert abs(none) < 1.0
    assert signal**2 == pytest.approx(42.0, rel=0.1)
