"""A forecast: what a measurement would say with more data, if a truth were true."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from alpfit.errors import ForecastError
from alpfit.inference.forecasting.discovery import (
    LookElsewhere,
    crossed,
    discovery,
    luminosity_for,
    toy_curve,
    toy_significance,
)
from alpfit.inference.forecasting.limits import BANDS, ExpectedLimits, ObservedLimits, expected_limits, observed_limits
from alpfit.inference.forecasting.signal import Rates, Signal, signal_of
from alpfit.inference.forecasting.work import Work
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.exposure import MOST_GROWTH, Policy

Array = NDArray[np.float64]

TYPICAL = 1e-6
"""A rate near which to begin to look for limits."""

DISCOVERY, EVIDENCE, EXCLUSION = 5.0, 3.0, 1.959964
"""Standard deviations at which a signal is seen, or is there; and t at which half of all data exclude it at 95 %."""


FEW = 10.0
"""Events of a background below which asymptotic formulae fail."""


@dataclass(frozen=True)
class Truth:
    """What expected data are made with: a ``rate`` at a ``mass`` [GeV], none without a signal, and its name."""

    name: str
    mass: float = 1.0
    rate: float = 0.0


@dataclass(frozen=True)
class AtLuminosity:
    """What is expected of so much data; ``local`` and ``everywhere`` are standard deviations, NaN without a signal.

    ``everywhere`` counts the masses at which one would have looked, and is NaN where no toy data were drawn; of toys
    with the signal ``bands`` are the quantiles of ``local`` where its median has the :data:`BANDS`, empty without toys.
    """

    luminosity: float
    limits: tuple[ExpectedLimits, ...]
    local: float = np.nan
    everywhere: float = np.nan
    crossings: float = np.nan
    bands: tuple[float, ...] = ()


@dataclass(frozen=True)
class Forecast:
    """Of one measurement; ``measurements`` are the data that are expected under the truth, by luminosity.

    ``observed`` are the limits of the data that there are. ``needed`` says with which luminosity the truth would be
    there at 3 and seen at 5 standard deviations, at its mass, and excluded at 95 % CL_s if it were not true; infinity
    where no luminosity does it.
    """

    measurement: Measurement
    signal: Signal
    policy: Policy
    truth: Truth
    observed: tuple[ObservedLimits, ...]
    at: tuple[AtLuminosity, ...]
    measurements: tuple[Measurement, ...]
    needed: Mapping[str, float]

    @property
    def unit(self) -> str:
        """Of luminosities."""
        return self.measurement.exposure.unit if self.measurement.exposure else ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be known of the limits."""
        blind = sum(not np.isfinite(limits.sigma) for limits in self.observed)
        events = getattr(self.measurement.form, "background", np.inf)
        few = (
            f"{events:g} events of background are few: asymptotic limits are too strong, below 3 events without meaning"
        )
        nothing = f"nothing is seen at {blind} of {len(self.observed)} masses"
        return (*([nothing] if blind else ()), *([few] if events < FEW else ()))

    def as_record(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "entry": self.measurement.name,
            "digest": self.measurement.digest,
            "policy": self.policy,
            "truth": asdict(self.truth),
            "unit of luminosity": self.unit,
            "bands": list(BANDS),
            "observed": [asdict(limits) for limits in self.observed],
            "expected": [asdict(at) for at in self.at],
            "needed": dict(self.needed),
            "remarks": list(self.remarks),
        }

    def as_text(self) -> str:
        """The results in a few lines."""
        truth, entry = self.truth, self.measurement
        has = entry.exposure.luminosity if entry.exposure else np.nan
        lines = [
            f"{entry.name}: {has:g} {self.unit} of data, errors {self.policy}; expected with {truth.name}"
            + (f", {self.signal.rate} = {truth.rate:.3g} at {truth.mass:.4g} GeV" if truth.rate > 0.0 else ""),
            "",
            f"{'luminosity':>12}{'median limit':>28}{'local':>27}{'with look-elsewhere':>22}",
        ]
        for at in self.at:
            medians = [limits.cl_s[len(BANDS) // 2] for limits in at.limits]
            known = [value for value in medians if np.isfinite(value)]
            reach = f"{min(known):.3g} to {max(known):.3g}" if known else "none"
            local = f"{at.local:.2f} sigma" if np.isfinite(at.local) else ""
            local += f" ({at.bands[1]:.1f} to {at.bands[-2]:.1f})" if at.bands else ""
            everywhere = f"{at.everywhere:.2f} sigma" if np.isfinite(at.everywhere) else ""
            lines.append(f"{at.luminosity:>12g}{reach:>28}{local:>27}{everywhere:>22}")
        lines += ["", *self.remarks] if self.remarks else []
        lines += [""] if self.needed else []
        for what, luminosity in self.needed.items():
            text = (
                f"with {luminosity:.3g} {self.unit}"
                if np.isfinite(luminosity)
                else f"not even with {MOST_GROWTH:g} times"
            )
            lines.append(f"the truth would be {what} {'with the data that there are' if luminosity <= has else text}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Plan:
    """What is asked of ``measurement``: ``luminosities`` in its unit, limits at ``masses`` [GeV], so many toys."""

    measurement: Measurement
    truth: Truth
    luminosities: tuple[float, ...]
    policy: Policy
    masses: tuple[float, ...]
    n_toys: int = 0
    seed: int = 1

    @property
    def n_tasks(self) -> int:
        """Of :func:`forecast_of`."""
        toys = 2 * self.n_toys if self.truth.rate > 0.0 else 0
        return len(self.masses) + len(self.luminosities) * (len(self.masses) + toys)


def forecast_of(plan: Plan, work: Work | None = None) -> Forecast:
    """The forecast that ``plan`` asks for.

    Raises :class:`ForecastError` for what cannot be scaled.
    """
    measurement, truth, work = plan.measurement, plan.truth, work or Work()
    signal = signal_of(measurement)
    true = measurement.asimov(signal.at(truth.mass, np.array([truth.rate])))
    background = measurement.asimov(signal.at(truth.mass, np.zeros(1)))
    if true is None or background is None:
        raise ForecastError(f"{measurement.name} cannot be forecast: it does not say how many events to expect")
    if truth.rate > 0.0 and not discovery(true, signal, truth.mass, truth.rate).q0 > 0.0:
        raise ForecastError(
            f"truth: {measurement.name} sees nothing of {signal.rate} at {truth.mass:g} GeV: take another point"
        )
    scaled = {luminosity: true.scaled(luminosity, plan.policy) for luminosity in plan.luminosities}
    observed = _observed(measurement, background, signal, plan.masses, work)
    guesses = [limits.sigma if np.isfinite(limits.sigma) else TYPICAL for limits in observed]
    at = []
    for luminosity in plan.luminosities:
        without = background.scaled(luminosity, plan.policy)
        expected = AtLuminosity(luminosity, _expected(without, luminosity, signal, plan.masses, guesses, work))
        at.append(_significances(expected, scaled[luminosity], without, signal, plan, work))
    needed = _needed(true, background, signal, truth, plan.policy) if truth.rate > 0.0 else {}
    return Forecast(measurement, signal, plan.policy, truth, tuple(observed), tuple(at), tuple(scaled.values()), needed)


def _observed(
    measurement: Measurement, background: Measurement, signal: Signal, masses: Sequence[float], work: Work
) -> list[ObservedLimits]:
    def limits_at(mass: float) -> list[float]:
        expected = Rates(background, signal, mass)
        found = observed_limits(Rates(measurement, signal, mass), expected, TYPICAL)
        return [found.best, found.gain, found.cl_s, found.likelihood_ratio, found.sigma]

    found = work.results({f"observed {mass!r}": partial(limits_at, mass) for mass in masses})
    return [ObservedLimits(mass, *numbers) for mass, numbers in zip(masses, found.values(), strict=True)]


def _expected(
    data: Measurement,
    luminosity: float,
    signal: Signal,
    masses: Sequence[float],
    guesses: Sequence[float],
    work: Work,
) -> tuple[ExpectedLimits, ...]:
    def limits_at(mass: float, guess: float) -> list[float]:
        found = expected_limits(Rates(data, signal, mass), guess)
        return [found.sigma, *found.cl_s, *found.likelihood_ratio]

    tasks = {
        f"expected {luminosity!r} {mass!r}": partial(limits_at, mass, guess)
        for mass, guess in zip(masses, guesses, strict=True)
    }
    n = len(BANDS) + 1
    return tuple(
        ExpectedLimits(mass, row[0], tuple(row[1:n]), tuple(row[n:]))
        for mass, row in zip(masses, work.results(tasks).values(), strict=True)
    )


def _significances(
    at: AtLuminosity, true: Measurement, background: Measurement, signal: Signal, plan: Plan, work: Work
) -> AtLuminosity:
    """``at`` with the significances of the truth, if that is a signal; toy k is the same whoever draws it."""
    truth = plan.truth
    if truth.rate <= 0.0:
        return at
    found = discovery(true, signal, truth.mass, truth.rate)
    at = replace(at, local=found.local)
    if not plan.n_toys:
        return at
    sigma = expected_limits(Rates(background, signal, truth.mass), truth.rate).sigma

    def drawn(k: int) -> list[float]:
        rng = np.random.default_rng([plan.seed, 0, k])
        return [toy_significance(true, signal, truth.mass, truth.rate, sigma, rng)]

    name = f"{at.luminosity!r} toy"
    with_signal = work.results({f"{name} {k} with a signal": partial(drawn, k) for k in range(plan.n_toys)})
    quantiles = np.quantile([result[0] for result in with_signal.values()], norm.cdf(BANDS))
    at = replace(at, bands=tuple(quantiles.tolist()))
    seen = [limits for limits in at.limits if np.isfinite(limits.sigma)]
    if not (signal.mass and len(seen) > 1):
        return at
    masses, scales = [limits.mass for limits in seen], [limits.sigma for limits in seen]

    def searched(k: int) -> list[float]:
        gains = toy_curve(background, signal, masses, scales, np.random.default_rng([plan.seed, 1, k]))
        return [float(crossed(gains)), float(gains.max())]

    without = list(work.results({f"{name} {k}": partial(searched, k) for k in range(plan.n_toys)}).values())
    elsewhere = LookElsewhere(float(np.mean([row[0] for row in without])), np.array([row[1] for row in without]))
    return replace(at, everywhere=elsewhere.sigmas(found.q0), crossings=elsewhere.crossings)


def _needed(
    true: Measurement, background: Measurement, signal: Signal, truth: Truth, policy: Policy
) -> dict[str, float]:
    """Luminosities with which the ``truth`` is there, seen, or excluded."""
    today = true.exposure.luminosity if true.exposure else 1.0

    def local(luminosity: float) -> float:
        return discovery(true.scaled(luminosity, policy), signal, truth.mass, truth.rate).local

    def separation(luminosity: float) -> float:
        rates = Rates(background.scaled(luminosity, policy), signal, truth.mass)
        return float(np.sqrt(max(2.0 * (rates.without - float(rates.log_l(np.array([truth.rate]))[0])), 0.0)))

    return {
        "there at 3 standard deviations": luminosity_for(local, EVIDENCE, today),
        "seen at 5 standard deviations": luminosity_for(local, DISCOVERY, today),
        "excluded at 95 % CL_s, if it is not true,": luminosity_for(separation, EXCLUSION, today),
    }
