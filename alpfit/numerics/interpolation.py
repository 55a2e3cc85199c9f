"""Cubic splines on a uniform grid, built and evaluated in compiled code."""

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel

Array = NDArray[np.float64]


@kernel
def fill_slopes(table: Array, step: float) -> None:
    """Write the slopes of C2 cubic splines into a ``table (n, k, 2)`` of which only the values are there, n >= 4.

    The end slopes are those of the cubic through the four points at that end. All functions at once, as they have the
    same pivots.
    """
    # Thomas' algorithm for slopes[i-1] + 4 slopes[i] + slopes[i+1] = 3 (values[i+1] - values[i-1])/step
    n, ratio, thrice = table.shape[0], np.empty(table.shape[0]), 3.0 / step
    ratio[0] = 0.0
    for k in range(table.shape[1]):
        first, last = table[:4, k, 0], table[n - 4 :, k, 0]
        slope = -11.0 * first[0] + 18.0 * first[1] - 9.0 * first[2] + 2.0 * first[3]
        table[0, k, 1] = slope / (6.0 * step)
        slope = 11.0 * last[3] - 18.0 * last[2] + 9.0 * last[1] - 2.0 * last[0]
        table[n - 1, k, 1] = slope / (6.0 * step)
    for i in range(1, n - 1):
        ratio[i] = 1.0 / (4.0 - ratio[i - 1])
        for k in range(table.shape[1]):
            rise = table[i + 1, k, 0] - table[i - 1, k, 0]
            table[i, k, 1] = (thrice * rise - table[i - 1, k, 1]) * ratio[i]
    for i in range(n - 2, 0, -1):
        for k in range(table.shape[1]):
            table[i, k, 1] -= ratio[i] * table[i + 1, k, 1]


def splines(values: Array, step: float) -> Array:
    """The table of the splines through ``values (k, n)`` on a grid with spacing ``step``: shape ``(n, k, 2)``.

    Value and slope of a node lie side by side, those of functions on one grid next to each other: a kernel gets
    them with one array, from one place in memory.
    """
    table = np.empty((*np.shape(values)[::-1], 2))
    table[:, :, 0] = np.transpose(values)
    fill_slopes(table, step)
    return table


@inner_kernel
def hermite_cubic(
    t: float, step: float, left: float, right: float, left_slope: float, right_slope: float
) -> tuple[float, float]:
    """Value and slope, at the fraction ``t`` of a cell of width ``step``, of the cubic with these at its two ends."""
    rise = right - left
    a = step * left_slope - rise
    b = rise - step * right_slope
    bulge = a * (1.0 - t) + b * t
    value = left + t * rise + t * (1.0 - t) * bulge
    return value, (rise + (1.0 - 2.0 * t) * bulge + t * (1.0 - t) * (b - a)) / step


@inner_kernel
def spline_with_slope(z: float, start: float, step: float, table: Array, k: int) -> tuple[float, float]:
    """Function ``k`` of the ``table`` and its derivative at ``z``; a straight line beyond either end of the grid."""
    last = table.shape[0] - 1
    position = (z - start) / step
    if 0.0 < position < last:
        i = int(position)
        return hermite_cubic(position - i, step, table[i, k, 0], table[i + 1, k, 0], table[i, k, 1], table[i + 1, k, 1])
    end = last if position >= last else 0
    return table[end, k, 0] + table[end, k, 1] * (z - start - end * step), table[end, k, 1]


@inner_kernel
def evaluate_spline(z: float, start: float, step: float, table: Array, k: int) -> float:
    """Function ``k`` of the ``table`` at ``z``; a straight line beyond either end of the grid."""
    last = table.shape[0] - 1
    position = (z - start) / step
    if 0.0 < position < last:
        i = int(position)
        return hermite_cubic(
            position - i, step, table[i, k, 0], table[i + 1, k, 0], table[i, k, 1], table[i + 1, k, 1]
        )[0]
    end = last if position >= last else 0
    return float(table[end, k, 0] + table[end, k, 1] * (z - start - end * step))


@kernel
def monotone_slopes(values: Array, step: float) -> Array:
    """Slopes with which cubics between ``values (n,)`` on a uniform grid are monotone where those are, n three or more.

    The harmonic mean of the secants on either side, zero at an extremum; at the ends a parabola's, bounded (F. Fritsch,
    J. Butland, SIAM J. Sci. Stat. Comput. 5 (1984) 300), as of scipy's PchipInterpolator.
    """
    n = values.size
    slopes = np.zeros(n)
    for i in range(1, n - 1):
        left, right = (values[i] - values[i - 1]) / step, (values[i + 1] - values[i]) / step
        if left * right > 0.0:
            slopes[i] = 2.0 / (1.0 / left + 1.0 / right)
    slopes[0] = _slope_at_end((values[1] - values[0]) / step, (values[2] - values[1]) / step)
    slopes[n - 1] = _slope_at_end((values[n - 1] - values[n - 2]) / step, (values[n - 2] - values[n - 3]) / step)
    return slopes


@inner_kernel
def _slope_at_end(nearest: float, next_one: float) -> float:
    """Of the parabola through three points, where it has the sign of the secant and is at most three times as steep."""
    slope = 1.5 * nearest - 0.5 * next_one
    if slope * nearest <= 0.0:
        return 0.0
    if nearest * next_one < 0.0 and abs(slope) > 3.0 * abs(nearest):
        return 3.0 * nearest
    return slope
