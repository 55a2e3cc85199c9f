"""What a form of likelihood is, and what several forms share."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import log_ndtr, ndtri_exp

from alpfit.errors import PredictionError
from alpfit.likelihoods.methods import Method, one_sided_sigmas, sigmas_at_limit
from alpfit.numerics.compile import kernel
from alpfit.numerics.rehearsal import Rehearsal

Array = NDArray[np.float64]
Predicted = Mapping[str, Array]
"""Names of observables, and arrays of what is predicted of each."""


Power = Annotated[float, Field(gt=0.0, le=4.0)]
"""Of an observable in a rate: one for a branching ratio, two for a coupling, four for one that makes and decays."""


class Comparison(NamedTuple):
    """A prediction beside what was measured, arrays of one shape.

    ``prediction`` is what the measurement sees of the model; ``bound`` the limit or the measured value, NaN where
    there is none; ``pull`` the distance in standard deviations, positive where the prediction is too large.

    The Standard Model and Belle II's B+ -> K+ nu nu, which the paper calls 2.7 standard deviations away:

    >>> from alpfit.likelihoods import load
    >>> seen = load("belle2_bknunu_2023").compare({"BR(B+->K+ a(inv))": 0.0})
    >>> print(f"{seen.prediction:.2e} where {seen.bound:.1e} is measured: {seen.pull:.1f} sigma")
    4.97e-06 where 2.3e-05 is measured: -2.8 sigma
    """

    prediction: Array
    bound: Array
    pull: Array


class Step(NamedTuple):
    """A ``place`` [GeV] of the ``abscissa``, a mass or an energy, where ln L steps from one value to another.

    ``kind`` says what happens there as the abscissa rises: the search "begins" or "ends", or its data "change".

    >>> from alpfit.likelihoods import load
    >>> entry = load("babar_gamma_inv_2017")
    >>> [step.text(entry.name) for step in entry.steps]
    ['m_a = 0.001 (babar_gamma_inv_2017 begins)', 'm_a = 8 (babar_gamma_inv_2017 ends)']
    """

    abscissa: str
    place: float
    kind: str

    def text(self, entry: str) -> str:
        """The step in words, ``entry`` being the name of the measurement."""
        return f"{self.abscissa} = {self.place:g} ({entry} {self.kind})"


def steps_of(abscissa: str, grid: Array, searched: NDArray[np.bool_]) -> tuple[Step, ...]:
    """The steps of a table on the ``grid (n,)`` of an ``abscissa`` whose rows are ``searched (n,)``, or are gaps.

    Interpolation is between neighbouring rows that are both searched: a row alone is a point, not a range.
    """
    between = searched[1:] & searched[:-1]
    turns = np.flatnonzero(np.diff(np.concatenate([[False], between, [False]]).astype(int)))
    found = [Step(abscissa, float(grid[at]), "ends" if k % 2 else "begins") for k, at in enumerate(turns)]
    return tuple(step for step in found if step.place > 0.0)  # nothing is below zero


MEASURED_LEVEL = 0.90
"""Confidence level of what is excluded by a measurement that quotes a value and no limit."""


class Form(BaseModel):
    """A likelihood function of predictions; its subclasses are final, and their fields an entry's ``[data]``.

    One that ``measures`` has a value, not only a limit, and may prefer a signal; it is ``costly`` where each point of
    :meth:`compare` is a fit, and the data are one number of events where it ``counts_once``. Its own kernels take about
    ``compiling_s`` to compile [s], and those for toys ``toy_compiling_s`` more.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False, strict=True
    )

    measures: ClassVar[bool] = False
    costly: ClassVar[bool] = False
    counts_once: ClassVar[bool] = False
    compiling_s: ClassVar[float] = 0.0
    toy_compiling_s: ClassVar[float] = 0.0

    @classmethod
    @abstractmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> Self:
        """The form from an entry's ``[data]`` and the tables in its folder.

        Raises :class:`ValueError` for a value that cannot be used, :class:`CatalogueError` for a table that cannot.
        """

    @property
    @abstractmethod
    def observables(self) -> tuple[str, ...]:
        """Names of the predictions that :meth:`loglike` reads; the first is the one that is measured."""

    @property
    def spectra(self) -> tuple[str, ...]:
        """Those of the observables whose predictions have one axis more, the last one: their bins."""
        return ()

    @property
    @abstractmethod
    def steps(self) -> tuple[Step, ...]:
        """Where ln L steps as an abscissa rises, all else fixed: where tables, searches and gaps begin and end.

        Everywhere else ln L is continuous. Samplers do not mind; minimisers and refined profiles do.
        """

    @abstractmethod
    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L of arrays of predictions of one shape; finite for finite predictions that mean something.

        NaN where any prediction is NaN, also where nothing was searched, and where one is negative, which no rate,
        coupling, mass, lifetime or probability is. Only gaussian, counting, a two-sided parabola and what flavio lets
        be negative, whose formulas hold there, have an ln L of their own for a negative prediction.
        Infinity is a value like others: the limit of ln L, which may be -inf.
        """

    @abstractmethod
    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The measured quantity, its bound and the pull at arrays of predictions of one shape."""

    @property
    def sigmas_at_bound(self) -> float:
        """Standard deviations above its best value from where on a signal is excluded: 90 % for what measures one."""
        return one_sided_sigmas(MEASURED_LEVEL)

    def excess(self, predictions: Mapping[str, Array], without_signal: Mapping[str, Array]) -> Array:
        """Standard deviations by which predictions exceed what is excluded: arrays of one shape, and ``(1,)`` each.

        Of a limit that is the distance from its published bound. Of what measures a value it is the loss against the
        best one or, where less is seen than without a signal, against no signal.
        """
        pulls = self.compare(predictions).pull
        if self.measures:
            silent = max(float(self.compare(without_signal).pull[0]), 0.0)
            pulls = np.sign(pulls) * np.sqrt(np.maximum(pulls**2 - silent**2, 0.0))
        return np.asarray(pulls - self.sigmas_at_bound)

    @abstractmethod
    def describe(self) -> str:
        """What is measured, in words and numbers."""

    def toy(self, predictions: Mapping[str, Array], rng: np.random.Generator) -> Self | None:  # noqa: ARG002
        """The form with data as they might have come out if ``predictions``, arrays ``(1,)``, were true.

        Nuisance parameters are drawn from what constrains them, then the counts. None where only a limit or an interval
        is known, and not the data behind it: then nothing can be drawn.
        """
        return None

    def asimov(self, predictions: Mapping[str, Array]) -> Self | None:  # noqa: ARG002
        """The form with the data that are expected if ``predictions``, arrays ``(1,)``, are true, without fluctuations.

        None where it does not know them.
        """
        return None

    def deviance(self, predictions: Mapping[str, Array]) -> Array | None:
        """-2 ln of L over that of a model which could predict anything, of arrays of predictions of one shape.

        Nuisances are at their best in both. It is about chi^2 of :attr:`n_data` numbers where the model is true, the
        pull's square of one. None where only a limit is known: no prediction would be better than none.
        """
        return np.asarray(self.compare(predictions).pull ** 2) if self.n_data else None

    def rehearsals(self, name: str, predictions: Mapping[str, Array]) -> tuple[Rehearsal, ...]:
        """Calls for ``predictions (1,)`` that compile what :meth:`loglike` calls; their names begin with ``name``."""
        return (Rehearsal(name, self.compiling_s, partial(self.loglike, predictions)),) if self.compiling_s else ()

    @property
    def n_data(self) -> int:
        """How many numbers :meth:`deviance` compares."""
        return 0

    @property
    def n_events(self) -> float:
        """All that were counted, or are expected where the data are; infinity where that is not known."""
        return math.inf

    @property
    def most_events(self) -> float:
        """Which hardly more are expected than, whatever the errors are; infinity where that is not known."""
        return math.inf

    def probabilities_of_counts(self, size: int, predictions: Mapping[str, Array]) -> Array:
        """Of 0 to ``size`` - 1 events if ``predictions``, arrays ``(1,)``, are true: ``(size,)``.

        Raises :class:`NotImplementedError` for a form that does not count once.
        """
        raise NotImplementedError

    @property
    def nuisances(self) -> tuple[str, ...]:
        """Names of the errors that more data may make smaller."""
        return ()

    def scaled(self, growth: float, widths: Mapping[str, float]) -> Self | None:  # noqa: ARG002
        """The form with ``growth`` times the events, and of each of the nuisances ``widths`` times today's error.

        None where the events behind it are not known.
        """
        return None

    def with_best_standard_model(self) -> Self | None:
        """The form over the Standard Model with the strength that fits its data best; None where it has none."""
        return None

    def written(self) -> tuple[dict[str, object], dict[str, str]]:
        """The ``[data]`` of an entry that is read as this form, and its tables by the names of their files.

        Raises :class:`NotImplementedError` for a form that cannot be :meth:`scaled`.
        """
        raise NotImplementedError

    def with_data(self, **changed: object) -> Self:
        """The form with other data; a copy would keep what has been worked out from the old ones."""
        return self.model_construct(**{name: getattr(self, name) for name in type(self).model_fields} | changed)


class LimitForm(Form):
    """A form that is a limit at ``confidence_level``, which was set by ``method``."""

    confidence_level: Annotated[float, Field(gt=0.5, lt=1.0)]
    method: Method = "unknown"

    @property
    def sigmas_at_bound(self) -> float:
        """sqrt(-2 ln L) at the published limit: :func:`~alpfit.likelihoods.methods.sigmas_at_limit`."""
        return sigmas_at_limit(self.confidence_level, self.method)

    @property
    def _level(self) -> str:
        """Level and method in words."""
        return f"{100 * self.confidence_level:g} %" + ("" if self.method == "unknown" else f" ({self.method})")


def check_spectrum(name: str, values: Array) -> None:
    """Raise :class:`~alpfit.errors.PredictionError` for predictions ``name`` without an axis of points and of bins."""
    if values.ndim < 2 or not values.shape[-1]:
        raise PredictionError(
            f"{name} has the shape {values.shape}; it is a spectrum: a row for each point, with its value in each bin"
        )


SMALLEST = 1e-300
"""What stands for zero under a logarithm."""


@cache
def _edge_offset(sigmas: float) -> float:
    """c in ln Phi(c) = -z^2/2."""
    return float(ndtri_exp(-0.5 * sigmas**2))


def soft_exclusion(depth: Array, sigmas: float) -> Array:
    """ln L of an excluded region at ``depth`` (in widths of its edge) inside of it; on the edge it is ``sigmas``, z.

    ln L = ln Phi(c - depth) with the normal distribution function Phi: zero far outside, falling as a parabola far
    inside, and -z^2/2 on the edge, which fixes c.
    """
    return np.asarray(log_ndtr(_edge_offset(sigmas) - depth))


def excluded_sigmas(log_l: Array) -> Array:
    """The pull sqrt(-2 ln L) of a likelihood that is one without a signal."""
    return np.sqrt(np.maximum(-2.0 * log_l, 0.0))


def only_where_meant(result: Array, value: Array, mass: Array) -> Array:
    """``result``, with NaN where ``value`` or ``mass`` is NaN or negative; ``result`` has their shape."""
    if value.shape != mass.shape:
        value, mass = map(np.array, np.broadcast_arrays(value, mass))
    flat = _only_where_meant(np.array(result).ravel(), value.ravel(), mass.ravel())
    return np.asarray(flat.reshape(value.shape))


@kernel
def _only_where_meant(result: Array, value: Array, mass: Array) -> Array:
    for k in range(result.size):
        if not (value[k] >= 0.0 and mass[k] >= 0.0):
            result[k] = math.nan
    return result
