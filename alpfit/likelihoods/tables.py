"""Tables of numbers beside an entry: CSV with a header ``name [unit]``."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import CatalogueError

Array = NDArray[np.float64]
TABLE = "table.csv"
"""The name of an entry's table, if its ``[data]`` gives no other."""


@dataclass(frozen=True)
class Table:
    """The columns of the file at ``path``, name to array ``(n,)`` with NaN for an empty cell, and their units."""

    path: Path
    columns: Mapping[str, Array]
    units: Mapping[str, str]

    def column(self, name: str, *, gaps: bool = False) -> Array:
        """The column ``name``; only with ``gaps`` may some of its cells be empty.

        Raises :class:`CatalogueError`.
        """
        if name not in self.columns:
            raise CatalogueError(f"{self.path} has no column '{name}': {', '.join(self.columns)}")
        values = self.columns[name]
        if not gaps and np.isnan(values).any():
            row = int(np.argmax(np.isnan(values))) + 1
            raise CatalogueError(f"{self.path}: {name} is empty in row {row}; give it a number")
        return values

    def abscissa(self, name: str, *, from_zero: bool = False) -> Array:
        """The column ``name``, in GeV, rising strictly from a positive number (or, ``from_zero``, from 0).

        Raises :class:`CatalogueError`.
        """
        values = self.masses(name)
        if not (values[0] > 0.0 or (from_zero and values[0] == 0.0)):
            raise CatalogueError(f"{self.path}: {name} = {values[0]:g} must be positive")
        steps = np.diff(values)
        if not (steps > 0.0).all():
            where = values[int(np.argmin(steps)) + 1]
            raise CatalogueError(f"{self.path}: {name} = {where:g} does not rise; sort the rows and drop duplicates")
        return values

    def masses(self, name: str) -> Array:
        """The column ``name``, in GeV, in any order. Raises :class:`CatalogueError`."""
        values = self.column(name)
        if self.units[name] != "GeV":
            raise CatalogueError(f"{self.path}: the unit of {name} is [{self.units[name]}], it must be [GeV]")
        return values

    def limits(self, name: str) -> Array:
        """The column ``name`` of limits: positive, with empty cells where there is none.

        Raises :class:`CatalogueError`.
        """
        values = self.column(name, gaps=True)
        if (values <= 0.0).any():
            row = int(np.argmax(values <= 0.0)) + 1
            raise CatalogueError(f"{self.path}: {name} = {values[row - 1]:g} in row {row}: a limit must be positive")
        if np.isnan(values).all():
            raise CatalogueError(f"{self.path}: {name} is empty throughout; leave the column out")
        return values


def numbered_rows(path: Path, missing: str) -> list[tuple[int, list[str]]]:
    """The lines of a CSV file that are not blank, with their numbers; ``missing`` is said of a file that is not there.

    Raises :class:`CatalogueError`.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise CatalogueError(f"{path} {missing}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} cannot be read: {error}") from error
    return [(number, row) for number, row in enumerate(csv.reader(lines), start=1) if "".join(row).strip()]


def table_of(data: Mapping[str, object], folder: Path) -> Table:
    """The table that an entry's ``[data]`` names, ``table.csv`` if it names none. Raises :class:`CatalogueError`."""
    return read_table(folder / str(data.get("table", TABLE)))


def read_table(path: Path) -> Table:
    """The table at ``path``: finite numbers or empty cells. Raises :class:`CatalogueError`."""
    rows = numbered_rows(path, "is missing: the entry's form needs it")
    if len(rows) <= 1:
        raise CatalogueError(f"{path} needs a header and at least one row of numbers")
    titles = [title.partition("[") for title in rows[0][1]]
    columns, units = [name.strip() for name, _, _ in titles], [unit.strip("] ") for _, _, unit in titles]
    if len(set(columns)) < len(columns):
        raise CatalogueError(f"{path} has two columns of one name: {', '.join(columns)}")
    values = np.array([_numbers(path, *row, len(columns)) for row in rows[1:]]).T
    return Table(path, dict(zip(columns, values, strict=True)), dict(zip(columns, units, strict=True)))


def _numbers(path: Path, line: int, cells: list[str], n_columns: int) -> list[float]:
    try:
        values = [float(cell) if cell.strip() else 0.0 for cell in cells]
    except ValueError:
        values = []
    if len(values) != n_columns or not np.isfinite(values).all():
        raise CatalogueError(f"{path}, line {line}: {','.join(cells)} is not {n_columns} finite numbers")
    return [value if cell.strip() else np.nan for value, cell in zip(values, cells, strict=True)]
