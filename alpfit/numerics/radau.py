"""Radau IIA of order 5 for small stiff systems, with adaptive steps.

E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, section IV.8: three stages, stiffly
accurate, L-stable; error estimate of order 3 from the embedded formula (8.20), step control with
Gustafsson's predictor. The method's coefficients are data, in :class:`Tableau`.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import higher_order_kernel, kernel

Array = NDArray[np.float64]


class Tableau(NamedTuple):
    """Coefficients of the method: ``nodes (3,)``, ``matrix (3, 3)``, ``error (3,)``.

    ``real_eigenvalue`` is that of the inverse of the matrix; the error estimate is filtered with it.
    """

    nodes: Array
    matrix: Array
    error: Array
    real_eigenvalue: float


class Solution(NamedTuple):
    """Accepted points ``x (n,)`` and ``y (n, d)``, whether the end was reached, and right-hand-side calls."""

    x: Array
    y: Array
    finished: bool
    n_calls: int


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


@kernel
def _scaled_norm(v: NDArray[np.floating[Any]], tolerance: float) -> float:
    return math.sqrt(np.sum(v * v) / v.size) / tolerance


@higher_order_kernel
def _jacobian(rhs: Any, x: float, y: Array, f: Array, parameters: Any) -> Array:
    """Forward differences; the unknowns are logarithms, so one increment suits them all."""
    increment = 1e-6
    d = y.size
    jacobian = np.empty((d, d))
    for k in range(d):
        shifted = y.copy()
        shifted[k] += increment
        jacobian[:, k] = (rhs(x, shifted, parameters) - f) / increment
    return jacobian


@kernel
def _extrapolated(z: Array, ratio: float, tableau: Tableau) -> Array:
    """Stage increments of the next step, ``ratio`` times as long, from the last step's collocation polynomial."""
    guess = np.empty_like(z)
    abscissae = np.array([0.0, tableau.nodes[0], tableau.nodes[1], tableau.nodes[2]])
    for i in range(3):
        t = 1.0 + ratio * tableau.nodes[i]
        guess[i] = -z[2]
        for j in range(1, 4):
            basis = 1.0
            for k in range(4):
                if k != j:
                    basis *= (t - abscissae[k]) / (abscissae[j] - abscissae[k])
            guess[i] += basis * z[j - 1]
    return guess


@higher_order_kernel
def _stages(
    rhs: Any, x: float, y: Array, step: float, guess: Array, tableau: Tableau, parameters: Any, tolerance: float
) -> tuple[Array, bool, int]:
    """The three stage increments, shape ``(3, d)``, by Newton's method; whether it converged; calls.

    The rates change by e-folds within a step, so each stage has its own Jacobian: with the one at the
    start of the step (simplified Newton) convergence would set the step, not accuracy.
    """
    d = y.size
    z = guess.copy()
    slopes, system = np.empty((3, d)), np.empty((3 * d, 3 * d))
    n_calls, converged = 0, False
    for _ in range(7):
        for j in range(3):
            at, stage = x + tableau.nodes[j] * step, y + z[j]
            slopes[j] = rhs(at, stage, parameters)
            jacobian = _jacobian(rhs, at, stage, slopes[j], parameters)
            for i in range(3):
                system[i * d : (i + 1) * d, j * d : (j + 1) * d] = -step * tableau.matrix[i, j] * jacobian
        for k in range(3 * d):
            system[k, k] += 1.0
        n_calls += 3 * (1 + d)
        if not (np.isfinite(system).all() and np.isfinite(slopes).all()):
            break
        correction = np.linalg.solve(system, (step * (tableau.matrix @ slopes) - z).ravel())
        size = _scaled_norm(correction, tolerance)
        if not size * tolerance < 10.0:
            break
        z += correction.reshape((3, d))
        if size < 0.03:
            converged = True
            break
    return z, converged, n_calls


@higher_order_kernel
def integrate(
    rhs: Any,
    x: float,
    y: Array,
    x_end: float,
    first_step: float,
    tolerance: float,
    largest_change: float,
    max_steps: int,
    tableau: Tableau,
    parameters: Any,
) -> Solution:
    """Integrate y' = rhs(x, y, parameters) from ``x`` to ``x_end``.

    ``rhs`` is a kernel that returns an array of the shape of ``y``; ``tolerance`` is the absolute error
    allowed in a step, one number for all unknowns (relative, when these are logarithms). ``largest_change`` bounds
    what an unknown may change in a step: where stiffness falls by orders of magnitude within one, the error
    estimate, filtered with the Jacobian at its start, would see nothing.
    """
    xs, ys = np.empty(max_steps + 1), np.empty((max_steps + 1, y.size))
    xs[0], ys[0] = x, y
    step, n, n_calls = first_step, 0, 1 + y.size
    f = rhs(x, y, parameters)
    jacobian = _jacobian(rhs, x, y, f, parameters)
    z, guess = np.zeros((3, y.size)), np.zeros((3, y.size))
    rejected, last_step, last_error = False, 0.0, 0.0
    while n < max_steps and x_end - x > 1e-12 and step > 1e-12:
        step = min(step, x_end - x)
        if last_step > 0.0:
            guess = _extrapolated(z, step / last_step, tableau)
        trial, converged, calls = _stages(rhs, x, y, step, guess, tableau, parameters, tolerance)
        n_calls += calls
        if not converged:
            step, rejected = 0.3 * step, True
            continue
        filter_matrix = np.linalg.inv(tableau.real_eigenvalue / step * np.eye(y.size) - jacobian)
        defect = (tableau.error.reshape((1, 3)) @ trial).ravel() / step
        estimate = filter_matrix @ (f + defect)
        error = _scaled_norm(estimate, tolerance)
        if error > 1.0 and (rejected or n == 0):
            estimate = filter_matrix @ (rhs(x, y + estimate, parameters) + defect)
            error = _scaled_norm(estimate, tolerance)
            n_calls += 1
        error = max(error, 1e-6)
        factor = 0.9 * error**-0.25
        if error > 1.0:
            step, rejected = step * max(0.1, factor), True
            continue
        change = np.abs(trial[2]).max()
        if change > largest_change:
            step, rejected = 0.9 * step * largest_change / change, True
            continue
        factor = min(factor, 0.9 * largest_change / max(change, 1e-10))
        if last_step > 0.0:  # Gustafsson's predictor
            factor = min(factor, factor * step / last_step * (last_error / error) ** 0.25)
        z, x, y, n = trial, x + step, y + trial[2], n + 1
        xs[n], ys[n] = x, y
        last_step, last_error = step, max(error, 1e-2)
        step = step * min(1.0 if rejected else 5.0, max(0.2, factor))
        rejected = False
        f = rhs(x, y, parameters)
        jacobian = _jacobian(rhs, x, y, f, parameters)
        n_calls += 1 + y.size
    return Solution(xs[: n + 1].copy(), ys[: n + 1].copy(), x_end - x <= 1e-12, n_calls)
