"""Tables of numbers beside an entry: CSV with a header ``name [unit]``.

Columns are read in the unit of what they are a column of: their own unit is that one, or is converted, or is refused.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import CatalogueError
from alpfit.likelihoods.files import data_file, read_text
from alpfit.likelihoods.numbers import ENDS, check_size, number_in
from alpfit.likelihoods.units import UNITS, checked_factor, factor_for

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

    def values(self, name: str, observable: str, *, gaps: bool = False) -> Array:
        """The column ``name``, of values of the ``observable``, in its unit. Raises :class:`CatalogueError`."""
        values = self.column(name, gaps=gaps)
        factor = factor_for(str(self.path), name, self.units[name], observable)
        return _converted(values, factor, f"{self.path}: {name}")

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
        if UNITS.get(name, "GeV") != "GeV":
            unit = UNITS[name]
            what = f"in {unit}" if unit else "a pure number"
            raise CatalogueError(f"{self.path}: {name} is {what}; where a mass or an energy is wanted, name one in GeV")
        factor = checked_factor(str(self.path), name, self.units[name], "GeV")
        return _converted(values, factor, f"{self.path}: {name}")

    def limits(self, name: str, observable: str) -> Array:
        """The column ``name`` of limits on ``observable``, in its unit: positive, with empty cells where there is none.

        Raises :class:`CatalogueError`.
        """
        values = self.column(name, gaps=True)
        if (values <= 0.0).any():
            row = int(np.argmax(values <= 0.0)) + 1
            raise CatalogueError(f"{self.path}: {name} = {values[row - 1]:g} in row {row}: a limit must be positive")
        if np.isnan(values).all():
            raise CatalogueError(f"{self.path}: {name} is empty throughout; leave the column out")
        return self.values(name, observable, gaps=True)


def _converted(values: Array, factor: float, place: str) -> Array:
    """``values`` times ``factor``, which must leave them numbers; exactly what they were where it is one."""
    if factor == 1.0:
        return values
    with np.errstate(over="ignore", under="ignore"):
        converted = values * factor
    size = np.abs(converted)
    if ((size > ENDS[1]) | ((size < ENDS[0]) & (values != 0.0))).any():
        raise CatalogueError(f"{place} has numbers too large or too small for its unit")
    return converted


def numbered_rows(path: Path, missing: str) -> list[tuple[int, list[str]]]:
    """The lines of a CSV file that are not blank, with their numbers; ``missing`` is said of a file that is not there.

    Raises :class:`CatalogueError`.
    """
    try:
        rows = list(csv.reader(io.StringIO(read_text(path), newline=""), strict=True))
    except FileNotFoundError as error:
        raise CatalogueError(f"{path} {missing}") from error
    except csv.Error as error:
        raise CatalogueError(f"{path} cannot be read as CSV: {error}") from error
    return [(number, row) for number, row in enumerate(rows, start=1) if "".join(row).strip()]


def read_titles(path: Path, cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names and units of the columns from the ``cells`` of a header; a unit stands in one pair of brackets.

    Raises :class:`CatalogueError`.
    """
    titles = [re.fullmatch(r"\s*([^\[\]]*[^\[\]\s])\s*(?:\[([^\[\]]*)\]\s*)?", cell) for cell in cells]
    for cell, title in zip(cells, titles, strict=True):
        if title is None:
            raise CatalogueError(f"{path}: '{cell.strip()}' in the header must be a name, or a name [unit]")
    names, units = [title[1] for title in titles if title], [(title[2] or "").strip() for title in titles if title]
    if len(set(names)) < len(names):
        raise CatalogueError(f"{path} has two columns of one name: {', '.join(names)}")
    return names, units


def table_of(data: Mapping[str, object], folder: Path) -> Table:
    """The table that an entry's ``[data]`` names, ``table.csv`` if it names none. Raises :class:`CatalogueError`."""
    return read_table(data_file(folder, data.get("table", TABLE)))


def read_table(path: Path) -> Table:
    """The table at ``path``: finite numbers or empty cells. Raises :class:`CatalogueError`."""
    rows = numbered_rows(path, "is missing: the entry's form needs it")
    if len(rows) <= 1:
        raise CatalogueError(f"{path} needs a header and at least one row of numbers")
    columns, units = read_titles(path, rows[0][1])
    values = np.array([_numbers(path, *row, columns) for row in rows[1:]]).T
    return Table(path, dict(zip(columns, values, strict=True)), dict(zip(columns, units, strict=True)))


def _numbers(path: Path, line: int, cells: list[str], columns: Sequence[str]) -> list[float]:
    try:
        values = [number_in(cell) if cell.strip() else np.nan for cell in cells]
    except ValueError:
        values = []
    if len(values) != len(columns):
        raise CatalogueError(f"{path}, line {line}: {','.join(cells)} is not {len(columns)} finite numbers")
    try:
        for name, value in zip(columns, values, strict=True):
            check_size(name, value)
    except ValueError as error:
        raise CatalogueError(f"{path}, line {line}: {error}") from error
    return values
