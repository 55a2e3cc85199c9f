"""The modified Bessel functions K_1 and K_2 for compiled code, as tables."""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel
from alpfit.numerics.interpolation import evaluate_spline, splines

Array = NDArray[np.float64]


class Bessel(NamedTuple):
    """Splines of ln(u K_1(u) exp(u)) and ln(u^2 K_2(u) exp(u)) against ln(u) on a uniform grid, ``table (n, 2, 2)``."""

    start: float
    step: float
    table: Array


@cache
def bessel_functions() -> Bessel:
    """From u = 1e-4 to 1e7; the error is below 1e-7."""
    from scipy.special import kve

    start, step = math.log(1e-4), 0.05
    u = np.exp(start + step * np.arange(math.ceil((math.log(1e7) - start) / step) + 1))
    return Bessel(start, step, splines(np.log([u * kve(1, u), u * u * kve(2, u)]), step))


@inner_kernel
def log_scaled_bessel(order: int, log_u: float, bessel: Bessel) -> float:
    """ln(u^n K_n(u) exp(u)) for n = ``order`` 1 or 2; it tends to ln(n) for small u."""
    return evaluate_spline(max(log_u, bessel.start), bessel.start, bessel.step, bessel.table, order - 1)
