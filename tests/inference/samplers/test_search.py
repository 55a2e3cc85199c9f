"""The search for what bounds do not hold: bounds that are boxes around the Gaussian of two parameters."""

import numpy as np
import pytest
from toys import GAUSSIAN_LOG_Z, gaussian, ridges, shelf

from alpfit.inference.samplers.search import Bounds, search

MEAN = np.array([0.6, 0.425])
"""Of the Gaussian, in the unit cube."""


def boxes(*sides, threshold=-8.0, around=MEAN, n_drawn=200):
    """The unit cube, and boxes of the ``sides``."""
    contain = [lambda u: np.full(len(u), True)]
    contain += [lambda u, side=side: (np.abs(u - around) < 0.5 * side).all(axis=1) for side in sides]
    thresholds = np.append(np.full(len(sides), threshold), np.inf)
    return Bounds(contain, thresholds, np.array([2.0 * np.log(side) for side in (1.0, *sides)]) - np.log(n_drawn))


def found(problem, bounds, log_z, n_calls=8000, seed=1):
    """What is missing, and the calls that it took."""
    asked = []

    def log_l(theta):
        asked.append(len(theta))
        return problem.evaluate(theta).log_l

    none = np.zeros((0, problem.n_dim))
    return search(problem, log_l, bounds, log_z, lost=none, n_calls=n_calls, seed=seed), sum(asked)


def test_a_point_is_at_stake_where_the_next_bound_should_hold_it():
    bounds = boxes(0.5, 0.1)
    u = MEAN + np.array([[0.0, 0.0], [0.2, 0.0], [0.2, 0.0], [0.35, 0.0]])
    stakes = bounds.at_stake(u, np.array([0.0, -1.0, -9.0, -1.0]))
    np.testing.assert_allclose(stakes, [-np.inf, -1.0 + np.log(0.25 / 200), -np.inf, -1.0 - np.log(200)], rtol=1e-12)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_missing_from_bounds_that_hold_the_maximum(seed):
    assert found(gaussian(), boxes(0.6, 0.3), GAUSSIAN_LOG_Z, seed=seed)[0] is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_maximum_outside_of_the_bounds_is_found(seed):
    # the bounds hold a part of the cube that has nothing, and what they say of ln Z is too low by 3
    missing, _ = found(gaussian(), boxes(0.1, around=np.array([0.1, 0.1])), GAUSSIAN_LOG_Z - 3.0, seed=seed)
    assert missing.log_l == pytest.approx(0.0, abs=1e-3)
    assert missing.parameters["x"] == pytest.approx(0.2, abs=5e-3)
    assert np.log(missing.parameters["y"]) == pytest.approx(-0.3, abs=1e-2)
    assert missing.log_z > 0.05


def test_a_corner_with_the_maximum_that_bounds_have_cut_off_is_not_told():
    whole = boxes(0.6)

    def without_corner(u):
        return whole.contain[1](u) & (np.abs(u - MEAN) > 2e-3).any(axis=1)

    # few points were drawn, so that each stands for much
    cut = Bounds([whole.contain[0], without_corner], whole.thresholds, np.log([1.0 / 10, 0.36 / 10]))
    assert np.isfinite(cut.at_stake(MEAN[None, :], np.zeros(1))).all()
    assert found(gaussian(), cut, GAUSSIAN_LOG_Z)[0] is None


def test_a_plateau_ends_no_search_early():
    assert found(shelf(), boxes(0.9, threshold=-1.0), -0.2)[0] is None


def test_nothing_is_found_where_nothing_has_a_likelihood():
    assert found(gaussian(-2.0), boxes(0.1), -5.0) == (None, 64)


def test_calls_are_few_on_a_ridge_that_no_descent_comes_to_the_end_of():
    everything = Bounds([lambda u: np.full(len(u), True)], np.array([np.inf]), np.zeros(1))
    missing, calls = found(ridges(), everything, 10.0, n_calls=36_000)
    assert missing is None
    assert 512 < calls < 0.03 * 36_000
