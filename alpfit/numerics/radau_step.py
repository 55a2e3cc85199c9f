"""One step of Radau IIA of order 5: its stages, its error, and its solution in between.

E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, section IV.8: three stages, stiffly
accurate, L-stable; error estimate of order 3 from the embedded formula (8.20).

Arrays named ``states``, ``slopes`` ``(5, d)`` and ``jacobians (5, d, d)`` hold the three stages of the step, in row
3 the point where it begins and in row 4 one for its error; the rates that fill them are described in
:mod:`alpfit.numerics.radau`. They are passed one by one, not in a tuple: numba would count the references to each
array in each function.
"""

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inlined_kernel, inner_kernel
from alpfit.numerics.elimination import size_of, solve_in_place

Array = NDArray[np.float64]


class Tableau(NamedTuple):
    """Coefficients of the method: ``nodes (3,)``, ``matrix (3, 3)``, ``error (3,)``.

    ``real_eigenvalue`` is that of the inverse of the matrix; the error estimate is filtered with it.
    """

    nodes: Array
    matrix: Array
    error: Array
    real_eigenvalue: float


@cache
def radau_iia_5() -> Tableau:
    """The coefficients, Hairer & Wanner II, table IV.5.6 and eqs. (IV.8.19-20)."""
    root = math.sqrt(6.0)
    nodes = np.array([(4.0 - root) / 10.0, (4.0 + root) / 10.0, 1.0])
    matrix = np.array(
        [
            [(88.0 - 7.0 * root) / 360.0, (296.0 - 169.0 * root) / 1800.0, (-2.0 + 3.0 * root) / 225.0],
            [(296.0 + 169.0 * root) / 1800.0, (88.0 + 7.0 * root) / 360.0, (-2.0 - 3.0 * root) / 225.0],
            [(16.0 - root) / 36.0, (16.0 + root) / 36.0, 1.0 / 9.0],
        ]
    )
    error = np.array([-13.0 - 7.0 * root, -13.0 + 7.0 * root, -1.0]) / 3.0
    return Tableau(nodes, matrix, error, 3.0 + 3.0 ** (2.0 / 3.0) - 3.0 ** (1.0 / 3.0))


@inlined_kernel
def collocate(increments: Array, n: int, t: float, nodes: Array, out: Array, row: int) -> None:
    """Write into row ``row`` of ``out`` what the solution changes from the start of step ``n`` to its fraction ``t``.

    ``increments (n, 3, d)`` are the stages of the steps, ``nodes`` the tableau's; ``t`` beyond 1 extrapolates.
    """
    c0, c1 = nodes[0], nodes[1]
    first = t * (t - c1) * (t - 1.0) / (c0 * (c0 - c1) * (c0 - 1.0))
    second = t * (t - c0) * (t - 1.0) / (c1 * (c1 - c0) * (c1 - 1.0))
    third = t * (t - c0) * (t - c1) / ((1.0 - c0) * (1.0 - c1))
    for k in range(out.shape[1]):
        out[row, k] = first * increments[n, 0, k] + second * increments[n, 1, k] + third * increments[n, 2, k]


@inlined_kernel
def extrapolate(increments: Array, n: int, ratio: float, nodes: Array, z: Array) -> None:
    """Stage increments of the step after step ``n``, ``ratio`` times as long, from its collocation polynomial."""
    for i in range(3):
        collocate(increments, n, 1.0 + ratio * nodes[i], nodes, z, i)
        for k in range(z.shape[1]):
            z[i, k] -= increments[n, 2, k]


@inlined_kernel
def _fill_newton_system(
    step: float, z: Array, slopes: Array, jacobians: Array, matrix: Array, system: Array, residual: Array
) -> None:
    """Newton's equations for the correction of the stage increments ``z``."""
    d = z.shape[1]
    for i in range(3):
        for k in range(d):
            row = i * d + k
            total = 0.0
            for j in range(3):
                weight = step * matrix[i, j]
                total += weight * slopes[j, k]
                for column in range(d):
                    system[row, j * d + column] = -weight * jacobians[j, k, column]
            system[row, row] += 1.0
            residual[row] = total - z[i, k]


@inlined_kernel
def find_stages(
    rates: Any,
    around: Any,
    parameters: Any,
    step: float,
    tolerance: float,
    curvature: float,
    matrix: Array,
    z: Array,
    states: Array,
    slopes: Array,
    jacobians: Array,
    system: Array,
    residual: Array,
) -> tuple[bool, int]:
    """The three stage increments ``z (3, d)``, from their guess, by Newton's method; whether it converged; calls.

    The rates change by e-folds within a step, so each stage has its own Jacobian: with the one at the
    start of the step (simplified Newton) convergence would set the step, not accuracy.
    """
    enough, most, too_far, d = 0.03 * tolerance, 7, 10.0, z.shape[1]
    n_calls, converged, last = 0, False, 0.0
    for _ in range(most):
        for j in range(3):
            for k in range(d):
                states[j, k] = states[3, k] + z[j, k]
            rates(around[j], parameters, states, slopes, jacobians, j)
        n_calls += 3
        _fill_newton_system(step, z, slopes, jacobians, matrix, system, residual)
        if not solve_in_place(system, residual):
            break
        size = size_of(residual)
        if not size < too_far:
            break
        for j in range(3):
            for k in range(d):
                z[j, k] += residual[j * d + k]
        # convergence is quadratic: the next correction would be about size/last^2 times the square of this one
        if size < enough or (size / last**2 if size < 0.1 * last else curvature) * size**2 < enough:
            converged = True
            break
        last = size
    return converged, n_calls


@inlined_kernel
def _filtered_error(
    row: int,
    step: float,
    z: Array,
    slopes: Array,
    jacobians: Array,
    weights: Array,
    real_eigenvalue: float,
    matrix: Array,
    estimate: Array,
) -> float:
    """Size of the error estimate with the slope in row ``row``, Hairer & Wanner II, eqs. (IV.8.19-20).

    The estimate is left in ``estimate (d,)``; ``matrix (d, d)`` is scratch.
    """
    for k in range(z.shape[1]):
        defect = weights[0] * z[0, k] + weights[1] * z[1, k] + weights[2] * z[2, k]
        estimate[k] = slopes[row, k] + defect / step
        for j in range(z.shape[1]):
            matrix[k, j] = -jacobians[3, k, j]
        matrix[k, k] += real_eigenvalue / step
    return size_of(estimate) if solve_in_place(matrix, estimate) else math.inf


@inlined_kernel
def step_error(
    rates: Any,
    here: Any,
    parameters: Any,
    again: bool,
    step: float,
    tolerance: float,
    tableau: Tableau,
    z: Array,
    states: Array,
    slopes: Array,
    jacobians: Array,
    matrix: Array,
    estimate: Array,
) -> tuple[float, int]:
    """The error of a step over the tolerance, and calls; ``again``: filtered twice, where once is too pessimistic."""
    weights, real = tableau.error, tableau.real_eigenvalue
    origin = tableau.nodes.size
    error = _filtered_error(origin, step, z, slopes, jacobians, weights, real, matrix, estimate) / tolerance
    if not again or error <= 1.0:
        return error, 0
    for k in range(z.shape[1]):
        states[origin + 1, k] = states[origin, k] + estimate[k]
    rates(here, parameters, states, slopes, jacobians, origin + 1)
    return _filtered_error(origin + 1, step, z, slopes, jacobians, weights, real, matrix, estimate) / tolerance, 1


@inner_kernel
def relaxes(step: float, jacobians: Array, nodes: Array, largest_fall: float) -> bool:
    """Whether the stiffness, the size of the Jacobian, falls by more than ``largest_fall`` in the step.

    The error estimate is filtered with the Jacobian at the start. Of an error that is made on the way it sees little
    where the step is long beside its inverse, ``stiff`` times or more, and where it no longer is at the end, nothing
    damps the error either.
    """
    at_start, at_end, stiff, origin = 0.0, 0.0, 5.0, nodes.size
    for k in range(jacobians.shape[1]):
        for j in range(jacobians.shape[1]):
            at_start = max(at_start, abs(jacobians[origin, k, j]))
            at_end = max(at_end, abs(jacobians[origin - 1, k, j]))
    return step * at_start > stiff and at_start > largest_fall * at_end
