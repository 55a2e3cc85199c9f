"""How significant a signal would be, at its mass and anywhere, and with how much data.

At a given mass sqrt(q0) standard deviations, q0 = 2 [ln L(best) - ln L(none)] of the data that are expected with the
signal (arXiv:1007.1727, section 4). Over a range of masses, for data without a signal, curves of q against the mass
rise through a level c as often as <N(c)>, and

    p(some mass gains q) = [1 - Phi(sqrt q)] + <N(c)> exp[-(q - c)/2]

(E. Gross and O. Vitells, arXiv:1005.1891), with <N(c)> from toy data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from alpfit.inference.forecasting.signal import Family, Rates
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.exposure import MOST_GROWTH

Array = NDArray[np.float64]

CROSSED = 1.0
"""q through which the curves of toys rise often enough to be counted."""

STEPS = np.array([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 8.0])
"""Rates at which a toy is looked at, in units of their error without a signal."""

N_RATES = 33
"""At which a toy with the signal is looked at."""


@dataclass(frozen=True)
class LookElsewhere:
    """``crossings``: how often toys' curves rise through :data:`CROSSED`; ``largest (n,)`` what each toy gains."""

    crossings: float
    largest: Array

    def p_value(self, q: float) -> float:
        """Of as much as ``q`` at some mass."""
        return float(min(ndtr(-np.sqrt(max(q, 0.0))) + self.crossings * np.exp(0.5 * (CROSSED - q)), 1.0))

    def sigmas(self, q: float) -> float:
        """The same in standard deviations, one-sided."""
        return float(max(-ndtri(self.p_value(q)), 0.0))


@dataclass(frozen=True)
class Discovery:
    """Of data that are expected with a signal: ``q0`` of the signal's own rate, ``local`` sqrt(q0)."""

    q0: float

    @property
    def local(self) -> float:
        """Standard deviations at the signal's mass."""
        return float(np.sqrt(self.q0))


def discovery(data: Measurement, signal: Family, mass: float, rate: float) -> Discovery:
    """What ``data`` that are expected with the signal gain from it; its own rate fits them best."""
    at = Rates(data, signal, mass)
    return Discovery(max(2.0 * (float(at.log_l(np.array([rate]))[0]) - at.without), 0.0))


def toy_significance(
    data: Measurement, signal: Family, mass: float, rate: float, sigma: float, rng: np.random.Generator
) -> float:
    """sqrt(q0) of a toy of ``data`` that are expected with the signal, at its best rate.

    ``sigma`` is the error of a rate that is none.
    """
    grid = np.linspace(0.0, 2.0 * rate + 6.0 * sigma, N_RATES)
    toy = data.toy(signal.at(mass, np.array([rate])), rng) or data
    log_l = Rates(toy, signal, mass).log_l(grid)
    fine = CubicSpline(grid, log_l)(np.linspace(grid[0], grid[-1], 20 * N_RATES))
    return float(np.sqrt(max(2.0 * (float(fine.max()) - float(log_l[0])), 0.0)))


def luminosity_for(gain: Callable[[float], float], wanted: float, today: float) -> float:
    """The luminosity at which ``gain`` of it is ``wanted``.

    It is ``today`` where that is enough, and infinity where :data:`~alpfit.likelihoods.exposure.MOST_GROWTH` is not.
    """
    if gain(today) >= wanted:
        return today
    low, high = today, today
    while gain(high) < wanted:
        if high >= MOST_GROWTH * today:
            return np.inf
        low, high = high, min(4.0 * high, MOST_GROWTH * today)
    return float(np.exp(brentq(lambda log: gain(np.exp(log)) - wanted, np.log(low), np.log(high), xtol=1e-4)))


def toy_curve(
    data: Measurement, signal: Family, masses: Sequence[float], scales: Sequence[float], rng: np.random.Generator
) -> Array:
    """What the best rate at each of the ``masses`` gains in 2 ln L of a toy of ``data``, expected without a signal.

    ``scales`` are the errors of rates by mass.
    """
    toy = data.toy(signal.at(masses[0], np.zeros(1)), rng) or data
    return curve(toy, signal, masses, scales)


def curve(data: Measurement, signal: Family, masses: Sequence[float], scales: Sequence[float]) -> Array:
    """What the best rate at each of the ``masses`` gains in 2 ln L."""
    rates = np.outer(scales, STEPS)
    values = signal.at(np.repeat(masses, STEPS.size), rates.ravel())
    log_l = data.loglike_of_arrays(values).reshape(rates.shape)
    return np.asarray(2.0 * (log_l.max(axis=1) - log_l[:, 0]))


def crossed(gains: Array) -> int:
    """How often a curve rises through :data:`CROSSED` between masses."""
    return int(((gains[1:] > CROSSED) & (gains[:-1] <= CROSSED)).sum())
