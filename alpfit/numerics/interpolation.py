"""Cubic splines on a uniform grid, built and evaluated in compiled code."""

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel

Array = NDArray[np.float64]


@kernel
def spline_slopes(values: Array, step: float) -> Array:
    """Slopes at the nodes of the C2 cubic spline through ``values``, shape ``(n,)``, n >= 4.

    The end slopes are those of the cubic through the four points at that end.
    """
    n = values.size
    slopes = np.empty(n)
    slopes[0] = (-11.0 * values[0] + 18.0 * values[1] - 9.0 * values[2] + 2.0 * values[3]) / (6.0 * step)
    slopes[n - 1] = (11.0 * values[n - 1] - 18.0 * values[n - 2] + 9.0 * values[n - 3] - 2.0 * values[n - 4]) / (
        6.0 * step
    )
    ratio = np.empty(n)  # Thomas algorithm for slopes[i-1] + 4 slopes[i] + slopes[i+1] = 3 (v[i+1] - v[i-1]) / step
    ratio[0] = 0.0
    for i in range(1, n - 1):
        pivot = 4.0 - ratio[i - 1]
        ratio[i] = 1.0 / pivot
        slopes[i] = (3.0 * (values[i + 1] - values[i - 1]) / step - slopes[i - 1]) / pivot
    for i in range(n - 2, 0, -1):
        slopes[i] -= ratio[i] * slopes[i + 1]
    return slopes


@kernel
def evaluate_spline(z: float, start: float, step: float, values: Array, slopes: Array) -> float:
    """The spline at ``z``; a straight line beyond either end of the grid."""
    n = values.size
    position = (z - start) / step
    if position <= 0.0:
        return float(values[0] + slopes[0] * (z - start))
    if position >= n - 1.0:
        return float(values[n - 1] + slopes[n - 1] * (z - start - (n - 1) * step))
    i = int(position)
    t = position - i
    rise = values[i + 1] - values[i]
    a = step * slopes[i] - rise
    b = rise - step * slopes[i + 1]
    return float(values[i] + t * rise + t * (1.0 - t) * (a * (1.0 - t) + b * t))
