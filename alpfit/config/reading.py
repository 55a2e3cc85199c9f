"""From a TOML file to a checked :class:`Configuration`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from alpfit.config.consistency import check_consistency, check_measurements
from alpfit.config.document import apply_overrides, is_path, table_of
from alpfit.config.finished import read_document
from alpfit.config.tables import Configuration, PhysicsTable, RelicTable
from alpfit.errors import ConfigurationError, one_of, validation_sentence
from alpfit.inference.parallel import EXECUTORS, Parallel
from alpfit.inference.priors import PRIORS
from alpfit.inference.samplers import DEFAULT_SAMPLER, SAMPLERS
from alpfit.numerics.arguments import path_of, shown
from alpfit.physics.ckm import CKM
from alpfit.physics.form_factors import FORM_FACTORS
from alpfit.physics.mesons import TOP_MASSES
from alpfit.relic import CLOSURES, ENGINES, PLASMAS
from alpfit.scenarios import SCENARIOS, Choices, scenario_for

PUBLISHED = "published"
"""In place of a prior: the one that the literature gives for a nuisance parameter."""


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
        raise ConfigurationError(f"{name}: {validation_sentence(error)}") from error
    return configuration


def _check_names(document: Mapping[str, Any]) -> None:
    """Every name against what exists, with a hint: before pydantic, which gives none."""
    _check_keys("", document, Configuration)
    tables = ("relic", "physics", "sampler", "parallel")
    relic, physics, sampler, parallel = (table_of(document, name) for name in tables)
    _check_choice("scenario", document.get("scenario"), SCENARIOS)
    _check_keys("relic", relic, RelicTable)
    _check_keys("physics", physics, PhysicsTable)
    _check_choice("[relic] engine", relic.get("engine"), ENGINES)
    _check_choice("[relic] closure", relic.get("closure"), CLOSURES)
    _check_choice("[relic] plasma", relic.get("plasma"), PLASMAS)
    _check_choice("[physics] form_factor", physics.get("form_factor"), FORM_FACTORS)
    _check_choice("[physics] top_mass", physics.get("top_mass"), TOP_MASSES)
    _check_choice("[physics] ckm", physics.get("ckm"), CKM)
    _check_choice("[sampler] name", sampler.get("name"), SAMPLERS)
    _check_keys("sampler", sampler, SAMPLERS[sampler.get("name", DEFAULT_SAMPLER)])
    _check_keys("parallel", parallel, Parallel)
    _check_choice("[parallel] executor", parallel.get("executor"), EXECUTORS)
    for name, value in table_of(document, "parameters").items():
        _check_parameter(name, value)
    for name, value in table_of(document, "options").items():
        if not isinstance(value, dict):
            raise ConfigurationError(f"[options] {name} = {shown(value)} must be a table: [options.{name}]")


def _check_keys(table: str, content: Mapping[str, Any], model: type[BaseModel]) -> None:
    for key in content:
        if key not in model.model_fields:
            place = f"[{table}] {key}" if table else key
            raise ConfigurationError(f"{place} is not known: {one_of(key, model.model_fields)}")


def _check_choice(place: str, value: object, allowed: Mapping[str, Any]) -> None:
    """Whether ``value`` is a name in ``allowed``; what is left out is not checked here."""
    if value is not None and (not isinstance(value, str) or value not in allowed):
        raise ConfigurationError(f"{place} = {shown(value)} is not known: {one_of(str(value), allowed)}")


def _check_parameter(name: str, value: object) -> None:
    if isinstance(value, dict):
        if "prior" not in value:
            raise ConfigurationError(f"[parameters] {name} has no key 'prior': {one_of('', PRIORS)}")
        _check_choice(f"[parameters] {name}: prior", value["prior"], PRIORS)
        _check_keys(f"parameters.{name}", value, PRIORS[value["prior"]])
    elif value != PUBLISHED and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise ConfigurationError(
            f"[parameters] {name} = {shown(value)}: give a number to fix it, or a prior as in "
            '{ prior = "uniform", min = 0.0, max = 1.0 }'
        )


def _published(document: Mapping[str, Any]) -> dict[str, Any]:
    """``[parameters]`` with the priors of the literature in the place of :data:`PUBLISHED`: normal, cut off at zero."""
    parameters = dict(table_of(document, "parameters"))
    if PUBLISHED not in parameters.values() or "scenario" not in document:  # without one pydantic says what is missing
        return {}
    known = Choices.__dataclass_fields__
    choices = {**table_of(document, "relic"), **table_of(document, "physics")}
    chosen = Choices(**{k: v for k, v in choices.items() if k in known})
    scenario = scenario_for(document["scenario"], parameters, chosen)
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
            str(path_of("likelihoods", folder / name).resolve()) if is_path(name) else name for name in named
        ]
    }
