"""Functions given as tables: two columns, interpolated in the logarithms and continued by power laws."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.errors import ConfigurationError

Array = NDArray[np.float64]
Table = tuple[ArrayLike, ArrayLike]

ROWS, SHARP = 5, 3.0
"""Rows of a table that a peak needs above a third of its height: with five its integral is known to 1 %."""


def read_table(name: str, table: Table, variable: str) -> tuple[Array, Array]:
    """The two columns of a table, checked."""
    try:
        at, values = (np.asarray(column, dtype=float) for column in table)
    except (TypeError, ValueError):
        raise ConfigurationError(f"{name} must be a function of {variable}, or a table: two arrays") from None
    if at.ndim != 1 or at.shape != values.shape or at.size < 2:
        raise ConfigurationError(f"{name}: a table needs two columns of one length, not {at.shape} and {values.shape}")
    for column, what in ((at, variable), (values, name)):
        bad = ~(np.isfinite(column) & (column > 0.0))
        if bad.any():
            raise ConfigurationError(
                f"{name}: {what} = {column[bad][0]:g} in row {int(np.argmax(bad)) + 1} must be positive"
            )
    if not (np.diff(at) > 0.0).all():
        row = int(np.argmin(np.diff(at) > 0.0)) + 2
        raise ConfigurationError(f"{name}: {variable} = {at[row - 1]:g} in row {row} must be above the row before")
    return at, values


def check_peaks(s: Array, smooth: Array) -> None:
    """Whether each peak of a table has rows enough that what is between them can be known, to about 1 %."""
    tops = (smooth[1:-1] >= smooth[:-2]) & (smooth[1:-1] >= smooth[2:])
    for i in 1 + np.flatnonzero(tops):
        high = smooth > smooth[i] / SHARP
        below, above = np.flatnonzero(~high[:i]), np.flatnonzero(~high[i:])
        if not (below.size and above.size):
            continue
        n = int(above[0]) + i - int(below[-1]) - 1
        if n < ROWS:
            raise ConfigurationError(
                f"cross_section: the table has a peak in row {i + 1}, s = {s[i]:.12g}, of only {n} rows above a third "
                f"of its height: give it {ROWS} or more, or a function"
            )


def check_resolved(s: Array, position: float, width: float, mass: float) -> None:
    """Whether a table has rows enough on a resonance that is said to be there."""
    if position <= 2.0 * mass:
        return
    n = int(np.sum(np.abs(np.sqrt(s) - position) < width))
    if n < ROWS:
        raise ConfigurationError(
            f"cross_section: the table has {n} rows within a width of the resonance at {position:g} GeV: give it "
            f"{ROWS} or more, or a function"
        )


def power_law(at: Array, values: Array) -> Callable[[Array], Array]:
    """Monotone interpolation of the logarithms; beyond either end the straight line through the last two points."""
    from scipy.interpolate import PchipInterpolator

    log_at, log_values = np.log(at), np.log(values)
    inside = PchipInterpolator(log_at, log_values)
    first = (log_values[1] - log_values[0]) / (log_at[1] - log_at[0])
    last = (log_values[-1] - log_values[-2]) / (log_at[-1] - log_at[-2])

    def evaluate(z: Array) -> Array:
        log_z = np.log(z)
        within = inside(np.clip(log_z, log_at[0], log_at[-1]))
        below, above = np.minimum(log_z - log_at[0], 0.0), np.maximum(log_z - log_at[-1], 0.0)
        return np.asarray(np.exp(within + first * below + last * above))

    return evaluate


def velocity(s: Array, mass: float) -> Array:
    """That of each particle in the center-of-mass frame, sqrt(1 - 4 m^2/s)."""
    return np.asarray(np.sqrt(1.0 - 4.0 * mass**2 / s))
