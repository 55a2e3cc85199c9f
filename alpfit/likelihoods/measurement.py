"""A measurement: a form of likelihood with its numbers, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.errors import ForecastError, PredictionError
from alpfit.likelihoods.entry import made_for
from alpfit.likelihoods.exposure import MOST_GROWTH, UNKNOWN, Exposure, Policy
from alpfit.likelihoods.forms import Comparison, Form, Step
from alpfit.likelihoods.forms.base import check_spectrum
from alpfit.likelihoods.share import Share
from alpfit.likelihoods.source import Reference, Source
from alpfit.numerics.arguments import broadcast, real_array, shown
from alpfit.numerics.rehearsal import Rehearsal

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Measurement:
    """One entry of the catalogue; ``digest`` identifies its files, ``options`` are the values in force.

    ``share`` multiplies the first observable, ``overlaps`` names entries that use the same data, and a ``projection``
    is what an experiment expects to see one day. It holds for users' ``own_models`` that predict what it reads, but
    where its numbers are those of the package's model alone. ``group`` says together with what else its limit is
    drawn, where that does not follow from the observable; ``exposure`` how much data it stands on.

    >>> from alpfit.likelihoods import load
    >>> entry = load("babar_gamma_inv_2017")
    >>> entry.observables, entry.made_for
    (('g_agg*sqrt(P_inv)', 'm_a'), 'invisible, displaced')
    >>> [step.place for step in entry.steps]  # GeV: where the search begins and ends
    [0.001, 8.0]
    >>> entry.describe().splitlines()[1].strip()
    'limit-curve: g_agg*sqrt(P_inv) < 0.0001239 to 0.002213 at 90 % (Bayesian) for 0.001 < m_a/GeV < 8'
    """

    name: str
    title: str
    experiment: str
    scenarios: tuple[str, ...]
    form_name: str
    form: Form
    source: Source
    digest: str
    references: tuple[Reference, ...] = ()
    overlaps: tuple[str, ...] = ()
    projection: bool = False
    own_models: bool = True
    group: str = ""
    share: Share | None = None
    exposure: Exposure | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def observables(self) -> tuple[str, ...]:
        """Names of the predictions that :meth:`loglike` reads; the first is the one that is measured."""
        shared = () if self.share is None else (self.share.by,)
        return self.form.observables + tuple(name for name in shared if name not in self.form.observables)

    @property
    def made_for(self) -> str:
        """The package's scenarios for which it holds, in words; those of one's own need not be named."""
        return made_for(self.scenarios, self.own_models)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Where ln L steps as an abscissa, such as the mass, rises: where the search begins, ends or has gaps."""
        return self.form.steps

    def loglike(self, predictions: Mapping[str, ArrayLike]) -> Array:
        """ln L of predictions, observable name to float or array; arrays that broadcast, a point each.

        NaN where a prediction is not a number, or has a value that its kind cannot have, such as a negative rate.
        Raises :class:`~alpfit.errors.PredictionError` for what is missing, or is no array of real numbers.

        >>> from alpfit.likelihoods import load
        >>> log_l = load("planck_relic_2018").loglike({"Omega_h2": [0.12, 0.1212], "Omega_h2_theory_error": 0.0})
        >>> float((log_l[1] - log_l[0]).round(3))  # one standard deviation
        -0.5
        """
        return self.form.loglike(self.read(predictions))

    def loglike_of_arrays(self, predictions: Mapping[str, Array]) -> Array:
        """The same for floating point arrays of one shape alone, spectra with an axis of bins behind it.

        Without a check: it is called a million times.

        >>> import numpy as np
        >>> from alpfit.likelihoods import load
        >>> load("belle2_bknunu_2023").loglike_of_arrays({"BR(B+->K+ a(inv))": np.linspace(0.0, 3e-5, 5)}).shape
        (5,)
        """
        if self.share is None:
            return self.form.loglike(predictions)
        return self.form.loglike(self._shared({name: predictions[name] for name in self.observables}))

    def rehearsals(self) -> tuple[Rehearsal, ...]:
        """Calls that compile what :meth:`loglike` calls; none where that is nothing worth it.

        >>> from alpfit.likelihoods import load
        >>> [rehearsal.name for rehearsal in load("belle2_bknunu_q2_2025").rehearsals()]
        ['binned-numbers-events', 'binned-numbers-nuisances']
        """
        return self.form.rehearsals(self._rehearsed_as, self._anything)

    def toy_rehearsal(self) -> Rehearsal | None:
        """The same for what :meth:`toy` calls beside that.

        >>> from alpfit.likelihoods import load
        >>> load("belle2_bknunu_q2_2025").toy_rehearsal().name, load("belle_bknunu_2017").toy_rehearsal()
        ('toy-binned-numbers', None)
        """
        form, seconds, rng = self.form, self.form.toy_compiling_s, np.random.default_rng(0)
        name = f"toy-{self._rehearsed_as}"
        return Rehearsal(name, seconds, partial(form.toy, self._anything, rng)) if seconds else None

    @property
    def _anything(self) -> dict[str, Array]:
        """Predictions ``(1,)`` of the types that the form is called with."""
        return {name: np.ones((1, 4) if name in self.form.spectra else 1) for name in self.form.observables}

    @property
    def _rehearsed_as(self) -> str:
        return f"{self.form_name}-{'spectrum' if self.form.spectra else 'numbers'}"

    def compare(self, predictions: Mapping[str, ArrayLike]) -> Comparison:
        """What is measured, its bound and the pull; predictions and errors as for :meth:`loglike`.

        >>> from alpfit.likelihoods import load
        >>> seen = load("babar_gamma_inv_2017").compare({"g_agg*sqrt(P_inv)": 1e-4, "m_a": [2.0, 9.0]})
        >>> seen.bound.round(5)  # 1/GeV; beyond 8 GeV nothing was searched
        array([0.00016,     nan])
        """
        return self.form.compare(self.read(predictions))

    def deviance(self, predictions: Mapping[str, ArrayLike]) -> Array | None:
        """-2 ln of L over that of a model which could predict anything; None where that is not known.

        Predictions and errors as for :meth:`loglike`. About chi^2 of ``form.n_data`` numbers where the model is true.

        >>> from alpfit.likelihoods import load
        >>> entry = load("belle2_bknunu_2023")
        >>> entry.deviance({"BR(B+->K+ a(inv))": [0.0, 1.8e-5]}).round(1), entry.form.n_data
        (array([7.9, 0. ]), 1)
        """
        return self.form.deviance(self.read(predictions))

    def toy(self, predictions: Mapping[str, ArrayLike], rng: np.random.Generator) -> Self | None:
        """The measurement with toy data, as if ``predictions``, arrays ``(1,)``, were true; None where it has none.

        Errors as for :meth:`loglike`.

        >>> import numpy as np
        >>> from alpfit.likelihoods import load
        >>> entry, rng = load("belle_bknunu_2017"), np.random.default_rng(1)
        >>> toys = [entry.toy({"BR(B+->K+ a(inv), Belle)": np.array([1e-5])}, rng) for _ in range(3)]
        >>> all(toy.form.n_observed % 1.0 == 0.0 for toy in toys)  # events
        True
        """
        form = self.form.toy(self.read(predictions), rng)
        return None if form is None else replace(self, form=form)

    def asimov(self, predictions: Mapping[str, ArrayLike]) -> Self | None:
        """The measurement as it would be without fluctuations if ``predictions``, arrays ``(1,)``, were true.

        None where its form does not know what to expect. Errors as for :meth:`loglike`.

        >>> import numpy as np
        >>> from alpfit.likelihoods import load
        >>> prediction = {"BR(B+->K+ a(inv), Belle)": np.array([1e-5])}
        >>> expected = load("belle_bknunu_2017").asimov(prediction)
        >>> float(abs(expected.compare(prediction).pull).round(6)[0])
        0.0
        """
        form = self.form.asimov(self.read(predictions))
        return None if form is None else replace(self, form=form)

    def with_best_standard_model(self) -> Self | None:
        """The measurement over the Standard Model with the strength that fits its data best; None where it has none.

        >>> from alpfit.likelihoods import load
        >>> entry = load("belle_bknunu_2017")
        >>> f"{entry.form.standard_model:.2e}", f"{entry.with_best_standard_model().form.standard_model:.2e}"
        ('4.97e-06', '1.07e-05')
        """
        form = self.form.with_best_standard_model()
        return None if form is None else replace(self, form=form)

    def scaled(self, luminosity: float, policy: Policy) -> Self:
        """The measurement with the events of a ``luminosity``, in the unit of its ``exposure``, and errors by a policy.

        What was counted is multiplied, too: for what may be counted one day take it of :meth:`asimov`, and draw from it
        with :meth:`toy`. Raises :class:`~alpfit.errors.ForecastError` where the entry does not know its events, or for
        less luminosity than it has.

        >>> import numpy as np
        >>> from alpfit.likelihoods import load
        >>> today, nothing = load("belle_bknunu_2017"), {"BR(B+->K+ a(inv), Belle)": np.zeros(1)}
        >>> expected = today.asimov(nothing)
        >>> more = expected.scaled(50.0, "statistical")
        >>> more.projection, round(more.form.n_observed / expected.form.n_observed)
        (True, 50)
        """
        growth, has = luminosity / self.known_exposure.luminosity, self.known_exposure
        words = (
            f"the {has.luminosity:g} {has.unit} of {self.name}" if self.exposure else f"1, today's data of {self.name}"
        )
        if growth < 1.0 - 1e-12:
            raise ForecastError(f"luminosity {luminosity:g} is less than {words}: give as much or more")
        if growth > MOST_GROWTH:
            raise ForecastError(f"luminosity {luminosity:g} is more than {MOST_GROWTH:g} times {words}: give less")
        form = self.form.scaled(growth, has.widths(growth, policy, self.form.nuisances))
        if form is None:
            raise ForecastError(
                f"{self.name} cannot be scaled to other luminosities: the form {self.form_name} knows no events"
            )
        return replace(self, form=form, exposure=replace(has, luminosity=luminosity), projection=True)

    @property
    def known_exposure(self) -> Exposure:
        """How much data it stands on, where that is not said in units of themselves.

        >>> from alpfit.likelihoods import load
        >>> known = [load(name).known_exposure for name in ("belle2_bknunu_q2_2025", "belle_bknunu_2017")]
        >>> [f"{exposure.luminosity:g} {exposure.unit}" for exposure in known]
        ['0.365 1/ab', "1 times today's data"]
        """
        return self.exposure or UNKNOWN

    def describe(self) -> str:
        """What is measured, the numbers, the source and the assumptions, as a paragraph."""
        source = self.source
        lines = [
            f"{self.name}: {self.title} ({self.experiment})",
            f"  {self.form_name}: {self.form.describe()}",
            f"  for: {self.made_for}" + ("; a projection, no data" if self.projection else ""),
            f"  source: {', '.join(dict.fromkeys((source.identifier, source.where)))}; {source.confidence_level}",
            f"  numbers: {source.quality}; {source.how}",
            f"  recast: {source.recast}",
            f"  assumes: {source.assumes}",
        ]
        if source.supersedes:
            lines.append(f"  supersedes: {source.supersedes}")
        if self.overlaps:
            lines.append(f"  same data as: {', '.join(self.overlaps)}")
        if self.steps:
            places = ", ".join(f"{step.place:g} ({step.kind})" for step in self.steps)
            lines.append(f"  steps of ln L: {self.steps[0].abscissa}/GeV = {places}")
        lines += [f"  option {name} = {value}" for name, value in self.options.items()]
        return "\n".join(lines + [f"  {topic}: {text}" for topic, text in self.notes.items()])

    def read(self, predictions: Mapping[str, ArrayLike]) -> dict[str, Array]:
        """Of predictions those that count, as arrays of one shape, with the share applied: what the form sees.

        Spectra have an axis of bins behind that shape. Errors as for :meth:`loglike`.

        >>> from alpfit.likelihoods import load
        >>> seen = load("babar_gamma_inv_2017").read({"g_agg*sqrt(P_inv)": [1e-5, 1e-4], "m_a": 2.0, "m_chi": 0.9})
        >>> {name: values.shape for name, values in seen.items()}
        {'g_agg*sqrt(P_inv)': (2,), 'm_a': (2,)}
        """
        if not isinstance(predictions, Mapping):
            raise PredictionError(f"{shown(predictions)} must be a dictionary: observable to number, or to an array")
        for name in self.observables:
            if name not in predictions:
                raise PredictionError(f"{name} is missing: {self.name} needs {', '.join(self.observables)}")
        arrays = {name: real_array(name, predictions[name]) for name in self.observables}
        for name in self.form.spectra:
            check_spectrum(name, arrays[name])
        bins = {name: arrays[name].shape[-1:] if name in self.form.spectra else () for name in arrays}
        shape, _ = broadcast({name: array[..., 0] if bins[name] else array for name, array in arrays.items()})
        own = {name: np.array(np.broadcast_to(array, shape + bins[name])) for name, array in arrays.items()}
        return self._shared(own)

    def _shared(self, values: dict[str, Array]) -> dict[str, Array]:
        """The ``values`` of all that is read, the first of them with the share in force."""
        if self.share is not None:
            first, factor = self.observables[0], self.share.of(values)
            values[first] = values[first] * (factor[..., None] if first in self.form.spectra else factor)
        return values
