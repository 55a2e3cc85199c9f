"""Profile likelihood from samples: in each bin of one or two quantities the sample with the largest ln L."""

import math
from dataclasses import dataclass

import numpy as np

from alpfit.inference.profiling.binning import best_in_cells, bin_edges, cells
from alpfit.inference.samples import Samples


@dataclass(frozen=True)
class ProfileBin:
    """A bin ``lower`` to ``upper`` in each of ``names``, and the index of the sample that attains its maximum.

    Its ``centre`` is that of the logarithm where it is ``logarithmic``.
    """

    names: tuple[str, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    sample: int
    logarithmic: tuple[bool, ...]

    @property
    def centre(self) -> tuple[float, ...]:
        """The middle of the bin along each axis."""
        axes = zip(self.lower, self.upper, self.logarithmic, strict=True)
        return tuple(math.sqrt(low * high) if log else 0.5 * (low + high) for low, high, log in axes)


def profile(samples: Samples, names: tuple[str, ...], logarithmic: tuple[bool, ...], n_bins: int) -> list[ProfileBin]:
    """Maxima of ln L in ``n_bins`` equal bins of each of ``names`` over the range of the samples.

    ``logarithmic`` says which are binned in the logarithm, where samples at zero are left out, as are empty bins; bins
    are ordered by position.
    """
    columns = [samples.column(name) for name in names]
    shown = np.ones(samples.log_l.size, dtype=bool)
    for column, log in zip(columns, logarithmic, strict=True):
        shown &= (column > 0.0) | (not log)
    index = np.flatnonzero(shown)
    if not index.size:
        return []
    columns = [column[index] for column in columns]
    edges = [bin_edges(column, log, n_bins, None) for column, log in zip(columns, logarithmic, strict=True)]
    shape = tuple(edge.size - 1 for edge in edges)
    best = best_in_cells(cells(columns, edges), samples.log_l[index], int(np.prod(shape)))
    found = []
    for cell in np.flatnonzero(best >= 0):
        at = np.unravel_index(cell, shape)
        lower, upper = (tuple(float(edge[b + side]) for edge, b in zip(edges, at, strict=True)) for side in (0, 1))
        found.append(ProfileBin(names, lower, upper, int(index[best[cell]]), logarithmic))
    return found
