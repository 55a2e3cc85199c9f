"""What a scenario is: the names of its parameters and predictions, and the way from the ones to the others."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.rehearsal import Rehearsal

if TYPE_CHECKING:
    from alpfit.relic import Evolution, RelicDensity

Array = NDArray[np.float64]

OPTIONAL = ("predict_rates", "without_signal", "relic_density", "evolve")
"""Methods that a scenario need not have."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Published:
    """What is known of a nuisance parameter: a ``mean`` and its ``sigma``, and who says so.

    >>> from alpfit.scenarios import scenario_for
    >>> known = scenario_for("displaced").optional["f0_scale"].published
    >>> known.mean, known.source.partition(",")[0]
    (1.0, 'HPQCD')
    """

    mean: float
    sigma: float
    source: str


@dataclass(frozen=True)
class Quantity:
    """A parameter or a predicted observable, as it is shown: ``label`` is mathtext without the dollars.

    Of what is measured, ``group`` says together with what else its limits are drawn, and ``process`` what a label says
    of it, in text with mathtext. A spectrum has its number of equal ``bins`` in q^2; a number has none.

    >>> from alpfit.scenarios import Quantity
    >>> Quantity("p_K", "GeV", "momentum of the kaon").axis_label
    '$p_K$ [GeV]'
    """

    label: str
    unit: str = ""
    description: str = ""
    logarithmic: bool = False
    group: str = ""
    process: str = ""
    bins: int = 0

    @property
    def axis_label(self) -> str:
        """Label and unit for a figure's axis."""
        return f"${self.label}$" + (f" [{self.unit}]" if self.unit else "")


@dataclass(frozen=True)
class Parameter(Quantity):
    """A parameter: between the ends of its ``range`` there can be predictions.

    ``published`` is what a nuisance parameter's prior comes from, where it is one.

    >>> from alpfit.scenarios import Parameter
    >>> Parameter("m_X", "GeV", "mass of X", range=(0.0, 4.8)).axis_label
    '$m_X$ [GeV]'
    """

    range: tuple[float, float] = (-math.inf, math.inf)
    published: Published | None = None


@dataclass(frozen=True)
class Predictions:
    """What a scenario says of ``n`` points: ``values``, name to array ``(n,)``, and ``failures``, ``n`` sentences.

    An empty sentence means that all values are good; where it is not empty some are NaN, and it says why.

    >>> import numpy as np
    >>> from alpfit.scenarios import Parameter, Predictions, Scenario
    >>> class TwoBody(Scenario):
    ...     parameters = {"m_X": Parameter("m_X", "GeV"), "BR": Parameter("B")}
    ...
    ...     def predict(self, points):
    ...         allowed = points["m_X"] < 4.786  # m_B - m_K
    ...         rate = np.where(allowed, points["BR"], np.nan)
    ...         failures = ["" if good else "B -> K X is forbidden" for good in allowed]
    ...         return Predictions({"m_a": points["m_X"], "BR(B+->K+ a(inv))": rate}, tuple(failures))
    >>> TwoBody().predict({"m_X": np.array([2.0, 5.0]), "BR": np.array([1e-5, 1e-5])}).failures
    ('', 'B -> K X is forbidden')
    """

    values: Mapping[str, Array]
    failures: tuple[str, ...]


class Scenario:
    """A model: from parameters to predictions. One of your own is a subclass of this one.

    It has to have ``parameters``, by name, and :meth:`predict`. All else can be left out; a verb that cannot do without
    says what to add.

    Attributes:
        parameters: those that every point must have.
        optional: further ones, with what they default to in their description.
        observables: what :meth:`predict` returns, described; found by calling it where none is given.
        headline: the observables that every run keeps, all if empty; others only where a measurement reads them.
        alternatives: pairs of optional parameters that say the same twice: one of each can be given.
        plane: the two parameters, both positive, in whose plane limits are drawn.
        engines: by which :meth:`relic_density` and :meth:`evolve` can be asked for.
        references: what to cite for it: dictionaries with key, title, author and the like, as in an entry's.
        Options: of the table ``[model]`` of a run, as a dataclass or a model of pydantic.
        extension: parameters with which it is another scenario.
        border: what to do so that all points belong to one of its :meth:`regimes`, in words.

    A line in the spectrum of B+ -> K+ nu nu, and what could be known of it beside:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from alpfit.scenarios import Parameter, Scenario
    >>> @dataclass(frozen=True)
    ... class Options:
    ...     efficiency: float = 1.0
    >>> class Line(Scenario):
    ...     Options = Options
    ...     parameters = {"m_X": Parameter("m_X", "GeV", range=(0.0, 4.8)), "BR": Parameter("B", range=(0.0, 1.0))}
    ...
    ...     def predict(self, points):
    ...         return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": self.options.efficiency * points["BR"]}
    ...
    ...     def without_signal(self, points):
    ...         return {**points, "BR": 0.0 * points["BR"], "BR(B+->K+ a(inv))": 0.0 * points["BR"]}
    >>> line, points = Line(Options(efficiency=0.5)), {"m_X": np.array([2.1]), "BR": np.array([1e-5])}
    >>> line.predict(points)["BR(B+->K+ a(inv))"]
    array([5.e-06])
    >>> line.without_signal(points)["BR"]
    array([0.])
    >>> line.ranges["m_X"], line.methods, line.obstacle
    ((0.0, 4.8), (), '')
    >>> [name for name in ("predict_rates", "without_signal", "relic_density") if line.provides(name)]
    ['without_signal']
    """

    parameters: Mapping[str, Parameter] = NOTHING
    optional: Mapping[str, Parameter] = NOTHING
    observables: Mapping[str, Quantity] = NOTHING
    headline: Sequence[str] = ()
    alternatives: Sequence[tuple[str, str]] = ()
    plane: Sequence[str] = ()
    engines: Sequence[str] = ()
    references: Sequence[Mapping[str, Any]] = ()
    border: str = ""
    place: str = ""
    """Where one of a user's stands, as it is told; the package says it."""

    Options: ClassVar[type | None] = None
    extension: ClassVar["Extension | None"] = None

    options: Any = None

    def __init__(self, options: Any = None) -> None:
        """With ``options``, an instance of ``Options``; its defaults if None."""
        self.options = self.Options() if options is None and self.Options is not None else options

    @classmethod
    def tables(cls) -> Mapping[str, type]:
        """The tables of a run's input that are this scenario's own, each with the type of its content.

        >>> from alpfit.scenarios import SCENARIOS
        >>> sorted(SCENARIOS["invisible"].tables())
        ['physics', 'relic']
        """
        return {} if cls.Options is None else {"model": cls.Options}

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any]) -> Self:
        """The scenario with the content of its tables, instances of their types.

        >>> from alpfit.scenarios import SCENARIOS
        >>> kind = SCENARIOS["invisible"]
        >>> tables = {name: table() for name, table in kind.tables().items()}
        >>> kind.from_tables(tables).options.engine
        'cbe'
        """
        return cls(tables["model"]) if "model" in tables else cls()

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """For each parameter, also the optional ones, the values between which there can be predictions."""
        return {name: parameter.range for name, parameter in {**self.parameters, **self.optional}.items()}

    @property
    def methods(self) -> Sequence[str]:
        """Names of the choices behind which there is a paper to cite."""
        return ()

    def predict(self, points: Mapping[str, Array]) -> Mapping[str, Array] | Predictions:
        """Predictions at ``points``, parameter name to array ``(n,)``: observable name to array ``(n,)``.

        ``points`` may not be changed. A :class:`Predictions` says why there is none at some of them. A spectrum is an
        array ``(n, bins)``.
        """
        raise NotImplementedError

    def rehearsals(
        self,
        engine: str = "",  # noqa: ARG002
        ends: Mapping[str, tuple[float, float]] = NOTHING,  # noqa: ARG002
    ) -> Sequence[Rehearsal]:
        """Calls that compile what :meth:`predict` calls, so that processes can do it side by side.

        With an ``engine`` what :meth:`relic_density` and :meth:`evolve` call for it. ``ends`` are the lowest and
        highest value of each parameter, as far as they are known: what no point between them calls is left out.

        >>> from alpfit.scenarios import SCENARIOS
        >>> [rehearsal.name for rehearsal in SCENARIOS["displaced"]().rehearsals()]
        ['rates-AlpScenario-hpqcd2022']
        """
        return ()

    def predict_rates(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Of :meth:`predict` what takes microseconds a point: all but a relic density and its error. For scans.

        The points lie in the :attr:`ranges`.

        >>> import numpy as np
        >>> from alpfit.scenarios import SCENARIOS
        >>> rates = SCENARIOS["displaced"]().predict_rates({"m_a": np.array([0.2]), "g_agg": np.array([1e-4])})
        >>> print(f"tau_a = {rates['tau_a'][0]:.1e} s")
        tau_a = 1.7e-12 s
        """
        raise NotImplementedError

    def without_signal(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Parameters and predictions at ``points`` if there were nothing new: rates and couplings are zero.

        What then has no meaning, such as a relic density, is left out.
        """
        raise NotImplementedError

    def relic_density(self, points: Mapping[str, Array], engine: str) -> "RelicDensity":
        """Of the dark matter at ``points``, by one of the :attr:`engines`; arrays ``(n,)``.

        >>> import numpy as np
        >>> from alpfit.scenarios import SCENARIOS
        >>> point = {"m_a": 0.75, "r": 0.477, "g_agg": 9.037e-5, "g_achi": 6.93e-5}
        >>> points = {name: np.array([value]) for name, value in point.items()}
        >>> SCENARIOS["invisible"]().relic_density(points, "nbe").omega_h2.round(3)
        array([0.018])
        """
        raise NotImplementedError

    def evolve(self, point: Mapping[str, float], engine: str, distribution_at: Sequence[float] = ()) -> "Evolution":
        """The history of the dark matter at a point, by one of the :attr:`engines`.

        With f(p) at each m_chi/T of ``distribution_at``, where the engine knows it.

        >>> from alpfit.scenarios import SCENARIOS
        >>> point = {"m_a": 0.75, "r": 0.477, "g_agg": 9.037e-5, "g_achi": 6.93e-5}
        >>> history = SCENARIOS["invisible"]().evolve(point, "nbe")
        >>> history.x.shape == history.Y.shape
        True
        """
        raise NotImplementedError

    def regimes(self, ends: Mapping[str, tuple[float, float]]) -> Mapping[str, str]:  # noqa: ARG002
        """The scenarios that points belong to, and what tells each of them from the others, in words.

        ``ends`` are the lowest and highest value of each parameter. A measurement holds for all of the points if it is
        made for every one of these scenarios; where there are none, if it reads what is predicted.

        >>> from alpfit.scenarios import SCENARIOS
        >>> SCENARIOS["invisible"]().regimes({"r": (0.44, 0.5)})
        {'invisible': 'for r < 1/2, where a -> chi chi is open'}
        """
        return {}

    def reach(self, ends: Mapping[str, tuple[float, float]]) -> str:  # noqa: ARG002
        """What decides between them, and how far it goes between the ``ends``, in words; empty where nothing does.

        >>> from alpfit.scenarios import SCENARIOS
        >>> SCENARIOS["invisible"]().reach({"r": (0.4, 0.6)})
        'r is from 0.4 to 0.6'
        """
        return ""

    def diagnose(self, points: Mapping[str, Array]) -> Mapping[str, Array]:  # noqa: ARG002
        """How far the predictions at ``points`` can be trusted: what is good to know and no measurement asks for.

        Name to array ``(n,)``.

        >>> import numpy as np
        >>> from alpfit.scenarios import SCENARIOS
        >>> point = {"m_a": 0.75, "r": 0.477, "g_agg": 9.037e-5, "g_achi": 6.93e-5}
        >>> found = SCENARIOS["invisible"]().diagnose({name: np.array([value]) for name, value in point.items()})
        >>> found["x_fo"].round()  # m_chi/T at freeze-out
        array([20.])
        """
        return {}

    def remarks(self, points: Mapping[str, Array]) -> Sequence[str]:
        """For each of the ``points`` a sentence on what a prediction assumes there and not elsewhere, mostly empty.

        >>> import numpy as np
        >>> from alpfit.scenarios import SCENARIOS
        >>> SCENARIOS["displaced"]().remarks({"m_a": np.array([0.2, 2.0]), "g_agg": np.array([1e-4, 1e-4])})
        ('', '')
        """
        return ("",) * next((values.size for values in points.values()), 1)

    @property
    def obstacle(self) -> str:
        """Why nothing can be predicted, such as code that is gone; empty where it can."""
        return ""

    def provides(self, method: str) -> bool:
        """Whether it has a ``method`` of its own that can be left out."""
        return getattr(type(self), method) is not getattr(Scenario, method)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and bool(other.options == self.options)

    def __hash__(self) -> int:
        return hash(type(self))


@dataclass(frozen=True)
class Extension:
    """``what`` a scenario has with two more ``parameters``, both or neither: with them it is ``scenario``.

    >>> from alpfit.scenarios import SCENARIOS
    >>> extension = SCENARIOS["displaced"].extension
    >>> extension.what, extension.parameters, extension.scenario is SCENARIOS["invisible"]
    ('dark matter', ('r', 'g_achi'), True)
    """

    what: str
    parameters: tuple[str, str]
    scenario: type[Scenario]
