"""Symmetric positive definite equations for some tens of unknowns."""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel

Array = NDArray[np.float64]


@inner_kernel
def factorise_in_place(matrix: Array) -> float:
    """Factorise U^T D U of a symmetric matrix, whose upper triangle is given and overwritten.

    The diagonal becomes D, the rest of the triangle D U. Returns ln det, or NaN for a matrix that is not positive
    definite.
    """
    n, log_determinant = matrix.shape[0], 0.0
    for k in range(n):
        if not 0.0 < matrix[k, k] < math.inf:
            return math.nan
        log_determinant += math.log(matrix[k, k])
        inverse = 1.0 / matrix[k, k]
        for i in range(k + 1, n):
            factor = matrix[k, i] * inverse
            if factor != 0.0:
                for j in range(i, n):
                    matrix[i, j] -= factor * matrix[k, j]
    return log_determinant


@inner_kernel
def solve_factorised(matrix: Array, vector: Array) -> None:
    """The solution for ``vector``, in place, with what :func:`factorise_in_place` left."""
    n = vector.size
    for k in range(n):
        factor = vector[k] / matrix[k, k]
        for j in range(k + 1, n):
            vector[j] -= factor * matrix[k, j]
    for k in range(n - 1, -1, -1):
        for j in range(k + 1, n):
            vector[k] -= matrix[k, j] * vector[j]
        vector[k] /= matrix[k, k]
