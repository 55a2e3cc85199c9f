"""A signal of one rate and, where the measurement reads one, one mass."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """``rate`` and ``mass``, names of what the measurement reads; the latter is empty where it reads no mass.

    All else that it reads is ``held`` at predictions ``(1,)``, or ``(1, k)`` of a spectrum. Where the rate itself has
    bins, it is the sum over these, and ``shape (k,)`` the share of each.
    """

    rate: str
    mass: str
    held: Mapping[str, Array] = field(default_factory=dict)
    shape: Array | None = None

    def at(self, mass: float | Array, rates: Array) -> Mapping[str, Array]:
        """Predictions of ``rates (n,)`` at one ``mass`` [GeV], or at a mass each."""
        held = {name: np.repeat(values, rates.size, axis=0) for name, values in self.held.items()}
        of_rate = rates if self.shape is None else rates[:, None] * self.shape
        return {self.rate: of_rate} | ({self.mass: np.full(rates.shape, mass)} if self.mass else {}) | held


def signal_of(measurement: Measurement, held: Mapping[str, Array] | None = None) -> Signal:
    """The signal of a ``measurement`` that reads a rate and perhaps a mass; what else it reads is ``held``.

    The latter are a point's predictions ``(1,)``, or ``(1, k)``, if there is one. Raises :class:`ForecastError` where
    something is read that it does not have.
    """
    rate, *others = measurement.observables
    mass = getattr(measurement.form, "abscissa", None) or ""
    spectra = measurement.form.spectra
    needed = [name for name in others if name != mass] + [name for name in spectra if name == rate]
    known = held or {}
    if missing := [name for name in needed if name not in known]:
        reads = ", ".join(f"the spectrum {name}" if name in spectra else name for name in missing)
        raise ForecastError(
            f"{measurement.name} cannot be forecast without a point of the model: it reads {reads}, which a "
            f"truth would hold: give one, such as best of a run"
        )
    shape = known[rate][0] if rate in spectra and known[rate].sum() > 0.0 else None
    return Signal(
        rate,
        mass if mass in others else "",
        {name: known[name] for name in needed if name != rate},
        None if shape is None else shape / shape.sum(),
    )


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
        low, high, rate = 0.0, np.inf, guess
        while SMALLEST <= rate <= LARGEST:
            loss = 2.0 * (self.without - float(self.log_l(np.array([rate]))[0]))
            if 0.25 <= loss <= 4.0 or high < (1.0 + 1e-9) * low:
                return rate
            low, high = (rate, high) if loss < 0.25 else (low, rate)
            if low and high < np.inf:
                rate = float(np.sqrt(low * high))
            elif 1e-4 < loss < 1e4:
                rate *= loss**-0.5
            else:
                rate *= 2.0 if loss < 0.25 else 0.5
        return np.nan
