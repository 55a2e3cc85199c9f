"""What a limit says: each published method, applied to the likelihood that its entry has, gives the published bound."""

import tomllib

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm
from shipped_entries import all_shipped, shipped

from alpfit.likelihoods import FORMS, load
from alpfit.likelihoods.entry import ENTRY, data_folder
from alpfit.likelihoods.forms.base import LimitForm
from alpfit.likelihoods.methods import sigmas_at_limit

LIMITS = [entry.name for entry in all_shipped() if isinstance(entry.form, LimitForm)]
CURVES = [name for name in LIMITS if shipped(name).form_name in ("upper-limit", "limit-curve", "limit-surface")]
COUNTED = {
    "babar_bknunu_2013": 3.7e-5,
    "babar_bknunu_semileptonic_2010": 1.3e-5,
    "belle_bknunu_2017": 1.9e-5,
    "belle_bknunu_hadronic_2013": 5.5e-5,
    "belle_bkstarnunu_2017": 1.8e-5,
    "belle_bkstarnunu_hadronic_2013": 5.5e-5,
}
"""Entries with counts, and their published limits at 90 %."""

KNOWN_BY = ("stated", "second hand", "derived", "recalled")
"""How it is known which method set a limit: the first words of an entry's note."""

STEP, MOST = 1e-3, 12.0
"""Of the signal in units of its published limit."""


def applied(method, level, minus_two_log_l):
    """The limit that ``method`` sets by definition on a signal rate >= 0 with this -2 ln L, an estimate of zero."""
    if method in ("one-sided", "unknown"):  # the profile likelihood's test statistic is z^2 there
        return brentq(lambda rate: norm.cdf(np.sqrt(minus_two_log_l(rate))) - level, 1e-6, MOST)
    if method == "Bayesian":  # flat prior
        rates = np.arange(0.0, MOST, STEP)
        below = np.cumsum(np.exp(-0.5 * np.array([minus_two_log_l(rate) for rate in rates + 0.5 * STEP])))
        return float(np.interp(level, below / below[-1], rates + STEP))
    sigma = 1.0 / np.sqrt(minus_two_log_l(1.0))  # of the estimate
    if method == "CLs":
        return brentq(lambda rate: norm.cdf(-rate / sigma) / norm.cdf(0.0) - (1.0 - level), 1e-6, MOST)
    return _feldman_cousins(level) * sigma


def _feldman_cousins(level):
    """The largest mean >= 0 whose acceptance, ordered by likelihood ratio, holds an estimate of zero."""
    estimates = np.linspace(-10.0, 15.0, 250_001)

    def covered(mean):
        density = norm.pdf(estimates - mean)
        ratio = np.where(estimates > 0.0, density / norm.pdf(0.0), density / norm.pdf(estimates))
        at_zero = norm.pdf(mean) / norm.pdf(0.0)
        return float(density[ratio > at_zero].sum() * (estimates[1] - estimates[0]))

    return brentq(lambda mean: covered(mean) - level, 0.5, 4.0, xtol=1e-5)


@pytest.mark.parametrize("method", ["CLs", "Bayesian", "Feldman-Cousins", "one-sided"])
@pytest.mark.parametrize("level", [0.90, 0.95])
def test_applied_to_a_gaussian_estimate_of_zero_a_method_gives_the_bound_back(method, level):
    sigmas = sigmas_at_limit(level, method)
    assert applied(method, level, lambda rate: (sigmas * rate) ** 2) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("method", "at_90", "at_95"),
    [("CLs", 2.71, 3.84), ("Bayesian", 2.71, 3.84), ("Feldman-Cousins", 2.71, 3.84), ("one-sided", 1.64, 2.71)],
)
def test_at_the_bound_minus_two_ln_l_is(method, at_90, at_95):
    assert sigmas_at_limit(0.90, method) ** 2 == pytest.approx(at_90, abs=0.005)
    assert sigmas_at_limit(0.95, method) ** 2 == pytest.approx(at_95, abs=0.005)


def test_of_an_unknown_method_the_weaker_limit_is_taken():
    assert sigmas_at_limit(0.90, "unknown") == min(sigmas_at_limit(0.90, m) for m in ("CLs", "one-sided"))


@pytest.mark.parametrize("name", CURVES)
def test_applied_to_its_entry_the_published_method_gives_the_published_bound(name):
    form = shipped(name).form
    fixed, bound = a_published_number(form)

    def minus_two_log_l(rate):
        point = {**fixed, form.observable: bound * rate ** (1.0 / form.power)}
        return float(-2.0 * form.loglike({name: np.array([value]) for name, value in point.items()})[0])

    assert applied(form.method, form.confidence_level, minus_two_log_l) == pytest.approx(1.0, abs=1e-3)


def a_published_number(form):
    """A row of the table in the middle of what was searched, as predictions, and its bound."""
    if isinstance(form, FORMS["upper-limit"]):
        return {}, form.bound
    rows = np.flatnonzero(~np.isnan(form.bounds if form.bounds.ndim == 1 else form.bounds[:, -1]))
    row = rows[rows.size // 2]
    fixed = {form.abscissa: float(form.masses[row])}
    if form.bounds.ndim == 1:
        return fixed, float(form.bounds[row])
    fixed[form.lifetime] = float(form.lifetimes[-1])
    if form.invisible_fraction:
        fixed[form.invisible_fraction] = 0.0
    return fixed, float(form.bounds[row, -1])


@pytest.mark.parametrize("name", [name for name in LIMITS if name not in CURVES])
def test_on_the_edge_of_a_region_ln_l_is_that_of_its_method(name):
    form = shipped(name).form
    if hasattr(form, "couplings"):
        middle = [0.5 * np.sum(np.log(values[:2])) for values in (form.masses, form.couplings)]
        point = {form.abscissa: np.exp(middle[0]), form.observable: np.exp(middle[1])}  # on the first side
    else:
        point = {form.observable: form.bound}
    log_l = form.loglike({name: np.array([value]) for name, value in point.items()})[0]
    assert -2.0 * log_l == pytest.approx(sigmas_at_limit(form.confidence_level, form.method) ** 2, rel=1e-9)


@pytest.mark.parametrize(("name", "published"), COUNTED.items())
def test_a_flat_prior_gives_the_published_limit_of_what_was_counted(name, published):
    form = shipped(name).form

    def excess(rate):
        at = {form.observable: np.array([rate - form.standard_model]), "m_a": np.ones(1)}
        return float(form.excess(at, at)[0])

    assert brentq(excess, form.standard_model, 1e-4) == pytest.approx(published, rel=0.01)


def test_every_entry_with_a_limit_says_which_method_gave_it_and_how_that_is_known():
    for measurement in all_shipped():
        source = tomllib.loads((data_folder() / measurement.name / ENTRY).read_text(encoding="utf-8"))["source"]
        if isinstance(measurement.form, LimitForm) or measurement.form_name in ("counting", "parabola"):
            assert "method" in source, measurement.name
        if source.get("method", "unknown") != "unknown":
            assert measurement.notes["method"].startswith(KNOWN_BY), measurement.name


def test_the_method_is_an_option_of_every_limit():
    rate = {"m_a": 1.0, "g_agg*sqrt(P_inv)": 1.746e-4}
    assert shipped("babar_gamma_inv_2017").options == {"method": "Bayesian"}
    weaker = load("babar_gamma_inv_2017", {"method": "one-sided"})
    assert weaker.loglike(rate) == pytest.approx(-0.5 * 1.28155**2, rel=1e-4)


@pytest.mark.parametrize("name", LIMITS)
def test_in_a_description_the_method_stands_beside_the_level(name):
    form = shipped(name).form
    assert form.method == "unknown" or f"% ({form.method})" in form.describe()
