"""Linear equations for a few dozen unknowns: a dense matrix that is solved with repeatedly, and a narrow band.

A band of half-width 3 is kept in rows of seven: ``band (n, 7)`` holds the matrix element (i, i + q - 3) at [i, q].
"""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@inner_kernel
def factorise(matrix: Array, pivots: Whole, scale: Array) -> bool:
    """Replace ``matrix (n, n)`` by its triangular factors, rows exchanged; False where there are none.

    Pivots are the largest after each row has been multiplied by its ``scale (n,)``, which is destroyed.
    """
    n = matrix.shape[0]
    for k in range(n):
        pivot, largest = k, 0.0
        for i in range(k, n):
            size = abs(matrix[i, k]) * scale[i]
            if size > largest:
                pivot, largest = i, size
        pivots[k] = pivot
        if not 0.0 < largest < math.inf:
            return False
        if pivot != k:
            for j in range(n):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
            scale[k], scale[pivot] = scale[pivot], scale[k]
        inverse = 1.0 / matrix[k, k]
        for i in range(k + 1, n):
            factor = matrix[i, k] * inverse
            matrix[i, k] = factor
            if factor != 0.0:
                for j in range(k + 1, n):
                    matrix[i, j] -= factor * matrix[k, j]
    return True


@inner_kernel
def solve_factorised(factors: Array, pivots: Whole, vector: Array) -> None:
    """The solution replaces ``vector (n,)``."""
    n = vector.size
    for k in range(n):
        if pivots[k] != k:
            vector[k], vector[pivots[k]] = vector[pivots[k]], vector[k]
    for k in range(n):
        total = vector[k]
        for j in range(k):
            total -= factors[k, j] * vector[j]
        vector[k] = total
    for k in range(n - 1, -1, -1):
        total = vector[k]
        for j in range(k + 1, n):
            total -= factors[k, j] * vector[j]
        vector[k] = total / factors[k, k]


@inner_kernel
def solve_band(band: Array, vector: Array, scratch: Array, solution: Array) -> None:
    """Solve with a positive definite ``band (n, 7)``; ``scratch`` has its shape, ``vector`` stays as it is."""
    n = vector.size
    for i in range(n):
        solution[i] = vector[i]
        for q in range(7):
            scratch[i, q] = band[i, q]
    for i in range(n):
        inverse = 1.0 / scratch[i, 3]
        for r in range(1, min(4, n - i)):
            factor = scratch[i + r, 3 - r] * inverse
            for q in range(1, 4):
                scratch[i + r, 3 - r + q] -= factor * scratch[i, 3 + q]
            solution[i + r] -= factor * solution[i]
    for i in range(n - 1, -1, -1):
        total = solution[i]
        for q in range(1, min(4, n - i)):
            total -= scratch[i, 3 + q] * solution[i + q]
        solution[i] = total / scratch[i, 3]


@inner_kernel
def multiply_band(band: Array, vector: Array, product: Array) -> None:
    """``band (n, 7)`` times ``vector (n,)``."""
    n = vector.size
    for i in range(n):
        total = 0.0
        for q in range(max(0, 3 - i), min(7, n + 3 - i)):
            total += band[i, q] * vector[i + q - 3]
        product[i] = total
