"""Forecasts of few events: exact limits, against sums and flat priors that know nothing of this code."""

import numpy as np
import pytest
from forecasts import worked_out
from scipy.optimize import brentq
from scipy.stats import poisson
from shipped_entries import shipped

from alpfit.inference.forecasting.counts import are_few, exact_expected, exact_observed
from alpfit.inference.forecasting.limits import ExpectedLimits, ObservedLimits
from alpfit.inference.forecasting.plan import Plan, Truth
from alpfit.inference.forecasting.signal import Rates, Signal
from alpfit.likelihoods import FORMS, Measurement


def counting(n, background, error=0.0):
    """A measurement whose rate is in events."""
    form = FORMS["counting"].model_validate(
        {
            "observable": "rate", "n_observed": n, "background": background, "background_error": error,
            "events_per_unit": 1.0,
        }
    )  # fmt: skip
    return Measurement("own", "own", "own", (), "counting", form, shipped("koto_klpix_2018").source, "digest")


def rates(n, background, error=0.0):
    return Rates(counting(n, background, error), Signal("rate", ""), 1.0)


@pytest.mark.parametrize(("n", "background"), [(0, 0.4), (0, 7.0), (3, 0.5), (6, 2.9), (13, 15.0)])
def test_the_limit_of_a_count_is_where_cl_s_is_five_percent(n, background):
    nothing_known = ObservedLimits(1.0, 0.0, 0.0, 1.0, 1.0, 1.0)
    found = exact_observed(rates(n, background), nothing_known).cl_s
    expected = brentq(
        lambda s: poisson.cdf(n, s + background) / poisson.cdf(n, background) - 0.05, 0.0, 100.0, xtol=1e-12
    )
    assert found == pytest.approx(expected, rel=1e-8)


def test_an_error_of_the_background_is_averaged_over():
    generator = np.random.default_rng(1)
    backgrounds = generator.normal(4.0, 1.0, 200_000)
    backgrounds = backgrounds[backgrounds > 0.0]
    found = exact_observed(rates(2, 4.0, 1.0), ObservedLimits(1.0, 0.0, 0.0, 1.0, 1.0, 1.0)).cl_s
    with_signal, without = (poisson.cdf(2, s + backgrounds).mean() for s in (found, 0.0))
    assert with_signal / without == pytest.approx(0.05, rel=0.01)


@pytest.mark.parametrize("background", [0.42, 2.9, 15.0])
def test_expected_limits_are_those_of_the_quantiles_of_counts(background):
    start = ExpectedLimits(1.0, 1.0, (1.0,) * 5, (1.0,) * 5)
    found = exact_expected(rates(round(background), background), start)
    quantiles = poisson.ppf([0.02275, 0.15866, 0.5, 0.84134, 0.97725], background)
    nothing_known = ObservedLimits(1.0, 0.0, 0.0, 1.0, 1.0, 1.0)
    expected = [exact_observed(rates(int(n), background), nothing_known).cl_s for n in quantiles]
    np.testing.assert_allclose(found.cl_s, expected, rtol=1e-8)


def test_a_like_number_of_toys_have_the_limits_that_are_expected():
    background = 2.9
    found = exact_expected(rates(3, background), ExpectedLimits(1.0, 1.0, (1.0,) * 5, (1.0,) * 5))
    toys = poisson.rvs(background, size=4000, random_state=np.random.default_rng(2))
    nothing_known = ObservedLimits(1.0, 0.0, 0.0, 1.0, 1.0, 1.0)
    limits = {n: exact_observed(rates(int(n), background), nothing_known).cl_s for n in set(toys.tolist())}
    below = np.mean([limits[n] <= found.cl_s[2] for n in toys.tolist()])
    assert 0.5 <= below < 0.5 + poisson.pmf(np.arange(9), background).max() + 0.03


def test_a_count_of_none_bounds_three_events():
    """KOTO's: its limits at 90 % are 2.303 events."""
    koto = shipped("koto_klpix_2018")
    made = worked_out(Plan(koto, Truth("no signal"), (1.0, 10.0), "scaled", (0.1,)))
    (bound,) = koto.compare({"m_a": [0.1], "BR(KL->pi0 a(inv))": [0.0]}).bound
    assert made.observed[0].cl_s == pytest.approx(bound * -np.log(0.05) / np.log(10.0), rel=1e-4)
    assert made.at[0].limits[0].cl_s[2] == pytest.approx(made.observed[0].cl_s, rel=1e-6)
    assert made.at[1].limits[0].cl_s[2] < made.at[0].limits[0].cl_s[2] / 3.0
    assert [said for said in made.remarks if "exact sums over counts" in said]
    assert [said for said in made.remarks if "does not say how much data it has" in said]


def test_toys_draw_the_background_that_the_likelihood_knows():
    """Above zero, where it may lie anywhere: of 5 +- 4 one in nine would lie below."""
    measurement, generator = counting(0, 5.0, 4.0), np.random.default_rng(4)
    counts = [measurement.toy({"rate": np.zeros(1)}, generator).form.n_observed for _ in range(4000)]
    expected = measurement.form.probabilities_of_counts(40, {"rate": np.zeros(1)})
    found = np.bincount(np.array(counts, dtype=int), minlength=40)[:40] / len(counts)
    np.testing.assert_allclose(found, expected, atol=4.0 * np.sqrt(expected.max() / len(counts)))


@pytest.mark.parametrize("error", [6.0, 60.0, 1e7])
def test_a_background_that_is_hardly_known_has_limits_in_a_moment(error):
    plan = Plan(counting(3, 3.0, error), Truth("no signal"), (1.0, 10.0), "scaled", (1.0,))
    made = worked_out(plan)
    assert np.isfinite([at.limits[0].cl_s for at in made.at]).all()
    assert np.isfinite(made.observed[0].cl_s)


def test_what_is_expected_of_more_data_is_not_held_against_the_published_limit():
    at = {"m_a": np.array([0.1]), "BR(KL->pi0 a(inv))": np.array([1.4e-9])}
    koto = shipped("koto_klpix_2018")
    expected = koto.asimov({**at, "BR(KL->pi0 a(inv))": np.zeros(1)}).scaled(10.0, "scaled")
    assert expected.compare(at).bound[0] == pytest.approx(0.0, abs=1e-12)
    assert koto.compare(at).bound[0] > 2e-9


def test_many_events_are_not_summed_over():
    assert are_few(counting(20, 20.0))
    assert not are_few(counting(80, 80.0))
    assert not are_few(shipped("belle2_bknunu_q2_2025"))


def test_exact_and_asymptotic_limits_meet_where_events_are_many():
    made = [worked_out(Plan(counting(49, b), Truth("no signal"), (1.0,), "frozen", (1.0,))) for b in (49.9, 50.1)]
    exact, asymptotic = (np.array(one.at[0].limits[0].cl_s) for one in made)
    np.testing.assert_allclose(exact[1:4], asymptotic[1:4], rtol=0.08)
