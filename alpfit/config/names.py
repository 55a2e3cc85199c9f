"""Every name in a run's input against what exists, with a hint: before pydantic, which gives none."""

from collections.abc import Mapping
from typing import Any

from alpfit.config.document import table_of
from alpfit.config.tables import Configuration, Formula
from alpfit.errors import ConfigurationError, one_of
from alpfit.inference.joint import JOINT
from alpfit.inference.parallel import EXECUTORS, Parallel
from alpfit.inference.priors import PRIORS
from alpfit.inference.samplers import DEFAULT_SAMPLER, SAMPLERS
from alpfit.numerics.arguments import shown
from alpfit.numerics.expressions import expression
from alpfit.scenarios.registry import Kind

PUBLISHED = "published"
"""In place of a prior: the one that the literature gives for a nuisance parameter."""

OWNERS: Mapping[str, str] = {"relic": "the ALP portal's", "physics": "the ALP portal's", "model": "a scenario's own"}
"""Tables that not all scenarios have, and whose they are."""


def check_names(document: Mapping[str, Any], kind: Kind | None) -> None:
    """Raise :class:`ConfigurationError` for the first name that is not known; ``kind`` is the scenario's, if any."""
    _check_tables(document, kind)
    for name, model in ({} if kind is None else kind.tables).items():
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
        _check_derived(name, value)
    for name, value in _tables_in(document, "joint").items():
        _check_choice(f"[joint.{name}] prior", value.get("prior", ""), {**JOINT, "run": None})
    _tables_in(document, "options")


def _check_tables(document: Mapping[str, Any], kind: Kind | None) -> None:
    """Whether the document has only tables that a run of the scenario can have."""
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


def _tables_in(document: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """The tables in the table of this name; raises :class:`ConfigurationError` where one is none."""
    tables = table_of(document, place)
    for name, value in tables.items():
        if not isinstance(value, dict):
            raise ConfigurationError(f"[{place}] {name} = {shown(value)} must be a table: [{place}.{name}]")
    return tables


def _check_derived(name: str, value: object) -> None:
    if isinstance(value, dict):
        _check_keys(f"derived.{name}", value, Formula.model_fields)
    _check_formula("derived", name, value.get("expression") if isinstance(value, dict) else value)


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
