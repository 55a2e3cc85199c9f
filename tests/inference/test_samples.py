"""Statistics of weighted samples."""

import numpy as np
import pytest

from alpfit.inference.samples import Samples


def samples(values, weights, log_l=None):
    """Samples of one parameter and its square with the given weights, not normalised."""
    values, weights = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    return Samples(
        parameters={"x": values},
        derived={"x squared": values**2},
        log_l_by_entry={},
        log_l=np.zeros(values.size) if log_l is None else np.asarray(log_l),
        log_weights=np.log(weights / weights.sum()),
        log_z=0.0,
        log_z_error=0.1,
        n_calls=1000,
    )


def test_weights_sum_to_one():
    assert samples([1.0, 2.0, 3.0], [1.0, 5.0, 2.0]).weights.sum() == pytest.approx(1.0, rel=1e-14)


def test_columns_are_parameters_and_derived_quantities():
    s = samples([1.0, 3.0], [1.0, 1.0])
    np.testing.assert_array_equal(s.column("x"), [1.0, 3.0])
    np.testing.assert_array_equal(s.column("x squared"), [1.0, 9.0])


def test_the_best_sample_has_the_largest_likelihood():
    assert samples([1.0, 2.0, 3.0], [5.0, 1.0, 1.0], log_l=[-3.0, -1.0, -2.0]).best == 1


def test_the_effective_number_is_that_of_equal_weights():
    assert samples(np.arange(50), np.ones(50)).n_eff == pytest.approx(50.0, rel=1e-12)
    assert samples([0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 1e-300, 1e-300]).n_eff == pytest.approx(2.0, rel=1e-12)


def test_quantiles_of_equal_weights_are_numpys():
    values = np.random.default_rng(1).normal(size=101)
    probabilities = np.array([0.025, 0.16, 0.5, 0.84, 0.975])
    expected = np.quantile(values, probabilities, method="hazen")
    np.testing.assert_allclose(samples(values, np.ones(101)).quantiles("x", probabilities), expected, rtol=1e-12)


def test_quantiles_count_weights():
    # 90 % at -1, 10 % at +1: the median is at -1, the 97.5 % quantile at +1
    values = np.repeat([-1.0, 1.0], 100)
    quantiles = samples(values, np.repeat([9.0, 1.0], 100)).quantiles("x", np.array([0.5, 0.85, 0.975]))
    np.testing.assert_array_equal(quantiles, [-1.0, -1.0, 1.0])


def test_quantiles_of_reweighted_samples_are_those_of_the_target():
    # proposals from N(0, 2), reweighted to N(1, 1)
    values = np.random.default_rng(2).normal(0.0, 2.0, 100_000)
    weights = np.exp(-0.5 * (values - 1.0) ** 2 + 0.5 * (values / 2.0) ** 2)
    quantiles = samples(values, weights).quantiles("x", np.array([0.16, 0.5, 0.84]))
    np.testing.assert_allclose(quantiles, [1.0 - 0.9945, 1.0, 1.0 + 0.9945], rtol=0.0, atol=0.02)


def test_quantiles_do_not_depend_on_the_order_of_the_samples():
    rng = np.random.default_rng(3)
    values, weights, order = rng.normal(size=200), rng.random(200), rng.permutation(200)
    probabilities = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(
        samples(values, weights).quantiles("x", probabilities),
        samples(values[order], weights[order]).quantiles("x", probabilities),
        rtol=1e-12,
    )


@pytest.mark.parametrize("seed", range(5))
def test_equally_weighted_draws_repeat_a_sample_as_often_as_its_weight_says(seed):
    weights = np.random.default_rng(11).exponential(size=300)
    s = samples(np.arange(300), weights)
    draws = s.equally_weighted(np.random.default_rng(seed))
    assert draws.size == int(s.n_eff)
    expected = draws.size * s.weights
    counts = np.bincount(draws, minlength=300)
    # systematic resampling: the expected number, rounded down or up
    assert (counts >= np.floor(expected - 1e-9)).all()
    assert (counts <= np.ceil(expected + 1e-9)).all()


def test_equally_weighted_draws_depend_on_the_seed_alone():
    s = samples(np.arange(300), np.random.default_rng(11).exponential(size=300))
    first, again, other = (s.equally_weighted(np.random.default_rng(seed)) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_single_sample_is_drawn_once():
    assert samples([2.0], [1.0]).equally_weighted(np.random.default_rng(0)).tolist() == [0]
