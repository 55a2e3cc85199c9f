"""A scenario behind one door, whoever wrote it: where a point or an answer cannot be used there is a sentence."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import LONGEST, AlpfitError, ConfigurationError, in_one_line
from alpfit.numerics.arguments import outside, shown
from alpfit.numerics.rehearsal import Rehearsal
from alpfit.relic import Evolution, RelicDensity
from alpfit.scenarios.base import NOTHING, Array, Predictions, Quantity, Scenario
from alpfit.scenarios.names import quantity_for

SAME = 1e-3
"""By how much, relative to itself, what is predicted of a point may depend on the others: solvers have tolerances."""

N_TRIED = 16
"""Points at which one of one's own is tried before it is said to have no prediction anywhere."""

ADVICE: Mapping[str, str] = {
    "predict": "a dictionary of observables to arrays, for a dictionary of parameters to arrays",
    "without_signal": "the parameters and predictions if there were nothing new",
    "relic_density": "an alpfit.relic.RelicDensity",
    "evolve": "an alpfit.relic.Evolution",
}
"""What methods return that a scenario need not have."""


Remake = tuple[Callable[..., "CheckedScenario"], tuple[Any, ...]]
"""A function and its arguments, which give the same scenario in another process."""


class UnusableError(AlpfitError):
    """An answer of a scenario that is none, whatever the point."""


class CheckedScenario(Scenario):
    """``scenario``, called ``name``; ``place`` is where it stands, and empty for the package's own.

    One of one's own is looked at closely: what it returns, and whether it leaves its input alone; where it raises, the
    point has no prediction. :meth:`check` says what is wrong with it before a run begins. ``remake`` gives the same in
    another process, where it cannot be pickled.

    >>> import numpy as np
    >>> from alpfit.scenarios import scenario_for
    >>> scenario = scenario_for("invisible", relic={"engine": "nbe"})
    >>> list(scenario.parameters), scenario.ranges["r"], scenario.methods
    (['m_a', 'r', 'g_agg', 'g_achi'], (0.01, 20.0), ('hpqcd2022', 'nbe', 'saikawa-shirai-2018'))
    >>> "Omega_h2" in scenario.observables, "Omega_h2" in scenario.headline, scenario.obstacle
    (True, True, '')
    >>> point = {"m_a": 0.75, "r": 0.477, "g_agg": 9.037e-5, "g_achi": 6.93e-5}
    >>> points = {name: np.array([value]) for name, value in point.items()}
    >>> scenario.predict(points).values["Omega_h2"].round(3)
    array([0.018])
    >>> scenario.predict(points | {"r": np.array([25.0])}).failures
    ('r = 25 must be between 0.01 and 20',)
    >>> "Omega_h2" in scenario.predict_rates(points)  # which are quick
    False
    >>> scenario.without_signal(points)["BR(B+->K+ a)"]
    array([0.])
    >>> scenario.provides("evolve"), scenario.relic_density(points, "nbe").ok, scenario.evolve(point, "nbe").x[0]
    (True, array([ True]), np.float64(2.0))
    >>> scenario.diagnose(points)["x_fo"].shape, scenario.remarks(points)
    ((1,), ('',))
    >>> scenario.regimes({"r": (0.44, 0.49)}), scenario.reach({"r": (0.44, 0.49)})
    ({'invisible': 'for r < 1/2, where a -> chi chi is open'}, 'r is from 0.44 to 0.49')
    >>> [values.shape for values in scenario.points_in_range(8).values()]
    [(8,), (8,), (8,), (8,)]
    >>> scenario.check(scenario.points_in_range(8))  # of one's own: raises an error where an answer cannot be used
    >>> len(scenario.rehearsals()) > 0
    True
    """

    def __init__(self, scenario: Scenario, name: str, place: str = "", remake: Remake | None = None) -> None:
        self.inner, self.name, self.place, self._remake = scenario, name, place, remake
        self.options = scenario.options
        self.parameters, self.optional = scenario.parameters, scenario.optional
        self.alternatives, self.plane, self.engines = scenario.alternatives, scenario.plane, scenario.engines
        self.references, self.border = scenario.references, scenario.border
        self.extension = scenario.extension  # type: ignore[misc]

    def __reduce__(self) -> Any:
        """One from a file goes to other processes as its text, since they cannot import it."""
        return (CheckedScenario, (self.inner, self.name, self.place)) if self._remake is None else self._remake

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CheckedScenario) and (other.name, other.inner) == (self.name, self.inner)

    def __hash__(self) -> int:
        return hash((self.name, self.inner))

    @property
    def methods(self) -> Sequence[str]:
        """Names of the choices behind which there is a paper to cite."""
        return self.inner.methods

    @cached_property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """For each parameter, also the optional ones, the values between which there can be predictions."""
        return self.inner.ranges

    @cached_property
    def observables(self) -> Mapping[str, Quantity]:  # type: ignore[override]
        """What :meth:`predict` returns: as the scenario describes it, or as it is found by calling it.

        Raises :class:`ConfigurationError` where calling it gives nothing that could be used.
        """
        if self.inner.observables or not self.place:
            return self.inner.observables
        return {name: quantity_for(name) for name in self._first_answer(self.points_in_range(N_TRIED))}

    @property
    def headline(self) -> Sequence[str]:  # type: ignore[override]
        """The observables that every run keeps: all, where the scenario names none."""
        return self.inner.headline or tuple(name for name in self.observables if name not in self.parameters)

    @property
    def obstacle(self) -> str:
        """Why nothing can be predicted; empty where it can."""
        return self.inner.obstacle

    def rehearsals(self, engine: str = "", ends: Mapping[str, tuple[float, float]] = NOTHING) -> Sequence[Rehearsal]:
        """Calls that compile what :meth:`predict` calls, or what is called for an ``engine``; of the package's own.

        Another process could not import one of one's own.
        """
        return () if self.place else self.inner.rehearsals(engine, ends)

    def provides(self, method: str) -> bool:
        """Whether the scenario has a ``method`` that can be left out."""
        return self.inner.provides(method)

    def predict(self, points: Mapping[str, Array]) -> Predictions:
        """Predictions at ``points``, parameter name to array ``(n,)``; a failure where there is none.

        Beyond the :attr:`ranges` there is none, and where one of one's own raises, or returns what is no number.
        """
        values = np.array(list(points.values()))
        low, high = np.array([self.ranges[name] for name in points]).T[..., None]
        good = ((values >= low) & (values <= high)).all(axis=0)
        if good.all():
            return self._answer(points)
        failures = [
            _complaint(self.ranges, {name: float(array[i]) for name, array in points.items()}) for i in range(good.size)
        ]
        predicted: dict[str, Array] = {}
        if good.any():
            inside = self._answer({name: array[good] for name, array in points.items()})
            for name, array in inside.values.items():
                predicted[name] = np.full((good.size, *array.shape[1:]), np.nan)
                predicted[name][good] = array
            for i, failure in zip(np.flatnonzero(good), inside.failures, strict=True):
                failures[i] = failure
        else:
            predicted = self._nothing(good.size)
        return Predictions(predicted, tuple(failures))

    def predict_rates(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Of :meth:`predict` what takes microseconds a point; all of it where the scenario does not say."""
        if self.provides("predict_rates"):
            rates: Mapping[str, Array] = self._optional("predict_rates", points)
            return rates
        return self.predict(points).values

    def without_signal(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Parameters and predictions at ``points`` if there were nothing new; arrays ``(n,)``.

        Raises :class:`ConfigurationError` where the scenario does not say, or says what cannot be used.
        """
        silent: Any = self._optional("without_signal", points)
        if not self.place:
            return silent  # type: ignore[no-any-return]
        n = len(next(iter(points.values()), np.zeros(1)))
        if isinstance(silent, Predictions):
            silent = silent.values
        try:
            if not isinstance(silent, Mapping):
                raise UnusableError(
                    f"without_signal returns {shown(silent)}: it must return {ADVICE['without_signal']}"
                )
            found = {name: self._array(name, values, n, "without_signal") for name, values in silent.items()}
        except UnusableError as error:
            raise ConfigurationError(f"{self.place}: {error}") from error
        return {**points, **found}

    def relic_density(self, points: Mapping[str, Array], engine: str) -> RelicDensity:
        """Of the dark matter at ``points``, by one of the :attr:`engines`; arrays ``(n,)``.

        Raises :class:`ConfigurationError` where the scenario has none.
        """
        density: RelicDensity = self._optional("relic_density", points, engine)
        return density

    def evolve(self, point: Mapping[str, float], engine: str, distribution_at: Sequence[float] = ()) -> Evolution:
        """The history of the dark matter at a point, by one of the :attr:`engines`.

        Raises :class:`ConfigurationError` where the scenario has none.
        """
        evolution: Evolution = self._optional("evolve", point, engine, distribution_at)
        return evolution

    def regimes(self, ends: Mapping[str, tuple[float, float]]) -> Mapping[str, str]:
        """The scenarios that points between the ``ends`` belong to, in words."""
        return self._of_kind("regimes", Mapping, "a dictionary of names to words", ends)  # type: ignore[no-any-return]

    def reach(self, ends: Mapping[str, tuple[float, float]]) -> str:
        """What decides between them, in words."""
        return self._of_kind("reach", str, "text", ends)  # type: ignore[no-any-return]

    def diagnose(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """How far the predictions at ``points`` can be trusted."""
        wanted = "a dictionary of names to arrays"
        return self._of_kind("diagnose", Mapping, wanted, points)  # type: ignore[no-any-return]

    def remarks(self, points: Mapping[str, Array]) -> Sequence[str]:
        """For each of the ``points`` a sentence on what a prediction assumes there, mostly empty."""
        return self._of_kind("remarks", Sequence, "a sentence for each point", points)  # type: ignore[no-any-return]

    def check(self, points: Mapping[str, Array]) -> None:
        """Raise :class:`ConfigurationError` where a scenario of one's own has no answer that could be used.

        It is tried at ``points``, arrays ``(n,)`` with n > 1, and at the first of them alone.
        """
        if not self.place:
            return
        found = self._first_answer(points)
        for name in self.observables:
            if name not in found:
                raise ConfigurationError(f"{self.place}: predict returns no {name!r}, which is among its observables")
        for name in self.inner.headline:
            if name not in self.observables:
                raise ConfigurationError(f"{self.place}: headline: {name!r} is not predicted")
        for name in found:
            if name not in self.observables:
                raise ConfigurationError(
                    f"{self.place}: predict returns {name!r}, which is not among its observables: describe it there, "
                    "or leave the observables out"
                )

    def points_in_range(self, n: int) -> dict[str, Array]:
        """``n`` points between the ends of all parameters that are not optional, the first of them in the middle."""
        from scipy.stats import qmc

        u = qmc.Sobol(max(len(self.parameters), 1), scramble=False).random(n)
        u[0] = 0.5
        return {
            name: _between(*parameter.range, parameter.logarithmic, u[:, i])
            for i, (name, parameter) in enumerate(self.parameters.items())
        }

    def _first_answer(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """What is predicted at the first of the ``points`` where anything is; raises :class:`ConfigurationError`."""
        try:
            together = self._looked_at(points)
            alone = self._looked_at({name: array[:1] for name, array in points.items()})
        except UnusableError as error:
            raise ConfigurationError(f"{self.place}: {error}") from error
        except Exception:
            return self._first_single(points)
        for name, among in together.values.items():
            if name not in alone.values:
                raise ConfigurationError(f"{self.place}: predict returns {name!r} for many points, but not for one")
            if not np.allclose(among[:1], alone.values[name], rtol=SAME, atol=0.0, equal_nan=True):
                raise ConfigurationError(
                    f"{self.place}: predict returns another {name!r} for a point alone than for the same point among "
                    "others: each point must have its own, and the same each time"
                )
        good = [i for i, failure in enumerate(together.failures) if not failure]
        if not good:
            raise ConfigurationError(f"{self.place}: has no prediction anywhere: {together.failures[0]}")
        return {name: array[good[:1]] for name, array in together.values.items()}

    def _first_single(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """The same, a point at a time."""
        first = None
        for i in range(len(next(iter(points.values())))):
            try:
                single = self._looked_at({name: array[i : i + 1] for name, array in points.items()})
            except UnusableError as error:
                raise ConfigurationError(f"{self.place}: {error}") from error
            except Exception as error:
                first = first or error
            else:
                if not single.failures[0]:
                    return single.values
        reason = "" if first is None else _told("predict", first)
        raise ConfigurationError(f"{self.place}: {reason or 'has no prediction anywhere'}") from first

    def _answer(self, points: Mapping[str, Array]) -> Predictions:
        """The scenario's answer at points within range; its faults are failures."""
        n = len(next(iter(points.values()), np.zeros(1)))
        if not self.place:
            return _as_predictions(self.inner.predict(points), n)
        try:
            return self._looked_at(points)
        except UnusableError as error:
            return Predictions(self._nothing(n), (str(error),) * n)
        except MemoryError:
            raise
        except Exception as error:
            if n == 1:
                return Predictions(self._nothing(1), (_told("predict", error),))
        singles = [self._answer({name: array[i : i + 1] for name, array in points.items()}) for i in range(n)]
        values = {name: np.concatenate([single.values[name] for single in singles]) for name in singles[0].values}
        return Predictions(values, tuple(single.failures[0] for single in singles))

    def _looked_at(self, points: Mapping[str, Array]) -> Predictions:
        """The answer of one of one's own, looked at; raises :class:`UnusableError`, and what the scenario raises."""
        n = len(next(iter(points.values()), np.zeros(1)))
        if not self.provides("predict"):
            raise UnusableError(_missing(self, "predict"))
        given = {name: np.array(array) for name, array in points.items()}
        try:
            answer = self.inner.predict(given)
        except SystemExit:
            raise UnusableError("predict ends the program: let it raise an error") from None
        for name, array in points.items():
            if name not in given or not np.array_equal(given[name], array):
                raise UnusableError(f"predict changes its input {name!r}: let it work on a copy")
        if isinstance(answer, Predictions):
            given_values, failures = answer.values, list(answer.failures)
            if len(failures) != n:
                raise UnusableError(f"predict returns {len(failures)} failures for {n} points")
        else:
            given_values, failures = answer, [""] * n
        if not isinstance(given_values, Mapping):
            raise UnusableError(f"predict returns {shown(answer)}: it must return {ADVICE['predict']}")
        values = {str(name): self._array(name, array, n) for name, array in given_values.items()}
        if twice := [name for name in values if name in points]:
            raise UnusableError(f"predict returns {twice[0]!r}, which is a parameter: leave it out")
        if missing := [name for name in self.inner.observables if name not in values]:
            raise UnusableError(f"predict returns no {missing[0]!r}, which is among its observables")
        for name, array in values.items():
            for i in np.flatnonzero(np.isnan(array).reshape(n, -1).any(axis=1)):
                failures[i] = failures[i] or f"{name} is not a number"
        return Predictions(values, tuple(failures))

    def _array(self, name: Any, values: Any, n: int, method: str = "predict") -> NDArray[np.float64]:
        """The ``values`` that a ``method`` returns, as an array ``(n,)``, or ``(n, k)`` for a spectrum."""
        if not isinstance(name, str):
            raise UnusableError(f"{method} returns {name!r} for the name of an observable, which must be text")
        array = np.asarray(values)
        if array.dtype.kind not in "iufb":
            raise UnusableError(f"{method} returns {shown(values)} for {name!r}: it must return real numbers")
        described = self.inner.observables.get(name)
        n_bins = described.bins if described is not None else 0
        if array.shape == () and not n_bins:
            array = np.full(n, array)
        expected = (n, n_bins) if n_bins else (n,)
        if array.shape != expected:
            raise UnusableError(
                f"{method} returns an array of shape {array.shape} for {name!r}, and {expected} is wanted for points "
                f"of shape ({n},)"
            )
        return array.astype(float)

    def _nothing(self, n: int) -> dict[str, Array]:
        """NaN for all observables at ``n`` points."""
        shapes = {name: (n, quantity.bins) if quantity.bins else (n,) for name, quantity in self.observables.items()}
        return {name: np.full(shape, np.nan) for name, shape in shapes.items()}

    def _optional(self, method: str, *arguments: Any) -> Any:
        """What a ``method`` returns that need not be there; raises :class:`ConfigurationError` where it is not."""
        if not self.provides(method):
            raise ConfigurationError(_missing(self, method))
        return self._called(method, *arguments)

    def _of_kind(self, method: str, kind: type, wanted: str, *arguments: Any) -> Any:
        """What a ``method`` returns; raises :class:`ConfigurationError` where it is not of this ``kind``."""
        answer = self._called(method, *arguments)
        if not isinstance(answer, kind):
            raise ConfigurationError(f"{self.place}: {method} returns {shown(answer)}: it must return {wanted}")
        return answer

    def _called(self, method: str, *arguments: Any) -> Any:
        """What a ``method`` returns; raises :class:`ConfigurationError` where one of one's own raises."""
        call: Callable[..., Any] = getattr(self.inner, method)
        if not self.place:
            return call(*arguments)
        try:
            return call(*arguments)
        except MemoryError:
            raise
        except Exception as error:
            raise ConfigurationError(f"{self.place}: {_told(method, error)}") from error


def _as_predictions(answer: Mapping[str, Array] | Predictions, n: int) -> Predictions:
    return answer if isinstance(answer, Predictions) else Predictions(answer, ("",) * n)


def _missing(scenario: CheckedScenario, method: str) -> str:
    advice = f", which returns {ADVICE[method]}" if method in ADVICE else ""
    place = scenario.place or f"the scenario '{scenario.name}'"
    return f"{place}: {type(scenario.inner).__name__} has no method {method}: add it{advice}"


def _told(method: str, error: Exception) -> str:
    """What a scenario's ``method`` has raised, and in which line."""
    line, frame = 0, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_name == method:
            line = frame.tb_lineno
        frame = frame.tb_next
    said = in_one_line(str(error))[:LONGEST]
    where = f" in line {line}" if line else ""
    return f"{method} raises {type(error).__name__}{where}{f': {said}' if said else ''}"


def _complaint(ranges: Mapping[str, tuple[float, float]], point: Mapping[str, float]) -> str:
    """The sentence about the first parameter that is out of its range; empty where none is."""
    sentences = (outside(name, value, ranges[name]) for name, value in point.items())
    return next((sentence for sentence in sentences if sentence), "")


def _between(low: float, high: float, logarithmic: bool, u: Array) -> Array:
    """Values at ``u`` between the ends, within a decade of one or zero where there is none."""
    if logarithmic:
        low = low if low > 0.0 else (1e-6 * high if np.isfinite(high) else 0.1)
        high = high if np.isfinite(high) else 100.0 * low
        return np.asarray(low * (high / low) ** u)
    if not np.isfinite(low):
        low = high - 1.0 if np.isfinite(high) else -1.0
    high = high if np.isfinite(high) else low + 2.0
    return np.asarray(low + u * (high - low))
