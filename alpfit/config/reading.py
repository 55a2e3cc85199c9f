"""From a TOML file to a checked :class:`Configuration`."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from alpfit.config.consistency import check_consistency, check_measurements
from alpfit.config.tables import NUMBER, Configuration, PhysicsTable, RelicTable
from alpfit.errors import ConfigurationError, one_of, validation_sentence
from alpfit.inference.parallel import EXECUTORS, Parallel
from alpfit.inference.priors import PRIORS
from alpfit.inference.samplers import DEFAULT_SAMPLER, SAMPLERS
from alpfit.numerics.files import read_ordinary
from alpfit.physics.ckm import CKM
from alpfit.physics.form_factors import FORM_FACTORS
from alpfit.physics.mesons import TOP_MASSES
from alpfit.relic import ENGINES, PLASMAS
from alpfit.scenarios import SCENARIOS, Choices

LARGEST = 2**24
"""Bytes of a TOML file: ten thousand times the largest example."""

PUBLISHED = "published"
"""In place of a prior: the one that the literature gives for a nuisance parameter."""


def load_configuration(path: Path, overrides: Sequence[str] = (), *, entries: bool = True) -> Configuration:
    """Read and check ``path``; ``overrides`` are ``table.key=value`` with the value as in TOML (or a bare word).

    An override of ``sampler.name`` leaves of the file's options for another sampler only the seed. Without ``entries``
    the likelihoods are not looked for. Raises :class:`ConfigurationError`.
    """
    document = read_document(path)
    sampler_before = _sampler_name(document)
    for override in sorted(overrides, key=lambda override: not override.startswith("sampler.name")):
        apply_override(document, override)
        if _sampler_name(document) != sampler_before:
            sampler_before = _sampler_name(document)
            kept = {"name", "seed"}
            document["sampler"] = {key: value for key, value in document["sampler"].items() if key in kept}
    return parse_configuration(document, str(path), path.parent, entries=entries)


def read_document(path: Path) -> dict[str, Any]:
    """The tables of the TOML file ``path``, which may begin with a byte-order mark.

    Raises :class:`ConfigurationError`.
    """
    try:
        return tomllib.loads(read_ordinary(path, LARGEST).decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} does not exist") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from error


def parse_configuration(
    document: Mapping[str, Any], name: str = "configuration", folder: Path | None = None, *, entries: bool = True
) -> Configuration:
    """Check a TOML document; ``name`` says where it comes from in the error, ``folder`` what its paths start from.

    Without ``entries`` the likelihoods are not looked for.
    """
    try:
        _check_names(document)
        complete = {**document, **_published(document), **_entry_folders(document, folder or Path())}
        configuration = Configuration.model_validate(complete)
        check_consistency(configuration)
        if entries:
            check_measurements(configuration)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(
            f"{name}: {validation_sentence(error, tags=(NUMBER, *PRIORS, *SAMPLERS, 'str', 'float'))}"
        ) from error
    return configuration


def apply_override(document: dict[str, Any], override: str) -> None:
    """Set ``table.key=value`` in ``document``; raises :class:`ConfigurationError` where it cannot be read."""
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


def _sampler_name(document: Mapping[str, Any]) -> object:
    return _table(document, "sampler").get("name", DEFAULT_SAMPLER)


def _check_names(document: Mapping[str, Any]) -> None:
    """Every name against what exists, with a hint: before pydantic, which gives none."""
    _check_keys("", document, Configuration)
    tables = ("relic", "physics", "sampler", "parallel")
    relic, physics, sampler, parallel = (_table(document, name) for name in tables)
    _check_choice("scenario", document.get("scenario"), SCENARIOS)
    _check_keys("relic", relic, RelicTable)
    _check_keys("physics", physics, PhysicsTable)
    _check_choice("[relic] engine", relic.get("engine"), ENGINES)
    _check_choice("[relic] plasma", relic.get("plasma"), PLASMAS)
    _check_choice("[physics] form_factor", physics.get("form_factor"), FORM_FACTORS)
    _check_choice("[physics] top_mass", physics.get("top_mass"), TOP_MASSES)
    _check_choice("[physics] ckm", physics.get("ckm"), CKM)
    _check_choice("[sampler] name", sampler.get("name"), SAMPLERS)
    _check_keys("sampler", sampler, SAMPLERS[sampler.get("name", DEFAULT_SAMPLER)])
    _check_keys("parallel", parallel, Parallel)
    _check_choice("[parallel] executor", parallel.get("executor"), EXECUTORS)
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
    elif value != PUBLISHED and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise ConfigurationError(
            f"[parameters] {name} = {value!r}: give a number to fix it, or a prior as in "
            '{ prior = "uniform", min = 0.0, max = 1.0 }'
        )


def _published(document: Mapping[str, Any]) -> dict[str, Any]:
    """``[parameters]`` with the priors of the literature in the place of :data:`PUBLISHED`: normal, cut off at zero."""
    parameters = dict(_table(document, "parameters"))
    if PUBLISHED not in parameters.values() or "scenario" not in document:  # without one pydantic says what is missing
        return {}
    known = Choices.__dataclass_fields__
    choices = {**_table(document, "relic"), **_table(document, "physics")}
    scenario = SCENARIOS[document["scenario"]](Choices(**{k: v for k, v in choices.items() if k in known}))
    nuisances = {name: quantity.published for name, quantity in scenario.optional.items() if quantity.published}
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
    return {"parameters": parameters}


def _entry_folders(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """``likelihoods`` with the paths among them taken from ``folder``."""
    named = document.get("likelihoods")
    if not isinstance(named, list):
        return {}
    return {
        "likelihoods": [
            str((folder / name).resolve()) if isinstance(name, str) and "/" in name else name for name in named
        ]
    }
