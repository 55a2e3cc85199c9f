"""The derivatives of a binned measurement's likelihood, by finite differences."""

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms.binned.density import fill_gradient, fill_hessian, log_likelihood
from alpfit.likelihoods.forms.binned.rates import Model, empty_scratch

Array = NDArray[np.float64]


def assert_derivatives_hold(model: Model, alphas: Array, events: Array) -> None:
    """The gradient and the Hessian of -ln L at the nuisances ``alphas`` are those of finite differences."""
    scratch, h = empty_scratch(model), 1e-5

    def value(point: Array) -> float:
        return -log_likelihood(point, 1.0, events, model, scratch)

    def gradient(point: Array) -> Array:
        value(point)
        result = np.empty(point.size)
        fill_gradient(point, model, scratch, result)
        return result

    steps = h * np.eye(alphas.size)
    slopes = [(value(alphas + step) - value(alphas - step)) / (2.0 * h) for step in steps]
    curvature = [(gradient(alphas + step) - gradient(alphas - step)) / (2.0 * h) for step in steps]
    np.testing.assert_allclose(gradient(alphas), slopes, rtol=1e-7, atol=1e-8)
    fill_hessian(model, scratch, True)
    np.testing.assert_allclose(np.triu(scratch.hessian), np.triu(curvature), rtol=1e-6, atol=1e-7)
