"""Linear interpolation in tables with gaps: NaN beyond the ends, and on both sides of a node without a value."""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel

Array = NDArray[np.float64]


@inner_kernel
def cell(grid: Array, x: float) -> tuple[int, float]:
    """Index of the interval of ``grid (n,)``, rising, that holds ``x``, and the place in it from 0 to 1.

    Clipped at the ends; with one node, interval 0 and place 0.
    """
    last = grid.size - 1
    if last == 0 or x <= grid[0]:
        return 0, 0.0
    if x >= grid[last]:
        return last - 1, 1.0
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if grid[middle] <= x:
            low = middle
        else:
            high = middle
    return low, (x - grid[low]) / (grid[low + 1] - grid[low])


@inner_kernel
def between(low: float, high: float, place: float) -> float:
    """The value at ``place`` (0 to 1) from ``low`` to ``high``; on a node, that node's alone."""
    if place == 0.0:
        return low
    if place == 1.0:
        return high
    return (1.0 - place) * low + place * high


@kernel
def look_up(grid: Array, values: Array, x: Array) -> Array:
    """``values (n,)`` on ``grid (n,)`` at ``x (k,)``; NaN outside of the grid."""
    found = np.full(x.size, math.nan)
    for k in range(x.size):
        if grid[0] <= x[k] <= grid[-1]:
            i, place = cell(grid, x[k])
            found[k] = between(values[i], values[min(i + 1, grid.size - 1)], place)
    return found
