"""Runs with different seeds: merged by their evidence, and compared."""

import dataclasses

import numpy as np
import pytest

from alpfit.inference.merging import merge
from alpfit.inference.samples import LOST, Samples


def one(seed, *, n=400, shift=0.0, log_z=-3.0, error=0.1, birth=False):
    """Samples of a standard normal x."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.normal(shift, 1.0, n))
    log_l = np.sort(rng.random(n))
    return Samples(
        parameters={"x": x},
        derived={"x squared": x**2},
        log_l_by_entry={"only": log_l},
        log_l=log_l,
        log_weights=np.full(n, -np.log(n)),
        log_z=log_z,
        log_z_error=error,
        n_calls=10 * n,
        log_l_birth=np.where(np.arange(n) < 50, -np.inf, np.roll(log_l, 50)) if birth else None,
    )


def test_everything_is_there_once():
    runs = [one(seed) for seed in range(3)]
    merged = merge(runs)
    np.testing.assert_array_equal(merged.parameters["x"], np.concatenate([r.parameters["x"] for r in runs]))
    np.testing.assert_array_equal(merged.log_l, merged.log_l_by_entry["only"])
    assert merged.weights.sum() == pytest.approx(1.0, rel=1e-12)
    assert merged.n_calls == 12000
    assert merged.shortfalls == ()


def test_the_evidence_is_the_mean_and_its_error_falls_with_their_number():
    merged = merge([one(seed, log_z=-3.0) for seed in range(4)])
    assert merged.log_z == pytest.approx(-3.0, rel=1e-12)
    assert merged.log_z_error == pytest.approx(0.05, rel=1e-12)
    uneven = merge([one(0, log_z=np.log(1.0)), one(1, log_z=np.log(3.0))])
    assert uneven.log_z == pytest.approx(np.log(2.0), rel=1e-12)


def test_what_bounds_lose_does_not_get_less_with_the_number_of_runs():
    runs = [dataclasses.replace(one(seed, error=0.13), diagnostics={LOST: 0.03}) for seed in range(4)]
    merged = merge(runs)
    assert merged.log_z_error == pytest.approx(0.1 / 2.0 + 0.03, rel=1e-12)
    assert merged.diagnostics[LOST] == pytest.approx(0.03, rel=1e-12)


def test_a_run_weighs_as_much_as_its_evidence():
    merged = merge([one(0, log_z=np.log(1.0), n=100), one(1, log_z=np.log(3.0), n=700)])
    assert merged.weights[:100].sum() == pytest.approx(0.25, rel=1e-12)


def test_without_an_evidence_each_sample_counts_the_same():
    merged = merge([one(0, log_z=None, error=None, n=100), one(1, log_z=None, error=None, n=300)])
    assert (merged.log_z, merged.log_z_error) == (None, None)
    np.testing.assert_allclose(merged.weights, 1.0 / 400)


def test_a_scatter_beyond_the_errors_is_the_error_and_is_told():
    merged = merge([one(0, log_z=-3.0), one(1, log_z=-2.0)])
    assert merged.log_z_error == pytest.approx(0.5, rel=1e-12)
    assert merged.diagnostics["ln Z spread p-value"] < 1e-10
    (sentence,) = merged.shortfalls
    assert sentence.startswith("the seeds' ln Z differ by more than their errors allow (p = 2e-12)")


def test_means_that_differ_are_told_with_their_parameter():
    merged = merge([one(0), one(1, shift=1.0)])
    (sentence,) = merged.shortfalls
    assert sentence.startswith("the seeds' means of x differ by ")
    expected = 1.0 / np.sqrt(2.0 / 400)
    assert merged.diagnostics["largest shift of a mean"] == pytest.approx(expected, rel=0.2)


def test_what_a_run_has_missed_is_still_missed():
    short = dataclasses.replace(one(0), shortfalls=("raise max_calls",))
    assert merge([short, one(1), short]).shortfalls == ("raise max_calls",)


def test_births_stay_where_all_have_them():
    assert merge([one(0), one(1, birth=True)]).log_l_birth is None
    both = merge([one(0, birth=True), one(1, birth=True)])
    assert both.log_l_birth.size == 800
    np.testing.assert_array_equal(np.isneginf(both.log_l_birth), np.tile(np.arange(400) < 50, 2))
    assert both.diagnostics["insertion rank p-value"] < 1e-6  # each point came in above all of its own run
