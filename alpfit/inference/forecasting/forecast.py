"""A forecast: what a measurement would say with more data, if a truth were true."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from alpfit.inference.forecasting.counts import MOST_SUMMED, are_few
from alpfit.inference.forecasting.discovery import LookElsewhere, luminosity_for
from alpfit.inference.forecasting.limits import BANDS, ExpectedLimits, ObservedLimits, expected_limits
from alpfit.inference.forecasting.plan import Plan, Truth
from alpfit.inference.forecasting.signal import Rates, Signal
from alpfit.inference.forecasting.tasks import TYPICAL, Kind, Task, Workbench, a_mass_each
from alpfit.inference.forecasting.work import Work
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.exposure import MOST_GROWTH, UNKNOWN, Policy

Array = NDArray[np.float64]

DISCOVERY, EVIDENCE, EXCLUSION = 5.0, 3.0, 1.959964
"""Standard deviations at which a signal is seen, or is there; and t at which half of all data exclude it at 95 %."""

FEW_TOYS = 100
"""Below which quantiles of toys are rough."""

FEW = 10.0
"""Events without a signal below which 2 ln L is not distributed as for many."""


@dataclass(frozen=True)
class AtLuminosity:
    """What is expected of so much data; ``local`` and ``everywhere`` are standard deviations, NaN without a signal.

    ``everywhere`` counts the masses at which one would have looked, and is NaN where no toy data were drawn; of toys
    with the signal ``bands`` are the quantiles of ``local`` where its median has the :data:`BANDS`, and of toys without
    one ``toy_limits`` those of CL_s limits, by mass; both are empty without toys.
    """

    luminosity: float
    limits: tuple[ExpectedLimits, ...]
    local: float = np.nan
    everywhere: float = np.nan
    crossings: float = np.nan
    bands: tuple[float, ...] = ()
    toy_limits: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Forecast:
    """Of one measurement; ``measurements`` are the data that are expected under the truth, by luminosity.

    Those ``without_signal`` are expected of today's luminosity.

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
    without_signal: Measurement
    needed: Mapping[str, float]
    n_toys: int = 0

    @property
    def unit(self) -> str:
        """Of luminosities."""
        return self.measurement.known_exposure.unit

    @property
    def truth_in_words(self) -> str:
        """Its name and, if it is a signal, its rate and the mass, if there is one."""
        truth, signal = self.truth, self.signal
        where = f" at {truth.mass:.4g} GeV" if signal.mass else ""
        return truth.name + (f", {signal.rate} = {truth.rate:.3g}{where}" if truth.rate > 0.0 else "")

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be known of the limits."""
        blind = sum(not np.isfinite(limits.sigma) for limits in self.observed)
        said = [f"nothing is seen at {blind} of {len(self.observed)} masses"] if blind else []
        if self.measurement.exposure is None:
            said.append(f"{UNKNOWN.where}: luminosities are {UNKNOWN.unit}, and errors stay unless all are statistical")
        exact = are_few(self.without_signal)
        if exact:
            said.append(
                f"limits on less than {MOST_SUMMED:g} expected events are exact sums over counts: they move in steps"
            )
        events = self.without_signal.form.n_events
        if events < FEW and not exact:
            said.append(
                f"{events:.3g} events are few: asymptotic limits are too strong, below 3 events without meaning"
            )
        if events < FEW and self.truth.rate > 0.0:
            said.append(
                f"{events:.3g} events are few: significances are sqrt(2 ln L), which is their size only roughly"
            )
        if 0 < self.n_toys < FEW_TOYS:
            said.append(f"quantiles of {self.n_toys} toys are rough: draw {FEW_TOYS} or more with --toys")
        return tuple(said)

    def as_record(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "entry": self.measurement.name,
            "digest": self.measurement.digest,
            "policy": self.policy,
            "truth": self.truth.as_record(),
            "unit of luminosity": self.unit,
            "bands": list(BANDS),
            "observed": [asdict(limits) for limits in self.observed],
            "expected": [asdict(at) for at in self.at],
            "needed": dict(self.needed),
            "remarks": list(self.remarks),
        }

    def as_text(self) -> str:
        """The results in a few lines."""
        entry = self.measurement
        has = entry.known_exposure.luminosity
        data = f"{has:g} {self.unit} of data" if entry.exposure else "today's data"
        lines = [
            f"{entry.name}: {data}, errors {self.policy}; expected with {self.truth_in_words}",
            "",
            f"{'luminosity':>12}{'median limit':>28}{'local':>27}{'with look-elsewhere':>22}",
        ]
        for at in self.at:
            medians = [limits.cl_s[len(BANDS) // 2] for limits in at.limits]
            known = [value for value in medians if np.isfinite(value)]
            ends = list(dict.fromkeys(f"{value:.3g}" for value in (min(known), max(known)))) if known else ["none"]
            reach = " to ".join(ends)
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


def forecast_of(bench: Workbench, work: Work) -> Forecast:
    """The forecast that the plan of a ``bench`` asks for, worked out by ``work``, which calls that, wherever it is."""
    plan = bench.plan
    observed = _observed(plan, work)
    guesses = [limits.sigma if np.isfinite(limits.sigma) else TYPICAL for limits in observed]
    at = []
    for luminosity in plan.luminosities:
        expected = AtLuminosity(luminosity, _expected(plan, luminosity, guesses, work))
        at.append(_with_toys(_with_significance(expected, bench), bench, work))
    return Forecast(
        plan.measurement,
        plan.signal,
        plan.policy,
        plan.truth,
        tuple(observed),
        tuple(at),
        tuple(bench.true_at.values()),
        bench.background,
        _needed(bench) if plan.truth.rate > 0.0 else {},
        plan.n_toys,
    )


def _observed(plan: Plan, work: Work) -> list[ObservedLimits]:
    found = work.results(a_mass_each("observed", np.nan, plan.masses, [TYPICAL] * len(plan.masses)))
    return [ObservedLimits(mass, *numbers) for mass, numbers in zip(plan.masses, found, strict=True)]


def _expected(plan: Plan, luminosity: float, guesses: Sequence[float], work: Work) -> tuple[ExpectedLimits, ...]:
    found = work.results(a_mass_each("expected", luminosity, plan.masses, guesses))
    n = len(BANDS) + 1
    return tuple(
        ExpectedLimits(mass, row[0], tuple(row[1:n]), tuple(row[n:]))
        for mass, row in zip(plan.masses, found, strict=True)
    )


def _with_significance(at: AtLuminosity, bench: Workbench) -> AtLuminosity:
    return replace(at, local=bench.local(at.luminosity)) if bench.plan.truth.rate > 0.0 else at


def _with_toys(at: AtLuminosity, bench: Workbench, work: Work) -> AtLuminosity:
    """``at`` with what its toys say: of significances, if the truth is a signal, else of limits."""
    plan, seen = bench.plan, [limits for limits in at.limits if np.isfinite(limits.sigma)]
    masses, errors = tuple(limits.mass for limits in seen), tuple(limits.sigma for limits in seen)

    def toys(kind: Kind, masses: tuple[float, ...], rates: tuple[float, ...]) -> Array:
        return np.array(work.results([Task(kind, at.luminosity, masses, rates, k) for k in range(plan.n_toys)]))

    if not plan.n_toys:
        return at
    truth, quantiles = plan.truth, ndtr(BANDS)
    if truth.rate <= 0.0:
        limits = toys("limits of toy", masses, errors) if seen else np.empty((plan.n_toys, 0))
        return replace(at, toy_limits=_by_mass(at, masses, np.quantile(limits, quantiles, axis=0).T))
    sigma = expected_limits(Rates(bench.background_at[at.luminosity], plan.signal, truth.mass), truth.rate).sigma
    significances = toys("toy with a signal", (truth.mass,), (sigma,))[:, 0]
    at = replace(at, bands=tuple(np.quantile(significances, quantiles).tolist()))
    if not (plan.signal.mass and len(seen) > 1):
        return at
    crossings, largest = toys("toy", masses, errors).T
    elsewhere = LookElsewhere(float(crossings.mean()), largest)
    return replace(at, everywhere=elsewhere.sigmas(at.local**2), crossings=elsewhere.crossings)


def _by_mass(at: AtLuminosity, masses: Sequence[float], found: Array) -> tuple[tuple[float, ...], ...]:
    """The rows ``found`` for ``masses``, and NaN for the others."""
    known = dict(zip(masses, found.tolist(), strict=True))
    return tuple(tuple(known.get(limits.mass, [np.nan] * len(BANDS))) for limits in at.limits)


def _needed(bench: Workbench) -> dict[str, float]:
    """Luminosities with which the truth is there, seen, or excluded."""
    today = bench.plan.measurement.known_exposure.luminosity
    return {
        "there at 3 standard deviations": luminosity_for(bench.local, EVIDENCE, today),
        "seen at 5 standard deviations": luminosity_for(bench.local, DISCOVERY, today),
        "excluded at 95 % CL_s, if it is not true,": luminosity_for(bench.separation, EXCLUSION, today),
    }
