"""Batches: columns in a fixed order, and reasons that can be counted."""

import numpy as np
import pytest

from alpfit import Fit
from alpfit.inference.batches import VALUE, evaluate_batch, join
from alpfit.relic import Status


@pytest.fixture(scope="module")
def problem(tmp_path_factory):
    """The real scenario, with a prior that reaches out of its domain."""
    path = tmp_path_factory.mktemp("input") / "wide.toml"
    path.write_text(
        'scenario = "invisible"\nlikelihoods = ["belle2_bknunu_2023", "planck_relic_2018"]\n'
        '[relic]\nengine = "cbe"\n[parameters]\nm_a = 1.0\nr = 0.48\n'
        'g_agg = { prior = "log-uniform", min = 1e-12, max = 1e4 }\ng_achi = 1e-4\n'
    )
    return Fit.from_file(path).problem


def test_columns_are_derived_quantities_and_then_likelihoods(problem):
    theta = np.array([[5e-5], [1e-4]])
    batch, point = evaluate_batch(problem, theta), problem.evaluate(theta)
    columns = [*(point.predictions[name] for name in problem.derived), *point.log_l_by_entry.values()]
    np.testing.assert_array_equal(batch.columns, np.stack(columns, axis=1))
    np.testing.assert_array_equal(batch.log_l, point.log_l)
    assert batch.failures == {}


def test_points_that_fail_alike_are_counted_together(problem):
    batch = evaluate_batch(problem, np.array([[2e3], [5e-5], [3e3], [1e-12]]))
    assert np.isfinite(batch.log_l).tolist() == [False, True, False, False]
    reasons = dict(batch.failures)
    assert reasons.pop("g_agg must be between 1e-20 and 1000") == 2
    (reason,) = reasons
    assert reason == f"no relic density: {Status.NEVER_EQUILIBRATED.message}"
    assert reasons[reason] == 1


@pytest.mark.parametrize("status", [status for status in Status if status != Status.OK])
def test_only_the_value_of_a_parameter_is_taken_out_of_a_reason(status):
    """A sentence may hold an equals sign of its own, as in x = 2."""
    assert VALUE.sub("", f"no relic density: {status.message}") == f"no relic density: {status.message}"
    assert VALUE.sub("", "m_a = nan must be between 0.1 and 10") == "m_a must be between 0.1 and 10"


def test_joined_batches_keep_their_order_and_add_their_failures(problem):
    theta = np.array([[2e3], [5e-5], [3e3], [6e-5]])
    whole = evaluate_batch(problem, theta)
    parts = join([evaluate_batch(problem, theta[:1]), evaluate_batch(problem, theta[1:])])
    np.testing.assert_array_equal(parts.log_l, whole.log_l)
    np.testing.assert_array_equal(parts.columns, whole.columns)
    assert parts.failures == whole.failures


@pytest.mark.parametrize("n", [1, 3, 8, 64])
def test_a_point_does_not_depend_on_its_neighbours_bit_for_bit(n):
    problem = Fit.from_file("examples/invisible.toml").problem
    theta = problem.prior_transform(np.random.default_rng(5).random((64, problem.n_dim)))
    alone = np.concatenate([evaluate_batch(problem, theta[i : i + 1]).log_l for i in range(64)])
    together = np.concatenate([evaluate_batch(problem, theta[i : i + n]).log_l for i in range(0, 64, n)])
    np.testing.assert_array_equal(alone, together)
