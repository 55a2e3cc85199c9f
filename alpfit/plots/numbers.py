"""Numbers in mathtext: with a power of ten where they are very large or small, with their errors."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

QUANTILES = (0.16, 0.5, 0.84)

SMALL, LARGE = -2, 4
"""Powers of ten from the first to below the second are written out."""

NOTHING = 1e-12
"""Of the upper end of an interval: a lower end below that is none that anybody would want to read."""


def scientific(value: float, digits_shown: int = 3) -> str:
    """A number in mathtext, with a power of ten where it is very large or small."""
    if value == 0.0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.{digits_shown}g}"
    digits, power = f"{value:.{digits_shown - 1}e}".split("e")
    return rf"{float(digits):g}\cdot 10^{{{int(power)}}}"


def power_of(largest: float) -> int:
    """The power of ten to write with a number; 0 where it is written out."""
    power = math.floor(math.log10(largest)) if 0.0 < largest < math.inf else 0
    return 0 if SMALL <= power < LARGE else power


def with_errors(low: float, middle: float, high: float, most: int | None = None) -> str:
    """Median and interval with a common power of ten, to two digits of the smaller error, ``most`` decimals at most."""
    power = power_of(max(abs(low), abs(high)))
    low, middle, high = (value / 10.0**power for value in (low, middle, high))
    errors = [error for error in (middle - low, high - middle) if error > 0.0]
    decimals = max(0, 1 - math.floor(math.log10(min(errors)))) if errors else 3
    decimals = decimals if most is None else min(decimals, most)
    text = rf"{middle:.{decimals}f}_{{-{middle - low:.{decimals}f}}}^{{+{high - middle:.{decimals}f}}}"
    return f"${text}$" if power == 0 else rf"$({text})\,10^{{{power}}}$"


def interval(values: Array) -> str:
    """Median and 68 % interval of ``values`` in mathtext with a common power of ten; the ends if they are far apart."""
    low, middle, high = (float(q) for q in np.quantile(values, QUANTILES))
    largest = max(abs(low), abs(high))
    if not math.isfinite(largest):
        return "-"
    if high - low <= 1e-3 * largest:
        return f"${scientific(middle)}$"
    if 0.0 <= low <= NOTHING * high:
        return f"up to ${scientific(high, 2)}$"
    if low >= 0.0 and high > 20.0 * low:
        return f"${scientific(low, 2)}$ to ${scientific(high, 2)}$"
    return with_errors(low, middle, high, most=4)
