"""Insertion ranks of nested sampling."""

import numpy as np
import pytest

from alpfit.inference.diagnostics import insertion_rank_p_value, insertion_ranks


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
    np.testing.assert_allclose(insertion_ranks(log_l, birth), [(1 + 0.5) / 3])


@pytest.mark.parametrize("seed", range(3))
def test_independent_draws_have_uniform_ranks(seed):
    rng = np.random.default_rng(seed)
    log_l, birth = nested_run(50, 400, rng, lambda low: low + (1.0 - low) * rng.random())
    ranks = insertion_ranks(log_l, birth)
    assert ranks.mean() == pytest.approx(0.5, abs=4.0 / np.sqrt(12 * ranks.size))
    assert insertion_rank_p_value(log_l, birth) > 0.001


def test_draws_that_stay_near_their_threshold_are_found_out():
    rng = np.random.default_rng(1)
    log_l, birth = nested_run(200, 100, rng, lambda low: low + 0.1 * (1.0 - low) * rng.random())
    assert insertion_rank_p_value(log_l, birth) < 1e-6


def test_points_from_the_prior_alone_have_no_ranks():
    assert np.isnan(insertion_rank_p_value(np.arange(5.0), np.full(5, -np.inf)))
