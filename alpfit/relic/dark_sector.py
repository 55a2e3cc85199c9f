"""A dark matter model given by its cross-section and its momentum transfer rate, as functions or tables."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.arguments import positive_number, real_array, shown

Array = NDArray[np.float64]
Function = Callable[[Array], Array]
Table = tuple[ArrayLike, ArrayLike]

EQUILIBRIUM = "equilibrium"
ROWS, SHARP = 5, 3.0
"""Rows of a table that a peak needs above a third of its height: with five its integral is known to 1 %."""
LIGHTEST, HEAVIEST = 1e-7, 1e5
"""Masses [GeV] for which the plasma's table holds all temperatures that the equations pass through."""


@dataclass(frozen=True)
class DarkSector:
    """A dark matter particle that annihilates into the plasma, and scatters on it.

    Attributes:
        mass: of the particle [GeV].
        dof: its degrees of freedom: 1 for a real scalar, 2 for a Majorana fermion, 4 for a Dirac fermion, particle and
            antiparticle together.
        cross_section: sigma(s) of annihilation [GeV^-2] for an array of s [GeV^2], averaged over initial spins and
            summed over final states; or a table (s, sigma). Any two of the particles annihilate with it: where only
            particle and antiparticle do, as for Dirac fermions, half of their cross-section.
        momentum_transfer: gamma(T) [GeV] for an array of T [GeV], or a table (T, gamma); None where there is no elastic
            scattering, "equilibrium" where it keeps the particle at the temperature of the plasma.
        resonances: (position, width) of each peak of sigma, in sqrt(s) [GeV], below threshold too. Needed for peaks
            narrower than 1e-12 of their position alone; others are found where they are, listed or not.
        thresholds: where in sqrt(s) [GeV] another final state opens, and sigma has a kink; found, too.
        self_scattering: sigma(s) of two of the particles going into two of them, isotropically as through a resonance
            [GeV^-2], a function or table as ``cross_section``, averaged over initial spins and summed over final ones;
            None where there is none. It counts for the engine "fbe" alone, at the s at which they annihilate.

    A table is interpolated in the logarithms, monotonically, and continued by a power law; that of the cross-section
    after its 1/velocity at threshold has been taken out. It has to resolve the resonances by itself, with five rows or
    more in which a peak is above a third of its height; one that does not is refused.

    Raises :class:`~alpfit.errors.ConfigurationError`, a :class:`ValueError`, for what means nothing.
    """

    mass: float
    dof: float
    cross_section: Function | Table
    momentum_transfer: Function | Table | str | None
    resonances: Sequence[tuple[float, float]] = ()
    thresholds: Sequence[float] = ()
    self_scattering: Function | Table | None = None

    def __post_init__(self) -> None:
        positive_number("mass", self.mass)
        if not LIGHTEST <= self.mass <= HEAVIEST:
            raise ConfigurationError(f"mass = {self.mass:g} must be between {LIGHTEST:g} and {HEAVIEST:g} GeV")
        positive_number("dof", self.dof)
        for name, places in (("resonances", self.resonances), ("thresholds", self.thresholds)):
            if isinstance(places, (str, bytes, dict, set)) or not _is_list(places):
                raise ConfigurationError(f"{name} = {shown(places)} must be a list")
        for resonance in self.resonances:
            if real_array("resonance", resonance, ConfigurationError).shape != (2,):
                raise ConfigurationError(f"resonance {resonance!r} must be a position and a width [GeV]")
            positive_number(f"position of resonance {resonance!r}", resonance[0])
            positive_number(f"width of resonance {resonance!r}", resonance[1])
        for threshold in self.thresholds:
            positive_number("threshold", threshold)
        if isinstance(self.momentum_transfer, str) and self.momentum_transfer != EQUILIBRIUM:
            raise ConfigurationError(
                f"momentum_transfer = '{self.momentum_transfer}' is not known; allowed: a function of T, a table, "
                f"'{EQUILIBRIUM}', None"
            )

    @property
    def in_kinetic_equilibrium(self) -> bool:
        """Whether the temperature is that of the plasma at all times."""
        return isinstance(self.momentum_transfer, str)

    def sigma(self, s: Array) -> Array:
        """The cross-section [GeV^-2] at ``s`` [GeV^2], shape ``(n,)``; an error where it is negative or no number."""
        if callable(self.cross_section):
            return _checked("cross_section", self.cross_section(s), "s", "GeV^2", s)
        at, values = _table("cross_section", self.cross_section, "s")
        if at[0] <= 4.0 * self.mass**2:
            raise ConfigurationError(f"cross_section: s = {at[0]:g} must be above threshold, {4.0 * self.mass**2:g}")
        above, smooth = at - 4.0 * self.mass**2, values * _velocity(at, self.mass)
        _check_peaks(at, smooth)
        for position, width in self.resonances:
            _check_resolved(at, position, width, self.mass)
        return _power_law(above, smooth)(s - 4.0 * self.mass**2) / _velocity(s, self.mass)

    def sigma_self(self, s: Array) -> Array:
        """The cross-section of scattering off itself [GeV^-2] at ``s`` [GeV^2], shape ``(n,)``, as :meth:`sigma`."""
        if self.self_scattering is None:
            return np.zeros(s.shape)
        if callable(self.self_scattering):
            return _checked("self_scattering", self.self_scattering(s), "s", "GeV^2", s)
        at, values = _table("self_scattering", self.self_scattering, "s")
        if at[0] <= 4.0 * self.mass**2:
            raise ConfigurationError(f"self_scattering: s = {at[0]:g} must be above threshold, {4.0 * self.mass**2:g}")
        return _power_law(at - 4.0 * self.mass**2, values)(s - 4.0 * self.mass**2)

    def gamma(self, temperature: Array) -> Array:
        """The momentum transfer rate [GeV] at ``temperature`` [GeV], shape ``(n,)``; infinite if in equilibrium."""
        if self.momentum_transfer is None or isinstance(self.momentum_transfer, str):
            return np.full(temperature.shape, math.inf if self.in_kinetic_equilibrium else 0.0)
        if callable(self.momentum_transfer):
            rate = self.momentum_transfer(temperature)
            return _checked("momentum_transfer", rate, "T", "GeV", temperature)
        return _power_law(*_table("momentum_transfer", self.momentum_transfer, "T"))(temperature)


def _is_list(places: object) -> bool:
    try:
        return len(places) >= 0  # type: ignore[arg-type]
    except TypeError:
        return False


def _checked(name: str, values: ArrayLike, variable: str, unit: str, at: Array) -> Array:
    """``values`` of the function ``name``, which must be finite, not negative, and one for each of ``at``."""
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise ConfigurationError(
            f"{name} returned {array.dtype} for an array of {variable}; it must return real numbers"
        )
    if array.shape != at.shape:
        raise ConfigurationError(
            f"{name} returned an array of shape {array.shape} for {variable} of shape {at.shape}; it must return one "
            f"number for each {variable}"
        )
    bad = ~(np.isfinite(array) & (array >= 0.0))
    if bad.any():
        raise ConfigurationError(
            f"{name} returned {array[bad][0]:g} at {variable} = {at[bad][0]:.12g} {unit}; it must return finite "
            "numbers from zero on"
        )
    return array.astype(float)


def _table(name: str, table: Table, variable: str) -> tuple[Array, Array]:
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


def _check_peaks(s: Array, smooth: Array) -> None:
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


def _check_resolved(s: Array, position: float, width: float, mass: float) -> None:
    """Whether a table has rows enough on a resonance that is said to be there."""
    if position <= 2.0 * mass:
        return
    n = int(np.sum(np.abs(np.sqrt(s) - position) < width))
    if n < ROWS:
        raise ConfigurationError(
            f"cross_section: the table has {n} rows within a width of the resonance at {position:g} GeV: give it "
            f"{ROWS} or more, or a function"
        )


def _power_law(at: Array, values: Array) -> Function:
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


def _velocity(s: Array, mass: float) -> Array:
    """That of each particle in the center-of-mass frame, sqrt(1 - 4 m^2/s)."""
    return np.asarray(np.sqrt(1.0 - 4.0 * mass**2 / s))
