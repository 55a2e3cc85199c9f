"""Scenarios as a theory of cobaya, and entries of the catalogue as a likelihood of cobaya.

Under ``theory:`` and ``likelihood:`` of an input file they stand by their dotted names, and need no code:

    theory:
      alpfit.adapters.cobaya.Model:
        scenario: invisible
        relic: {engine: cbe}
    likelihood:
      alpfit.adapters.cobaya.Measurements:
        entries: [belle2_bknunu_q2_2025, planck_relic_2018]
        options: {belle2_bknunu_q2_2025: {marginalise: true}}

Parameters have the scenario's names, and cobaya's priors. Either component works without the other: what a measurement
reads may come from any theory that provides it by that name, or be a parameter. Whether an entry holds for all points,
where the ALP is invisible and where it is not, is up to the user: priors are cobaya's.

cobaya: J. Torrado and A. Lewis, JCAP 05 (2021) 057, arXiv:2005.05290. Needs the optional dependency ``alpfit[cobaya]``.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

try:
    from cobaya.likelihood import Likelihood
    from cobaya.log import LoggedError
    from cobaya.theory import Theory
except ImportError as error:
    raise ImportError("alpfit.adapters.cobaya needs cobaya: pip install alpfit[cobaya]") from error

from alpfit.config.consistency import check_alternatives, check_shared_data
from alpfit.config.names import check_names
from alpfit.errors import AlpfitError, ConfigurationError, one_of
from alpfit.likelihoods import JointLikelihood, load
from alpfit.numerics.arguments import shown
from alpfit.scenarios import CheckedScenario
from alpfit.scenarios.checked import N_TRIED
from alpfit.scenarios.registry import known_kind

ONE_OF_THEM = "the name of a scenario, or a file of your own, './FILE.py'"


class Model(Theory):  # type: ignore[misc]
    """A ``scenario``: one of the package by name, or of one's own as ``./FILE.py`` or ``package.module:Name``.

    ``model``, ``relic`` and ``physics`` are the tables of a run's input. ``derived`` gives observables a name that
    cobaya takes for a derived parameter, such as ``{rate: "BR(B+->K+ a(inv))"}``. Paths start from the working
    directory. What cannot be used ends cobaya with a sentence; a point without a prediction has no likelihood.
    """

    scenario: str = ""
    model: Mapping[str, Any] = {}
    relic: Mapping[str, Any] = {}
    physics: Mapping[str, Any] = {}
    derived: Mapping[str, str] = {}

    _scenario: CheckedScenario
    _derived: Mapping[str, str]

    def initialize(self) -> None:
        """Make the scenario; raises cobaya's ``LoggedError``."""
        with _said_by(self):
            if not isinstance(self.scenario, str) or not self.scenario:
                raise ConfigurationError(f"scenario = {shown(self.scenario)} must be {ONE_OF_THEM}")
            kind = known_kind(self.scenario)
            given = {"model": self.model, "relic": self.relic, "physics": self.physics}
            tables = {name: _table(name, table) for name, table in given.items()}
            check_names({"scenario": self.scenario, **{name: table for name, table in tables.items() if table}}, kind)
            self._scenario = kind.scenario_for((), tables)
            if self._scenario.obstacle:
                raise ConfigurationError(self._scenario.obstacle)
            self._scenario.check(self._scenario.points_in_range(N_TRIED))
            numbers = [name for name, quantity in self._scenario.observables.items() if not quantity.bins]
            for name, observable in _table("derived", self.derived).items():
                if observable not in numbers:
                    known = one_of(str(observable), numbers)
                    raise ConfigurationError(f"derived: {name} = {shown(observable)} is not predicted: {known}")
            self._derived = {name: name for name in numbers if name.isidentifier()} | dict(self.derived)

    def initialize_with_params(self) -> None:
        """Look at the parameters that cobaya gives; raises cobaya's ``LoggedError``."""
        with _said_by(self):
            check_alternatives(self._scenario, self.input_params, "params:")

    def get_requirements(self) -> list[str]:
        """The parameters that a point needs."""
        return list(self._scenario.parameters)

    def get_can_support_params(self) -> list[str]:
        """The parameters that a point may have."""
        return list(self._scenario.optional)

    def get_can_provide(self) -> list[str]:
        """The observables."""
        return list(self._scenario.observables)

    def get_can_provide_params(self) -> list[str]:
        """Those that can be derived parameters: numbers whose name is one word, and what :attr:`derived` names."""
        return list(self._derived)

    def calculate(self, state: dict[str, Any], want_derived: bool = True, **parameters: float) -> bool:
        """Predict at one point, into ``state``; False where there is no prediction."""
        point = {name: np.array([float(value)]) for name, value in parameters.items()}
        predictions = self._scenario.predict(point)
        if predictions.failures[0]:
            self.log.debug("%s", predictions.failures[0])
            return False
        state.update({name: array[0] for name, array in predictions.values.items()})
        if want_derived:
            state["derived"] = {name: float(state[read]) for name, read in self._derived.items()}
        return True


class Measurements(Likelihood):  # type: ignore[misc]
    """The product of ``entries``: of the catalogue by name, or of one's own by the path of their folder.

    ``options`` are entry name to table, as in a run's input. Entries of the same data are refused, and projections
    without ``projection``.
    """

    entries: Sequence[str] = ()
    options: Mapping[str, Mapping[str, Any]] = {}
    projection: bool = False

    _likelihood: JointLikelihood

    def initialize(self) -> None:
        """Read the entries; raises cobaya's ``LoggedError``."""
        with _said_by(self):
            if isinstance(self.entries, str) or not isinstance(self.entries, Sequence) or not self.entries:
                raise ConfigurationError(
                    f"entries = {shown(self.entries)} must be a list of entries: name one of the catalogue, or more"
                )
            for name in self.entries:
                if self.entries.count(name) > 1:
                    raise ConfigurationError(f"entries: '{name}' is named twice")
            options = _table("options", self.options)
            for name in options:
                if name not in self.entries:
                    known = one_of(str(name), self.entries)
                    raise ConfigurationError(f"options: '{name}' is not among the entries: {known}")
            loaded = tuple(load(name, options.get(name)) for name in self.entries)
            for measurement in loaded:
                if measurement.projection and self.projection is not True:
                    raise ConfigurationError(
                        f"entries: '{measurement.name}' is a projection, not data: leave it out, or set projection: "
                        "true"
                    )
            check_shared_data(loaded)
            self._likelihood = JointLikelihood(loaded)

    def get_requirements(self) -> list[str]:
        """What the entries read."""
        return list(self._likelihood.observables)

    def logp(self, **parameters: Any) -> float:
        """ln L of the point that cobaya is at."""
        predictions = {
            name: np.array([parameters[name] if name in parameters else self.provider.get_result(name)], dtype=float)
            for name in self._likelihood.observables
        }
        log_l = sum(float(array[0]) for array in self._likelihood.loglike_by_entry(predictions).values())
        return -np.inf if np.isnan(log_l) else log_l


@contextmanager
def _said_by(component: Theory) -> Iterator[None]:
    """The package's sentences as cobaya says its own, without a traceback."""
    try:
        yield
    except AlpfitError as error:
        raise LoggedError(component.log, "%s", str(error)) from None


def _table(name: str, value: Any) -> dict[str, Any]:
    """The option ``name`` as a table; raises :class:`ConfigurationError` where it is none."""
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{name} = {shown(value)} must be a table: key to value")
    return dict(value)
