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

from alpfit.numerics.compile import inner_kernel

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Columns = NDArray[np.uint64]
"""Indices that the compiler need not test for being negative."""


class Model(NamedTuple):
    """The counts and their systematics as flat arrays for the kernels.

    ``observed (bins,)``. Cell c is in bin ``bin[c]``, has its ``nominal`` events, the relative error ``spread`` of its
    statistical factor around ``factor``, and the column ``signal`` of the signal's events (-1 for backgrounds). Cells
    ``first_cell[i]:first_cell[i + 1]`` are block i: on all of them act the parameters
    ``first_parameter[i]:first_parameter[i + 1]`` of ``parameter`` and ``norm``, and they are of a signal, or none is. A
    parameter adds a shape ``slope * alpha + bend * b(alpha)`` and multiplies by the factor with index ``norm`` (-1
    without one); ``slope`` and ``bend`` hold for each block from ``first_term`` on a row for each parameter and in it
    a number for each cell. New physics carries along shapes of those with ``carried (parameters,)`` 1; each is
    constrained around its ``centre`` with the inverse variance ``precision`` (one but for projections). A norm has its
    ``norm_parameter``, its logarithms at +-1 and its six coefficients inside.
    """

    observed: Array
    bin: Columns
    nominal: Array
    spread: Array
    factor: Array
    signal: Indices
    first_cell: Indices
    first_parameter: Indices
    first_term: Indices
    parameter: Columns
    norm: Indices
    slope: Array
    bend: Array
    carried: Array
    centre: Array
    precision: Array
    norm_parameter: Indices
    norm_table: Array


class Scratch(NamedTuple):
    """Room for what depends on the nuisances.

    ``bends (parameters, 3)``: b and two derivatives. ``norms (norms, 3)``: f, f'/f, f''/f. ``rates (cells,)``: G.
    ``shifts (2, cells)``: the sums of all shapes, and of those that new physics carries along. ``weights (2, cells)``:
    what the derivative of a shape is multiplied with to be that of the rate; row 1 for those that new physics carries
    along. ``pulls (3, cells)``: r gamma times each of the weights, and alone. ``bins (bins, 4)``: expected events
    without and with the statistical factors, their variance, and observed/expected - 1. ``slopes (terms,)``: the
    derivatives of G. ``pulled (bins, parameters)``: those of the expected events, up to a factor. ``rows (2, cells)``:
    numbers of a block's cells, for a while. ``hessian (parameters, parameters)``: in the upper triangle, or factorised.
    """

    bends: Array
    norms: Array
    rates: Array
    shifts: Array
    weights: Array
    pulls: Array
    bins: Array
    slopes: Array
    pulled: Array
    rows: Array
    hessian: Array


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


@inner_kernel
def start_of(first: Indices, block: int) -> int:
    """Where a ``block`` begins; that this is not negative has to be said, for loops from there on to use vectors."""
    return int(max(first[block], 0))


@inner_kernel
def fill_cells(alphas: Array, strength: float, events: Array, model: Model, scratch: Scratch) -> None:
    """The rates of all cells: the signal ``strength`` times its nominal events, plus ``events``."""
    slope, bend, bends, norms, rates = model.slope, model.bend, scratch.bends, scratch.norms, scratch.rates
    shifts, weights = scratch.shifts, scratch.weights
    for k in range(alphas.size):
        bends[k, 0], bends[k, 1], bends[k, 2] = bend_at(alphas[k])
    for m in range(model.norm_parameter.size):
        norms[m, 0], norms[m, 1], norms[m, 2] = norm_at(alphas[model.norm_parameter[m]], model.norm_table[m])
    for i in range(model.first_cell.size - 1):
        begin, t = start_of(model.first_cell, i), start_of(model.first_term, i)
        size, is_signal, factor = model.first_cell[i + 1] - begin, model.signal[begin] >= 0, 1.0
        for c in range(size):
            shifts[0, begin + c], shifts[1, begin + c] = 0.0, 0.0
        for p in range(model.first_parameter[i], model.first_parameter[i + 1]):
            k = model.parameter[p]
            alpha, b = alphas[k], bends[k, 0]
            for c in range(size):
                shifts[0, begin + c] += slope[t + c] * alpha + bend[t + c] * b
            if is_signal and model.carried[k] > 0.0:
                for c in range(size):
                    shifts[1, begin + c] += slope[t + c] * alpha + bend[t + c] * b
            if model.norm[p] >= 0:
                factor *= norms[model.norm[p], 0]
            t += size
        for c in range(begin, begin + size):
            own, relative = 1.0, 0.0
            if is_signal:
                own, relative = strength, events[model.signal[c]] / model.nominal[c]
            nominal = model.nominal[c]
            rates[c] = factor * (own * (nominal + shifts[0, c]) + relative * (nominal + shifts[1, c]))
            weights[0, c], weights[1, c] = factor * own, factor * (own + relative)


def in_bins_of(model: Model, events: Array) -> Array:
    """The ``events (cells,)`` summed up in each bin, ``(bins,)``."""
    return np.asarray(np.bincount(model.bin.astype(np.int64), events, model.observed.size), np.float64)


def empty_scratch(model: Model) -> Scratch:
    """Room for one point."""
    n_parameters, n_cells, n_bins = model.centre.size, model.nominal.size, model.observed.size
    return Scratch(
        bends=np.empty((n_parameters, 3)),
        norms=np.empty((model.norm_parameter.size, 3)),
        rates=np.empty(n_cells),
        shifts=np.empty((2, n_cells)),
        weights=np.empty((2, n_cells)),
        pulls=np.empty((3, n_cells)),
        bins=np.empty((n_bins, 4)),
        slopes=np.empty(model.slope.size),
        pulled=np.empty((n_bins, n_parameters)),
        rows=np.empty((2, n_cells)),
        hessian=np.empty((n_parameters, n_parameters)),
    )
