"""From a TOML file to a checked :class:`Configuration`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from alpfit.config.consistency import check_consistency, check_measurements
from alpfit.config.document import apply_overrides, is_path, table_of
from alpfit.config.finished import read_document
from alpfit.config.names import PUBLISHED, check_names
from alpfit.config.prior_files import joint_tables, without_files
from alpfit.config.tables import Configuration
from alpfit.errors import ConfigurationError, validation_sentence
from alpfit.numerics.arguments import path_of
from alpfit.scenarios import Parameter
from alpfit.scenarios.registry import Kind, known_kind
from alpfit.scenarios.trusted import trust


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
    check_names(document, kind)
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
    kind = known_kind(named, folder)
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
                    f"(published: {', '.join(nuisances) or 'none'})"
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
