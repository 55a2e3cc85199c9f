"""Words in regions: where a label fits that overlaps no other, or that there is no such place."""

from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, minimum_filter, uniform_filter

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Colour = tuple[float, float, float]

GRID = (240, 200)
"""Cells of the panel, across and up, on which a place is looked for."""

MARGIN = 3
"""Cells between a label and the edge of its region."""


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

    def write(self, label: str, inside: Mask, colour: Colour, size: float) -> bool:
        """Write ``label`` into the region ``inside``, on :data:`GRID`, level or upright; whether there was room."""
        for rotation in (0.0, 90.0):
            text = self.panel.text(
                0.5,
                0.5,
                label,
                transform=self.panel.transAxes,
                ha="center",
                va="center",
                rotation=rotation,
                fontsize=size,
                color=colour,
                zorder=5,
            )
            box = self._cells(text)
            found = self._best(inside & ~self.taken, box)
            if found is None:
                text.remove()
                continue
            i, j = found
            text.set_position(((i + 0.5) / GRID[0], (j + 0.5) / GRID[1]))
            half_i, half_j = box[0] // 2 + 1, box[1] // 2 + 1
            self.taken[max(i - half_i, 0) : i + half_i + 1, max(j - half_j, 0) : j + half_j + 1] = True
            return True
        return False

    def _cells(self, text: Text) -> tuple[int, int]:
        """Width and height of a label with its margin, in cells."""
        own, panel = text.get_window_extent(), self.panel.get_window_extent()
        across, up = own.width / panel.width * GRID[0], own.height / panel.height * GRID[1]
        return int(across) + 2 * MARGIN, int(up) + MARGIN

    def _best(self, free: Mask, box: tuple[int, int]) -> tuple[int, int] | None:
        """The centre of the least crowded place for ``box``, and there the farthest from the edge."""
        fits = minimum_filter(free, size=box, mode="constant", cval=0).astype(bool)
        if not fits.any():
            return None
        depth = distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1]
        cost = uniform_filter(self.crowd, size=box) + 20.0 * uniform_filter(self.ink, size=box)
        score = np.where(fits, 0.02 * depth - cost, -np.inf)
        i, j = np.unravel_index(int(np.argmax(score)), score.shape)
        return int(i), int(j)


def edge_of(inside: Mask) -> Mask:
    """The cells of a region that have one outside of it beside them."""
    return np.asarray(inside & ~minimum_filter(inside, size=3, mode="nearest"))


def on_grid(values: Mask) -> Mask:
    """A mask ``(n, k)`` over a panel, on the cells of :data:`GRID`."""
    i, j = (np.arange(cells) * n // cells for cells, n in zip(GRID, values.shape, strict=True))
    return np.asarray(values[np.ix_(i, j)])
