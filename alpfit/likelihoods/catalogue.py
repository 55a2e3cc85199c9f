"""The measurements on disk: one folder each, ``likelihood.toml`` and perhaps ``table.csv``, no code."""

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alpfit.errors import CatalogueError, ConfigurationError, one_of, validation_sentence
from alpfit.likelihoods.forms import FORMS, Table
from alpfit.likelihoods.measurement import Measurement, Source

Array = NDArray[np.float64]


class _Entry(BaseModel):
    """The tables of a ``likelihood.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    experiment: str = Field(min_length=1)
    scenarios: list[str] = Field(min_length=1)
    form: str
    options: list[str] = []
    data: dict[str, Any]
    source: Source
    notes: dict[str, str] = {}


def data_folder() -> Path:
    """Where the entries are: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "data"
    return installed if installed.is_dir() else package.parents[1] / "likelihoods"


def names() -> tuple[str, ...]:
    """The names of all entries, sorted."""
    return tuple(sorted(path.parent.name for path in data_folder().glob("*/likelihood.toml")))


def load(name: str, options: Mapping[str, Any] | None = None) -> Measurement:
    """The measurement ``name``, with the run's ``options`` in place of the entry's own values.

    Raises :class:`ConfigurationError` for an unknown name or option, :class:`CatalogueError` for an entry that
    cannot be used.
    """
    if name not in names():
        raise ConfigurationError(f"likelihoods: '{name}' is not in the catalogue: {one_of(name, names())}")
    return load_folder(data_folder() / name, options)


@cache
def _read(path: Path) -> bytes:
    return path.read_bytes()


def load_folder(folder: Path, options: Mapping[str, Any] | None = None) -> Measurement:
    """The measurement in ``folder``; errors as for :func:`load`."""
    path = folder / "likelihood.toml"
    try:
        entry = _Entry.model_validate(tomllib.loads(_read(path).decode()))
    except FileNotFoundError as error:
        raise CatalogueError(f"{path} is missing: a likelihood is a folder with a likelihood.toml") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        raise CatalogueError(f"{path}: {validation_sentence(error)}") from error
    if entry.form not in FORMS:
        raise CatalogueError(f"{path}: form = '{entry.form}' is not known: {one_of(entry.form, FORMS)}")

    data, digest = dict(entry.data), sha256(_read(path))
    table = None
    if "table" in data:
        table_path = folder / str(data.pop("table"))
        table = read_table(table_path, str(data.get("abscissa", "")))
        digest.update(_read(table_path))
    try:
        FORMS[entry.form].from_table(data, table)
    except ValueError as error:
        sentence = validation_sentence(error) if isinstance(error, ValidationError) else str(error)
        raise CatalogueError(f"{path}: [data] {sentence}") from error

    chosen = dict(options or {})
    for option in chosen:
        if option not in entry.options:
            allowed = one_of(option, entry.options) if entry.options else "it has none"
            raise ConfigurationError(f"[options.{folder.name}] {option} is not an option of this entry: {allowed}")
    try:
        form = FORMS[entry.form].from_table({**data, **chosen}, table)
    except ValidationError as error:
        raise ConfigurationError(f"[options.{folder.name}] {validation_sentence(error)}") from error
    return Measurement(
        name=folder.name,
        title=entry.title,
        experiment=entry.experiment,
        scenarios=tuple(entry.scenarios),
        form_name=entry.form,
        form=form,
        source=entry.source,
        notes=entry.notes,
        options={option: getattr(form, option) for option in entry.options},
        digest=digest.hexdigest(),
    )


def read_table(path: Path, abscissa: str) -> Table:
    """Columns of a CSV file with a header ``name [unit]``; ``abscissa`` must rise strictly and be in GeV."""
    try:
        rows = [row for row in csv.reader(_read(path).decode().splitlines()) if row]
    except FileNotFoundError as error:
        raise CatalogueError(f"{path} is missing, but the entry's [data] names it") from error
    header, body = rows[0], rows[1:]
    columns, units = [], {}
    for title in header:
        name, _, unit = title.partition("[")
        columns.append(name.strip())
        units[name.strip()] = unit.rstrip("] ")
    values = np.empty((len(body), len(columns)))
    for number, row in enumerate(body, start=2):
        try:
            values[number - 2] = [float(cell) for cell in row]
        except ValueError as error:
            raise CatalogueError(f"{path}, line {number}: {','.join(row)} is not {len(columns)} numbers") from error
    table = dict(zip(columns, values.T, strict=True))
    if abscissa not in table:
        raise CatalogueError(f"{path} has no column '{abscissa}': {', '.join(columns)}")
    if units[abscissa] != "GeV":
        raise CatalogueError(f"{path}: the unit of {abscissa} is [{units[abscissa]}], it must be [GeV]")
    steps = np.diff(table[abscissa])
    if not (steps > 0.0).all():
        where = table[abscissa][int(np.argmin(steps)) + 1]
        raise CatalogueError(f"{path}: {abscissa} = {where:g} does not rise; sort the rows and drop duplicates")
    return table
