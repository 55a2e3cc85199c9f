"""The summary: the same numbers for programs and for humans."""

import copy
import dataclasses
import json
import math
from collections import Counter

import numpy as np
import pytest

from alpfit.chains.summary import FIT_QUALITY, as_text, check_summary, summarise
from alpfit.errors import RunFolderError
from alpfit.inference.fit_quality import NO_DEVIANCE, NOTHING_DRAWN, FitQuality, Quality
from alpfit.inference.session import Account


@pytest.fixture
def summary(samples):
    account = Account(
        n_calls=12345,
        likelihood_s=40.0,
        elapsed_s=61.7,
        failures=Counter({"no relic density": 12, "r must be between 0.01 and 0.99": 30}),
        first_call_s=2.5,
        share_without_likelihood=0.125,
    )
    trust = {"diagnostics": {"insertion rank p-value": 0.25}, "shortfalls": ("raise max_calls",)}
    return summarise(dataclasses.replace(samples, **trust), account)


def test_it_survives_json(summary):
    assert json.loads(json.dumps(summary)) == summary


def test_it_has_an_interval_for_every_parameter_and_derived_quantity(summary, samples):
    assert list(summary["parameters"]) == list(samples.parameters)
    assert list(summary["derived"]) == list(samples.derived)
    for group in ("parameters", "derived"):
        for interval in summary[group].values():
            edges = [interval[key] for key in ("lower_95", "lower_68", "median", "upper_68", "upper_95")]
            assert edges == sorted(edges)
            assert edges[0] < edges[-1]


def test_its_intervals_hold_the_probability_they_say(summary, samples):
    values, interval = samples.parameters["m_a"], summary["parameters"]["m_a"]
    for level, probability in (("68", 0.68), ("95", 0.95)):
        inside = (values >= interval[f"lower_{level}"]) & (values <= interval[f"upper_{level}"])
        assert samples.weights[inside].sum() == pytest.approx(probability, abs=0.02)
    assert samples.weights[values < interval["median"]].sum() == pytest.approx(0.5, abs=0.02)


def test_its_best_fit_is_the_sample_with_the_largest_likelihood(summary, samples):
    best = int(np.argmax(samples.log_l))
    fit = summary["best_fit"]
    assert fit["parameters"] == {name: values[best] for name, values in samples.parameters.items()}
    assert fit["derived"] == {name: values[best] for name, values in samples.derived.items()}
    assert fit["log_likelihood_total"] == samples.log_l.max()
    assert sum(fit["log_likelihood"].values()) == pytest.approx(fit["log_likelihood_total"], rel=1e-13)


def test_it_has_the_evidence_and_the_cost(summary, samples):
    assert (summary["log_z"], summary["log_z_error"]) == (7.25, 0.125)
    assert (summary["n_calls"], summary["n_samples"], summary["run_time_s"]) == (12345, 600, 61.7)
    assert summary["n_eff"] == samples.n_eff


def test_the_text_has_a_line_of_numbers_for_every_quantity(summary):
    lines = as_text(summary).splitlines()
    for group in ("parameters", "derived"):
        for name, interval in summary[group].items():
            (line,) = [line for line in lines if line.startswith(f"{name} ")]
            columns = [interval[key] for key in ("median", "lower_68", "upper_68", "lower_95", "upper_95")]
            columns.append(summary["best_fit"][group][name])
            assert line.removeprefix(name).split() == [f"{value:.4g}" for value in columns]


def test_the_text_has_the_best_fit_the_evidence_and_the_cost(summary):
    text = as_text(summary)
    fit = summary["best_fit"]
    for name, log_l in (*fit["log_likelihood"].items(), ("total", fit["log_likelihood_total"])):
        assert any(line.split() == [name, f"{log_l:.3f}"] for line in text.splitlines()), name
    assert "ln Z = 7.250 +- 0.125" in text
    assert "12345 likelihood calls in 62 s (200 per s)" in text
    assert f"600 samples, worth {summary['n_eff']:.0f} independent ones" in text


def test_it_says_what_to_think_of_the_run(summary):
    assert summary["diagnostics"] == {"insertion rank p-value": 0.25}
    assert summary["failures"] == {"r must be between 0.01 and 0.99": 30, "no relic density": 12}
    assert summary["prior_share_without_likelihood"] == 0.125
    assert summary["calls_per_s"] == pytest.approx(12345 / 61.7)
    assert (summary["likelihood_time_s"], summary["first_call_s"]) == (40.0, 2.5)
    assert summary["shortfalls"] == ["raise max_calls"]
    lines = as_text(summary).splitlines()
    for line in (
        "insertion rank p-value: 0.25",
        "prior volume without a likelihood: 12.5 %",
        "  30 calls failed: r must be between 0.01 and 0.99",
        "target missed: raise max_calls",
    ):
        assert line in lines


def test_a_run_without_an_evidence_says_nothing_of_it(samples):
    summary = summarise(dataclasses.replace(samples, log_z=None, log_z_error=None), Account())
    assert summary["log_z"] is None
    assert "ln Z" not in as_text(summary)


def test_the_columns_of_the_text_line_up(summary):
    header, first, second, *_ = as_text(summary).splitlines()
    assert len(header) == len(first) == len(second)


def test_numbers_that_were_not_looked_up_are_told_of_beside_their_likelihood(samples):
    (name, *_) = samples.log_l_by_entry
    doubted = summarise(samples, Account(), {name: "recalled, not looked up"})
    assert doubted["numbers"] == {name: "recalled, not looked up"}
    (line,) = (line for line in as_text(doubted).splitlines() if line.startswith(f"  {name} "))
    assert line.endswith("  numbers recalled, not looked up")
    assert "recalled" not in as_text(summarise(samples, Account()))
    older = {key: value for key, value in doubted.items() if key != "numbers"}
    assert as_text(older) == as_text(summarise(samples, Account()))


# goodness of fit


@pytest.fixture
def fitted(summary, samples):
    """The same with how well the best fit fits, each measurement in its own way."""
    kinds = [Quality(3.25, 5, 0.625, 200), Quality(1.5, 1, math.nan, 0, NOTHING_DRAWN)]
    by_entry = dict.fromkeys(samples.log_l_by_entry, Quality(math.nan, 0, math.nan, 0, NO_DEVIANCE))
    by_entry |= dict(zip(by_entry, kinds, strict=False))
    return {**summary, FIT_QUALITY: FitQuality(by_entry, kinds[0], 4).as_record()}


def test_it_says_how_well_each_measurement_is_fitted_and_which_have_nothing_to_say(fitted, samples):
    first, second, *others = samples.log_l_by_entry
    lines = as_text(fitted).splitlines()

    def of(name):
        return next(line for line in lines if line.startswith(f"  {name} "))

    assert of(first).endswith("  deviance 3.25 of 5 numbers, p = 0.62")
    assert of(second).endswith("  deviance 1.5 of 1 number")
    assert of("all with toy data").endswith("  deviance 3.25 of 5 numbers, p = 0.62")
    assert "p-values by 200 toy data sets, to which the parameters are not fitted: they are too large" in lines
    if others:
        assert f"no deviance, being limits or others' likelihoods: {', '.join(others)}" in lines


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("n_parameters",), "four"),
        (("all_together", "deviance"), "small"),
        (("all_together", "why"), 3),
        (("all_together",), {}),
        (("likelihoods",), {"an unknown one": {}}),
    ],
)
def test_a_fault_in_how_well_it_fits_is_told(fitted, samples, place, value, tmp_path):
    check_summary(tmp_path, fitted, samples)
    wrong = copy.deepcopy(fitted)
    table = wrong[FIT_QUALITY]
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = value
    with pytest.raises(RunFolderError, match="is no summary of this run, see fit_quality"):
        check_summary(tmp_path, wrong, samples)
