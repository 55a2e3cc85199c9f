"""Peaks of a function that is known at nodes."""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel

Array = NDArray[np.float64]


@inner_kernel
def find_peaks(e: Array, values: Array, ratio: float) -> tuple[Array, Array]:
    """Peaks ``ratio`` times as high as the lowest point on the way to anything higher: places and half-widths ``(k,)``.

    The width is that at which sqrt(e) times the ``values`` has fallen by as much, on both sides.
    """
    floor = 1e-300
    height, places, half_widths, n = np.empty(e.size), np.empty(e.size), np.empty(e.size), 0
    for i in range(e.size):
        height[i] = max(values[i] * math.sqrt(e[i]), floor)
    top, low, rising = 0, 0, False
    for i in range(e.size):
        if not rising:
            if height[i] < height[low]:
                low = i
            elif height[low] <= height[i] / ratio:
                top, rising = i, True
        elif height[i] > height[top]:
            top = i
        elif height[i] <= height[top] / ratio:
            first = top
            while first < i:  # there may be more of the same height
                last = first
                while height[last + 1] == height[first]:
                    last += 1
                if height[first] == height[top]:
                    left, right = _fallen_at(first, -1, ratio, height, e), _fallen_at(last, 1, ratio, height, e)
                    places[n], half_widths[n] = e[(first + last) // 2], 0.5 * (right - left)
                    n += 1
                first = last + 1
            low, rising = i, False
    return places[:n].copy(), half_widths[:n].copy()


@inner_kernel
def _fallen_at(start: int, direction: int, ratio: float, height: Array, e: Array) -> float:
    """Where, from ``start`` on, ``height`` has fallen by ``ratio``, as it does."""
    i, level = start + direction, height[start] / ratio
    while height[i] > level:
        i += direction
    before = i - direction
    part = math.log(height[before] / level) / math.log(height[before] / height[i])
    return float(e[before] + (e[i] - e[before]) * part)
