"""The run's TOML file as typed tables, and what they stand for."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

import tomli_w
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SerializeAsAny

from alpfit import likelihoods as catalogue
from alpfit.errors import one_of
from alpfit.inference.parallel import Parallel
from alpfit.inference.priors import PRIORS, Prior
from alpfit.inference.problem import Problem
from alpfit.inference.samplers import DEFAULT_SAMPLER, SAMPLERS, SamplerOptions
from alpfit.likelihoods import JointLikelihood
from alpfit.numerics.arguments import shown
from alpfit.scenarios import Choices, Quantity, Scenario, scenario_for

INDIFFERENT = frozenset({"parallel", "checkpoint_interval"})
"""What may change between an interrupted run and its continuation: the samples do not depend on it."""


def _member(family: Mapping[str, type[BaseModel]], key: str, default: str = "") -> BeforeValidator:
    """Makes of a table the member of the ``family`` that it names with its ``key``; what is no table is left alone."""

    def made(value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        name = value.get(key, default)
        if not isinstance(name, str) or name not in family:
            raise ValueError(f"{key} = {shown(name)} is not known: {one_of(str(name), family)}")
        return family[name].model_validate(value)

    return BeforeValidator(made)


Parameter = Annotated[Annotated[float, Field(allow_inf_nan=False)] | SerializeAsAny[Prior], _member(PRIORS, "prior")]
"""A fixed number, or the table of a prior."""

Sampler = Annotated[SerializeAsAny[SamplerOptions], _member(SAMPLERS, "name", DEFAULT_SAMPLER)]
"""The table of a sampler."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RelicTable(_Table):
    """``[relic]``: the engine and its variants, the factor on the annihilation cross-section, and the plasma."""

    engine: str = Choices.engine
    self_scattering: bool = Choices.self_scattering
    closure: str = Choices.closure
    annihilation_scale: str | Annotated[float, Field(strict=True)] = Choices.annihilation_scale
    plasma: str = Choices.plasma


class PhysicsTable(_Table):
    """``[physics]``: choices in the decays that make ALPs."""

    form_factor: str = Choices.form_factor
    top_mass: str = Choices.top_mass
    ckm: str = Choices.ckm


class Configuration(_Table):
    """A complete run: what to predict, what to compare it with, the priors, and how to sample.

    ``likelihoods`` names entries of the catalogue, or folders of entries (with a slash). ``parameters`` holds a prior
    table or a fixed number for each parameter of the scenario; ``options`` a table for each likelihood whose options
    differ from its entry's. Only with ``projection`` may a fit use what an experiment expects to see one day.
    ``checkpoint_interval`` is in seconds.
    """

    scenario: str
    likelihoods: Annotated[list[str], Field(min_length=1)]
    projection: bool = False
    relic: RelicTable = RelicTable()
    physics: PhysicsTable = PhysicsTable()
    parameters: dict[str, Parameter]
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

    @property
    def priors(self) -> dict[str, Prior]:
        """Sampled parameters and their priors, in the file's order."""
        return {name: value for name, value in self.parameters.items() if not isinstance(value, (int, float))}

    @cached_property
    def theory(self) -> Scenario:
        """The scenario with its options, and with dark matter where the parameters have it."""
        choices = Choices(**self.relic.model_dump(), **self.physics.model_dump())
        return scenario_for(self.scenario, self.parameters, choices)

    @property
    def quantities(self) -> dict[str, Quantity]:
        """All that can be sampled or predicted, by its name."""
        theory = self.theory
        return {**theory.parameters, **theory.optional, **theory.observables}

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
        return Problem(self.theory, self.likelihood, self.priors, self.fixed)

    def changed(self, **tables: Any) -> Self:
        """Another configuration with some ``tables`` replaced, unchecked; its likelihoods are read anew."""
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        return self.model_construct(**{**kept, **tables})

    def completed(self) -> dict[str, Any]:
        """All tables with every default filled in, including the likelihoods' options."""
        document = self.model_dump(exclude_none=True)
        used = {m.name: dict(m.options) for m in self.likelihood.measurements if m.options}
        return {**document, "options": used}

    def deciding(self) -> dict[str, Any]:
        """Of :meth:`completed` what decides the samples; entries by their names, wherever they are."""
        document = {key: value for key, value in self.completed().items() if key not in INDIFFERENT}
        return {**document, "likelihoods": self.entries}

    def to_toml(self, likelihoods: Sequence[str] = (), fixed: Mapping[str, float] | None = None) -> str:
        """:meth:`completed` as a TOML file that runs again, which finds its ``likelihoods`` there.

        All parameters may be ``fixed``.
        """
        document = {**self.completed(), "likelihoods": list(likelihoods or self.likelihoods)}
        return tomli_w.dumps(document if fixed is None else {**document, "parameters": dict(fixed)})
