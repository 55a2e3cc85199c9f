"""A spectrum of counts with systematic errors, fitted with a decay of new physics, two-body or any.

    L = prod_bins Poisson(n | lambda) prod_cells exp(-(gamma - 1)^2/(2 s^2)) prod_k exp(-alpha_k^2/2)

at its maximum in the nuisances: ln L includes ln n!, and each constraint is 1 at its centre. pyhf's ``logpdf`` is
lower by the constant sum of 1/2 ln(2 pi) for every nuisance and ln s for every statistical factor. With
``marginalise`` the nuisances are integrated over instead, with constraints of unit integral, in Laplace's approximation

    ln L(best) - 1/2 ln det(1 - d^2 ln L/dz^2),

z the nuisances in units of their constraints' widths and L in the second term the Poisson part alone.

New physics is one more sample in the signal's bins; it shares the statistical factor and the relative systematic
errors of the Standard Model's signal there, except for shapes that are named (form factors).
"""

import math
from collections import Counter
from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import ClassVar, Literal, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from alpfit.likelihoods.files import data_file
from alpfit.likelihoods.forms.base import Comparison, Form, Step, check_spectrum
from alpfit.likelihoods.forms.binned.axis import Axis, check_axes
from alpfit.likelihoods.forms.binned.build import STRENGTH, Files, Spectrum, read_spectrum
from alpfit.likelihoods.forms.binned.by_q2 import ByQ2
from alpfit.likelihoods.forms.binned.comparison import Compared, compare_with_best, compare_with_best_scale
from alpfit.likelihoods.forms.binned.density import log_likelihood
from alpfit.likelihoods.forms.binned.expectation import Expectation, expectation
from alpfit.likelihoods.forms.binned.line import Line, within_reach
from alpfit.likelihoods.forms.binned.profile import Start, laplace_corrections, profile_points
from alpfit.likelihoods.forms.binned.rates import empty_scratch, fill_cells, in_bins_of
from alpfit.likelihoods.forms.binned.strength import best_strength
from alpfit.likelihoods.forms.binned.writing import CONSTRAINTS, written_tables
from alpfit.likelihoods.units import require_unit
from alpfit.numerics.fields import Names
from alpfit.numerics.rehearsal import Rehearsal

Array = NDArray[np.float64]

EVENTS_COMPILING_S = 0.4
"""Of the seconds of compiling those for the events; the rest are for the nuisances."""

SIMULATED = "simulated events"
"""What the statistical factors of the cells are called among the nuisances."""


@final
class Binned(Form):
    """Counts against a branching ratio ``observable`` to a particle of mass ``abscissa`` [GeV].

    That is where the ``signal_is`` a "line"; where it is a "spectrum", against the branching ratios ``by_q2`` in equal
    bins of q^2, which may contain the Standard Model's decay: ``standard_model`` is zero then.

    ``signal`` names the Standard Model's signal sample in each channel, ``standard_model`` its strength, which is known
    to ``standard_model_error`` of itself (a large one lets it float), and ``line_width`` [GeV^2] the standard deviation
    in q^2 over which the two-body line is spread. ``channels`` are those that are fitted, all if none is named, and
    ``axes`` say how those with a signal are drawn. The names of files are relative to the entry's folder.
    """

    observable: str
    abscissa: str
    signal: dict[str, str]
    exclude_parameters: Names = ()
    line_width: float = Field(gt=0.0)
    signal_is: Literal["line", "spectrum"] = "line"
    by_q2: str = "BR(B+->K+ inv) by q2"
    standard_model: float = Field(default=1.0, ge=0.0)
    standard_model_error: float = Field(default=0.0, ge=0.0)
    marginalise: bool = False
    channels: Names = ()
    axes: dict[str, Axis] = Field(default={})
    bins: str = "bins.csv"
    samples: str = "samples.csv"
    shapes: str = "shapes.csv"
    norms: str = "norms.csv"
    response: str = "response.csv"
    constraints: str = ""
    spectrum: Spectrum = Field(repr=False)

    measures: ClassVar[bool] = True
    costly: ClassVar[bool] = True
    compiling_s: ClassVar[float] = 3.5
    toy_compiling_s: ClassVar[float] = 0.6

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "Binned":
        """The form from an entry's ``[data]`` and the tables in its ``folder``.

        Raises pydantic's ``ValidationError`` for the former, :class:`CatalogueError` for the latter.
        """
        settings = _Settings.model_validate(
            {key: value for key, value in data.items() if key in _Settings.model_fields}
        )
        require_unit(data, "observable", "")
        require_unit(data, "abscissa", "GeV")
        require_unit(data, "by_q2", "")
        named = {n: data.get(n, cls.model_fields[n].default) for n in Files.__annotations__}
        files = {n: data_file(folder, name) for n, name in named.items() if name or n != "constraints"}
        spectrum = read_spectrum(Files(**files), settings.signal, settings.exclude_parameters, settings.channels)
        if settings.standard_model_error > 0.0:
            spectrum = spectrum.with_free_strength(settings.standard_model_error)
        return cls.model_validate({**data, "spectrum": spectrum})

    @model_validator(mode="after")
    def _axes_are_those_of_the_channels(self) -> Self:
        check_axes(self.axes, self.signal, Counter(channel for channel, _ in self.spectrum.bins))
        return self

    @cached_property
    def new_physics(self) -> Line | ByQ2:
        """How predictions become events."""
        if self.signal_is == "spectrum":
            return ByQ2(self.by_q2)
        return Line(self.observable, self.abscissa, self.line_width)

    @property
    def observables(self) -> tuple[str, ...]:
        """The branching ratio and the mass, or the spectrum alone."""
        return self.new_physics.observables

    @property
    def spectra(self) -> tuple[str, ...]:
        """The spectrum, if that is read."""
        return self.new_physics.spectra

    @property
    def steps(self) -> tuple[Step, ...]:
        """None."""
        return ()

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions, without the bins of a spectrum.

        A mass beyond the range of q^2 gives the ln L of no signal.
        """
        return self.log_l_of_events(self.events_of(predictions)).reshape(self.new_physics.shape(predictions))

    def rehearsals(self, name: str, predictions: Mapping[str, Array]) -> tuple[Rehearsal, ...]:
        """Of the events, and of the nuisances for them, which do not wait for each other."""
        nuisances_s = self.compiling_s - EVENTS_COMPILING_S
        return (
            Rehearsal(f"{name}-events", EVENTS_COMPILING_S, partial(self.events_of, predictions)),
            Rehearsal(f"{name}-nuisances", nuisances_s, partial(self.log_l_of_events, self._no_events)),
        )

    def events_of(self, predictions: Mapping[str, Array]) -> Array:
        """Events of new physics ``(n, columns)`` in the signal's bins; predictions as for :meth:`loglike`."""
        return self.new_physics.events(predictions, self.spectrum.response)

    def events(self, ratios: Array, masses: Array) -> Array:
        """The same of lines with ``ratios`` and ``masses`` [GeV], ``(n,)``."""
        line = Line(self.observable, self.abscissa, self.line_width)
        return line.events({self.observable: ratios, self.abscissa: masses}, self.spectrum.response)

    def log_l_of_events(self, events: Array) -> Array:
        """ln L ``(n,)`` for ``events (n, columns)`` of new physics in the signal's bins; NaN for rows with NaN.

        Where a bin has more than five times the observed events it is continued with - ln of the excess.
        """
        reached, loss = within_reach(events, self.spectrum.observed)
        known = ~np.isnan(loss)
        if not known.all():
            log_l = np.full(len(events), np.nan)
            log_l[known] = self.log_l_of_events(events[known])
            return log_l
        return self.fit_nuisances(reached, self.start)[0] + self.log_l_of_observed - loss

    def log_l_of_strength(self, strength: float) -> float:
        """ln L without new physics, for a ``strength`` in place of ``standard_model``; it may be negative."""
        return float(self.model_copy(update={"standard_model": strength}).log_l_of_events(self._no_events)[0])

    def fit_nuisances(self, events: Array, start: Start) -> tuple[Array, Array, Array]:
        """What :func:`profile_points` returns for ``events (n, columns)``, from ``start``.

        If the nuisances are integrated over, ln L is that of the integral.
        """
        model, strengths = self.spectrum.model, np.full(len(events), self.standard_model)
        scratch = empty_scratch(model)
        log_l, nuisances, gains = profile_points(start, strengths, events, model, scratch)
        if self.marginalise:
            log_l += laplace_corrections(nuisances, strengths, events, model, scratch)
        return log_l, nuisances, gains

    def best_nuisances(self, events: Array) -> tuple[Array, Array]:
        """The best nuisances ``(parameters,)`` and statistical factors ``(cells,)`` for ``events (columns,)``."""
        model, alphas = self.spectrum.model, self.fit_nuisances(events[None], self.start)[1][0]
        scratch = empty_scratch(model)
        log_likelihood(alphas, self.standard_model, events, model, scratch)
        return alphas, model.factor + model.spread**2 * scratch.rates * scratch.bins[model.bin, 3]

    def expected(self, predictions: Mapping[str, Array]) -> Expectation:
        """Events ``(n, bins)`` in the ``spectrum.bins`` at predictions ``(n,)``, with the nuisances at their best.

        Where new physics has more than five times the observed events of a bin, as many as that are taken.
        """
        reached = within_reach(self.events_of(predictions), self.spectrum.observed)[0]
        return expectation(
            self.spectrum.model, self.standard_model, reached, self.fit_nuisances(reached, self.start)[1]
        )

    @property
    def _no_events(self) -> Array:
        """Of new physics, for one point: ``(1, columns)``."""
        return np.zeros((1, len(self.spectrum.response.bins)))

    @cached_property
    def start(self) -> Start:
        """The best nuisances without new physics, where every other fit starts, with the last Hessian on the way."""
        model, strength = self.spectrum.model, np.array([self.standard_model])
        scratch = empty_scratch(model)
        nuisances = profile_points(Start(model.centre, np.empty((0, 0))), strength, self._no_events, model, scratch)[1]
        return Start(nuisances[0], scratch.hessian)

    @cached_property
    def log_l_of_observed(self) -> float:
        """sum ln Poisson(n | n), which the kernels leave out."""
        observed = self.spectrum.model.observed
        return float(sum((n * math.log(n) if n > 0.0 else 0.0) - n - math.lgamma(n + 1.0) for n in observed))

    def log_density(self, events: Array, alphas: Array, gammas: Array) -> float:
        """ln L at the nuisances ``alphas (parameters,)``, ``gammas (cells,)``, for ``events (columns,)``.

        Minus infinity where a bin with observed events expects none.
        """
        model, expected = self.spectrum.model, self.rates(events, alphas, gammas)
        if (expected <= 0.0).any():
            return -math.inf
        poisson = model.observed * np.log(expected) - expected - [math.lgamma(n + 1.0) for n in model.observed]
        constrained = model.spread > 0.0
        shifts, deviations = alphas - model.centre, (gammas - model.factor)[constrained] / model.spread[constrained]
        return float(poisson.sum() - 0.5 * (shifts @ (model.precision * shifts) + deviations @ deviations))

    def rates(self, events: Array, alphas: Array, gammas: Array) -> Array:
        """Expected counts ``(bins,)``; arguments as for :meth:`log_density`."""
        model = self.spectrum.model
        scratch = empty_scratch(model)
        fill_cells(alphas, self.standard_model, events, model, scratch)
        return in_bins_of(model, gammas * scratch.rates)

    def deviance(self, predictions: Mapping[str, Array]) -> Array:
        """Against as many expected events as were observed in each bin, with all nuisances where they are expected."""
        reached, loss = within_reach(self.events_of(predictions), self.spectrum.observed)
        at_best = self.model_copy(update={"marginalise": False})
        deviance = -2.0 * (at_best.fit_nuisances(reached, self.start)[0] - loss)
        return np.asarray(deviance).reshape(self.new_physics.shape(predictions))

    @property
    def n_data(self) -> int:
        """The bins."""
        return len(self.spectrum.bins)

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The branching ratio, the best one at the same mass in place of a bound, and the pull from it.

        Of a spectrum the whole branching ratio and the best multiple of it.
        """
        function = Compared(self.loglike, self._loss, on_threads=True)
        if self.spectra:
            spectra = np.asarray(predictions[self.by_q2], float)
            check_spectrum(self.by_q2, spectra)
            return compare_with_best_scale(function, self.by_q2, spectra)
        return compare_with_best(function, self.observables, predictions)

    def _loss(self, predictions: Mapping[str, Array]) -> Array:
        """What ln L ``(n,)`` is lowered by where events are scaled down: to the same ones for every rate."""
        return within_reach(self.events_of(predictions), self.spectrum.observed)[1]

    def toy(self, predictions: Mapping[str, Array], rng: np.random.Generator) -> Self:
        """Counts over rates with nuisances that are drawn from their constraints."""
        spectrum = self.spectrum
        model = spectrum.model
        alphas = model.centre + rng.standard_normal(len(spectrum.parameters)) / np.sqrt(model.precision)
        gammas = np.maximum(rng.normal(model.factor, model.spread), 0.0)
        events = self.events_of(predictions)[0]
        counts = rng.poisson(np.maximum(self.rates(events, alphas, gammas), 0.0)).astype(float)
        return self.with_data(spectrum=spectrum.with_counts(counts))

    def asimov(self, predictions: Mapping[str, Array]) -> Self:
        """Counts and constraints' centres as they are expected, with the nuisances that fit best to the data there are.

        So it is in arXiv:1007.1727, section 3.2, where auxiliary measurements are part of the data, and in pyhf.
        """
        events = self.events_of(predictions)
        alphas, gammas = self.best_nuisances(within_reach(events, self.spectrum.observed)[0][0])
        expected = self.spectrum.with_counts(self.rates(events[0], alphas, gammas))
        return self.with_data(spectrum=expected.centred(alphas, gammas))

    @property
    def n_events(self) -> float:
        """Of all bins."""
        return float(self.spectrum.observed.sum())

    @property
    def nuisances(self) -> tuple[str, ...]:
        """Systematic errors, and the number of simulated events; not what was said of the Standard Model's strength."""
        return (*(name for name in self.spectrum.parameters if name != STRENGTH), SIMULATED)

    def scaled(self, growth: float, widths: Mapping[str, float]) -> Self:
        """With ``growth`` times the events in all bins, and of each error ``widths`` times today's."""
        precision = np.array([widths.get(name, 1.0) ** -2 for name in self.spectrum.parameters])
        return self.with_data(spectrum=self.spectrum.scaled(growth, precision, widths[SIMULATED]))

    def with_best_standard_model(self) -> Self | None:
        """With the strength that fits best; None where new physics is a spectrum, which may have it in itself."""
        if self.spectra:
            return None
        return self.with_data(standard_model=best_strength(self.log_l_of_strength)[0])

    def written(self) -> tuple[dict[str, object], dict[str, str]]:
        """Its settings, and the tables by the names of their files."""
        settings = self.model_dump(exclude={"spectrum"}, exclude_defaults=True)
        return settings | {"constraints": CONSTRAINTS}, written_tables(self.spectrum)

    def describe(self) -> str:
        """The spectrum in one line."""
        edges = self.spectrum.response.edges
        return (
            f"{len(self.spectrum.bins)} bins of {', '.join(self.spectrum.channels)}; {self.new_physics.describe()}, "
            f"{edges[0]:g} < q2/GeV^2 < {edges[-1]:g}, on {self.standard_model:g} times the "
            f"Standard Model; {len(self.spectrum.parameters)} systematic errors and {len(self.spectrum.cells)} "
            f"statistical ones {'integrated over' if self.marginalise else 'at their best'}"
        )


@final
class _Settings(BaseModel):
    """What is needed to read the tables."""

    model_config = ConfigDict(strict=True)

    signal: dict[str, str]
    exclude_parameters: Names = ()
    channels: Names = ()
    standard_model_error: float = 0.0
