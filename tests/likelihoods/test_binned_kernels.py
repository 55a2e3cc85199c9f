"""The compiled kernels of the binned form: their derivatives, their interpolations, their twins in plain Python."""

import copy

import numpy as np
import pytest
from derivatives import assert_derivatives_hold

from alpfit.likelihoods.forms.binned.build import norm_row
from alpfit.likelihoods.forms.binned.density import (
    expected_count,
    fill_gradient,
    fill_hessian,
    fill_slopes,
    log_likelihood,
    subtract_cells,
)
from alpfit.likelihoods.forms.binned.line import line_events, within_reach
from alpfit.likelihoods.forms.binned.profile import (
    Start,
    assign,
    laplace_correction,
    laplace_corrections,
    newton_step,
    profile_point,
    profile_points,
)
from alpfit.likelihoods.forms.binned.rates import bend_at, empty_scratch, fill_cells, norm_at

EVENTS = np.array([3.0, 8.0])


@pytest.mark.parametrize("alphas", [(0.3, -0.8, 0.4, 0.2), (1.7, -1.2, 2.5, -3.0)])
def test_gradient_and_hessian_are_those_of_finite_differences(binned, alphas):
    assert_derivatives_hold(binned().spectrum.model, np.array(alphas), EVENTS)


@pytest.mark.parametrize("alpha", [-1.7, -1.0, -0.6, 0.0, 0.4, 1.0, 2.3])
def test_interpolations_meet_their_ends_and_have_two_continuous_derivatives(alpha):
    row, h = norm_row(1.2, 0.85), 1e-5
    assert norm_at(1.0, row)[0] == pytest.approx(1.2, rel=1e-12)
    assert norm_at(-1.0, row)[0] == pytest.approx(0.85, rel=1e-12)
    assert norm_at(0.0, row)[0] == 1.0
    assert bend_at(1.0)[0] == bend_at(-1.0)[0] == 8.0
    below, at, above = (bend_at(x) for x in (alpha - h, alpha, alpha + h))
    assert at[1] == pytest.approx((above[0] - below[0]) / (2.0 * h), rel=1e-6, abs=1e-8)
    assert at[2] == pytest.approx((above[1] - below[1]) / (2.0 * h), rel=1e-3, abs=1e-2)
    below, at, above = (norm_at(x, row) for x in (alpha - h, alpha, alpha + h))
    assert at[1] * at[0] == pytest.approx((above[0] - below[0]) / (2.0 * h), rel=1e-6)
    slopes = (above[1] * above[0] - below[1] * below[0]) / (2.0 * h)
    assert at[2] * at[0] == pytest.approx(slopes, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("n", [0.0, 1.0, 30.0])
@pytest.mark.parametrize("rate", [-4.0, 0.0, 0.3, 25.0, 1e7])
@pytest.mark.parametrize("variance", [1e-8, 0.2, 40.0, 1e12])
def test_the_expected_events_are_the_best_ones(n, rate, variance):
    expected, residual = expected_count(n, rate, variance)
    assert expected >= 0.0
    assert np.isfinite(residual)

    def log_l(x):
        return (n * np.log(x) if n > 0.0 else 0.0) - x - 0.5 * (x - rate) ** 2 / variance

    at = max(expected, 1e-12)
    around = [log_l(at * factor) for factor in (0.99, 1.0 - 1e-4, 1.0 + 1e-4, 1.01)]
    assert log_l(at) >= max(around) - 1e-9 * (1.0 + abs(log_l(at)))
    if expected > 0.0:
        assert residual == pytest.approx(n / expected - 1.0, abs=1e-6 * max(1.0, n / expected))


def test_more_events_than_can_be_told_apart_are_scaled_down_smoothly():
    observed = np.array([9.0, 4.0])
    events, loss = within_reach(np.array([[49.0, 1.0], [50.0, 25.0], [100.0, 1.0], [1e6, 1e7]]), observed)
    np.testing.assert_allclose(events, [[49.0, 1.0], [50.0, 25.0], [50.0, 0.5], [2.5, 25.0]])
    np.testing.assert_allclose(loss, [0.0, 0.0, np.log(2.0), np.log(4e5)])


def everything_after(function, arguments):
    """All numbers that a call returns and all that its arguments then hold."""

    def numbers(value):
        if isinstance(value, tuple):
            return [number for item in value for number in numbers(item)]
        return [] if value is None else np.ravel(value).astype(float).tolist()

    own = copy.deepcopy(arguments)
    return numbers(function(*own)) + numbers(own)


def test_each_kernel_agrees_with_its_python_twin(binned):
    form = binned()
    model, alphas = form.spectrum.model, np.array([0.3, -0.8, 1.4, 0.2])
    scratch, positive = empty_scratch(model), np.eye(4) + 0.1
    for array in scratch:
        array[:] = 0.0
    point = (alphas, 1.0, EVENTS, model, scratch)
    filled = copy.deepcopy(scratch)
    log_likelihood(alphas, 1.0, EVENTS, model, filled)
    fill_gradient(alphas, model, filled, np.empty(4))
    response = form.spectrum.response
    calls = {
        bend_at: (0.4,),
        norm_at: (0.4, norm_row(1.2, 0.85)),
        expected_count: (3.0, 2.0, 0.5),
        line_events: (np.array([1e-6]), np.array([1.2]), response.edges, response.events, 0.3),
        fill_cells: point,
        log_likelihood: point,
        fill_gradient: (alphas, model, filled, np.zeros(4)),
        fill_slopes: (model, filled),
        fill_hessian: (model, filled, True),
        subtract_cells: (model, filled),
        newton_step: (positive, np.arange(4.0), np.zeros(4)),
        profile_point: (alphas, np.empty((0, 0)), *point[1:]),
        laplace_correction: point,
        profile_points: (
            Start(alphas, np.empty((0, 0))),
            np.ones(2),
            np.array([EVENTS, 3.0 * EVENTS]),
            model,
            scratch,
        ),
        laplace_corrections: (
            np.stack([alphas, alphas]),
            np.ones(2),
            np.array([EVENTS, 3.0 * EVENTS]),
            model,
            scratch,
        ),
        assign: (np.zeros(3), np.arange(3.0)),
    }
    for kernel, arguments in calls.items():
        twin = everything_after(kernel.py_func, arguments)
        np.testing.assert_allclose(everything_after(kernel, arguments), twin, rtol=1e-7, atol=1e-7, err_msg=str(kernel))
