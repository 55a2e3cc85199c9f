"""What nobody should give to a public function, for tests that everything is answered or refused in a sentence."""

import math

import numpy as np

NO_NUMBERS = [
    *("heavy", "", b"1", None, True, 1j, {}, {"a": 1}, {1.0}, (), [], [[]], ["a"], [None], object(), range, lambda x: x)
]
"""Of other types, or empty."""

NUMBERS = [
    *(10**400, -(10**400), math.nan, math.inf, -math.inf, -1, 0, 1e300, 1e-300, (1.0, 1e-9), (math.nan, 1.0)),
    *([1.0, [2.0, 3.0]], [math.nan, 1.0], [[1.0, 2.0], [3.0, 4.0]], np.array([1.0, 2.0]), np.empty((0, 3))),
    *(np.array("1"), np.datetime64("2020-01-01"), np.ma.masked_array([1.0, 2.0], [False, True])),
]
"""Of odd size, sign, shape or kind."""

ODD = [*NO_NUMBERS, *NUMBERS]
