"""Profile likelihood from samples: in each bin of one or two quantities the sample with the largest ln L."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.samples import Samples

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ProfileBin:
    """A bin ``lower`` to ``upper`` in each of ``names``, and the index of the sample that attains its maximum."""

    names: tuple[str, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    sample: int


def profile(samples: Samples, names: tuple[str, ...], logarithmic: tuple[bool, ...], n_bins: int) -> list[ProfileBin]:
    """Maxima of ln L in ``n_bins`` equal bins of each of ``names`` over the range of the samples.

    ``logarithmic`` says which are binned in the logarithm, where samples at zero are left out, as are empty bins; bins
    are ordered by position.
    """
    columns = [samples.column(name) for name in names]
    shown = np.ones(samples.log_l.size, dtype=bool)
    for column, log in zip(columns, logarithmic, strict=True):
        shown &= (column > 0.0) | (not log)
    if not shown.any():
        return []
    index = np.flatnonzero(shown)
    edges = [_edges(column[index], log, n_bins) for column, log in zip(columns, logarithmic, strict=True)]
    bins = np.stack(
        [
            np.clip(np.searchsorted(edge, column[index], side="right") - 1, 0, edge.size - 2)
            for column, edge in zip(columns, edges, strict=True)
        ]
    )
    order = np.lexsort((samples.log_l[index], *bins[::-1]))
    cell = bins[:, order]
    last_of_bin = np.append((np.diff(cell, axis=1) != 0).any(axis=0), True)
    return [
        ProfileBin(
            names,
            tuple(float(edge[b]) for edge, b in zip(edges, bins[:, i], strict=True)),
            tuple(float(edge[b + 1]) for edge, b in zip(edges, bins[:, i], strict=True)),
            int(index[i]),
        )
        for i in order[last_of_bin]
    ]


def _edges(values: Array, logarithmic: bool, n_bins: int) -> Array:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.array([low, np.nextafter(high, np.inf)])
    return np.geomspace(low, high, n_bins + 1) if logarithmic else np.linspace(low, high, n_bins + 1)
