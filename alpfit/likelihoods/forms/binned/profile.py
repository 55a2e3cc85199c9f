"""The best nuisances of a point, by Newton's method, and Laplace's approximation around them."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms.binned.density import fill_gradient, fill_hessian, log_likelihood
from alpfit.likelihoods.forms.binned.rates import Model, Scratch
from alpfit.numerics.cholesky import factorise_in_place, solve_factorised
from alpfit.numerics.compile import inner_kernel, kernel

Array = NDArray[np.float64]


@inner_kernel
def inner(a: Array, b: Array) -> float:
    """The scalar product of two vectors."""
    total = 0.0
    for k in range(a.size):
        total += a[k] * b[k]
    return total


@inner_kernel
def assign(target: Array, source: Array) -> None:
    """Copy a vector into one of the same size; numba's own way spends a second on the text of an error."""
    for k in range(target.size):
        target[k] = source[k]


class Start(NamedTuple):
    """Where fits begin: ``nuisances (parameters,)`` and the factorised ``hessian`` there, ``(0, 0)`` if unknown."""

    nuisances: Array
    hessian: Array


@inner_kernel
def factorise_hessian(model: Model, scratch: Scratch, exact: bool) -> float:
    """ln det of the factorised Hessian at the point of ``scratch``, of its positive part if it is not positive."""
    log_determinant = math.nan
    if exact:
        fill_hessian(model, scratch, True)
        log_determinant = factorise_in_place(scratch.hessian)
    if math.isnan(log_determinant):
        fill_hessian(model, scratch, False)
        log_determinant = factorise_in_place(scratch.hessian)
    return log_determinant


@inner_kernel
def newton_step(factorised: Array, gradient: Array, step: Array) -> float:
    """Write the ``step`` that is to be taken back from where the ``gradient`` is; what it is to gain."""
    assign(step, gradient)
    solve_factorised(factorised, step)
    return 0.5 * inner(gradient, step)


@inner_kernel
def profile_point(
    alphas: Array, factorised: Array, strength: float, events: Array, model: Model, scratch: Scratch
) -> tuple[float, float]:
    """ln L at the best nuisances, which replace ``alphas``, and what the last Newton step gains.

    Newton steps, halved until they gain, from wherever ``alphas`` starts, the first with the Hessian ``factorised``,
    until one is to gain less than 1e-10, which is taken as it is. A Hessian serves as long as each step leaves at most
    a thirtieth to gain of what there was before it. Then comes one of its own, which is left in ``scratch``: its
    positive part (Gauss and Newton's) while there is much to gain. After 60 steps, or when rounding leaves nothing to
    gain, the best point so far is the answer.
    """
    gradient, step, trial = np.empty(alphas.size), np.empty(alphas.size), np.empty(alphas.size)
    value, gain, enough = log_likelihood(alphas, strength, events, model, scratch), math.inf, 1e-10
    for _ in range(60):
        fill_gradient(alphas, model, scratch, gradient)
        before = gain
        if factorised.size > 0:
            gain = newton_step(factorised, gradient, step)
        if factorised.size == 0 or gain > max(0.03 * before, enough):
            factorise_hessian(model, scratch, before < 0.5)
            factorised = scratch.hessian
            gain = newton_step(factorised, gradient, step)
        if gain < enough:
            for k in range(alphas.size):
                alphas[k] -= step[k]
            return value + gain, gain
        length, gained = 1.0, False
        while length > 1e-9 and not gained:
            for k in range(alphas.size):
                trial[k] = alphas[k] - length * step[k]
            new = log_likelihood(trial, strength, events, model, scratch)
            gained = new > value + 1e-4 * length * gain
            length *= 0.5
        if not gained:
            break
        assign(alphas, trial)
        value = new
    return value, gain


@inner_kernel
def laplace_correction(alphas: Array, strength: float, events: Array, model: Model, scratch: Scratch) -> float:
    """ln of the integral over the nuisances relative to the maximum at ``alphas``, in Laplace's approximation.

    With constraints of unit integral there, and 1 at their centres here, it is

        -1/2 ln det H + 1/2 ln det P - 1/2 sum_bins ln(1 + n V/lambda^2),

    H the Hessian of the profiled density, P the constraints' inverse variances, its prior part, and the sum the
    determinant of the statistical factors over their priors'.
    """
    log_likelihood(alphas, strength, events, model, scratch)
    fill_gradient(alphas, model, scratch, np.empty(alphas.size))
    log_determinant = factorise_hessian(model, scratch, True)
    for k in range(model.precision.size):
        log_determinant -= math.log(model.precision[k])
    for b in range(model.observed.size):
        n, expected, variance = model.observed[b], scratch.bins[b, 1], scratch.bins[b, 2]
        if n > 0.0:
            log_determinant += math.log1p(n * variance / (expected * expected))
    return -0.5 * log_determinant


@kernel
def profile_points(
    start: Start, strengths: Array, events: Array, model: Model, scratch: Scratch
) -> tuple[Array, Array, Array]:
    """For ``n`` points with signal ``strengths (n,)`` and ``events (n, columns)``, each from the same ``start``.

    Returns ln L ``(n,)`` with the nuisances at their best, these ``(n, parameters)``, and what the last Newton step
    gains ``(n,)``; ``scratch`` holds the last Hessian that was needed, factorised.
    """
    log_l, gains = np.empty(strengths.size), np.empty(strengths.size)
    nuisances = np.empty((strengths.size, start.nuisances.size))
    for i in range(strengths.size):
        assign(nuisances[i], start.nuisances)
        log_l[i], gains[i] = profile_point(nuisances[i], start.hessian, strengths[i], events[i], model, scratch)
    return log_l, nuisances, gains


@kernel
def laplace_corrections(nuisances: Array, strengths: Array, events: Array, model: Model, scratch: Scratch) -> Array:
    """:func:`laplace_correction` ``(n,)`` at the best ``nuisances (n, parameters)`` of :func:`profile_points`."""
    corrections = np.empty(strengths.size)
    for i in range(strengths.size):
        corrections[i] = laplace_correction(nuisances[i], strengths[i], events[i], model, scratch)
    return corrections
