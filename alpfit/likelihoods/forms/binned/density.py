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

from alpfit.likelihoods.forms.binned.rates import Model, Scratch, fill_cells, start_of
from alpfit.numerics.compile import inner_kernel

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


@inner_kernel
def log_likelihood(alphas: Array, strength: float, events: Array, model: Model, scratch: Scratch) -> float:
    """max_gamma ln L, relative to expected = observed everywhere, with the constraints 1 at their centres."""
    fill_cells(alphas, strength, events, model, scratch)
    total = 0.0
    for k in range(alphas.size):
        total -= 0.5 * model.precision[k] * (alphas[k] - model.centre[k]) ** 2
    bins = scratch.bins
    for i in range(model.observed.size):
        bins[i, 0], bins[i, 2] = 0.0, 1e-8
    for c in range(model.nominal.size):
        rate, own = scratch.rates[c], model.bin[c]
        bins[own, 0] += model.factor[c] * rate
        bins[own, 2] += (model.spread[c] * rate) ** 2
    for i in range(model.observed.size):
        n, variance = model.observed[i], bins[i, 2]
        expected, residual = expected_count(n, bins[i, 0], variance)
        total -= expected - n + 0.5 * variance * residual * residual
        if n > 0.0:
            total += n * math.log(expected / n)
        bins[i, 1], bins[i, 3] = expected, residual
    return total


@inner_kernel
def fill_gradient(alphas: Array, model: Model, scratch: Scratch, gradient: Array) -> None:
    """Gradient of -max_gamma ln L at the point that ``scratch`` was filled at; keeps what the Hessian needs.

    The derivative with respect to a cell's rate is r gamma, and dG = G' + G f'/f for its shapes and its norms.
    """
    slope, bend, rates, pulls, weights = model.slope, model.bend, scratch.rates, scratch.pulls, scratch.weights
    for k in range(alphas.size):
        gradient[k] = model.precision[k] * (alphas[k] - model.centre[k])
    for i in range(model.first_cell.size - 1):
        begin, t, of_norm = start_of(model.first_cell, i), start_of(model.first_term, i), 0.0
        size = model.first_cell[i + 1] - begin
        for c in range(begin, begin + size):
            residual, spread = scratch.bins[model.bin[c], 3], model.spread[c]
            pull = residual * (model.factor[c] + spread * spread * rates[c] * residual)
            pulls[0, c], pulls[1, c], pulls[2, c] = pull * weights[0, c], pull * weights[1, c], pull
            of_norm += pull * rates[c]
        for p in range(model.first_parameter[i], model.first_parameter[i + 1]):
            k = model.parameter[p]
            row, b, pull = 1 if model.carried[k] > 0.0 else 0, scratch.bends[k, 1], 0.0
            for c in range(size):
                pull += pulls[row, begin + c] * (slope[t + c] + b * bend[t + c])
            if model.norm[p] >= 0:
                pull += of_norm * scratch.norms[model.norm[p], 1]
            gradient[k] -= pull
            t += size


@inner_kernel
def fill_slopes(model: Model, scratch: Scratch) -> None:
    """The derivatives of rates and expected events at the point of :func:`fill_gradient`."""
    slope, bend, rates, slopes, weights = model.slope, model.bend, scratch.rates, scratch.slopes, scratch.weights
    rows, pulled = scratch.rows, scratch.pulled
    pulled[:] = 0.0
    for i in range(model.first_cell.size - 1):
        begin, t = start_of(model.first_cell, i), start_of(model.first_term, i)
        size = model.first_cell[i + 1] - begin
        for c in range(size):
            spread, at = model.spread[begin + c], begin + c
            rows[0, c] = model.factor[at] + 2.0 * spread * spread * rates[at] * scratch.bins[model.bin[at], 3]
        for p in range(model.first_parameter[i], model.first_parameter[i + 1]):
            k, first = model.parameter[p], 0.0
            which, b = 1 if model.carried[k] > 0.0 else 0, scratch.bends[k, 1]
            if model.norm[p] >= 0:
                first = scratch.norms[model.norm[p], 1]
            for c in range(size):
                slopes[t + c] = weights[which, begin + c] * (slope[t + c] + b * bend[t + c]) + rates[begin + c] * first
            for c in range(size):
                pulled[model.bin[begin + c], k] += rows[0, c] * slopes[t + c]
            t += size


@inner_kernel
def fill_hessian(model: Model, scratch: Scratch, exact: bool) -> None:
    """Hessian (upper triangle) of -max_gamma ln L at the point of :func:`fill_gradient`.

    With w = n/(lambda^2 + n V), the expected events' curvature after the elimination, and P the constraints' inverse
    variances, it is

        P + sum_bins w u u^T - sum_cells [(r s)^2 dG dG^T + r gamma ddG],    u = sum_cells (g + 2 r s^2 G) dG.

    Without ``exact`` the sum over cells is left out, which leaves it positive definite.
    """
    hessian = scratch.hessian
    fill_slopes(model, scratch)
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
        subtract_cells(model, scratch)


@inner_kernel
def subtract_cells(model: Model, scratch: Scratch) -> None:
    """Subtract (r s)^2 dG dG^T + r gamma ddG of all cells from the upper triangle.

    With the norms' p = f'/f, q = f''/f and the shapes' part h = dG - G p of the slope,

        ddG_kl = p_k dG_l + h_k p_l    for k != l,    ddG_kk = 2 p_k h_k + G q_k + G''.
    """
    parameter, slopes, norm, pulls, rows = model.parameter, scratch.slopes, model.norm, scratch.pulls, scratch.rows
    hessian = scratch.hessian
    for i in range(model.first_cell.size - 1):
        begin, start, of_norm = start_of(model.first_cell, i), start_of(model.first_term, i), 0.0
        size, first_p, end_p = model.first_cell[i + 1] - begin, model.first_parameter[i], model.first_parameter[i + 1]
        for c in range(size):
            of_norm += pulls[2, begin + c] * scratch.rates[begin + c]
            rows[0, c] = (scratch.bins[model.bin[begin + c], 3] * model.spread[begin + c]) ** 2
        for p in range(first_p, end_p):
            k, t, first, curve = parameter[p], start + (p - first_p) * size, 0.0, 0.0
            which = 1 if model.carried[k] > 0.0 else 0
            for c in range(size):
                curve += pulls[which, begin + c] * model.bend[t + c]
            curve *= scratch.bends[k, 2]
            if norm[p] >= 0:
                first = scratch.norms[norm[p], 1]
                curve += of_norm * (scratch.norms[norm[p], 2] - first * first)
                other = start
                for j in range(first_p, p + 1):
                    shape = -of_norm * scratch.norms[norm[j], 1] if norm[j] >= 0 else 0.0
                    for c in range(size):
                        shape += pulls[2, begin + c] * slopes[other + c]
                    hessian[parameter[j], k] -= shape * first
                    other += size
            hessian[k, k] -= curve
            for c in range(size):
                rows[1, c] = rows[0, c] * slopes[t + c] + pulls[2, begin + c] * first
            other = max(t, 0)
            for j in range(p, end_p):
                product = 0.0
                for c in range(size):
                    product += rows[1, c] * slopes[other + c]
                hessian[k, parameter[j]] -= product
                other += size
