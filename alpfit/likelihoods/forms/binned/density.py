"""The likelihood of the nuisances, with the statistical factors of the cells eliminated, and its derivatives.

A cell's statistical factor gamma ~ N(g, s), with g = 1 but for Asimov data, multiplies its rate G. For bin counts n,
with the sums over a bin's cells Lambda = sum g G and V = sum (s G)^2, the best factors given the expected events lambda
cost (lambda - Lambda)^2/(2 V), so

    max_gamma ln L = max_lambda [n ln(lambda/n) - (lambda - n) - (lambda - Lambda)^2/(2 V)],

    lambda^2 - (Lambda - V) lambda - n V = 0,    gamma = g + s^2 G r,    r = n/lambda - 1 = (lambda - Lambda)/V

(the elimination of R. Barlow and C. Beeston, Comput. Phys. Commun. 77 (1993) 219, with a Gaussian for each cell). V has
1e-8 added, an error of 1e-4 events on the whole bin, which keeps lambda positive whatever the nuisances are.
"""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms.binned.rates import Model, Scratch, fill_cells
from alpfit.numerics.compile import inner_kernel, kernel

Array = NDArray[np.float64]


@inner_kernel
def expected_count(n: float, rate: float, variance: float) -> tuple[float, float]:
    """The best expected events, and r."""
    shift = rate - variance
    root = math.sqrt(shift * shift + 4.0 * n * variance)
    expected = 0.5 * (shift + root) if shift > 0.0 else 2.0 * n * variance / (root - shift)
    if expected > 0.0 and n * variance <= expected * max(expected, abs(rate)):
        return expected, n / expected - 1.0
    return expected, (expected - rate) / variance  # the same without the cancellation where the variance is large


@kernel
def log_likelihood(alphas: Array, strength: float, events: Array, model: Model, scratch: Scratch) -> float:
    """max_gamma ln L, relative to expected = observed everywhere, with the constraints 1 at their centres."""
    fill_cells(alphas, strength, events, model, scratch)
    total = 0.0
    for k in range(alphas.size):
        total -= 0.5 * model.precision[k] * (alphas[k] - model.centre[k]) ** 2
    for i in range(model.observed.size):
        n, rate, variance = model.observed[i], 0.0, 1e-8
        for c in range(model.first_cell[i], model.first_cell[i + 1]):
            rate += model.factor[c] * scratch.cells[c, 1]
            variance += (model.spread[c] * scratch.cells[c, 1]) ** 2
        expected, residual = expected_count(n, rate, variance)
        total -= expected - n + 0.5 * variance * residual * residual
        if n > 0.0:
            total += n * math.log(expected / n)
        scratch.bins[i, 0], scratch.bins[i, 1] = rate, expected
        scratch.bins[i, 2], scratch.bins[i, 3] = variance, residual
    return total


@inner_kernel
def fill_gradient(
    alphas: Array, strength: float, events: Array, model: Model, scratch: Scratch, gradient: Array
) -> None:
    """Gradient of -max_gamma ln L at the point that ``scratch`` was filled at; keeps what the Hessian needs.

    The derivative with respect to a cell's rate is r gamma, and dG = G' + G f'/f for its shapes and its norms.
    """
    for k in range(alphas.size):
        gradient[k] = model.precision[k] * (alphas[k] - model.centre[k])
    for i in range(model.observed.size):
        residual = scratch.bins[i, 3]
        pulled = scratch.pulled[i]
        pulled[:] = 0.0
        for c in range(model.first_cell[i], model.first_cell[i + 1]):
            factor, rate = scratch.cells[c, 0], scratch.cells[c, 1]
            own, relative = 1.0, 0.0
            if model.signal[c] >= 0:
                own, relative = strength, events[model.signal[c]] / model.nominal[c]
            gamma = model.factor[c] + model.spread[c] * model.spread[c] * rate * residual
            for t in range(model.first_term[c], model.first_term[c + 1]):
                k = model.parameter[t]
                weight = factor * (own + model.carried[t] * relative)
                slope = weight * (model.slope[t] + model.bend[t] * scratch.bends[k, 1])
                if model.norm[t] >= 0:
                    slope += rate * scratch.norms[model.norm[t], 1]
                scratch.slopes[t] = slope
                gradient[k] -= residual * gamma * slope
                pulled[k] += (2.0 * gamma - model.factor[c]) * slope


@inner_kernel
def fill_hessian(strength: float, events: Array, model: Model, scratch: Scratch, exact: bool, hessian: Array) -> None:
    """Hessian (upper triangle) of -max_gamma ln L at the point of :func:`fill_gradient`.

    With w = n/(lambda^2 + n V), the expected events' curvature after the elimination, and P the constraints' inverse
    variances, it is

        P + sum_bins w u u^T - sum_cells [(r s)^2 dG dG^T + r gamma ddG],    u = sum_cells (g + 2 r s^2 G) dG.

    Without ``exact`` the sum over cells is left out, which leaves it positive definite.
    """
    hessian[:] = 0.0
    for k in range(hessian.shape[0]):
        hessian[k, k] = model.precision[k]
    for i in range(model.observed.size):
        n, expected, variance = model.observed[i], scratch.bins[i, 1], scratch.bins[i, 2]
        weight = n / (expected * expected + n * variance) if expected > 0.0 else 1.0 / variance
        last = hessian.shape[0]
        while last > 0 and scratch.pulled[i, last - 1] == 0.0:
            last -= 1
        for k in range(last):
            scaled = weight * scratch.pulled[i, k]
            row, pulled = hessian[k, k:last], scratch.pulled[i, k:last]  # plain indices let the compiler use vectors
            for j in range(row.size):
                row[j] += scaled * pulled[j]
    if exact:
        subtract_cells(strength, events, model, scratch, hessian)


@inner_kernel
def subtract_cells(strength: float, events: Array, model: Model, scratch: Scratch, hessian: Array) -> None:
    """Subtract (r s)^2 dG dG^T + r gamma ddG of all cells from the upper triangle.

    With the norms' p = f'/f, q = f''/f and the shapes' part h = dG - G p of the slope,

        ddG_kl = p_k dG_l + h_k p_l    for k != l,    ddG_kk = 2 p_k h_k + G q_k + G''.
    """
    parameter, slopes, norm = model.parameter, scratch.slopes, model.norm
    for i in range(model.observed.size):
        residual = scratch.bins[i, 3]
        for c in range(model.first_cell[i], model.first_cell[i + 1]):
            factor, rate = scratch.cells[c, 0], scratch.cells[c, 1]
            own, relative = 1.0, 0.0
            if model.signal[c] >= 0:
                own, relative = strength, events[model.signal[c]] / model.nominal[c]
            square = (residual * model.spread[c]) ** 2
            pull = residual * (model.factor[c] + model.spread[c] * model.spread[c] * rate * residual)
            begin, end = model.first_term[c], model.first_term[c + 1]
            for t in range(begin, end):
                k, first = parameter[t], 0.0
                curve = factor * (own + model.carried[t] * relative) * model.bend[t] * scratch.bends[k, 2]
                if norm[t] >= 0:
                    first = scratch.norms[norm[t], 1]
                    curve += rate * (scratch.norms[norm[t], 2] - first * first)
                    for other in range(begin, t + 1):
                        shape = slopes[other] - (rate * scratch.norms[norm[other], 1] if norm[other] >= 0 else 0.0)
                        hessian[parameter[other], k] -= pull * shape * first
                hessian[k, k] -= pull * curve
                scaled = square * slopes[t] + pull * first
                for other in range(t, end):
                    hessian[k, parameter[other]] -= scaled * slopes[other]
