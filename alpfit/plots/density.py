"""The posterior density of two quantities, and its regions of 68.3 % and 95.4 %."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, label, sum_labels

from alpfit.inference.profiling import LEVELS
from alpfit.plots.style import Axis

Array = NDArray[np.float64]

PROBABILITIES = tuple(sorted(LEVELS.values(), reverse=True))
"""What the regions hold of the posterior, the larger one first."""

SMOOTHING = 1.4
"""Standard deviation, in bins, of the Gaussian that histograms are smoothed with."""

WIDENING = (1.0, 1.4, 2.0, 2.8)
"""Of that Gaussian where the density is lower than in the middle of the posterior."""


SHADES = (0.35, 0.75)
"""Of a colour, in the larger region and in the smaller one."""


FEWEST = 5
"""Independent samples that a part of a region is made of: one of fewer is noise of heavy samples, and not drawn."""


@dataclass(frozen=True)
class Density:
    """Smoothed histogram ``values (n, n)`` at the bins' centres ``x (n,)`` and ``y (n,)``, summing to one.

    ``levels`` are the densities on the edges of the regions of :data:`PROBABILITIES`, rising.
    """

    x: Array
    y: Array
    values: Array
    levels: tuple[float, ...]


def n_bins(n_eff: float) -> int:
    """As many bins along an axis as ``n_eff`` independent samples can fill."""
    return int(np.clip(0.8 * np.sqrt(n_eff), 18, 40))


def shown_limits(axis: Axis, weights: Array) -> tuple[float, float]:
    """The range of ``axis`` without what has one part in a thousand of the weight on either side, a little widened."""
    order = np.argsort(axis.values)
    cumulative = np.cumsum(weights[order])
    low, high = (float(axis.values[order][np.searchsorted(cumulative, p * cumulative[-1])]) for p in (1e-3, 0.999))
    margin = 0.03 * (high - low) or 0.5
    return max(low - margin, axis.limits[0]), min(high + margin, axis.limits[1])


def density(x: Axis, y: Axis, weights: Array, bins: int) -> Density:
    """The posterior of two axes on ``bins`` by ``bins`` cells; a ring of empty cells around closes all contours."""
    limits = shown_limits(x, weights), shown_limits(y, weights)
    counts, *edges = np.histogram2d(x.values, y.values, bins, limits, weights=weights)
    squares = np.histogram2d(x.values, y.values, bins, limits, weights=weights**2)[0]
    smooth = _smoothed(counts)
    values = _without_islands(np.pad(smooth / smooth.sum(), 1), np.pad(counts, 1), np.pad(squares, 1))
    return Density(_centres(edges[0]), _centres(edges[1]), values, _levels(values))


def _levels(values: Array) -> tuple[float, float]:
    """The densities on the edges of the regions, of cells ``values (n, n)`` that sum to one."""
    ranked = np.sort(values.ravel())[::-1]
    inside = np.cumsum(ranked)
    outer, inner = (float(ranked[min(int(np.searchsorted(inside, p)), inside.size - 1)]) for p in PROBABILITIES)
    return outer, max(inner, outer * (1.0 + 1e-9))


def _without_islands(values: Array, counts: Array, squares: Array) -> Array:
    """The density without parts of the larger region that fewer than :data:`FEWEST` independent samples make.

    ``counts (n, n)`` are of their weights, ``squares (n, n)`` of these squared, which together are Kish's sum.
    """
    parts, n_parts = label(values >= _levels(values)[0])
    weight, square = (sum_labels(of, parts, np.arange(1, n_parts + 1)) for of in (counts, squares))
    held = np.divide(weight**2, square, out=np.zeros(n_parts), where=square > 0.0)
    few = np.isin(parts, 1 + np.flatnonzero(held < min(FEWEST, held.max())))
    kept = np.where(few, 0.0, values)
    return np.asarray(kept / kept.sum())


def _smoothed(counts: Array) -> Array:
    """A histogram smoothed the more, the lower it is: what few samples make of a tail should not look like islands.

    The width goes with the inverse root of the density, over its geometric mean (I. S. Abramson, Ann. Statist. 10
    (1982) 1217), to the nearest of :data:`WIDENING`.
    """
    pilot = gaussian_filter(counts, SMOOTHING, mode="reflect")
    filled = counts > 0.0
    middle = np.exp(np.average(np.log(pilot[filled]), weights=counts[filled]))
    width = np.sqrt(middle / np.where(filled, pilot, middle))
    nearest = np.argmin(np.abs(np.log(width[..., None] / np.array(WIDENING))), axis=-1)
    parts = [
        gaussian_filter(np.where(nearest == k, counts, 0.0), SMOOTHING * wide, mode="reflect")
        for k, wide in enumerate(WIDENING)
    ]
    return np.asarray(np.sum(parts, axis=0))


def _centres(edges: Array) -> Array:
    """The middle of each bin, and the places of the ring of empty cells."""
    step = 1e-3 * (edges[1] - edges[0])
    return np.concatenate([[edges[0] - step], 0.5 * (edges[1:] + edges[:-1]), [edges[-1] + step]])


def shade(colour: str, share: float) -> tuple[float, float, float]:
    """``colour`` mixed with white: 1 leaves it as it is."""
    red, green, blue = (1.0 - share * (1.0 - value) for value in to_rgb(colour))
    return red, green, blue


def draw_regions(panel: Axes, regions: Density, colour: str, *, alpha: float = 1.0, linestyle: str = "-") -> None:
    """Fill both regions in two shades of ``colour``, and draw their edges."""
    levels = [*regions.levels, max(float(regions.values.max()), 2.0 * regions.levels[-1])]
    shades = [shade(colour, share) for share in SHADES]
    panel.contourf(regions.x, regions.y, regions.values.T, levels, colors=shades, alpha=alpha)
    draw_edges(panel, regions, colour, linestyle=linestyle)


def draw_edges(panel: Axes, regions: Density, colour: str, *, linestyle: str = "-") -> None:
    """The edges of both regions."""
    style: dict[str, Any] = {"colors": colour, "linewidths": 0.8, "linestyles": linestyle}
    panel.contour(regions.x, regions.y, regions.values.T, list(regions.levels), **style)
