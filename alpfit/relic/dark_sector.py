"""A dark matter model given by its cross-section and its momentum transfer rate, as functions or tables."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.arguments import positive_number, real_array, shown
from alpfit.relic.channels import Channel, channel_name
from alpfit.relic.sector_functions import Function, Parameters, frozen, values_of
from alpfit.relic.tabulated_functions import Table, power_law, read_table

Array = NDArray[np.float64]

EQUILIBRIUM = "equilibrium"
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
            particle and antiparticle do, as for Dirac fermions, half of their cross-section. Or a list of
            :class:`Channel`, of which it is the sum, each with a threshold of its own.
        momentum_transfer: gamma(T) [GeV] for an array of T [GeV], or a table (T, gamma); None where there is no elastic
            scattering, "equilibrium" where it keeps the particle at the temperature of the plasma.
        resonances: (position, width) of each peak of sigma, in sqrt(s) [GeV], below threshold too. Needed for peaks
            narrower than 1e-12 of their position alone; others are found where they are, listed or not.
        thresholds: where in sqrt(s) [GeV] another final state opens, and sigma has a kink; found, too.
        self_scattering: sigma(s) of two of the particles going into two of them, isotropically as through a resonance
            [GeV^-2], a function or table as ``cross_section``, averaged over initial spins and summed over final ones;
            None where there is none. It counts for the engine "fbe" alone, at the s at which they annihilate.
        parameters: numbers, or arrays of them, that each of the functions gets after its s or T.

    A function that ``numba.njit`` has compiled is one of a single s or T, ``sigma(s, *parameters)``, and runs without
    Python: on threads beside others, and compiled once for any number of sectors that differ in ``parameters`` alone.

    A table is interpolated in the logarithms, monotonically, and continued by a power law; that of the cross-section
    after its 1/velocity at threshold has been taken out. It has to resolve the resonances by itself, with five rows or
    more in which a peak is above a third of its height; one that does not is refused.

    Raises :class:`~alpfit.errors.ConfigurationError`, a :class:`ValueError`, for what means nothing.

    >>> import numpy as np
    >>> from alpfit.relic import Channel, DarkSector
    >>> to_light = Channel(lambda s: 1e-9 / np.sqrt(1.0 - 200.0**2 / s))  # an s-wave: sigma goes with 1/velocity
    >>> to_heavy = Channel(lambda s: 1e-8 * np.sqrt(1.0 - 240.0**2 / s), threshold=240.0)
    >>> sector = DarkSector(100.0, 2, [to_light, to_heavy], "equilibrium")
    >>> len(sector.channels), sector.openings
    (2, (240.0,))
    >>> s = np.array([220.0, 250.0]) ** 2
    >>> (1e9 * sector.sigma(s)).round(2)
    array([2.4 , 4.47])
    >>> np.array_equal(sector.cross_section_of_s()(s), sector.sigma(s))
    True
    >>> sector.sigma_self(s)
    array([0., 0.])
    >>> sector.in_kinetic_equilibrium, sector.gamma(np.array([1.0]))
    (True, array([inf]))
    """

    mass: float
    dof: float
    cross_section: Function | Table | Sequence[Channel]
    momentum_transfer: Function | Table | str | None
    resonances: Sequence[tuple[float, float]] = ()
    thresholds: Sequence[float] = ()
    self_scattering: Function | Table | None = None
    parameters: Parameters = ()

    def __post_init__(self) -> None:
        positive_number("mass", self.mass)
        if not LIGHTEST <= self.mass <= HEAVIEST:
            raise ConfigurationError(f"mass = {self.mass:g} must be between {LIGHTEST:g} and {HEAVIEST:g} GeV")
        if positive_number("dof", self.dof) % 1.0:
            raise ConfigurationError(
                f"dof = {self.dof:g} must be a whole number: 1 for a real scalar, 2 for a Majorana fermion, 4 for a "
                "Dirac fermion"
            )
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
        frozen(self.parameters)
        if isinstance(self.momentum_transfer, str) and self.momentum_transfer != EQUILIBRIUM:
            raise ConfigurationError(
                f"momentum_transfer = '{self.momentum_transfer}' is not known; allowed: a function of T, a table, "
                f"'{EQUILIBRIUM}', None"
            )

    @property
    def in_kinetic_equilibrium(self) -> bool:
        """Whether the temperature is that of the plasma at all times."""
        return isinstance(self.momentum_transfer, str)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What it annihilates into: one channel, where the cross-section is that of all final states."""
        given = self.cross_section
        if isinstance(given, (list, tuple)) and any(isinstance(each, Channel) for each in given):
            for each in given:
                if not isinstance(each, Channel):
                    raise ConfigurationError(f"cross_section: {shown(each)} in a list of channels must be a Channel")
            return tuple(given)
        return (Channel(given),)  # type: ignore[arg-type]

    @property
    def openings(self) -> tuple[float, ...]:
        """Where in sqrt(s) [GeV] final states open for particles that are not at rest."""
        own = (float(channel.threshold) for channel in self.channels)
        return tuple(float(place) for place in (*self.thresholds, *own) if place > 2.0 * self.mass)

    def sigma(self, s: Array) -> Array:
        """The cross-section [GeV^-2] at ``s`` [GeV^2], shape ``(n,)``; an error where it is negative or no number."""
        return self.cross_section_of_s()(s)

    def cross_section_of_s(self) -> Callable[[Array], Array]:
        """:meth:`sigma`, for many calls."""
        mass, parameters, resonances = float(self.mass), frozen(self.parameters), tuple(self.resonances)
        channels = self.channels
        named = [(channel, channel_name(i + 1, len(channels))) for i, channel in enumerate(channels)]

        def sigma(s: Array) -> Array:
            parts = [channel.sigma(s, mass, parameters, resonances, name) for channel, name in named]
            return np.asarray(sum(parts[1:], start=parts[0]))

        return sigma

    def sigma_self(self, s: Array) -> Array:
        """The cross-section of scattering off itself [GeV^-2] at ``s`` [GeV^2], shape ``(n,)``, as :meth:`sigma`."""
        if self.self_scattering is None:
            return np.zeros(s.shape)
        if callable(self.self_scattering):
            return values_of("self_scattering", self.self_scattering, s, frozen(self.parameters), "s", "GeV^2")
        at, values = read_table("self_scattering", self.self_scattering, "s")
        if at[0] <= 4.0 * self.mass**2:
            raise ConfigurationError(f"self_scattering: s = {at[0]:g} must be above threshold, {4.0 * self.mass**2:g}")
        return power_law(at - 4.0 * self.mass**2, values)(s - 4.0 * self.mass**2)

    def gamma(self, temperature: Array) -> Array:
        """The momentum transfer rate [GeV] at ``temperature`` [GeV], shape ``(n,)``; infinite if in equilibrium."""
        if self.momentum_transfer is None or isinstance(self.momentum_transfer, str):
            return np.full(temperature.shape, math.inf if self.in_kinetic_equilibrium else 0.0)
        if callable(self.momentum_transfer):
            rate, parameters = self.momentum_transfer, frozen(self.parameters)
            return values_of("momentum_transfer", rate, temperature, parameters, "T", "GeV")
        return power_law(*read_table("momentum_transfer", self.momentum_transfer, "T"))(temperature)


def _is_list(places: object) -> bool:
    try:
        return len(places) >= 0  # type: ignore[arg-type]
    except TypeError:
        return False
