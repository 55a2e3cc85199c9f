"""A forecast: what a measurement would say with more data, if a truth were true."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from alpfit.errors import ForecastError
from alpfit.inference.forecasting.discovery import discovery, look_elsewhere, luminosity_for, toy_significances
from alpfit.inference.forecasting.limits import BANDS, ExpectedLimits, ObservedLimits, expected_limits, observed_limits
from alpfit.inference.forecasting.signal import Rates, Signal, signal_of
from alpfit.inference.progress import NoProgress, Progress, ProgressReport
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.exposure import Policy

Array = NDArray[np.float64]

TYPICAL = 1e-6
"""A rate near which to begin to look for limits."""

DISCOVERY, EVIDENCE, EXCLUSION = 5.0, 3.0, 1.959964
"""Standard deviations at which a signal is seen, or is there; and t at which half of all data exclude it at 95 %."""


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
        lines += [""] if self.needed else []
        for what, luminosity in self.needed.items():
            text = f"at {luminosity:.3g} {self.unit}" if np.isfinite(luminosity) else "with no luminosity"
            lines.append(f"the truth would be {what} {text}")
        return "\n".join(lines)


def forecast_of(
    measurement: Measurement,
    truth: Truth,
    luminosities: Sequence[float],
    policy: Policy,
    masses: Sequence[float],
    n_toys: int,
    seed: int,
    progress: Progress | None = None,
) -> Forecast:
    """The forecast of ``measurement`` for ``luminosities`` in its unit, limits at ``masses`` [GeV].

    Raises :class:`ForecastError` for what cannot be scaled, and for a truth that it cannot see.
    """
    signal, display = signal_of(measurement), progress or NoProgress()
    true_rates, nothing = signal.at(truth.mass, np.array([truth.rate])), signal.at(truth.mass, np.zeros(1))
    true, background = measurement.asimov(true_rates), measurement.asimov(nothing)
    if true is None or background is None:
        raise ForecastError(f"{measurement.name} cannot be forecast: it does not say how many events to expect")
    scaled = [true.scaled(luminosity, policy) for luminosity in luminosities]
    guess, done, at, observed = TYPICAL, 0, [], []
    for n, luminosity in enumerate((None, *luminosities)):
        data, limits = background if luminosity is None else background.scaled(luminosity, policy), []
        for mass in masses:
            rates = Rates(data, signal, mass)
            limits.append(expected_limits(rates, guess))
            guess = limits[-1].sigma if np.isfinite(limits[-1].sigma) else guess
            if luminosity is None:
                observed.append(observed_limits(Rates(measurement, signal, mass), rates, guess))
            done += 1
            left = (len(luminosities) + 1) * len(masses) - done
            display.update(ProgressReport(done, {"mass": mass}, left / done))
        if luminosity is not None:
            at.append(
                _significances(
                    AtLuminosity(luminosity, tuple(limits)), scaled[n - 1], data, signal, truth, n_toys, seed
                )
            )
    needed = _needed(true, background, signal, truth, policy) if truth.rate > 0.0 else {}
    return Forecast(measurement, signal, policy, truth, tuple(observed), tuple(at), tuple(scaled), needed)


def _significances(
    at: AtLuminosity,
    true: Measurement,
    background: Measurement,
    signal: Signal,
    truth: Truth,
    n_toys: int,
    seed: int,
) -> AtLuminosity:
    """``at`` with the significances of the ``truth``, if that is a signal."""
    if truth.rate <= 0.0:
        return at
    found = discovery(true, signal, truth.mass, truth.rate)
    at = replace(at, local=found.local)
    if n_toys:
        sigma = expected_limits(Rates(background, signal, truth.mass), truth.rate).sigma
        drawn = toy_significances(true, signal, truth.mass, truth.rate, sigma, n_toys, seed)
        at = replace(at, bands=tuple(np.quantile(drawn, norm.cdf(BANDS)).tolist()))
    seen = [limits for limits in at.limits if np.isfinite(limits.sigma)]
    if not (n_toys and signal.mass and len(seen) > 1):
        return at
    elsewhere = look_elsewhere(
        background, signal, [limits.mass for limits in seen], [limits.sigma for limits in seen], n_toys, seed
    )
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
