"""The ellipsoid of least volume around points, by Khachiyan's algorithm with many points to each pass."""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.cholesky import factorise_in_place, solve_factorised
from alpfit.numerics.compile import inner_kernel, kernel

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@inner_kernel
def quadratic_form(matrix: Array, rows: Array, i: int) -> float:
    """q^T ``matrix`` q for row ``i`` of the ``rows``."""
    total = 0.0
    for k in range(rows.shape[1]):
        for j in range(rows.shape[1]):
            total += rows[i, k] * matrix[k, j] * rows[i, j]
    return total


@inner_kernel
def add_product(matrix: Array, kept: float, share: float, rows: Array, i: int) -> None:
    """``kept`` times the ``matrix``, and ``share`` times q q^T for row ``i`` of the ``rows``, in its place."""
    for k in range(rows.shape[1]):
        for j in range(rows.shape[1]):
            matrix[k, j] = kept * matrix[k, j] + share * rows[i, k] * rows[i, j]


@inner_kernel
def invert(matrix: Array, inverse: Array, factors: Array, column: Array) -> bool:
    """The ``inverse`` of a symmetric ``matrix``; False, and nothing written, where it is not positive definite."""
    n = column.size
    for k in range(n):
        for j in range(n):
            factors[k, j] = matrix[k, j]
    if math.isnan(factorise_in_place(factors)):
        return False
    for j in range(n):
        for k in range(n):
            column[k] = 1.0 if k == j else 0.0
        solve_factorised(factors, column)
        for k in range(n):
            inverse[k, j] = column[k]
    return True


@inner_kernel
def fill_farthest(inverse: Array, rows: Array, farthest: Whole, forms: Array) -> None:
    """Write the numbers of the ``rows`` with the largest quadratic forms into ``farthest``, the largest first."""
    n = farthest.size
    for k in range(n):
        forms[k] = -math.inf
    for i in range(rows.shape[0]):
        form = quadratic_form(inverse, rows, i)
        if form > forms[n - 1]:
            k = n - 1
            while k > 0 and forms[k - 1] < form:
                forms[k], farthest[k] = forms[k - 1], farthest[k - 1]
                k -= 1
            forms[k], farthest[k] = form, i


@kernel
def ellipsoid_weights(points: Array, n_passes: int, n_batch: int) -> Array:
    """Weights ``(n,)`` of ``points (n, d)``, of which mean and covariance make the ellipsoid.

    In each of ``n_passes`` the ``n_batch`` points that lie farthest out get more weight, one after the other, as L. G.
    Khachiyan does with the farthest (Math. Oper. Res. 21 (1996) 307); so has nautilus 1.0 it (J. U. Lange,
    arXiv:2306.16923), whose weights these are to rounding.
    """
    n, d = points.shape[0], points.shape[1] + 1
    rows, weights, spread = np.ones((n, d)), np.empty(n), np.zeros((d, d))
    for i in range(n):
        weights[i] = 1.0 / n
        for k in range(d - 1):
            rows[i, k] = points[i, k]
        add_product(spread, 1.0, 1.0 / n, rows, i)
    inverse, factors, column = np.empty((d, d)), np.empty((d, d)), np.empty(d)
    farthest, forms = np.zeros(min(n_batch, n), dtype=np.int64), np.empty(min(n_batch, n))
    if not invert(spread, inverse, factors, column):
        return weights
    for _ in range(n_passes):
        fill_farthest(inverse, rows, farthest, forms)
        for i in farthest:
            form = quadratic_form(inverse, rows, i)
            if form < d:
                continue
            share = (form - d) / (d * (form - 1.0))
            add_product(spread, 1.0 - share, share, rows, i)
            if not invert(spread, inverse, factors, column):
                return weights
            for j in range(n):
                weights[j] *= 1.0 - share
            weights[i] += share
    return weights
