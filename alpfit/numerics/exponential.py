"""The exponential of many numbers at once."""

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel

Array = NDArray[np.float64]


@inner_kernel
def exponentials(z: Array, n: int) -> None:
    """Replace the first ``n`` numbers of ``z``, between -100 and 100, by their exponentials, to 1e-11.

    The Taylor polynomial of z/1024, squared ten times: straight arithmetic, of which the compiler does several
    numbers at once, where each call of the library's exponential waits for the one before.
    """
    for i in range(n):
        t = z[i] / 1024.0
        fifth = 1.0 / 120.0 + t * (1.0 / 720.0 + t * (1.0 / 5040.0 + t * (1.0 / 40320.0)))
        z[i] = (1.0 + t * (1.0 + t * (0.5 + t * (1.0 / 6.0 + t * (1.0 / 24.0 + t * fifth))))) ** 1024
