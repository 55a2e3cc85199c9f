"""A Lorentzian in parts: integrals that hold however narrow it is."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def lorentzian_parts(distances: Array, width: Array) -> tuple[Array, Array]:
    """The integral of 1/(x^2 + width^2) between ``distances (n, k + 1)``, and the mean of x there, both ``(n, k)``.

    The mean is that with the integrand as weight: the product of it with a straight line is integrated exactly. The
    ``width (n, 1)`` is above zero.
    """
    low, high = distances[:, :-1], distances[:, 1:]
    integral = np.arctan2(width * (high - low), width**2 + low * high) / width
    first_moment = 0.5 * np.log((high**2 + width**2) / (low**2 + width**2))
    mean = np.divide(first_moment, integral, out=0.5 * (low + high), where=integral > 0.0)
    return integral, mean
