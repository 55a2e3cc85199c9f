"""Insertion ranks of nested sampling."""

import numpy as np
import pytest

from alpfit.inference.diagnostics import insertion_rank_p_value, insertion_ranks, known, split_r_hat


def nested_run(n_live, n_steps, rng, draw):
    """ln L and birth of a run of perfect nested sampling, where ``draw`` gives a new ln L above a threshold."""
    live, born = np.sort(rng.random(n_live)), np.full(n_live, -np.inf)
    log_l, birth = [], []
    for _ in range(n_steps):
        worst = int(np.argmin(live))
        threshold = live[worst]
        log_l.append(threshold)
        birth.append(born[worst])
        live[worst], born[worst] = draw(threshold), threshold
    order = np.argsort(live)
    return np.array([*log_l, *live[order]]), np.array([*birth, *born[order]])


def test_the_rank_is_the_share_of_live_points_below():
    # three live points; when the worst (1) died the new one came in at 3.5, between 3 and 4
    log_l, birth = np.array([1.0, 3.0, 3.5, 4.0]), np.array([-np.inf, -np.inf, 1.0, -np.inf])
    np.testing.assert_allclose(insertion_ranks(log_l, birth, seed=1), [(1 + 0.5) / 3])


@pytest.mark.parametrize("seed", range(3))
def test_independent_draws_have_uniform_ranks(seed):
    rng = np.random.default_rng(seed)
    log_l, birth = nested_run(50, 400, rng, lambda low: low + (1.0 - low) * rng.random())
    ranks = insertion_ranks(log_l, birth, seed=1)
    assert ranks.mean() == pytest.approx(0.5, abs=4.0 / np.sqrt(12 * ranks.size))
    assert insertion_rank_p_value(log_l, birth, seed=1) > 0.001


def test_draws_that_stay_near_their_threshold_are_found_out():
    rng = np.random.default_rng(1)
    log_l, birth = nested_run(200, 100, rng, lambda low: low + 0.1 * (1.0 - low) * rng.random())
    assert insertion_rank_p_value(log_l, birth, seed=1) < 1e-6


def test_points_from_the_prior_alone_have_no_ranks():
    assert np.isnan(insertion_rank_p_value(np.arange(5.0), np.full(5, -np.inf), seed=1))


@pytest.mark.parametrize("seed", range(5))
def test_places_among_points_of_the_same_likelihood_are_drawn_at_random(seed):
    rng = np.random.default_rng(seed)
    log_l, birth = nested_run(100, 100, rng, lambda low: low + (1.0 - low) * rng.random())
    # a plateau at 0.4, which most new points come to lie on
    log_l, birth = np.minimum(log_l, 0.4), np.minimum(birth, 0.4)
    assert np.count_nonzero(log_l == 0.4) > 50
    ranks = insertion_ranks(log_l, birth, seed)
    assert insertion_rank_p_value(log_l, birth, seed) > 0.001
    np.testing.assert_array_equal(ranks, insertion_ranks(log_l, birth, seed))
    assert not np.array_equal(ranks, insertion_ranks(log_l, birth, seed + 1))


def test_a_likelihood_that_is_the_same_everywhere_leaves_the_test_without_an_answer():
    log_l, birth = np.zeros(40), np.where(np.arange(40) < 20, -np.inf, 0.0)
    assert insertion_ranks(log_l, birth, seed=1).size == 0
    assert np.isnan(insertion_rank_p_value(log_l, birth, seed=1))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_a_finite_number_is_not_known(value):
    assert known(value) is None
    assert known(0.25) == 0.25


def test_chains_of_three_steps_say_nothing_of_their_convergence():
    assert np.isnan(split_r_hat(np.arange(12.0).reshape(4, 3)))
