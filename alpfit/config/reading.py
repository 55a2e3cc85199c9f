"""From a TOML file to a checked :class:`Configuration`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from alpfit.config.consistency import check_consistency, check_measurements
from alpfit.config.document import apply_overrides, is_path, table_of
from alpfit.config.finished import read_document
from alpfit.config.prior_files import joint_tables, without_files
from alpfit.config.tables import Configuration, Formula
from alpfit.errors import ConfigurationError, one_of, validation_sentence
from alpfit.inference.joint import JOINT
from alpfit.inference.parallel import EXECUTORS, Parallel
from alpfit.inference.priors import PRIORS
from alpfit.inference.samplers import DEFAULT_SAMPLER, SAMPLERS
from alpfit.numerics.arguments import path_of, shown
from alpfit.numerics.expressions import expression
from alpfit.scenarios import SCENARIOS, Kind, Parameter, is_place, kind_of, trust

PUBLISHED = "published"
"""In place of a prior: the one that the literature gives for a nuisance parameter."""

OWNERS: Mapping[str, str] = {"relic": "the ALP portal's", "physics": "the ALP portal's", "model": "a scenario's own"}
"""Tables that not all scenarios have, and whose they are."""


def load_configuration(path: Path, overrides: Sequence[str] = (), *, entries: bool = True) -> Configuration:
    """Read and check ``path``, with ``overrides`` as :func:`apply_overrides` takes them.

    Without ``entries`` the likelihoods are not looked for. Raises :class:`ConfigurationError`.
    """
    document = read_document(path)
    apply_overrides(document, overrides)
    return parse_configuration(document, str(path), path.parent, entries=entries)


def parse_configuration(
    document: Mapping[str, Any], name: str = "configuration", folder: Path | None = None, *, entries: bool = True
) -> Configuration:
    """Check a TOML document; ``name`` says where it comes from in the error, ``folder`` what its paths start from.

    Without ``entries`` the likelihoods are not looked for. Code that the document names as its scenario is run.
    """
    try:
        configuration = Configuration.model_validate(_complete(document, folder or Path()))
        check_consistency(configuration, tried=entries)
        if entries:
            check_measurements(configuration)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(f"{name}: {validation_sentence(error)}") from error
    return configuration


def _complete(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The document with its names checked, paths seen from ``folder``, and what files say in their place."""
    kind = _kind(document, folder)
    _check_names(document, kind)
    own = {} if kind is None else kind.tables
    complete = {key: value for key, value in document.items() if key not in own}
    complete["parameters"] = without_files(table_of(document, "parameters"), folder)
    if "joint" in document:
        complete["joint"] = joint_tables(table_of(document, "joint"), folder)
    complete |= _entry_folders(document, folder)
    if kind is None:  # pydantic says what is missing
        return complete
    complete["scenario"] = kind.named
    complete["tables"] = {name: _filled_in(kind, name, table_of(document, name)) for name in own}
    complete["parameters"] = _with_published(kind, complete)
    return complete


def _kind(document: Mapping[str, Any], folder: Path) -> Kind | None:
    """The scenario that the document names, if it names one; whose code the user wants to be run."""
    named = document.get("scenario")
    if named is None:
        return None
    if not isinstance(named, str) or not (named in SCENARIOS or is_place(named)):
        hint = "; one of your own is a file, './FILE.py', or 'package.module:Name'"
        raise ConfigurationError(f"scenario = {shown(named)} is not known: {one_of(str(named), SCENARIOS)}{hint}")
    kind = kind_of(named, folder)
    if kind.place and kind.record is None:
        trust(kind.digest)
    return kind


def _filled_in(kind: Kind, name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """A table of the scenario's own, with every default filled in."""
    content = kind.content(name, table)
    if isinstance(content, BaseModel):
        return content.model_dump(exclude_none=True)
    dumped: dict[str, Any] = TypeAdapter(kind.tables[name]).dump_python(content, exclude_none=True)
    return dumped


def _check_names(document: Mapping[str, Any], kind: Kind | None) -> None:
    """Every name against what exists, with a hint: before pydantic, which gives none."""
    own = {} if kind is None else kind.tables
    known = [name for name in Configuration.model_fields if name != "tables"]
    for key in document:
        if key in OWNERS and key not in own and kind is not None:
            has = ", ".join(f"[{name}]" for name in own) or "none"
            raise ConfigurationError(
                f"[{key}] is {OWNERS[key]}, and the scenario '{kind.name}' has no such table; its own: {has}"
            )
        if key not in known and key not in own and not (kind is None and key in OWNERS):
            raise ConfigurationError(f"{key} is not known: {one_of(key, (*known, *own))}")
    for name, model in own.items():
        table = table_of(document, name)
        if fields := _fields(model):
            _check_keys(name, table, fields)
        for key, allowed in getattr(model, "choices", {}).items():
            _check_choice(f"[{name}] {key}", table.get(key), allowed)
    sampler, parallel = (table_of(document, name) for name in ("sampler", "parallel"))
    _check_choice("[sampler] name", sampler.get("name"), SAMPLERS)
    _check_keys("sampler", sampler, SAMPLERS[sampler.get("name", DEFAULT_SAMPLER)].model_fields)
    _check_keys("parallel", parallel, Parallel.model_fields)
    _check_choice("[parallel] executor", parallel.get("executor"), EXECUTORS)
    for name, value in table_of(document, "parameters").items():
        _check_parameter(name, value)
    for name, value in table_of(document, "derived").items():
        if isinstance(value, dict):
            _check_keys(f"derived.{name}", value, Formula.model_fields)
        _check_formula("derived", name, value.get("expression") if isinstance(value, dict) else value)
    for name, value in table_of(document, "joint").items():
        if not isinstance(value, dict):
            raise ConfigurationError(f"[joint] {name} = {shown(value)} must be a table: [joint.{name}]")
        _check_choice(f"[joint.{name}] prior", value.get("prior", ""), {**JOINT, "run": None})
    for name, value in table_of(document, "options").items():
        if not isinstance(value, dict):
            raise ConfigurationError(f"[options] {name} = {shown(value)} must be a table: [options.{name}]")


def _fields(model: Any) -> Mapping[str, Any]:
    """The keys that a table may have, by the type of its content; none where it may have any."""
    fields: Mapping[str, Any] = getattr(model, "model_fields", None) or getattr(model, "__dataclass_fields__", {})
    return fields


def _check_keys(table: str, content: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for key in content:
        if key not in known:
            raise ConfigurationError(f"[{table}] {key} is not known: {one_of(key, known)}")


def _check_choice(place: str, value: object, allowed: Mapping[str, Any]) -> None:
    """Whether ``value`` is a name in ``allowed``; what is left out is not checked here."""
    if value is not None and (not isinstance(value, str) or value not in allowed):
        raise ConfigurationError(f"{place} = {shown(value)} is not known: {one_of(str(value), allowed)}")


def _check_parameter(name: str, value: object) -> None:
    if isinstance(value, dict) and "expression" in value:
        _check_keys(f"parameters.{name}", value, Formula.model_fields)
        _check_formula("parameters", name, value["expression"])
    elif isinstance(value, dict):
        if "prior" not in value:
            raise ConfigurationError(f"[parameters] {name} has no key 'prior': {one_of('', PRIORS)}")
        _check_choice(f"[parameters] {name}: prior", value["prior"], PRIORS)
        known = {**PRIORS[value["prior"]].model_fields, **({"file": None} if value["prior"] == "tabulated" else {})}
        _check_keys(f"parameters.{name}", value, known)
    elif isinstance(value, str) and value != PUBLISHED:
        _check_formula("parameters", name, value)
    elif value != PUBLISHED and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise ConfigurationError(
            f"[parameters] {name} = {shown(value)}: give a number to fix it, a formula in quotes, or a prior as in "
            '{ prior = "uniform", min = 0.0, max = 1.0 }'
        )


def _check_formula(table: str, name: str, value: object) -> None:
    if not isinstance(value, str):
        raise ConfigurationError(f'[{table}] {name} = {shown(value)} must be a formula in quotes, as in "(1 - x)/2"')
    try:
        expression(value)
    except ConfigurationError as error:
        raise ConfigurationError(f"[{table}] {name} = {shown(value)} {error}") from error


def _with_published(kind: Kind, document: Mapping[str, Any]) -> dict[str, Any]:
    """``[parameters]`` with the priors of the literature in the place of :data:`PUBLISHED`: normal, cut off at zero."""
    parameters: dict[str, Any] = dict(document["parameters"])
    if PUBLISHED not in parameters.values():
        return parameters
    scenario = kind.scenario_for(parameters, document["tables"])
    nuisances = {
        name: quantity.published
        for name, quantity in {**scenario.parameters, **scenario.optional}.items()
        if isinstance(quantity, Parameter) and quantity.published
    }
    for name, value in parameters.items():
        if value == PUBLISHED:
            if name not in nuisances:
                raise ConfigurationError(
                    f"[parameters] {name} = 'published', but its value is not known from elsewhere: give it a prior "
                    f"(published: {', '.join(nuisances)})"
                )
            known_as = nuisances[name]
            limits = {"min": 0.0, "max": known_as.mean + 10.0 * known_as.sigma}
            parameters[name] = {"prior": "truncated-normal", "mean": known_as.mean, "sigma": known_as.sigma, **limits}
    return parameters


def _entry_folders(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """``likelihoods`` with the paths among them taken from ``folder``."""
    named = document.get("likelihoods")
    if not isinstance(named, list):
        return {}
    return {
        "likelihoods": [
            str(path_of("likelihoods", folder / name).resolve()) if is_path(name) else name for name in named
        ]
    }
