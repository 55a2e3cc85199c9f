"""Expected events of every sample in every bin, before the statistical factors, as functions of the nuisances.

A *cell* is a sample in a bin; its rate is the product of its norms' factors f and its nominal rate plus shapes h,

    G(alpha) = prod_m f_m(alpha_m) (nominal + sum_k h_k(alpha_k)).

Shapes follow HistFactory's code 4p, norms its code 4 (K. Cranmer et al., CERN-OPEN-2012-016, section 4.1; both are what
pyhf does unless told otherwise): straight or exponential beyond |alpha| = 1, a polynomial with two continuous
derivatives inside.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Columns = NDArray[np.uint64]
"""Indices that the compiler need not test for being negative."""


class Model(NamedTuple):
    """The counts and their systematics as flat arrays for the kernels.

    ``observed (bins,)``. Cells ``first_cell[i]:first_cell[i + 1]`` are in bin i; each has its ``nominal`` events,
    the relative error ``spread`` of its statistical factor around ``factor``, and the column ``signal`` of the signal's
    events (-1 for backgrounds). Terms ``first_term[c]:first_term[c + 1]`` are the parameters that act on cell c, each
    constrained around its ``centre`` with the inverse variance ``precision`` (one but for projections): a shape
    ``slope * alpha + bend * b(alpha)`` that new physics carries along where ``carried`` is 1, and the index ``norm`` of
    a factor (-1 without one). A norm has its ``norm_parameter``, its logarithms at +-1 and its six coefficients inside.
    """

    observed: Array
    first_cell: Indices
    nominal: Array
    spread: Array
    factor: Array
    signal: Indices
    first_term: Indices
    parameter: Columns
    centre: Array
    precision: Array
    slope: Array
    bend: Array
    carried: Array
    norm: Indices
    norm_parameter: Indices
    norm_table: Array


class Scratch(NamedTuple):
    """Room for what depends on the nuisances.

    ``bends (parameters, 3)``: b and two derivatives. ``norms (norms, 3)``: f, f'/f, f''/f. ``cells (cells, 2)``: the
    product of factors and G. ``bins (bins, 4)``: expected events without and with the statistical factors, their
    variance, and observed/expected - 1. ``slopes (terms,)``: the derivatives of G. ``pulled (bins, parameters)``: the
    derivatives of the expected events, up to a factor.
    """

    bends: Array
    norms: Array
    cells: Array
    bins: Array
    slopes: Array
    pulled: Array


@inner_kernel
def bend_at(alpha: float) -> tuple[float, float, float]:
    """b(alpha) and two derivatives: alpha^2 (15 - 10 alpha^2 + 3 alpha^4) inside |alpha| < 1, 8 |alpha| outside."""
    if abs(alpha) >= 1.0:
        return 8.0 * abs(alpha), math.copysign(8.0, alpha), 0.0
    s = alpha * alpha
    return (
        s * (15.0 + s * (3.0 * s - 10.0)),
        alpha * (30.0 + s * (18.0 * s - 40.0)),
        30.0 + s * (90.0 * s - 120.0),
    )


@inner_kernel
def norm_at(alpha: float, table: Array) -> tuple[float, float, float]:
    """f(alpha), f'/f and f''/f; ``table`` is ln f(1), ln f(-1) and the coefficients of alpha ... alpha^6 inside."""
    if abs(alpha) >= 1.0:
        rate = table[0] if alpha > 0.0 else -table[1]
        return math.exp(rate * alpha), rate, rate * rate
    value, first, second = 0.0, 0.0, 0.0
    for i in range(7, 1, -1):
        second = second * alpha + 2.0 * first
        first = first * alpha + value
        value = value * alpha + table[i]
    # one more power of alpha, and the constant term
    second = second * alpha + 2.0 * first
    first = first * alpha + value
    value = value * alpha + 1.0
    return value, first / value, second / value


@kernel
def fill_cells(alphas: Array, strength: float, events: Array, model: Model, scratch: Scratch) -> None:
    """The factors and rates of all cells: the signal ``strength`` times its nominal events, plus ``events``."""
    for k in range(alphas.size):
        scratch.bends[k, 0], scratch.bends[k, 1], scratch.bends[k, 2] = bend_at(alphas[k])
    for m in range(model.norm_parameter.size):
        f, first, second = norm_at(alphas[model.norm_parameter[m]], model.norm_table[m])
        scratch.norms[m, 0], scratch.norms[m, 1], scratch.norms[m, 2] = f, first, second
    for c in range(model.nominal.size):
        own, extra, relative = 1.0, 0.0, 0.0
        if model.signal[c] >= 0:
            own, extra = strength, events[model.signal[c]]
            relative = extra / model.nominal[c]
        rate, factor = own * model.nominal[c] + extra, 1.0
        for t in range(model.first_term[c], model.first_term[c + 1]):
            k = model.parameter[t]
            shape = model.slope[t] * alphas[k] + model.bend[t] * scratch.bends[k, 0]
            rate += shape * (own + model.carried[t] * relative)
            if model.norm[t] >= 0:
                factor *= scratch.norms[model.norm[t], 0]
        scratch.cells[c, 0], scratch.cells[c, 1] = factor, factor * rate


def empty_scratch(model: Model, n_parameters: int) -> Scratch:
    """Room for one point."""
    return Scratch(
        bends=np.empty((n_parameters, 3)),
        norms=np.empty((model.norm_parameter.size, 3)),
        cells=np.empty((model.nominal.size, 2)),
        bins=np.empty((model.observed.size, 4)),
        slopes=np.empty(model.parameter.size),
        pulled=np.empty((model.observed.size, n_parameters)),
    )
