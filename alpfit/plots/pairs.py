"""Where the panels of pairs of quantities go: in rows or, of many pairs, in a matrix that fills a page and no more."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from alpfit.plots.figure import Figure
from alpfit.plots.style import TEXT_WIDTH, Axis, label_size

Pairs = Sequence[tuple[Axis, Axis]]
Cell = tuple[Axes, ...]
"""The panels of one pair."""

MOST_IN_ROWS = 10
"""Pairs, those of five quantities, for which rows fill a page; a figure of more would grow with each."""


def rows(pairs: Pairs, across: int, height: float, above: float, panels: int = 1) -> tuple[Figure, list[Cell]]:
    """A figure with so many ``panels`` beside each other for each of ``pairs``, ``across`` of which make a row.

    Rows are of the given ``height`` [inch], and ``above`` them is room for a legend.
    """
    n_rows = math.ceil(len(pairs) / across)
    figure = Figure(figsize=(TEXT_WIDTH, height * n_rows + above), layout="constrained")
    grid = figure.subplots(n_rows, across * panels, squeeze=False).reshape(n_rows * across, panels)
    cells: list[Cell] = [tuple(cell) for cell in grid[: len(pairs)]]
    for cell, (x, y) in zip(cells, pairs, strict=True):
        cell[0].set_ylabel(y.label)
        for panel in cell:
            panel.set_xlabel(x.label)
    for panel in grid[len(pairs) :].ravel():
        panel.set_axis_off()
    return figure, cells


def triangle(pairs: Pairs) -> tuple[Figure, list[Cell]]:
    """A figure with a panel for each of ``pairs``: columns for the first quantities, rows for the second ones."""
    axes = list(quantities(pairs).values())
    row, column = _places(axes[1:]), _places(axes[:-1])
    places = [(row[y.name], column[x.name]) for x, y in pairs]
    figure, grid = _matrix(axes[1:], axes[:-1], places)
    return figure, [(grid[place],) for place in places]


def mirror(pairs: Pairs) -> tuple[Figure, list[Cell]]:
    """A figure with two panels for each of ``pairs``: below the diagonal, and above it with the axes exchanged."""
    axes = list(quantities(pairs).values())
    figure, grid = _matrix(axes, axes, list(np.ndindex(len(axes), len(axes))))
    place = _places(axes)
    for i in range(len(axes)):
        grid[i, i].set_facecolor("#f4f4f4")
    return figure, [(grid[place[y.name], place[x.name]], grid[place[x.name], place[y.name]]) for x, y in pairs]


def legend_place(figure: Figure) -> Literal["outside upper center", "upper center"]:
    """Where above its panels a ``figure`` has its legend."""
    return "outside upper center" if figure.get_layout_engine() is not None else "upper center"


def quantities(pairs: Pairs) -> Mapping[str, Axis]:
    """The axes of ``pairs`` by their names, in the order in which they come."""
    return {axis.name: axis for pair in pairs for axis in pair}


def _places(axes: Sequence[Axis]) -> dict[str, int]:
    return {axis.name: i for i, axis in enumerate(axes)}


def _matrix(
    down: Sequence[Axis], across: Sequence[Axis], places: Sequence[tuple[int, int]]
) -> tuple[Figure, NDArray[Any]]:
    """A square figure whose panels have common limits in a row and in a column, and labels at its edges.

    There are panels at ``places`` alone, all those of the last row and of the first column among them.
    """
    figure = Figure(figsize=(TEXT_WIDTH, TEXT_WIDTH))
    cells = figure.add_gridspec(len(down), len(across))
    grid: NDArray[Any] = np.full((len(down), len(across)), None)
    tops: dict[int, Axes] = {}
    lefts: dict[int, Axes] = {}
    for i, j in sorted(places):
        panel = figure.add_subplot(cells[i, j], sharex=tops.get(j), sharey=lefts.get(i))
        tops.setdefault(j, panel)
        lefts.setdefault(i, panel)
        grid[i, j] = panel
    for panel in figure.axes:
        panel.label_outer()
    for panel, axis in zip(grid[-1], across, strict=True):
        panel.set_xlabel(axis.label, fontsize=label_size(len(across)))
        panel.xaxis.set_major_locator(MaxNLocator(3, prune="both"))
        panel.tick_params(axis="x", labelrotation=45.0)
    for panel, axis in zip(grid[:, 0], down, strict=True):
        panel.set_ylabel(axis.label, fontsize=label_size(len(down)))
        panel.yaxis.set_major_locator(MaxNLocator(3, prune="both"))
        panel.tick_params(axis="y", labelrotation=45.0)
    figure.align_labels()
    figure.subplots_adjust(left=0.12, bottom=0.12, right=0.98, top=0.94, wspace=0.06, hspace=0.06)
    return figure, grid
