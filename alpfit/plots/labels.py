"""Words in regions and along lines: where a label fits that overlaps no other, or that there is no such place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, maximum_filter, minimum_filter, uniform_filter

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.int64]
Colour = tuple[float, float, float]

GRID = (240, 200)
"""Cells of the panel, across and up, on which a place is looked for."""

MARGIN = 3
"""Cells between a label and the edge of its region."""

GAP, STEP, BEND = 1.5, 2.0, 0.15
"""[pt] between a label and its line; [pt] between points of a line; how far it may bend, in heights of the label."""

APART = 1.0
"""Cells between a numeral on a line and the lines of others, at least."""

OF_A_BOX = tuple(grid.ravel() for grid in np.meshgrid(np.linspace(-0.5, 0.5, 40), np.linspace(-0.5, 0.5, 8)))
"""Points across and up a box, in its widths and heights from its middle, that hit each cell below it."""


@dataclass
class Places:
    """What of ``panel`` is ``taken`` already, on :data:`GRID`; ``crowd`` counts the regions that cover a cell.

    ``ink`` counts the lines in it.
    """

    panel: Axes
    crowd: Array
    ink: Array
    taken: Mask = field(default_factory=lambda: np.zeros(GRID, dtype=bool))

    def reserve(self, x: float, y: float, radius: int) -> None:
        """Keep labels away from the point ``x``, ``y`` of the panel, from 0 to 1."""
        i, j = int(x * GRID[0]), int(y * GRID[1])
        self.taken[max(i - radius, 0) : i + radius, max(j - radius, 0) : j + radius] = True

    def write(self, label: str, inside: Mask, own: Mask, colour: Colour, size: float) -> bool:
        """Write ``label`` into the region ``inside``, on :data:`GRID`, level or upright; whether there was room.

        Its middle is in ``own``, such as the cells that are nearer to its own line than to any other.
        """
        for rotation in (0.0, 90.0):
            text = self._text(label, colour, size, rotation=rotation)
            box = self._cells(text)
            found = self._best(inside & ~self.taken, own, box)
            if found is None:
                text.remove()
                continue
            i, j = found
            text.set_position(((i + 0.5) / GRID[0], (j + 0.5) / GRID[1]))
            half_i, half_j = box[0] // 2 + 1, box[1] // 2 + 1
            self.taken[max(i - half_i, 0) : i + half_i + 1, max(j - half_j, 0) : j + half_j + 1] = True
            return True
        return False

    def write_along(
        self, label: str, lines: Sequence[Array], inside: Mask, own: Mask, colour: Colour, size: float
    ) -> bool:
        """Write ``label`` beside an edge of its region, ``lines (n, 2)``, on the inner side; whether there was room.

        Room is beside a stretch that is as long as the label and straight, where its middle is in ``own``.
        """
        text = self._text(label, colour, size, rotation_mode="anchor")
        drawn, panel, pt = text.get_window_extent(), self.panel.get_window_extent(), self.panel.figure.dpi / 72.0
        box, extent = (np.array([bounds.width, bounds.height]) / pt for bounds in (drawn, panel))
        found: dict[float, tuple[Array, float, tuple[Index, Index]]] = {}
        for line in lines:
            for centre, angle in beside((self.panel.transData.transform(line) - panel.p0) / pt, box):
                cells = covered(centre, angle, box, extent)
                if (
                    cells is not None
                    and inside[cells].all()
                    and not self.taken[cells].any()
                    and own[_cell_of(centre, extent)]
                ):
                    cost = float(self.crowd[cells].mean() + 20.0 * self.ink[cells].mean())
                    found.setdefault(cost, (centre, angle, cells))
        if not found:
            text.remove()
            return False
        centre, angle, cells = found[min(found)]
        text.set_position(tuple(centre / extent))
        text.set_rotation(float(np.degrees(angle)))
        self.taken[cells] = True
        return True

    def write_on(self, label: str, lines: Sequence[Array], apart: Array, colour: Colour, size: float) -> bool:
        """Write ``label``, a numeral, on one of ``lines (n, 2)``, where that is farthest from all others; if it can be.

        ``apart`` is the distance [cells] from the lines of others, on :data:`GRID`.
        """
        text = self._text(label, colour, size, fontweight="bold")
        across, up = self._cells(text)
        half_i, half_j = across // 2, up // 2
        drawn = np.concatenate([self.panel.transData.transform(line) for line in lines] or [np.empty((0, 2))])
        i, j = np.floor(self.panel.transAxes.inverted().transform(drawn) * GRID).astype(np.int64).T
        inside = (i >= half_i) & (i < GRID[0] - half_i) & (j >= half_j) & (j < GRID[1] - half_j)
        i, j = i[inside], j[inside]
        box = across - 2 * MARGIN + 1, up - MARGIN + 1  # what is taken has a margin already
        free = ~maximum_filter(self.taken, size=box)[i, j] & (apart[i, j] >= APART)
        if not free.any():
            text.remove()
            return False
        i, j = i[free], j[free]
        best = int(np.argmax(apart[i, j]))
        i, j = int(i[best]), int(j[best])
        text.set_position(((i + 0.5) / GRID[0], (j + 0.5) / GRID[1]))
        self.taken[i - half_i : i + half_i + 1, j - half_j : j + half_j + 1] = True
        return True

    def _text(self, label: str, colour: Colour, size: float, **style: Any) -> Text:
        """A label that has no place yet."""
        style |= {"fontsize": size, "color": colour, "ha": "center", "va": "center", "zorder": 5}
        return self.panel.text(0.5, 0.5, label, transform=self.panel.transAxes, **style)

    def _cells(self, text: Text) -> tuple[int, int]:
        """Width and height of a label with its margin, in cells."""
        own, panel = text.get_window_extent(), self.panel.get_window_extent()
        across, up = own.width / panel.width * GRID[0], own.height / panel.height * GRID[1]
        return int(across) + 2 * MARGIN, int(up) + MARGIN

    def _best(self, free: Mask, own: Mask, box: tuple[int, int]) -> tuple[int, int] | None:
        """The centre in ``own`` of the least crowded place for ``box``, and there the farthest from the edge."""
        fits = minimum_filter(free, size=box, mode="constant", cval=0).astype(bool) & own
        if not fits.any():
            return None
        depth = distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1]
        cost = uniform_filter(self.crowd, size=box) + 20.0 * uniform_filter(self.ink, size=box)
        score = np.where(fits, 0.02 * depth - cost, -np.inf)
        i, j = np.unravel_index(int(np.argmax(score)), score.shape)
        return int(i), int(j)


def beside(points: Array, box: Array) -> Iterator[tuple[Array, float]]:
    """Centres and angles of a label of size ``box`` on both sides of where a line ``(n, 2)`` is straight, all [pt]."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.arange(0.0, along[-1], STEP)
    even = np.stack([np.interp(at, along, values) for values in points.T], axis=1)
    n = int(np.ceil(box[0] / STEP))
    for start in range(even.shape[0] - n):
        stretch = even[start : start + n + 1]
        chord = stretch[-1] - stretch[0]
        length = float(np.hypot(*chord))
        if length < 0.9 * box[0]:
            continue
        across = np.array([-chord[1], chord[0]]) / length
        offsets = (stretch - stretch[0]) @ across
        if np.abs(offsets).max() > BEND * box[1]:
            continue
        angle = float((np.arctan2(chord[1], chord[0]) + np.pi / 2.0) % np.pi - np.pi / 2.0)
        middle = stretch[0] + 0.5 * chord
        for reach in (offsets.max() + GAP + 0.5 * box[1], offsets.min() - GAP - 0.5 * box[1]):
            yield middle + reach * across, angle


def covered(centre: Array, angle: float, box: Array, extent: Array) -> tuple[Index, Index] | None:
    """The cells below a ``box`` that is turned by ``angle``; None if it is not inside of a panel of size ``extent``."""
    u, v = (side * parts for side, parts in zip(box, OF_A_BOX, strict=True))
    x = centre[0] + u * np.cos(angle) - v * np.sin(angle)
    y = centre[1] + u * np.sin(angle) + v * np.cos(angle)
    i, j = (np.floor(at / size * n).astype(np.int64) for at, size, n in zip((x, y), extent, GRID, strict=True))
    if i.min() < 1 or j.min() < 1 or i.max() >= GRID[0] - 1 or j.max() >= GRID[1] - 1:
        return None
    return i, j


def _cell_of(place: Array, extent: Array) -> tuple[int, int]:
    """The cell of a place in a panel of size ``extent``."""
    i, j = (min(max(int(at / size * n), 0), n - 1) for at, size, n in zip(place, extent, GRID, strict=True))
    return i, j


FAR = float(sum(GRID))
"""Farther than two cells can be."""


def distances(lines: Sequence[Mask]) -> Array:
    """``(n, *GRID)``: how far [cells] each cell is from each of ``lines``; :data:`FAR` from what is nowhere."""
    away = [distance_transform_edt(~line) if line.any() else np.full(GRID, FAR) for line in lines]
    return np.stack(away) if away else np.empty((0, *GRID))


def nearest(away: Array) -> list[Mask]:
    """Of each of the lines of :func:`distances` the cells that are nearer to it than to any other."""
    closest = away.min(axis=0, initial=FAR)
    return [np.asarray((distance <= closest) & (distance < FAR)) for distance in away]


def from_others(away: Array, k: int) -> Array:
    """How far [cells] each cell is from all lines of :func:`distances` but the ``k``-th."""
    return np.asarray(np.delete(away, k, axis=0).min(axis=0, initial=FAR))


def edge_of(inside: Mask) -> Mask:
    """The cells of a region that have one outside of it beside them."""
    return np.asarray(inside & ~minimum_filter(inside, size=3, mode="nearest"))


def on_grid(values: Mask) -> Mask:
    """A mask ``(n, k)`` over a panel, on the cells of :data:`GRID`."""
    i, j = (np.arange(cells) * n // cells for cells, n in zip(GRID, values.shape, strict=True))
    return np.asarray(values[np.ix_(i, j)])
