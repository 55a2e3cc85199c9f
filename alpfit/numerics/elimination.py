"""Linear equations for a handful of unknowns."""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel

Array = NDArray[np.float64]


@inner_kernel
def size_of(v: Array) -> float:
    """Root of the mean square of ``v (n,)``."""
    total = 0.0
    for i in range(v.size):
        total += v[i] * v[i]
    return math.sqrt(total / v.size)


@inner_kernel
def solve_in_place(matrix: Array, vector: Array) -> bool:
    """Gaussian elimination with partial pivoting; the solution replaces ``vector``. False where there is none.

    For a handful of unknowns the call of a library would take longer than the elimination.
    """
    n = vector.size
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        if not 0.0 < abs(matrix[pivot, k]) < math.inf:
            return False
        if pivot != k:
            for j in range(k, n):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
            vector[k], vector[pivot] = vector[pivot], vector[k]
        inverse = 1.0 / matrix[k, k]
        for i in range(k + 1, n):
            factor = matrix[i, k] * inverse
            if factor != 0.0:
                for j in range(k + 1, n):
                    matrix[i, j] -= factor * matrix[k, j]
                vector[i] -= factor * vector[k]
    for k in range(n - 1, -1, -1):
        for j in range(k + 1, n):
            vector[k] -= matrix[k, j] * vector[j]
        vector[k] /= matrix[k, k]
    return math.isfinite(size_of(vector))
