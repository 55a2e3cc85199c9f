"""Toy data scatter around the truth as the likelihood says that real ones do."""

import dataclasses

import numpy as np
import pytest
from shipped_entries import shipped

from alpfit.likelihoods import load, names

DRAWN = {"gaussian", "counting", "binned"}
BELLE2 = "BR(B+->K+ a(inv))"


def truth(**values):
    return {name.replace("__", "->"): np.array([value]) for name, value in values.items()}


def drawn(measurement, predictions, n, seed=7):
    rng = np.random.default_rng(seed)
    return [measurement.toy(predictions, rng) for _ in range(n)]


def test_a_value_scatters_by_its_error_around_the_truth():
    planck = load("planck_relic_2018", {"relative_theory_error": 0.0})
    values = np.array([m.form.value for m in drawn(planck, truth(Omega_h2=0.13), 4000)])
    assert values.mean() == pytest.approx(0.13, abs=4.0 * 0.0012 / np.sqrt(4000))
    assert values.std() == pytest.approx(float(np.linalg.norm(planck.form.errors_up)), rel=0.05)


def test_an_error_that_is_larger_upwards_pushes_values_down():
    """A truth above the value costs in units of the upper error, so that values below it scatter by that."""
    belle2 = shipped("belle2_bknunu_2023")
    form = belle2.form.model_copy(update={"errors_up": [9e-6], "errors_down": [3e-6], "standard_model_error": 0.0})
    belle2 = dataclasses.replace(belle2, form=form)
    true = 1e-5 + form.standard_model
    values = np.array([m.form.value for m in drawn(belle2, {BELLE2: np.array([1e-5])}, 4000)])
    below, above = true - values[values < true], values[values > true] - true
    assert below.size / values.size == pytest.approx(0.75, abs=0.03)
    assert np.sqrt(np.mean(below**2)) == pytest.approx(9e-6, rel=0.05, abs=0.0)
    assert np.sqrt(np.mean(above**2)) == pytest.approx(3e-6, rel=0.08, abs=0.0)


def test_counts_scatter_by_poisson_and_background():
    babar = shipped("babar_bknunu_2013")
    form = babar.form
    signal = 20.0 / form.events_per_unit - form.standard_model
    predictions = {form.observable: np.array([signal]), "m_a": np.array([2.0])}
    counts = np.array([m.form.n_observed for m in drawn(babar, predictions, 4000)])
    expected = 20.0 + form.background
    assert counts.mean() == pytest.approx(expected, rel=0.02)
    assert counts.var() == pytest.approx(expected + form.background_error**2, rel=0.1)


def test_a_spectrum_s_counts_scatter_around_what_is_expected_and_are_fitted_anew():
    belle2 = shipped("belle2_bknunu_q2_2025")
    predictions = {BELLE2: np.array([8e-6]), "m_a": np.array([2.1])}
    toys = drawn(belle2, predictions, 60)
    counts = np.array([m.form.spectrum.model.observed for m in toys])
    form = belle2.form
    events = form.events(np.array([8e-6]), np.array([2.1]))[0]
    nominal = form.rates(events, np.zeros(len(form.spectrum.parameters)), np.ones(len(form.spectrum.cells)))
    spread = counts.std(axis=0, ddof=1) / np.sqrt(60)
    assert np.mean(np.abs(counts.mean(axis=0) - nominal) < 3.0 * np.maximum(spread, 1e-9)) > 0.85
    assert (counts.std(axis=0) > 0.8 * np.sqrt(nominal)).mean() > 0.8
    assert toys[0].loglike(predictions) != pytest.approx(belle2.loglike(predictions), abs=1e-3)
    changed, bins = toys[0].form.spectrum, list(form.spectrum.bins)
    own = [changed.model.observed[bins.index(place)] for place in form.spectrum.response.bins]
    np.testing.assert_array_equal(changed.observed, own)


def test_the_truth_is_about_as_likely_as_the_best_rate_for_toys_of_itself():
    """Twice the loss of ln L at the truth is about a chi^2 of one degree of freedom at a fixed mass."""
    belle2 = shipped("belle2_bknunu_q2_2025")
    truth_at = {BELLE2: np.array([1.5e-5]), "m_a": np.array([2.1])}
    scan = {BELLE2: np.linspace(0.0, 5e-5, 101), "m_a": np.full(101, 2.1)}
    losses = [2.0 * (m.loglike(scan).max() - m.loglike(truth_at)[0]) for m in drawn(belle2, truth_at, 40)]
    assert 0.4 < np.mean(losses) < 2.2
    assert np.mean(np.array(losses) < 1.0) == pytest.approx(0.68, abs=0.25)


@pytest.mark.parametrize("name", names())
def test_only_what_is_known_as_data_is_drawn(name):
    entry = shipped(name)
    predictions = {observable: np.array([0.5]) for observable in entry.observables}
    new = entry.toy(predictions, np.random.default_rng(1))
    assert (new is not None) == (entry.form_name in DRAWN)
    if new is not None:
        assert (new.name, new.digest) == (entry.name, entry.digest)
        assert type(new.form) is type(entry.form)
