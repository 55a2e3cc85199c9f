"""The CSV tables of a binned measurement, read and checked row by row.

| file | columns | a row for |
|---|---|---|
| bins | channel, bin, observed [events] | each bin, numbered from 0 in its channel |
| samples | channel, sample, bin, nominal [events], stat_error [events] | each source of events in each bin |
| shapes | parameter, channel, sample, bin, high [events], low [events] | each sample in each bin at +-1 sigma |
| norms | parameter, channel, sample, high, low | the factor on each sample at +-1 sigma |
| constraints, where there are any | parameter, centre, width | each parameter whose constraint is not of 0 and 1 |
| response | q2_low [GeV^2], q2_high [GeV^2], a column ``channel:bin`` for each bin with signal | each bin of true q^2 |

Samples may have a column ``factor``, the centre of the constraint of their statistical factor, one where there is none.
The response is in events for unit branching ratio. Counts may be left without a unit; q2 is converted to GeV^2.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import CatalogueError, one_of
from alpfit.likelihoods.numbers import ENDS, ENDS_OF_COUNTS, check_size, number_in
from alpfit.likelihoods.tables import numbered_rows, read_titles
from alpfit.likelihoods.units import checked_factor

Array = NDArray[np.float64]
Bin = tuple[str, str]
"""A channel and the number of a bin in it."""


@dataclass(frozen=True)
class Row:
    """A line of a table: its words, its numbers, and where it stands."""

    words: tuple[str, ...]
    numbers: tuple[float, ...]
    place: str


@dataclass(frozen=True)
class Sheet:
    """A table as it stands in the file at ``path``: the names and units of its columns, and numbered lines."""

    path: Path
    units: dict[str, str]
    lines: list[tuple[int, list[str]]]


def read_sheet(path: Path) -> Sheet:
    """The table at ``path``. Raises :class:`CatalogueError`."""
    rows = numbered_rows(path, "is missing, but the entry's [data] names it")
    if not rows:
        raise CatalogueError(f"{path} is empty: its first line names the columns")
    return Sheet(path, dict(zip(*read_titles(path, rows[0][1]), strict=True)), rows[1:])


def read_rows(
    sheet: Sheet, words: Sequence[str], numbers: Mapping[str, str], *, minimum: float = -math.inf
) -> list[Row]:
    """The rows of a table with columns of text and of finite numbers >= ``minimum``; no two have the same words.

    ``numbers`` holds for each column the unit in which it is read.
    """
    path, units = sheet.path, sheet.units
    for name in (*words, *numbers):
        if name not in units:
            raise CatalogueError(f"{path} has no column '{name}': {', '.join(units)}")
    factors = {name: checked_factor(str(path), name, units[name], wanted) for name, wanted in numbers.items()}
    ends = {name: ENDS_OF_COUNTS if wanted == "events" else ENDS for name, wanted in numbers.items()}
    rows: dict[tuple[str, ...], Row] = {}
    for number, cells in sheet.lines:
        place = f"{path}, line {number}"
        if len(cells) != len(units):
            raise CatalogueError(f"{place}: {','.join(cells)} has not the {len(units)} cells of the header")
        cell = dict(zip(units, cells, strict=True))
        key = tuple(cell[name].strip() for name in words)
        if key in rows:
            raise CatalogueError(f"{place}: {', '.join(key)} stands in the table twice; drop one")
        values = tuple(
            _number(cell[name], name, minimum, place, factor, ends[name]) for name, factor in factors.items()
        )
        rows[key] = Row(key, values, place)
    return list(rows.values())


def check(name: str, allowed: Collection[str], what: str, place: str) -> None:
    """Refuse a ``name`` that is not among the ``allowed``."""
    if name not in allowed:
        raise CatalogueError(f"{place}: there is no {what} '{name}': {one_of(name, allowed)}")


@dataclass(frozen=True)
class Response:
    """Events for unit branching ratio: ``events (n_q2, bins)`` between ``edges (n_q2 + 1,)`` [GeV^2] of q^2."""

    bins: tuple[Bin, ...]
    edges: Array
    events: Array


def read_response(path: Path) -> Response:
    """The response, whose bins of q^2 join each other without gaps."""
    sheet = read_sheet(path)
    names = [name for name in sheet.units if name not in ("q2_low", "q2_high")]
    wanted = {"q2_low": "GeV^2", "q2_high": "GeV^2", **dict.fromkeys(names, "events")}
    rows = read_rows(sheet, ("q2_low",), wanted, minimum=0.0)
    if not names or not rows:
        raise CatalogueError(
            f"{path} needs a column 'channel:bin' for each bin with signal and a row for each bin of q2"
        )
    edges = [rows[0].numbers[0]]
    for row in rows:
        low, high = row.numbers[:2]
        if low != edges[-1] or not low < high:
            raise CatalogueError(f"{row.place}: the bin from {low:g} to {high:g} does not continue at {edges[-1]:g}")
        edges.append(high)
    bins = tuple((channel, number) for channel, _, number in (name.rpartition(":") for name in names))
    return Response(bins, np.array(edges), np.array([row.numbers[2:] for row in rows]))


def _number(text: str, name: str, minimum: float, place: str, factor: float, ends: tuple[float, float]) -> float:
    """The number in a cell times ``factor``, which is that of its unit, between ``ends``."""
    try:
        value = number_in(text)
    except ValueError:
        raise CatalogueError(f"{place}: {name} = '{text}' is not a finite number") from None
    if value < minimum:
        raise CatalogueError(f"{place}: {name} = {text} is below {minimum:g}")
    try:
        check_size(name, value, ends)
        check_size(f"{name} = {text} in its unit", value * factor, ends)
    except ValueError as error:
        raise CatalogueError(f"{place}: {error}") from error
    return value * factor
