"""What a scenario is: the names of its parameters and predictions, and the way from the ones to the others."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.arguments import outside

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Choices:
    """Names of the variants of the physics, each a key of the dictionary of its kind.

    ``self_scattering`` is that of chi through the ALP, for the engine "fbe"; ``closure`` that of "cbe".
    """

    engine: str = "cbe"
    self_scattering: bool = True
    closure: str = "pressure"
    annihilation_scale: str | float = "unitary"
    plasma: str = "saikawa-shirai-2018"
    form_factor: str = "hpqcd2022"
    top_mass: str = "msbar"
    ckm: str = "flavio-2.7.1"


DEFAULT = Choices()
"""The choices that are not made otherwise."""


@dataclass(frozen=True)
class Published:
    """What is known of a nuisance parameter: a ``mean`` and its ``sigma``, and who says so."""

    mean: float
    sigma: float
    source: str


@dataclass(frozen=True)
class Quantity:
    """A parameter or a predicted observable, as it is shown: ``label`` is mathtext without the dollars.

    ``published`` is what a nuisance parameter's prior comes from. Of what is measured, ``group`` says together with
    what else its limits are drawn, and ``process`` what a label says of it, in text with mathtext.
    """

    label: str
    unit: str
    description: str
    logarithmic: bool = False
    published: Published | None = None
    group: str = ""
    process: str = ""

    @property
    def axis_label(self) -> str:
        """Label and unit for a figure's axis."""
        return f"${self.label}$" + (f" [{self.unit}]" if self.unit else "")


@dataclass(frozen=True)
class Predictions:
    """What a scenario says of ``n`` points: ``values``, name to array ``(n,)``, and ``failures``, ``n`` sentences.

    An empty sentence means that all values are good; where it is not empty some are NaN, and it says why.
    """

    values: Mapping[str, Array]
    failures: tuple[str, ...]


class Scenario(Protocol):
    """From parameters to predictions.

    ``parameters`` must all be given; ``optional`` ones have a default.
    """

    @property
    def parameters(self) -> Mapping[str, Quantity]:
        """The parameters that every point must have."""

    @property
    def optional(self) -> Mapping[str, Quantity]:
        """Further parameters, with what they default to in their description."""

    @property
    def observables(self) -> Mapping[str, Quantity]:
        """What :meth:`predict` returns."""

    @property
    def headline(self) -> tuple[str, ...]:
        """The observables that every run keeps; others only where a measurement reads them."""

    @property
    def alternatives(self) -> tuple[tuple[str, str], ...]:
        """Pairs of optional parameters that say the same twice: one of each can be given."""

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """For each parameter, also the optional ones, the values between which there can be predictions."""

    def regimes(self, ends: Mapping[str, tuple[float, float]]) -> Mapping[str, str]:
        """The scenarios that points belong to, and what tells each of them from the others, in words.

        ``ends`` are the lowest and highest value of each parameter. A measurement holds for all of the points if it is
        made for every one of these scenarios.
        """

    @property
    def border(self) -> str:
        """What to do so that all points belong to one of them, in words; empty where they do anyway."""

    def reach(self, ends: Mapping[str, tuple[float, float]]) -> str:
        """What decides between them, and how far it goes between the ``ends``, in words; empty where nothing does."""

    def predict(self, points: Mapping[str, Array]) -> Predictions:
        """Predictions at ``points``, parameter name to array ``(n,)``."""

    def predict_rates(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Of :meth:`predict` what takes microseconds a point: all but a relic density and its error. For scans.

        The points must lie where :meth:`predict` has no complaint of their range.
        """

    def without_signal(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Parameters and predictions at ``points`` if there were no ALP: rates and couplings are zero.

        What then has no meaning, such as a relic density, is left out.
        """

    def diagnose(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """How far the predictions at ``points`` can be trusted: what is good to know and no measurement asks for."""

    def remarks(self, points: Mapping[str, Array]) -> tuple[str, ...]:
        """For each of the ``points`` a sentence on what a prediction assumes there and not elsewhere, mostly empty."""


class ScenarioKind(Protocol):
    """A scenario whose choices have not been made; with the parameters of its ``extension`` it is another one."""

    @property
    def extension(self) -> "Extension | None":
        """None where it has always what it can have."""

    def __call__(self, choices: Choices = DEFAULT) -> Scenario:
        """The scenario with these choices."""


@dataclass(frozen=True)
class Extension:
    """``what`` a scenario has with two more ``parameters``, both or neither: with them it is ``scenario``."""

    what: str
    parameters: tuple[str, str]
    scenario: ScenarioKind


def predict_within(
    ranges: Mapping[str, tuple[float, float]],
    points: Mapping[str, Array],
    observables: Iterable[str],
    calculate: Callable[[Mapping[str, Array]], Predictions],
) -> Predictions:
    """What ``calculate`` says of the ``points`` within ``ranges``; of the others, which parameter is out of range."""
    values = np.array(list(points.values()))
    low, high = np.array([ranges[name] for name in points]).T[..., None]
    good = ((values >= low) & (values <= high)).all(axis=0)
    if good.all():
        return calculate(points)
    failures = [_complaint(ranges, {name: float(array[i]) for name, array in points.items()}) for i in range(good.size)]
    predicted = {name: np.full(good.size, np.nan) for name in observables}
    if good.any():
        inside = calculate({name: array[good] for name, array in points.items()})
        for name, array in inside.values.items():
            predicted[name][good] = array
        for i, failure in zip(np.flatnonzero(good), inside.failures, strict=True):
            failures[i] = failure
    return Predictions(predicted, tuple(failures))


def _complaint(ranges: Mapping[str, tuple[float, float]], point: Mapping[str, float]) -> str:
    """The sentence about the first parameter that is out of its range; empty where none is."""
    sentences = (outside(name, value, ranges[name]) for name, value in point.items())
    return next((sentence for sentence in sentences if sentence), "")
