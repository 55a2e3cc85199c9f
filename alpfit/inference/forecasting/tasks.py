"""The independent pieces of a forecast, and who works them out: anywhere, in any order, each the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ForecastError
from alpfit.inference.forecasting.counts import are_few, exact_expected, exact_observed
from alpfit.inference.forecasting.discovery import crossed, discovery, toy_curve, toy_significance
from alpfit.inference.forecasting.limits import ObservedLimits, expected_limits, observed_limits
from alpfit.inference.forecasting.plan import Plan
from alpfit.inference.forecasting.signal import Rates
from alpfit.likelihoods import Measurement

Array = NDArray[np.float64]

TYPICAL = 1e-6
"""A rate near which to begin to look for limits."""

Kind = Literal["observed", "expected", "limits of toy", "toy with a signal", "toy"]


@dataclass(frozen=True)
class Task:
    """One of a ``kind`` at a ``luminosity``, for all or one of the ``masses`` [GeV]; ``k`` is the number of a toy.

    ``rates`` are errors of rates at the masses, or guesses of limits.
    """

    kind: Kind
    luminosity: float
    masses: tuple[float, ...]
    rates: tuple[float, ...]
    k: int = 0

    @property
    def name(self) -> str:
        """By which its result is known."""
        toy = "toy" in self.kind
        return f"{self.luminosity!r} {self.kind} {self.k if toy else repr(self.masses[0])}"


class Workbench:
    """The data sets of a ``plan``: those that there are, those that are expected, and toys of the latter.

    ``true`` is what is expected with the truth, and ``background`` without a signal, with as much data as there are;
    ``true_at`` and ``background_at`` are the same by luminosity.
    """

    def __init__(self, plan: Plan) -> None:
        """Raises :class:`ForecastError` where the measurement cannot be forecast, or sees nothing of the truth."""
        self.plan, truth, signal = plan, plan.truth, plan.signal
        self.true, self.background = self._asimov(truth.rate), self._asimov(0.0)
        if truth.rate > 0.0 and not discovery(self.true, signal, truth.mass, truth.rate).q0 > 0.0:
            raise ForecastError(
                f"truth: {plan.measurement.name} sees nothing of {signal.rate} at {truth.mass:g} GeV: take another "
                "point"
            )
        self.true_at = {luminosity: self.true.scaled(luminosity, plan.policy) for luminosity in plan.luminosities}
        self.background_at = {
            luminosity: self.background.scaled(luminosity, plan.policy) for luminosity in plan.luminosities
        }

    def __call__(self, task: Task) -> list[float]:
        """The numbers that a ``task`` asks for."""
        work = {
            "observed": self._observed,
            "expected": self._expected,
            "limits of toy": self._limits_of_toy,
            "toy with a signal": self._toy_with_signal,
            "toy": self._toy,
        }
        return work[task.kind](task)

    def _asimov(self, rate: float) -> Measurement:
        found = self.plan.measurement.asimov(self.plan.signal.at(self.plan.truth.mass, np.array([rate])))
        if found is None:
            raise ForecastError(
                f"{self.plan.measurement.name} cannot be forecast: it does not say how many events to expect"
            )
        return found

    def _rates(self, data: Measurement, mass: float) -> Rates:
        return Rates(data, self.plan.signal, mass)

    def _observed(self, task: Task) -> list[float]:
        (mass,), (guess,) = task.masses, task.rates
        found = self._limits(self.plan.measurement, self.background, mass, guess)
        return [found.best, found.gain, found.cl_s, found.likelihood_ratio, found.sigma]

    def _limits(self, data: Measurement, background: Measurement, mass: float, guess: float) -> ObservedLimits:
        seen = self._rates(data, mass)
        found = observed_limits(seen, self._rates(background, mass), guess)
        return exact_observed(seen, found) if are_few(background) else found

    def _expected(self, task: Task) -> list[float]:
        (mass,), (guess,) = task.masses, task.rates
        background = self.background_at[task.luminosity]
        rates = self._rates(background, mass)
        found = expected_limits(rates, guess)
        found = exact_expected(rates, found) if are_few(background) else found
        return [found.sigma, *found.cl_s, *found.likelihood_ratio]

    def _limits_of_toy(self, task: Task) -> list[float]:
        """CL_s of a toy without a signal, at each of the masses."""
        background, rng = self.background_at[task.luminosity], self._rng(0, task)
        toy = background.toy(self.plan.signal.at(task.masses[0], np.zeros(1)), rng) or background
        pairs = zip(task.masses, task.rates, strict=True)
        return [self._limits(toy, background, mass, guess).cl_s for mass, guess in pairs]

    def _toy_with_signal(self, task: Task) -> list[float]:
        """Its significance."""
        (sigma,), truth = task.rates, self.plan.truth
        true, rng = self.true_at[task.luminosity], self._rng(0, task)
        return [toy_significance(true, self.plan.signal, truth.mass, truth.rate, sigma, rng)]

    def _toy(self, task: Task) -> list[float]:
        """How often the curve of a toy without a signal rises, and how high."""
        background, rng = self.background_at[task.luminosity], self._rng(1, task)
        gains = toy_curve(background, self.plan.signal, task.masses, task.rates, rng)
        return [float(crossed(gains)), float(gains.max())]

    def _rng(self, sequence: int, task: Task) -> np.random.Generator:
        """The random numbers of toy k, whoever draws it."""
        return np.random.default_rng([self.plan.seed, sequence, task.k])

    def local(self, luminosity: float) -> float:
        """Standard deviations of the truth at its mass, as they are expected."""
        plan = self.plan
        data = self.true.scaled(luminosity, plan.policy)
        return discovery(data, plan.signal, plan.truth.mass, plan.truth.rate).local

    def separation(self, luminosity: float) -> float:
        """sqrt(2 ln L) by which the truth fits worse than no signal to the data that are expected without one."""
        plan = self.plan
        rates = self._rates(self.background.scaled(luminosity, plan.policy), plan.truth.mass)
        loss = rates.without - float(rates.log_l(np.array([plan.truth.rate]))[0])
        return float(np.sqrt(max(2.0 * loss, 0.0)))


def a_mass_each(kind: Kind, luminosity: float, masses: Sequence[float], guesses: Sequence[float]) -> list[Task]:
    """Tasks of a ``kind``, one for each of the ``masses``."""
    return [Task(kind, luminosity, (mass,), (guess,)) for mass, guess in zip(masses, guesses, strict=True)]
