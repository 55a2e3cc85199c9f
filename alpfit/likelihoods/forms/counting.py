"""Events counted over a background that is known with a Gaussian error.

With n events, the background B +- sigma, the signal s = (standard_model + observable) * events_per_unit,

    L(s) = integral db Poisson(n | s + b) Normal(b | B, sigma),    b > 0,

which sums to one over n; s below zero has no L. The integral is a quadrature of fixed cost,
:func:`~alpfit.numerics.poisson.marginal_poisson`, right to 1e-10 of ln L for any of these numbers. Where the events of
a unit depend on a mass, they follow from a table of published limits, interpolated in log-log. A mass beyond what was
searched leaves no event of new physics: there s is the Standard Model's alone.

What is excluded is what a flat prior in the rate leaves above: s with L(0 to s)/L(0 to inf) > CL.
"""

import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.special import ndtri

from alpfit.likelihoods.forms.base import MEASURED_LEVEL, SMALLEST, Comparison, Form, Step, steps_of
from alpfit.likelihoods.methods import one_sided_sigmas
from alpfit.likelihoods.tables import TABLE, table_of
from alpfit.likelihoods.units import require_unit
from alpfit.numerics.flat_prior import FlatPrior
from alpfit.numerics.lookup import look_up
from alpfit.numerics.poisson import marginal_poisson, probabilities_of_counts

Array = NDArray[np.float64]

MOST_COUNTED = 1e15
"""Of what was counted: beyond, a float no longer has every whole number."""

MOST_EVENTS = 1e100
"""Of the signal; where there are more, ln L is minus their number in all digits of a float."""

MOST_SIGMAS = 8.0
"""Of an exclusion: beyond, a float does not know the probability."""


@final
class Counting(Form):
    """``n_observed`` over ``background``; ``events_per_unit`` are expected where ``observable`` is one.

    ``standard_model`` is added to the prediction, which is new physics alone. That is seen only where the mass
    ``abscissa`` is below ``seen_below``, if there is one. Where limits at ``confidence_level`` were published against
    the mass, ``bounds (n,)`` at ``masses (n,)`` [GeV], they stand for ``events_per_unit``: it is what makes them the
    limits of a flat prior, or ``events_at_bound`` where these are given. Counts are whole numbers but of
    ``asimov_data``, which are expected and not seen.
    """

    observable: str
    n_observed: float = Field(ge=0.0, le=MOST_COUNTED)
    background: float = Field(gt=0.0)
    background_error: float = Field(default=0.0, ge=0.0)
    events_per_unit: float | None = Field(default=None, gt=0.0)
    standard_model: float = Field(default=0.0, ge=0.0)
    abscissa: str | None = None
    seen_below: float = Field(default=math.inf, gt=0.0, allow_inf_nan=True)
    table: str | None = None
    bound: str | None = None
    confidence_level: Annotated[float, Field(gt=0.5, lt=1.0)] | None = None
    events_at_bound: float | None = Field(default=None, gt=0.0)
    asimov_data: bool = False
    masses: Array | None = None
    bounds: Array | None = None

    measures: ClassVar[bool] = True
    counts_once: ClassVar[bool] = True
    compiling_s: ClassVar[float] = 1.0

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "Counting":
        """The form from an entry's ``[data]`` and, with ``bound``, that column of its table against the ``abscissa``.

        Raises :class:`ValueError` where that is not whole, :class:`CatalogueError` for a table that cannot be used.
        """
        form = cls.model_validate(data)
        tabled = [name for name in ("table", "bound", "confidence_level") if getattr(form, name) is not None]
        if (form.events_per_unit is None) != ("bound" in tabled):
            raise ValueError("events_per_unit or bound, a column of a table, must be given, and not both")
        if len(tabled) not in (0, 3):
            raise ValueError("table, bound and confidence_level go together: give all, or none")
        if bool(form.abscissa) != (math.isfinite(form.seen_below) != bool(tabled)):
            raise ValueError("abscissa and seen_below, or abscissa and a table, go together: give both, or none")
        if form.abscissa:
            require_unit(data, "abscissa", "GeV")
        if not (tabled and form.abscissa and form.bound):
            return form
        table = table_of(data, folder)
        columns = {
            "masses": table.abscissa(form.abscissa),
            "bounds": table.limits(form.bound, form.observable),
        }
        form = cls.model_validate({**data, **columns})
        form._expected_at_bound  # noqa: B018  where there is none, the entry is refused now
        return form

    @model_validator(mode="after")
    def _events_are_whole(self) -> Self:
        if not (self.asimov_data or self.n_observed.is_integer()):
            raise ValueError(f"n_observed = {self.n_observed:g}: must be a whole number, as events are")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """The one observable, and the mass if that decides whether it is seen."""
        return (self.observable, self.abscissa) if self.abscissa else (self.observable,)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Where the search begins and ends, if it does."""
        if self.masses is not None and self.abscissa:
            return steps_of(self.abscissa, self.masses, ~np.isnan(self._log_bounds))
        return (Step(self.abscissa, self.seen_below, "ends"),) if self.abscissa else ()

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """Standard Model and signal, the rate at which n events are expected, and their distance in sigma.

        That rate fits best if the background is known well; if not, pulls near it may be cut off at zero. Where a table
        has limits, the bound is the published one, NaN where nothing was searched, but for data that are expected.
        """
        mu, excess = self.expected(predictions), max(self.n_observed - self.background, 0.0)
        best = excess / self._per_unit(predictions)
        loss = self._log_probability(np.array([excess])) - self.loglike(predictions)
        bound = (
            best
            if self.masses is None or self.asimov_data
            else np.exp(self._looked_up(np.asarray(predictions[str(self.abscissa)])))
        )
        return Comparison(mu, bound, np.sign(mu - best) * np.sqrt(np.maximum(2.0 * loss, 0.0)))

    def excess(self, predictions: Mapping[str, Array], without_signal: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """Where a flat prior in the signal leaves less than 1 - CL above, in standard deviations; eight at most."""
        sigmas = -ndtri(self._flat_prior.above(self._signal(predictions)))
        return np.asarray(np.clip(sigmas - self.sigmas_at_bound, -MOST_SIGMAS, MOST_SIGMAS))

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the prediction."""
        return self._log_probability(self._signal(predictions))

    def deviance(self, predictions: Mapping[str, Array]) -> Array:
        """Against as many expected events as were observed, with the same error of the background."""
        n, nothing = self.n_observed, np.zeros(1)
        saturated = marginal_poisson(n, nothing, n, self.background_error)[0] if n > 0.0 else 0.0
        return np.asarray(2.0 * (saturated - self.loglike(predictions)))

    @property
    def n_data(self) -> int:
        """One."""
        return 1

    def expected(self, predictions: Mapping[str, Array]) -> Array:
        """The whole rate that is seen: the prediction with its Standard Model part; NaN for a mass that is none."""
        rate = np.asarray(predictions[self.observable])
        if self.abscissa:
            mass = np.asarray(predictions[self.abscissa])
            rate = np.where(~self._is_seen(mass) & (rate >= 0.0), 0.0, rate)
            rate = np.where(mass >= 0.0, rate, np.nan)
        return self.standard_model + rate

    def asimov(self, predictions: Mapping[str, Array]) -> Self:
        """As many events as are expected, over the background that fits best to those that there are."""
        signal, variance = float(self._signal(predictions)[0]), self.background_error**2
        shift = signal - self.background + variance
        level = signal * (variance - self.background) - self.n_observed * variance
        root = math.sqrt(max(shift * shift - 4.0 * level, 0.0))
        background = max(0.5 * (root - shift), 1e-9 * self.background) if variance > 0.0 else self.background
        return self.with_data(
            n_observed=signal + background,
            background=background,
            events_at_bound=self._known_at_bound,
            asimov_data=True,
        )

    @property
    def n_events(self) -> float:
        """The one number."""
        return self.n_observed

    @property
    def most_events(self) -> float:
        """With five standard deviations of the background."""
        return self.n_observed + 5.0 * self.background_error

    def probabilities_of_counts(self, size: int, predictions: Mapping[str, Array]) -> Array:
        """Averaged over the background's error."""
        return probabilities_of_counts(
            size, float(self._signal(predictions)[0]), self.background, self.background_error
        )

    @property
    def _known_at_bound(self) -> float | None:
        """Events at the limits of a table, to be kept where other events are counted."""
        return None if self.bounds is None else self._expected_at_bound

    @property
    def nuisances(self) -> tuple[str, ...]:
        """The background, if it is not known."""
        return ("background",) if self.background_error > 0.0 else ()

    def scaled(self, growth: float, widths: Mapping[str, float]) -> Self:
        """With ``growth`` times the events, and ``widths["background"]`` times the background's relative error."""
        per_unit, at_bound = self.events_per_unit, self._known_at_bound
        return self.with_data(
            n_observed=growth * self.n_observed,
            asimov_data=True,
            background=growth * self.background,
            background_error=growth * self.background_error * widths.get("background", 1.0),
            events_per_unit=None if per_unit is None else growth * per_unit,
            events_at_bound=None if at_bound is None else growth * at_bound,
        )

    def with_best_standard_model(self) -> Self | None:
        """With the rate at which as many events as there are would be expected."""
        if not (self.standard_model and self.events_per_unit):
            return None
        return self.with_data(standard_model=max(self.n_observed - self.background, 0.0) / self.events_per_unit)

    def written(self) -> tuple[dict[str, object], dict[str, str]]:
        """Its numbers, and the table of limits, if there is one."""
        settings = self.model_dump(exclude={"masses", "bounds", "table"}, exclude_defaults=True, exclude_none=True)
        if self.masses is None or self.bounds is None:
            return settings, {}
        rows = zip(self.masses.tolist(), self.bounds.tolist(), strict=True)
        lines = [f"{mass!r},{'' if math.isnan(bound) else repr(bound)}" for mass, bound in rows]
        table = "\n".join([f"{self.abscissa} [GeV],{self.bound}", *lines]) + "\n"
        return settings | {"table": TABLE}, {TABLE: table}

    def toy(self, predictions: Mapping[str, Array], rng: np.random.Generator) -> Self:
        """Events over a background that is drawn from its error, above zero as in L."""
        background = rng.normal(self.background, self.background_error)
        while background <= 0.0:
            background = rng.normal(self.background, self.background_error)
        return self.with_data(
            n_observed=float(rng.poisson(float(self._signal(predictions)[0]) + background)), asimov_data=False
        )

    @property
    def sigmas_at_bound(self) -> float:
        """Of a signal that a flat prior leaves above with the probability 1 - CL."""
        return one_sided_sigmas(self.confidence_level or MEASURED_LEVEL)

    @cached_property
    def _flat_prior(self) -> FlatPrior:
        """The posterior of the signal for a flat prior."""
        return FlatPrior(self.n_observed, self.background, self.background_error)

    @cached_property
    def _log_bounds(self) -> Array:
        """Logarithms of the table's limits, NaN in its gaps."""
        return np.asarray(np.log(np.asarray(self.bounds)))

    @cached_property
    def _expected_at_bound(self) -> float:
        """Events of the signal at the published limits."""
        if self.events_at_bound is not None:
            return self.events_at_bound
        return self._flat_prior.limit(self.confidence_level or MEASURED_LEVEL)

    def _is_seen(self, mass: Array) -> NDArray[np.bool_]:
        """Where a decay of this mass can leave events."""
        return mass < self.seen_below if self.table is None else ~np.isnan(self._looked_up(mass))

    def _looked_up(self, mass: Array) -> Array:
        """Logarithm of the table's limit at ``mass``; NaN where nothing was searched."""
        log_mass = np.log(np.maximum(mass, SMALLEST)).ravel()
        return look_up(np.log(np.asarray(self.masses)), self._log_bounds, log_mass).reshape(mass.shape)

    def _per_unit(self, predictions: Mapping[str, Array]) -> Array:
        """Events that a unit of the observable leaves; where nothing was searched, those of the strongest limit.

        There they count for the Standard Model alone.
        """
        if self.bounds is None or self.abscissa is None:
            return np.full_like(np.asarray(predictions[self.observable]), self.events_per_unit)
        bound = np.exp(self._looked_up(np.asarray(predictions[self.abscissa])))
        return self._expected_at_bound / np.where(np.isnan(bound), np.nanmin(self.bounds), bound)

    def _signal(self, predictions: Mapping[str, Array]) -> Array:
        """Expected events but for the background."""
        with np.errstate(over="ignore"):
            return np.asarray(self.expected(predictions) * self._per_unit(predictions))

    def _log_probability(self, signal: Array) -> Array:
        """ln of the probability of the observed events where ``signal`` events are expected over the background."""
        possible = (signal >= 0.0) & (signal < np.inf)
        if not possible.all():
            log_l = np.where(signal == np.inf, -np.inf, np.nan)
            log_l[possible] = self._log_probability(signal[possible])
            return log_l
        near = np.minimum(signal, MOST_EVENTS)
        log_l = marginal_poisson(self.n_observed, near, self.background, self.background_error)
        return np.where(signal > MOST_EVENTS, -signal, log_l)

    def describe(self) -> str:
        """The measurement in one line."""
        text = f"{self.n_observed:g} events over {self.background:g} +- {self.background_error:g}, "
        if self.bounds is None or self.masses is None:
            text += f"{self.events_per_unit:g} expected for {self.observable} = 1"
        else:
            text += (
                f"{self._expected_at_bound:.3g} expected for {self.observable} = {np.nanmin(self.bounds):g} to "
                f"{np.nanmax(self.bounds):g} for {self.masses[0]:g} < {self.abscissa}/GeV < {self.masses[-1]:g}"
            )
        text += f", Standard Model {self.standard_model:g}" if self.standard_model else ""
        ends = self.abscissa and self.masses is None
        return text + (f"; nothing is seen from {self.abscissa} = {self.seen_below:g} on" if ends else "")
