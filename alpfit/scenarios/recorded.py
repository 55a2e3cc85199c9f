"""What a run folder says of a scenario of one's own: enough to show the run without running its code."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alpfit.errors import AlpfitError, ConfigurationError, validation_sentence
from alpfit.numerics.files import read_ordinary
from alpfit.scenarios.base import OPTIONAL, Array, Parameter, Predictions, Quantity, Scenario

RECORD = "quantities.json"
"""The file of a run folder's ``scenario/`` that describes it."""

LARGEST = 2**24

CODE = re.compile(r"[A-Za-z0-9_.\-]+\.py(:[A-Za-z_][A-Za-z0-9_]*)?|[A-Za-z_][A-Za-z0-9_.]*(:[A-Za-z_][A-Za-z0-9_]*)?")
"""A file beside the record, or a class in a package: no path that leads elsewhere."""

Text = Annotated[str, Field(max_length=2000)]


class _Described(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    label: Text
    unit: Text = ""
    description: Text = ""
    logarithmic: bool = False
    group: Text = ""
    process: Text = ""
    bins: Annotated[int, Field(ge=0)] = 0


class _Parameter(_Described):
    range: list[float | None] = Field(min_length=2, max_length=2)  # JSON has no infinity


class Record(BaseModel):
    """A scenario's ``name``, the ``code`` that it is, its ``digest``, and what it has."""

    model_config = ConfigDict(frozen=True, strict=True)

    name: Text
    code: Text
    digest: Text
    parameters: dict[str, _Parameter]
    optional: dict[str, _Parameter] = {}
    observables: dict[str, _Described] = {}
    headline: list[str] = []
    alternatives: list[list[str]] = []
    plane: list[str] = []
    engines: list[str] = []
    references: list[dict[str, Any]] = []
    border: Text = ""
    has: list[str] = []
    tables: list[str] = []

    @classmethod
    def of(cls, scenario: Scenario, name: str, code: str, digest: str, tables: Iterable[str]) -> Self:
        """What there is to say of ``scenario``, whose own are these ``tables`` of the input."""
        return cls.model_validate(
            {
                "name": name,
                "code": code,
                "digest": digest,
                **{kind: _as_dicts(getattr(scenario, kind)) for kind in ("parameters", "optional", "observables")},
                **{kind: list(getattr(scenario, kind)) for kind in ("headline", "plane", "engines")},
                "alternatives": [list(pair) for pair in scenario.alternatives],
                "references": [dict(reference) for reference in scenario.references],
                "border": scenario.border,
                "tables": list(tables),
                "has": [name for name in OPTIONAL if scenario.provides(name)],
            }
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """The record at ``path``; raises :class:`ConfigurationError`."""
        try:
            record = cls.model_validate_json(read_ordinary(path, LARGEST))
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}; restore the file") from error
        except ValidationError as error:
            raise ConfigurationError(f"{path}: {validation_sentence(error)}; restore the file") from error
        if not CODE.fullmatch(record.code):
            raise ConfigurationError(f"{path}: code = {record.code!r} leads out of the folder; restore the file")
        return record


def _as_dicts(quantities: Mapping[str, Quantity]) -> dict[str, dict[str, Any]]:
    names = tuple(_Described.model_fields)
    return {
        name: {key: getattr(quantity, key) for key in names}
        | (
            {"range": [float(end) if math.isfinite(end) else None for end in quantity.range]}
            if isinstance(quantity, Parameter)
            else {}
        )
        for name, quantity in quantities.items()
    }


def _as_parameters(described: Mapping[str, _Parameter]) -> dict[str, Parameter]:
    """With infinity for ends that are not there."""
    parameters = {}
    for name, each in described.items():
        low, high = each.range
        ends = (-math.inf if low is None else low, math.inf if high is None else high)
        parameters[name] = Parameter(**each.model_dump() | {"range": ends})
    return parameters


class RecordedScenario(Scenario):
    """The scenario of a ``record``; what has to be calculated ``live`` does, which raises where that may not be."""

    def __init__(self, record: Record, live: Any, options: Any = None) -> None:
        super().__init__(options)
        self._record, self._open = record, live
        self.parameters, self.optional = (_as_parameters(which) for which in (record.parameters, record.optional))
        self.observables = {n: Quantity(**q.model_dump()) for n, q in record.observables.items()}
        self.headline, self.plane, self.engines = record.headline, record.plane, record.engines
        self.alternatives = [(one, other) for one, other in record.alternatives]
        self.references, self.border = record.references, record.border

    @cached_property
    def live(self) -> Scenario:
        """The scenario itself; raises :class:`ConfigurationError` where it is gone, or may not be run."""
        scenario: Scenario = self._open()
        return scenario

    @property
    def obstacle(self) -> str:
        """Why nothing can be predicted: the code is gone, has changed, or may not be run; empty where it can."""
        try:
            _ = self.live
        except AlpfitError as error:
            return str(error)
        return ""

    def provides(self, method: str) -> bool:
        """Whether the scenario has a ``method`` that can be left out."""
        return method in self._record.has or method not in OPTIONAL

    def predict(self, points: Mapping[str, Array]) -> Mapping[str, Array] | Predictions:
        """As the scenario itself."""
        return self.live.predict(points)

    def predict_rates(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """As the scenario itself."""
        return self.live.predict_rates(points)

    def without_signal(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """As the scenario itself."""
        return self.live.without_signal(points)

    def relic_density(self, points: Mapping[str, Array], engine: str) -> Any:
        """As the scenario itself."""
        return self.live.relic_density(points, engine)

    def evolve(self, point: Mapping[str, float], engine: str, distribution_at: Sequence[float] = ()) -> Any:
        """As the scenario itself."""
        return self.live.evolve(point, engine, distribution_at)

    def regimes(self, ends: Mapping[str, tuple[float, float]]) -> Mapping[str, str]:  # noqa: ARG002
        """None is known: they were checked when the run was made."""
        return {}

    def diagnose(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """As the scenario itself."""
        return self.live.diagnose(points)

    def remarks(self, points: Mapping[str, Array]) -> Sequence[str]:
        """As the scenario itself."""
        return self.live.remarks(points)
