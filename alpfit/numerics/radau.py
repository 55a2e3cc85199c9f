"""Radau IIA of order 5 for small stiff systems, with adaptive steps.

E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, section IV.8, with Gustafsson's predictor for the
length of the steps; one step is in :mod:`alpfit.numerics.radau_step`.

An equation comes as two kernels. ``surroundings(x, parameters)`` returns a tuple of all that depends on x alone, and
is called once for each stage of a step; ``rates(surroundings, parameters, states, slopes, jacobians, j)`` reads row j
of the states ``(n, d)`` and writes y' there into row j of the slopes ``(n, d)`` and dy'/dy into that of the jacobians
``(n, d, d)``. It is called in each iteration of Newton's method, with whole arrays, since to cut out a row costs more
than the rates do.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel
from alpfit.numerics.radau_step import Tableau, extrapolate, find_stages, relaxes, step_error

Array = NDArray[np.float64]


class Steps(NamedTuple):
    """How steps are chosen.

    ``tolerance`` is the absolute error allowed in a step, one number for all unknowns (relative, when these are
    logarithms). ``largest_change`` bounds what an unknown may change in a step: where stiffness falls by orders of
    magnitude within one, the error estimate, filtered with the Jacobian at its start, would see nothing. A correction
    of Newton's method leaves an error of about ``curvature`` times its square, of order ten where unknowns are
    logarithms; infinity, where this is not known, costs one more iteration. ``largest_fall`` bounds by what factor the
    stiffness may fall in a step, for the same reason as the change of an unknown: it may fall where these stand still.
    """

    first: float
    tolerance: float
    largest_change: float
    most: int
    curvature: float = math.inf
    largest_fall: float = math.inf


class Solution(NamedTuple):
    """Accepted points ``x (n,)`` and ``y (n, d)``, whether the end was reached, and calls of the rates.

    ``increments (n, 3, d)`` are the stages of the step that ends at each point, which make its collocation polynomial;
    ``slope (d,)`` is y' at the last point.
    """

    x: Array
    y: Array
    increments: Array
    slope: Array
    finished: bool
    n_calls: int


@inner_kernel
def _largest(z: Array) -> float:
    largest = 0.0
    for k in range(z.shape[1]):
        largest = max(largest, abs(z[2, k]))
    return largest


@inner_kernel
def _fourth_root(value: float) -> float:
    return math.sqrt(math.sqrt(value))


@inner_kernel
def _growth(error: float, change: float, ratio: float, last_error: float, largest_change: float) -> float:
    """By what to multiply the step after an accepted one, which was ``ratio`` times the one before (0 for the first).

    Gustafsson's predictor, Hairer & Wanner II, eq. (IV.8.25).
    """
    factor = min(0.9 * _fourth_root(1.0 / error), 0.9 * largest_change / max(change, 1e-10))
    if ratio > 0.0:
        factor = min(factor, factor * ratio * _fourth_root(last_error / error))
    return max(0.2, factor)


@inner_kernel
def _shared_out(step: float, x: float, stops: Array, shortest: float) -> float:
    """The length of the next step: up to the next stop, or half the way there, so that no tiny one is left."""
    next_stop = 0
    while stops[next_stop] - x <= shortest:
        next_stop += 1
    left = stops[next_stop] - x
    if step >= left:
        return float(left)
    return 0.5 * float(left) if 2.0 * step > left else step


@inner_kernel
def integrate(
    surroundings: Any, rates: Any, x: float, y: Array, stops: Array, steps: Steps, tableau: Tableau, parameters: Any
) -> Solution:
    """Integrate the equation of ``surroundings`` and ``rates`` (see above) from ``x`` to the last of ``stops (k,)``.

    A step ends at each of the others, which rise, as far as they are beyond ``x``: where the equation bends, the error
    of a step across it would be seen by chance.
    """
    d, tolerance, shortest, x_end = y.size, steps.tolerance, 1e-12, stops[-1]
    xs, ys, increments = np.empty(steps.most + 1), np.empty((steps.most + 1, d)), np.empty((steps.most + 1, 3, d))
    # rows 0 to 2 are the stages of the step at hand, row 3 is where it begins, row 4 is for its error; as a variable,
    # since numba compiles the rates once for each number that it sees
    origin = tableau.nodes.size
    states, slopes, jacobians, z = np.empty((5, d)), np.empty((5, d)), np.empty((5, d, d)), np.empty((3, d))
    system, residual, matrix, estimate = np.empty((3 * d, 3 * d)), np.empty(3 * d), np.empty((d, d)), np.empty(d)
    nodes, stage_matrix = tableau.nodes, tableau.matrix
    xs[0] = x
    for k in range(d):
        states[3, k] = ys[0, k] = y[k]
        increments[0, 0, k] = increments[0, 1, k] = increments[0, 2, k] = 0.0
    here = surroundings(x, parameters)
    rates(here, parameters, states, slopes, jacobians, origin)
    step, n, n_calls = steps.first, 0, 1
    rejected, last_step, last_error = False, 0.0, 1.0
    while n < steps.most and x_end - x > shortest and step > shortest:
        step = _shared_out(step, x, stops, shortest)
        if n > 0:
            extrapolate(increments, n, step / last_step, nodes, z)
        else:
            for k in range(d):
                z[0, k] = z[1, k] = z[2, k] = 0.0
        around = (
            surroundings(x + nodes[0] * step, parameters),
            surroundings(x + nodes[1] * step, parameters),
            surroundings(x + step, parameters),
        )
        converged, calls = find_stages(
            rates,
            around,
            parameters,
            step,
            tolerance,
            steps.curvature,
            stage_matrix,
            z,
            states,
            slopes,
            jacobians,
            system,
            residual,
        )
        n_calls += calls
        if not converged:
            step, rejected = 0.3 * step, True
            continue
        error, calls = step_error(
            rates,
            here,
            parameters,
            rejected or n == 0,
            step,
            tolerance,
            tableau,
            z,
            states,
            slopes,
            jacobians,
            matrix,
            estimate,
        )
        n_calls += calls
        if not error <= 1.0:
            step, rejected = step * max(0.1, 0.9 * _fourth_root(1.0 / error)), True
            continue
        if relaxes(step, jacobians, nodes, steps.largest_fall):
            step, rejected = 0.5 * step, True
            continue
        change = _largest(z)
        if change > steps.largest_change:
            step, rejected = 0.9 * step * steps.largest_change / change, True
            continue
        x, n, here, error = x + step, n + 1, around[2], max(error, 1e-6)
        xs[n] = x
        for k in range(d):
            states[3, k] += z[2, k]
            ys[n, k] = states[3, k]
            for j in range(3):
                increments[n, j, k] = z[j, k]
        growth = _growth(error, change, step / last_step if n > 1 else 0.0, last_error, steps.largest_change)
        last_step, last_error = step, max(error, 1e-2)
        step, rejected = step * min(1.0 if rejected else 5.0, growth), False
        rates(here, parameters, states, slopes, jacobians, origin)
        n_calls += 1
    end, finished = n + 1, x_end - x <= shortest
    return Solution(xs[:end].copy(), ys[:end].copy(), increments[:end].copy(), slopes[3].copy(), finished, n_calls)
