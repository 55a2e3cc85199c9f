"""Distances from a closed polygon in the plane."""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel

Array = NDArray[np.float64]


@inner_kernel
def signed_distance(corners: Array, x: Array, y: Array) -> Array:
    """Distance of the points ``x (k,)``, ``y (k,)`` from the polygon ``corners (n, 2)``, positive inside of it.

    Even-odd rule, with the side from the last corner to the first.
    """
    n = corners.shape[0]
    distances = np.empty(x.size)
    for k in range(x.size):
        nearest, inside = math.inf, False
        for i in range(n):
            x1, y1, x2, y2 = corners[i - 1, 0], corners[i - 1, 1], corners[i, 0], corners[i, 1]
            dx, dy = x2 - x1, y2 - y1
            length = dx * dx + dy * dy
            place = 0.0
            if length > 0.0:
                place = min(max(((x[k] - x1) * dx + (y[k] - y1) * dy) / length, 0.0), 1.0)
            off_x, off_y = x[k] - x1 - place * dx, y[k] - y1 - place * dy
            nearest = min(off_x * off_x + off_y * off_y, nearest)  # in this order nan wins
            if (y1 > y[k]) != (y2 > y[k]) and x[k] < x1 + dx * (y[k] - y1) / dy:
                inside = not inside
        distances[k] = math.sqrt(nearest) if inside else -math.sqrt(nearest)
        if math.isinf(x[k]) or math.isinf(y[k]):
            distances[k] = math.nan if math.isnan(x[k]) or math.isnan(y[k]) else -math.inf
    return distances
