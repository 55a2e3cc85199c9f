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

    ``logarithmic`` says which are binned in the logarithm. Empty bins are left out; bins are ordered by position.
    """
    edges = [_edges(samples.column(name), log, n_bins) for name, log in zip(names, logarithmic, strict=True)]
    bins = np.stack(
        [
            np.clip(np.searchsorted(edge, samples.column(name), side="right") - 1, 0, edge.size - 2)
            for name, edge in zip(names, edges, strict=True)
        ]
    )
    order = np.lexsort((samples.log_l, *bins[::-1]))
    cell = bins[:, order]
    last_of_bin = np.append((np.diff(cell, axis=1) != 0).any(axis=0), True)
    return [
        ProfileBin(
            names,
            tuple(float(edge[b]) for edge, b in zip(edges, bins[:, i], strict=True)),
            tuple(float(edge[b + 1]) for edge, b in zip(edges, bins[:, i], strict=True)),
            int(i),
        )
        for i in order[last_of_bin]
    ]


def _edges(values: Array, logarithmic: bool, n_bins: int) -> Array:
    """Edges over the range of ``values``; a logarithmic quantity's zeros fall into its first bin."""
    usable = values[values > 0.0] if logarithmic else values
    if usable.size == 0:
        usable, logarithmic = values, False
    low, high = float(usable.min()), float(usable.max())
    if low == high:
        return np.array([low, np.nextafter(high, np.inf)])
    return np.geomspace(low, high, n_bins + 1) if logarithmic else np.linspace(low, high, n_bins + 1)
