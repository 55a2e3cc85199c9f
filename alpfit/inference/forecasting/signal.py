"""A signal of one rate and, where the measurement reads one, one mass."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ForecastError
from alpfit.likelihoods import Measurement

Array = NDArray[np.float64]

SMALLEST, LARGEST = 1e-30, 1e30
"""Rates between which the one is looked for that makes a difference."""


class Family(Protocol):
    """Signals of any shape with a rate and a mass."""

    def at(self, mass: float | Array, rates: Array) -> Mapping[str, Array]:
        """Predictions of ``rates (n,)`` at one ``mass`` [GeV], or at a mass each."""


@dataclass(frozen=True)
class Signal:
    """``rate`` and ``mass``, names of what the measurement reads; the latter is empty where it reads no mass."""

    rate: str
    mass: str

    def at(self, mass: float | Array, rates: Array) -> Mapping[str, Array]:
        """Predictions of ``rates (n,)`` at one ``mass`` [GeV], or at a mass each."""
        return {self.rate: rates} | ({self.mass: np.full(rates.shape, mass)} if self.mass else {})


def signal_of(measurement: Measurement) -> Signal:
    """The signal of a ``measurement`` that reads a rate and perhaps a mass.

    Raises :class:`ForecastError` for one that reads anything else.
    """
    rate, *others = measurement.observables
    mass = getattr(measurement.form, "abscissa", None) or ""
    unknown = [name for name in others if name != mass]
    if measurement.form.spectra or unknown:
        reads = ", ".join(unknown) or f"the spectrum {rate}"
        raise ForecastError(f"{measurement.name} cannot be forecast: it reads {reads}, not a rate and a mass alone")
    return Signal(rate, mass if mass in others else "")


@dataclass(frozen=True)
class Rates:
    """ln L of ``data`` against the rate of the ``signal`` at one ``mass`` [GeV], systematic errors at their best."""

    data: Measurement
    signal: Family
    mass: float

    def log_l(self, rates: Array) -> Array:
        """ln L of ``rates (n,)``."""
        return self.data.loglike_of_arrays(self.signal.at(self.mass, rates))

    @cached_property
    def without(self) -> float:
        """ln L without a signal."""
        return float(self.log_l(np.zeros(1))[0])

    def scale(self, guess: float) -> float:
        """A rate that costs 2 ln L between 1/4 and 4 over none, near a ``guess``; NaN where none up to 1e30 does.

        The data are taken to want no signal.
        """
        rate, factor = guess, 0.0
        while SMALLEST <= rate <= LARGEST:
            loss = 2.0 * (self.without - float(self.log_l(np.array([rate]))[0]))
            if 0.25 <= loss <= 4.0:
                return rate
            step = 2.0 if loss < 0.25 else 0.5
            if factor and step != factor:
                step = step**0.5
            rate, factor = rate * (step if not 1e-4 < loss < 1e4 else min(max(loss, 1e-4) ** -0.5, 1e3)), step
        return np.nan
