"""A TOML document as nested tables, before anything of it is understood."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alpfit.errors import ConfigurationError
from alpfit.inference.samplers import DEFAULT_SAMPLER, SamplerOptions
from alpfit.numerics.arguments import shown
from alpfit.numerics.files import can_be_named, read_ordinary
from alpfit.numerics.toml import tables_in

LARGEST = 2**24
"""Bytes of a TOML file: ten thousand times the largest example."""


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of the TOML file ``path``, which may begin with a byte-order mark.

    Raises :class:`ConfigurationError`.
    """
    try:
        return tables_in(read_ordinary(path, LARGEST).decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} does not exist") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: it is no text in UTF-8") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from error


def table_of(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The table ``name`` of ``document``, empty where it is not there; raises :class:`ConfigurationError`."""
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise ConfigurationError(f"{name} = {shown(table)} must be a table: [{name}]")
    return table


def is_path(name: object) -> bool:
    """Whether a likelihood is named by the path of its folder."""
    return isinstance(name, str) and "/" in name and can_be_named(name)


def apply_overrides(document: dict[str, Any], overrides: Sequence[str]) -> None:
    """Set each ``table.key=value`` of ``overrides`` in ``document``, with the value as in TOML, or a bare word.

    One of ``sampler.name`` leaves of the document's options for another sampler only the seed. Raises
    :class:`ConfigurationError`.
    """
    sampler_before = _sampler_name(document)
    for override in sorted(overrides, key=lambda override: not override.startswith("sampler.name")):
        apply_override(document, override)
        if _sampler_name(document) != sampler_before:
            sampler_before = _sampler_name(document)
            kept = SamplerOptions.model_fields
            document["sampler"] = {key: value for key, value in document["sampler"].items() if key in kept}


def apply_override(document: dict[str, Any], override: str) -> None:
    """Set ``table.key=value`` in ``document``, or with no value take the key out of it.

    Raises :class:`ConfigurationError` where it cannot be read, and where there is no such key to be taken out.
    """
    place, equals, text = override.partition("=")
    *tables, key = place.strip().split(".")
    if not equals or not all((*tables, key)):
        raise ConfigurationError(f"overrides=[{override!r}]: write it as table.key=value")
    try:
        value = tables_in(f"value = {text}")["value"]
    except ValueError:
        value = text.strip()
    for table in tables:
        document = document.setdefault(table, {})
        if not isinstance(document, dict):
            raise ConfigurationError(f"overrides=[{override!r}]: {table} is a value, not a table")
    if text.strip():
        document[key] = value
    elif document.pop(key, None) is None:
        raise ConfigurationError(
            f"overrides=[{override!r}]: there is no {place.strip()} to be taken out: give it a value"
        )


def _sampler_name(document: Mapping[str, Any]) -> object:
    return table_of(document, "sampler").get("name", DEFAULT_SAMPLER)
