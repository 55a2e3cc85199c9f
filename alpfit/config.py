"""The run's TOML file as typed tables, checked against everything that exists."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import tomli_w
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from alpfit import likelihoods as catalogue
from alpfit.errors import ConfigurationError, one_of, validation_sentence
from alpfit.inference.priors import PRIORS, LogNormal, LogUniform, Normal, Prior, TruncatedNormal, Uniform
from alpfit.inference.problem import Problem
from alpfit.inference.samplers import SAMPLERS, Dynesty
from alpfit.likelihoods import JointLikelihood
from alpfit.physics.mesons import FORM_FACTORS, TOP_MASSES
from alpfit.relic import ENGINES, PLASMAS, resolve_annihilation_scale
from alpfit.scenarios import SCENARIOS, Scenario

NUMBER = "number"


def _kind(value: object) -> str:
    """Which member of :data:`Parameter` a value in ``[parameters]`` is meant to be."""
    if isinstance(value, dict):
        return str(value["prior"])
    return NUMBER if isinstance(value, (int, float)) else str(getattr(value, "prior", NUMBER))


Parameter = Annotated[
    Annotated[float, Field(allow_inf_nan=False), Tag(NUMBER)]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[LogUniform, Tag("log-uniform")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[LogNormal, Tag("log-normal")]
    | Annotated[TruncatedNormal, Tag("truncated-normal")],
    Discriminator(_kind),
]
"""A fixed number, or the table of a prior."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RelicTable(_Table):
    """``[relic]``: the engine, the factor on the annihilation cross-section, and the plasma."""

    engine: str = "cbe"
    annihilation_scale: str | Annotated[float, Field(strict=True)] = "unitary"
    plasma: str = "saikawa-shirai-2018"


class PhysicsTable(_Table):
    """``[physics]``: choices in B+ -> K+ a."""

    form_factor: str = "hpqcd2022"
    top_mass: str = "msbar"


class Configuration(_Table):
    """A complete run: what to predict, what to compare it with, the priors, and how to sample.

    ``parameters`` holds a prior table or a fixed number for each parameter of the scenario; ``options`` a table for
    each likelihood whose options differ from its entry's.
    """

    scenario: str
    likelihoods: Annotated[list[str], Field(min_length=1)]
    relic: RelicTable = RelicTable()
    physics: PhysicsTable = PhysicsTable()
    parameters: dict[str, Parameter]
    options: dict[str, dict[str, Any]] = {}
    sampler: Dynesty = Dynesty()

    @property
    def fixed(self) -> dict[str, float]:
        """Parameters with one value."""
        return {name: float(value) for name, value in self.parameters.items() if isinstance(value, (int, float))}

    @property
    def priors(self) -> dict[str, Prior]:
        """Sampled parameters and their priors, in the file's order."""
        return {name: value for name, value in self.parameters.items() if not isinstance(value, (int, float))}

    def build_scenario(self) -> Scenario:
        """The scenario with its options."""
        return SCENARIOS[self.scenario](
            engine=self.relic.engine,
            annihilation_scale=self.relic.annihilation_scale,
            plasma=self.relic.plasma,
            form_factor=self.physics.form_factor,
            top_mass=self.physics.top_mass,
        )

    def build_likelihood(self) -> JointLikelihood:
        """The measurements with their options."""
        return JointLikelihood(tuple(catalogue.load(name, self.options.get(name)) for name in self.likelihoods))

    def build_problem(self) -> Problem:
        """The inference problem."""
        return Problem(self.build_scenario(), self.build_likelihood(), self.priors, self.fixed)

    def completed(self) -> dict[str, Any]:
        """All tables with every default filled in, including the likelihoods' options."""
        document = self.model_dump(exclude_none=True)
        used = {m.name: dict(m.options) for m in self.build_likelihood().measurements if m.options}
        return {**document, "options": used}

    def to_toml(self) -> str:
        """:meth:`completed` as a TOML file that runs again."""
        return tomli_w.dumps(self.completed())


def load_configuration(path: Path, overrides: Sequence[str] = ()) -> Configuration:
    """Read and check ``path``; ``overrides`` are ``table.key=value`` with the value as in TOML (or a bare word).

    Raises :class:`ConfigurationError`.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} does not exist") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from error
    for override in overrides:
        _apply(document, override)
    return parse_configuration(document, str(path))


def parse_configuration(document: Mapping[str, Any], name: str = "configuration") -> Configuration:
    """Check a TOML document; ``name`` says where it comes from in the error."""
    try:
        _check_names(document)
        configuration = Configuration.model_validate(document)
        _check_consistency(configuration)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(
            f"{name}: {validation_sentence(error, tags=(NUMBER, *PRIORS, 'str', 'float'))}"
        ) from error
    return configuration


def _apply(document: dict[str, Any], override: str) -> None:
    """Set ``table.key=value`` in ``document``."""
    place, equals, text = override.partition("=")
    *tables, key = place.strip().split(".")
    if not equals or not all((*tables, key)):
        raise ConfigurationError(f"--set {override}: write it as table.key=value")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    for table in tables:
        document = document.setdefault(table, {})
        if not isinstance(document, dict):
            raise ConfigurationError(f"--set {override}: {table} is a value, not a table")
    document[key] = value


def _check_names(document: Mapping[str, Any]) -> None:
    """Every name against what exists, with a hint: before pydantic, which gives none."""
    _check_keys("", document, Configuration)
    relic, physics, sampler = (_table(document, name) for name in ("relic", "physics", "sampler"))
    _check_choice("scenario", document.get("scenario"), SCENARIOS)
    _check_keys("relic", relic, RelicTable)
    _check_keys("physics", physics, PhysicsTable)
    _check_choice("[relic] engine", relic.get("engine"), ENGINES)
    _check_choice("[relic] plasma", relic.get("plasma"), PLASMAS)
    _check_choice("[physics] form_factor", physics.get("form_factor"), FORM_FACTORS)
    _check_choice("[physics] top_mass", physics.get("top_mass"), TOP_MASSES)
    _check_choice("[sampler] name", sampler.get("name"), SAMPLERS)
    _check_keys("sampler", sampler, SAMPLERS[sampler.get("name", "dynesty")])
    for name, value in _table(document, "parameters").items():
        _check_parameter(name, value)
    for name, value in _table(document, "options").items():
        if not isinstance(value, dict):
            raise ConfigurationError(f"[options] {name} = {value!r} must be a table: [options.{name}]")


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise ConfigurationError(f"{name} = {table!r} must be a table: [{name}]")
    return table


def _check_keys(table: str, content: Mapping[str, Any], model: type[BaseModel]) -> None:
    for key in content:
        if key not in model.model_fields:
            place = f"[{table}] {key}" if table else key
            raise ConfigurationError(f"{place} is not known: {one_of(key, model.model_fields)}")


def _check_choice(place: str, value: object, allowed: Mapping[str, Any]) -> None:
    """Whether ``value`` is a name in ``allowed``; what is left out is not checked here."""
    if value is not None and (not isinstance(value, str) or value not in allowed):
        raise ConfigurationError(f"{place} = {value!r} is not known: {one_of(str(value), allowed)}")


def _check_parameter(name: str, value: object) -> None:
    if isinstance(value, dict):
        if "prior" not in value:
            raise ConfigurationError(f"[parameters] {name} has no key 'prior': {one_of('', PRIORS)}")
        _check_choice(f"[parameters] {name}: prior", value["prior"], PRIORS)
        _check_keys(f"parameters.{name}", value, PRIORS[value["prior"]])
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConfigurationError(
            f"[parameters] {name} = {value!r}: give a number to fix it, or a prior as in "
            '{ prior = "uniform", min = 0.0, max = 1.0 }'
        )


def _check_consistency(configuration: Configuration) -> None:
    """What only the whole shows: parameters against the scenario, likelihoods against its predictions."""
    resolve_annihilation_scale(configuration.relic.annihilation_scale)
    scenario = configuration.build_scenario()
    known = {**scenario.parameters, **scenario.optional}
    for name in configuration.parameters:
        if name not in known:
            raise ConfigurationError(f"[parameters] {name} is not a parameter of this scenario: {one_of(name, known)}")
    for name in scenario.parameters:
        if name not in configuration.parameters:
            raise ConfigurationError(f"[parameters] {name} is missing: give it a prior or a fixed value")
    for name in configuration.likelihoods:
        if configuration.likelihoods.count(name) > 1:
            raise ConfigurationError(f"likelihoods: '{name}' is named twice")
    for name in configuration.options:
        if name not in configuration.likelihoods:
            raise ConfigurationError(
                f"[options.{name}] is not one of this run's likelihoods: {one_of(name, configuration.likelihoods)}"
            )
    for measurement in configuration.build_likelihood().measurements:
        if configuration.scenario not in measurement.scenarios:
            raise ConfigurationError(
                f"likelihoods: '{measurement.name}' is not made for the scenario '{configuration.scenario}', "
                f"only for: {', '.join(measurement.scenarios)}"
            )
        for observable in measurement.observables:
            if observable not in {**known, **scenario.observables}:
                raise ConfigurationError(
                    f"likelihoods: '{measurement.name}' needs {observable}, which the scenario "
                    f"'{configuration.scenario}' does not predict: {one_of(observable, scenario.observables)}"
                )
