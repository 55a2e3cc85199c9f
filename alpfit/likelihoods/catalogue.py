"""The measurements on disk: one folder each, ``likelihood.toml`` and perhaps ``table.csv``, no code."""

import csv
import tomllib
from collections.abc import Mapping
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


def load_folder(folder: Path, options: Mapping[str, Any] | None = None) -> Measurement:
    """The measurement in ``folder``; errors as for :func:`load`."""
    path, chosen = folder / "likelihood.toml", dict(options or {})
    entry = _read_entry(path)
    data, digest = dict(entry.data), sha256(path.read_bytes())
    table = None
    if "table" in data:
        table_path = folder / str(data.pop("table"))
        table = read_table(table_path, str(data.get("abscissa", "")))
        digest.update(table_path.read_bytes())
    try:
        form = FORMS[entry.form].from_table(data, table)
    except ValueError as error:
        sentence = validation_sentence(error) if isinstance(error, ValidationError) else str(error)
        raise CatalogueError(f"{path}: [data] {sentence}") from error
    for option in chosen:
        if option not in entry.options:
            allowed = one_of(option, entry.options) if entry.options else "it has none"
            raise ConfigurationError(f"[options.{folder.name}] {option} is not an option of this entry: {allowed}")
    try:
        form = FORMS[entry.form].from_table({**data, **chosen}, table) if chosen else form
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


def _read_entry(path: Path) -> _Entry:
    """The tables of the file at ``path``, all keys of which are known."""
    try:
        entry = _Entry.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise CatalogueError(f"{path} is missing: a likelihood is a folder with a likelihood.toml") from error
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{path} is not UTF-8: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        raise CatalogueError(f"{path}: {validation_sentence(error)}") from error
    if entry.form not in FORMS:
        raise CatalogueError(f"{path}: form = '{entry.form}' is not known: {one_of(entry.form, FORMS)}")
    fields = FORMS[entry.form].model_fields
    known = {*fields, "table"} if "abscissa" in fields else set(fields)
    for key in (*entry.data, *entry.options):
        if key not in known:
            raise CatalogueError(f"{path}: {key} is no key of the form {entry.form}: {one_of(key, known)}")
    return entry


def read_table(path: Path, abscissa: str) -> Table:
    """Columns of a CSV file with a header ``name [unit]``.

    All numbers are finite; ``abscissa`` is positive, rises strictly and is in GeV.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise CatalogueError(f"{path} is missing, but the entry's [data] names it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} cannot be read: {error}") from error
    rows = [(number, row) for number, row in enumerate(csv.reader(lines), start=1) if row]
    if len(rows) <= 1:
        raise CatalogueError(f"{path} needs a header and at least one row of numbers")
    titles = [title.partition("[") for title in rows[0][1]]
    columns, units = [name.strip() for name, _, _ in titles], [unit.rstrip("] ") for _, _, unit in titles]
    if len(set(columns)) < len(columns):
        raise CatalogueError(f"{path} has two columns of one name: {', '.join(columns)}")
    table = dict(zip(columns, np.array([_numbers(path, *row, len(columns)) for row in rows[1:]]).T, strict=True))
    if abscissa not in table:
        raise CatalogueError(f"{path} has no column '{abscissa}': {', '.join(columns)}")
    unit = units[columns.index(abscissa)]
    if unit != "GeV":
        raise CatalogueError(f"{path}: the unit of {abscissa} is [{unit}], it must be [GeV]")
    if not table[abscissa][0] > 0.0:
        raise CatalogueError(f"{path}: {abscissa} = {table[abscissa][0]:g} must be positive")
    steps = np.diff(table[abscissa])
    if not (steps > 0.0).all():
        where = table[abscissa][int(np.argmin(steps)) + 1]
        raise CatalogueError(f"{path}: {abscissa} = {where:g} does not rise; sort the rows and drop duplicates")
    return table


def _numbers(path: Path, line: int, cells: list[str], n_columns: int) -> list[float]:
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        values = []
    if len(values) != n_columns or not np.isfinite(values).all():
        raise CatalogueError(f"{path}, line {line}: {','.join(cells)} is not {n_columns} finite numbers")
    return values
