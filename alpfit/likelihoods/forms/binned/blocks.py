"""Cells on which the same parameters act, so that the kernels go through all of them at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms.binned.rates import Model

Array = NDArray[np.float64]


@dataclass
class Term:
    """What one parameter does to one cell: the index ``norm`` of a factor, -1 without one, and a shape."""

    slope: float = 0.0
    bend: float = 0.0
    norm: int = -1


class Block(NamedTuple):
    """Numbers of ``cells``, those of the ``parameters`` that act on all of them, ascending, and of their ``norms``.

    ``slope`` and ``bend (parameters, cells)`` are the shapes.
    """

    cells: tuple[int, ...]
    parameters: tuple[int, ...]
    norms: tuple[int, ...]
    slope: Array
    bend: Array

    def with_parameter(self, number: int, slope: Array) -> "Block":
        """With one more ``number``, larger than all others, that adds ``slope (cells,)`` times itself."""
        parameters, norms, nothing = (*self.parameters, number), (*self.norms, -1), np.zeros_like(slope)
        return Block(self.cells, parameters, norms, np.vstack([self.slope, slope]), np.vstack([self.bend, nothing]))


def blocks_of_cells(terms: Sequence[Mapping[int, Term]], is_signal: Sequence[bool]) -> list[Block]:
    """The blocks of all cells, each with its ``terms`` by the number of the parameter; none mixes signal and others."""
    members: dict[tuple[object, ...], list[int]] = {}
    for cell, own in enumerate(terms):
        key = (is_signal[cell], *((k, own[k].norm) for k in sorted(own)))
        members.setdefault(key, []).append(cell)
    blocks = []
    for cells in members.values():
        parameters = tuple(sorted(terms[cells[0]]))
        rows = [[terms[cell][k] for cell in cells] for k in parameters]
        shape = len(parameters), len(cells)
        blocks.append(
            Block(
                tuple(cells),
                parameters,
                tuple(row[0].norm for row in rows),
                np.array([[term.slope for term in row] for row in rows], dtype=float).reshape(shape),
                np.array([[term.bend for term in row] for row in rows], dtype=float).reshape(shape),
            )
        )
    return blocks


def blocks_of(model: Model) -> list[Block]:
    """Those of the ``model``."""
    blocks = []
    for i in range(model.first_cell.size - 1):
        cells, own = (slice(first[i], first[i + 1]) for first in (model.first_cell, model.first_parameter))
        shape = own.stop - own.start, cells.stop - cells.start
        terms = slice(model.first_term[i], model.first_term[i] + shape[0] * shape[1])
        blocks.append(
            Block(
                tuple(range(cells.start, cells.stop)),
                tuple(map(int, model.parameter[own])),
                tuple(map(int, model.norm[own])),
                model.slope[terms].reshape(shape),
                model.bend[terms].reshape(shape),
            )
        )
    return blocks


def flat(blocks: Sequence[Block]) -> dict[str, Any]:
    """The fields of a :class:`Model` that the ``blocks`` are."""

    def firsts(sizes: Iterable[int]) -> NDArray[np.int64]:
        return np.cumsum([0, *sizes])

    return {
        "first_cell": firsts(len(block.cells) for block in blocks),
        "first_parameter": firsts(len(block.parameters) for block in blocks),
        "first_term": firsts(block.slope.size for block in blocks)[:-1],
        "parameter": np.array([k for block in blocks for k in block.parameters], dtype=np.uint64),
        "norm": np.array([norm for block in blocks for norm in block.norms], dtype=np.int64),
        "slope": np.concatenate([block.slope.ravel() for block in blocks]),
        "bend": np.concatenate([block.bend.ravel() for block in blocks]),
    }
