"""The run's TOML file as typed tables, and what they stand for."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

import tomli_w
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SerializeAsAny

from alpfit import likelihoods as catalogue
from alpfit.errors import one_of
from alpfit.inference.joint import JOINT, JointTable
from alpfit.inference.parallel import Parallel
from alpfit.inference.priors import PRIORS, Prior
from alpfit.inference.problem import Problem
from alpfit.inference.samplers import DEFAULT_SAMPLER, SAMPLERS, SamplerOptions
from alpfit.likelihoods import JointLikelihood
from alpfit.numerics.arguments import shown
from alpfit.numerics.expressions import Expression, expression, in_order
from alpfit.scenarios import CheckedScenario, Quantity, quantity_for
from alpfit.scenarios.registry import Kind, kind_of

INDIFFERENT = frozenset({"parallel", "checkpoint_interval"})
"""What may change between an interrupted run and its continuation: the samples do not depend on it."""


def _member(family: Mapping[str, type[BaseModel]], key: str, default: str = "") -> BeforeValidator:
    """Makes of a table the member of the ``family`` that it names with its ``key``; what is no table is left alone."""

    def made(value: object) -> object:
        return _made(family, key, value, default) if isinstance(value, Mapping) else value

    return BeforeValidator(made)


def _made(family: Mapping[str, type[BaseModel]], key: str, value: Mapping[str, Any], default: str = "") -> BaseModel:
    name = value.get(key, default)
    if not isinstance(name, str) or name not in family:
        raise ValueError(f"{key} = {shown(name)} is not known: {one_of(str(name), family)}")
    return family[name].model_validate(value)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Formula(_Table):
    """A quantity that follows from others; ``label`` is mathtext without dollars."""

    expression: str
    label: str | None = None
    unit: str | None = None
    logarithmic: bool = False


def _parameter(value: object) -> object:
    """A table with a prior as that prior; what is none is left alone."""
    if not isinstance(value, Mapping) or "expression" in value:
        return value
    return _made(PRIORS, "prior", value)


Value = Annotated[
    Annotated[float, Field(allow_inf_nan=False)] | str | Formula | SerializeAsAny[Prior], BeforeValidator(_parameter)
]
"""A fixed number, a formula, alone or with a label, or the table of a prior."""

Joint = Annotated[SerializeAsAny[JointTable], _member(JOINT, "prior")]
"""The table of a density that several parameters share."""

Sampler = Annotated[SerializeAsAny[SamplerOptions], _member(SAMPLERS, "name", DEFAULT_SAMPLER)]
"""The table of a sampler."""


class Configuration(_Table):
    """A complete run: what to predict, what to compare it with, the priors, and how to sample.

    ``scenario`` is the name of one, or where it stands; ``tables`` are those of the input that are its own, as
    dictionaries with every default filled in. ``likelihoods`` names entries of the catalogue, or folders of entries
    (with a slash). ``parameters`` holds a prior table, a fixed number or a formula for each parameter of the scenario
    and for what formulas read, ``joint`` densities of several parameters, ``derived`` further quantities; ``options`` a
    table for each likelihood whose options differ from its entry's. Only with ``projection`` may a fit use what an
    experiment expects to see one day. ``checkpoint_interval`` is in seconds.
    """

    scenario: str
    likelihoods: Annotated[list[str], Field(min_length=1)]
    projection: bool = False
    tables: dict[str, dict[str, Any]] = {}
    parameters: dict[str, Value] = {}
    joint: dict[str, Joint] = {}
    derived: dict[str, str | Formula] = {}
    options: dict[str, dict[str, Any]] = {}
    sampler: Sampler = Field(default={}, validate_default=True)
    parallel: Parallel = Parallel()
    checkpoint_interval: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = 60.0

    def __eq__(self, other: object) -> bool:
        fields = type(self).model_fields
        return isinstance(other, Configuration) and all(getattr(self, f) == getattr(other, f) for f in fields)

    def __hash__(self) -> int:
        return hash((self.scenario, *self.likelihoods))

    @property
    def entries(self) -> list[str]:
        """Names of the likelihoods, without the paths of one's own."""
        return [Path(name).name for name in self.likelihoods]

    @property
    def fixed(self) -> dict[str, float]:
        """Parameters with one value."""
        return {name: float(value) for name, value in self.parameters.items() if isinstance(value, (int, float))}

    @cached_property
    def priors(self) -> dict[str, Prior]:
        """Sampled parameters and their priors, in the file's order."""
        alone = {name: value for name, value in self.parameters.items() if isinstance(value, Prior)}
        return alone | {name: prior for joint in self.joint.values() for name, prior in joint.priors.items()}

    @property
    def formulas(self) -> dict[str, Expression]:
        """Parameters that follow from others."""
        return _expressions({n: v for n, v in self.parameters.items() if isinstance(v, (str, Formula))})

    @property
    def ordered_formulas(self) -> dict[str, Expression]:
        """The same, each behind those that it reads."""
        formulas = self.formulas
        return {name: formulas[name] for name in in_order(formulas, "[parameters]")}

    @property
    def wanted(self) -> dict[str, Expression]:
        """Further quantities, which follow from parameters and predictions."""
        return _expressions(self.derived)

    @property
    def all_parameters(self) -> tuple[str, ...]:
        """Names of all that has a value, a formula or a prior."""
        return tuple(dict.fromkeys((*self.parameters, *self.priors)))

    @cached_property
    def kind(self) -> Kind:
        """The scenario without its options."""
        return kind_of(self.scenario)

    @cached_property
    def theory(self) -> CheckedScenario:
        """The scenario with its options, and with dark matter where the parameters have it."""
        return self.kind.scenario_for(self.all_parameters, self.tables)

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """All that can be sampled or predicted, by its name."""
        theory = self.theory
        own = {**theory.parameters, **theory.optional, **theory.observables}
        return own | {name: self._described(name) for name in (*self.all_parameters, *self.derived) if name not in own}

    def _described(self, name: str) -> Quantity:
        """What the scenario does not know, as the input describes it."""
        value = self.derived.get(name, self.parameters.get(name))
        if isinstance(value, (Formula, Prior)):
            label = value.label or quantity_for(name).label
            return Quantity(label, value.unit or "", name, value.logarithmic)
        return quantity_for(name)

    def is_logarithmic(self, name: str) -> bool:
        """How to bin and draw a quantity: parameters as their prior says, derived ones as the scenario does."""
        return self.priors[name].logarithmic if name in self.priors else self.quantities[name].logarithmic

    @cached_property
    def likelihood(self) -> JointLikelihood:
        """The measurements with their options, which are read once."""
        return JointLikelihood(
            tuple(catalogue.load(name, self.options.get(Path(name).name)) for name in self.likelihoods)
        )

    @cached_property
    def problem(self) -> Problem:
        """The inference problem."""
        return Problem(self.theory, self.likelihood, self.priors, self.fixed, self.formulas, self.wanted)

    def changed(self, **tables: Any) -> Self:
        """Another configuration with some ``tables`` replaced, unchecked; its likelihoods are read anew."""
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        return self.model_construct(**{**kept, **tables})

    def completed(self) -> dict[str, Any]:
        """All tables with every default filled in, including the likelihoods' options."""
        document = self.model_dump(exclude_none=True)
        used = {m.name: dict(m.options) for m in self.likelihood.measurements if m.options}
        found: dict[str, Any] = {}
        for key, value in {**document, "options": used}.items():
            found |= self.tables if key == "tables" else {key: value}
        return {key: value for key, value in found.items() if value or key not in ("joint", "derived")}

    def deciding(self) -> dict[str, Any]:
        """Of :meth:`completed` what decides the samples; scenario and entries by their names, wherever they are."""
        document = {key: value for key, value in self.completed().items() if key not in INDIFFERENT}
        return {**document, "scenario": self.kind.name, "likelihoods": self.entries}

    def to_toml(
        self, likelihoods: Sequence[str] = (), fixed: Mapping[str, float] | None = None, scenario: str = ""
    ) -> str:
        """:meth:`completed` as a TOML file that runs again, which finds its ``likelihoods`` and ``scenario`` there.

        All sampled parameters may be ``fixed``.
        """
        document = {**self.completed(), "likelihoods": list(likelihoods or self.likelihoods)}
        document["scenario"] = scenario or self.scenario
        if fixed is not None:
            document.pop("joint", None)
            document["parameters"] = {**document["parameters"], **fixed}
        return tomli_w.dumps(document)


def _expressions(values: Mapping[str, str | Formula]) -> dict[str, Expression]:
    return {n: expression(v if isinstance(v, str) else v.expression) for n, v in values.items()}
