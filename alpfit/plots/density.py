"""The posterior density of two quantities, and its regions of 68.3 % and 95.4 %."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq
from scipy.ndimage import label, sum_labels

from alpfit.inference.profiling import LEVELS
from alpfit.inference.samples import kish
from alpfit.plots.style import MARGIN, Axis

Array = NDArray[np.float64]

PROBABILITIES = tuple(sorted(LEVELS.values(), reverse=True))
"""What the regions hold of the posterior, the larger one first."""

CELLS = 100
"""Along an axis, on which a density is known."""

NARROWEST = 0.7
"""Standard deviation of the narrowest kernel, in cells."""

IQR = 1.349
"""The interquartile range of a Gaussian, in its standard deviations."""

MOST_CORRELATED = 0.99

WIDENING = (1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.3)
"""Of the kernel where the density is lower than in the middle of the posterior."""

SMOOTHED_BINS = 1.0
"""Standard deviation of the kernel of a histogram of one axis, in bins."""

SHADES = (0.35, 0.75)
"""Of a colour, in the larger region and in the smaller one."""

FEWEST, LEAST = 12, 0.01
"""Independent samples that make a part of a region, and what that holds of the posterior: with less it is not drawn."""


@dataclass(frozen=True)
class Density:
    """Smoothed histogram ``values (n, n)`` at the bins' centres ``x (n,)`` and ``y (n,)``, summing to one.

    ``levels`` are the densities on the edges of the regions of :data:`PROBABILITIES`, rising.
    """

    x: Array
    y: Array
    values: Array
    levels: tuple[float, ...]


def covariance_of_the_middle(x: Axis, y: Axis, weights: Array) -> Array:
    """Of two axes ``(2, 2)``: their spreads, and how values correlate that are no farther than three of these out."""
    spreads, near = [], np.ones(weights.size, dtype=bool)
    for axis in (x, y):
        low, middle, high = _quantiles(axis, weights, (0.25, 0.5, 0.75))
        spreads.append((high - low) / IQR)
        near &= np.abs(axis.values - middle) <= 3.0 * spreads[-1]
    own = weights[near] / max(float(weights[near].sum()), 1e-300)
    u, v = (axis.values[near] - own @ axis.values[near] for axis in (x, y))
    scale = math.sqrt(float(own @ u**2) * float(own @ v**2))
    share = min(max(float(own @ (u * v)) / scale, -MOST_CORRELATED), MOST_CORRELATED) if scale > 0.0 else 0.0
    return np.asarray(np.outer(spreads, spreads) * np.array([[1.0, share], [share, 1.0]]))


def _quantiles(axis: Axis, weights: Array, probabilities: Sequence[float]) -> list[float]:
    order = np.argsort(axis.values)
    cumulative = np.cumsum(weights[order])
    places = np.searchsorted(cumulative, np.array(probabilities) * cumulative[-1])
    return [float(value) for value in axis.values[order][np.minimum(places, order.size - 1)]]


def n_bins(axis: Axis, weights: Array, limits: tuple[float, float]) -> int:
    """Bins of a histogram of one axis (D. Freedman and P. Diaconis, Z. Wahrsch. 57 (1981) 453), between 18 and 100."""
    low, high = _quantiles(axis, weights, (0.25, 0.75))
    width = 2.0 * (high - low) * kish(weights) ** (-1.0 / 3.0)
    return int(np.clip(np.ceil((limits[1] - limits[0]) / width), 18, 100)) if width > 0.0 else 18


def shown_limits(axis: Axis, weights: Array) -> tuple[float, float]:
    """The range of ``axis`` without what has one part in a thousand of the weight on either side, a little widened."""
    low, high = _quantiles(axis, weights, (1e-3, 0.999))
    margin = MARGIN * (high - low) or 0.5
    return max(low - margin, axis.limits[0]), min(high + margin, axis.limits[1])


def density(x: Axis, y: Axis, weights: Array) -> Density:
    """The posterior of two axes on :data:`CELLS` by as many; a ring of empty cells around closes all contours.

    The kernel is a Gaussian, in the middle of the posterior with Silverman's covariance, that of the samples times
    their independent number to the power of -1/3 (B. W. Silverman, Density Estimation, 1986, eq. 4.14 squared).
    """
    limits = shown_limits(x, weights), shown_limits(y, weights)
    counts, *edges = np.histogram2d(x.values, y.values, CELLS, limits, weights=weights)
    squares = np.histogram2d(x.values, y.values, CELLS, limits, weights=weights**2)[0]
    cells = np.array([CELLS / (high - low) for low, high in limits])
    covariance = covariance_of_the_middle(x, y, weights) * np.outer(cells, cells)
    smooth = _smoothed(counts, _at_least_a_cell(covariance * kish(weights) ** (-1.0 / 3.0)))
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

    Nor are there parts of less than :data:`LEAST` of the posterior: both are noise. ``counts (n, n)`` are of the
    samples' weights, ``squares (n, n)`` of these squared, which together are Kish's sum.
    """
    while True:
        parts, n_parts = label(values >= _levels(values)[0])
        weight, square = (sum_labels(of, parts, np.arange(1, n_parts + 1)) for of in (counts, squares))
        held = np.divide(weight**2, square, out=np.zeros(n_parts), where=square > 0.0)
        small = (held < FEWEST) | (weight < LEAST * counts.sum())
        small[np.argmax(weight)] = False
        if not small.any():
            return values
        kept = np.where(np.isin(parts, 1 + np.flatnonzero(small)), 0.0, values)
        values = np.asarray(kept / kept.sum())


def _smoothed(counts: Array, covariance: Array) -> Array:
    """A histogram smoothed the more, the lower it is: what few samples make of a tail should not look like islands.

    ``covariance (2, 2)`` is that of the kernel in the middle, in cells. Elsewhere its width goes with the inverse root
    of the density, over its geometric mean (I. S. Abramson, Ann. Statist. 10 (1982) 1217), to the nearest of
    :data:`WIDENING`.
    """
    pilot = _convolved(counts, covariance)
    filled = (counts > 0.0) & (pilot > 0.0)
    middle = np.exp(np.average(np.log(pilot[filled]), weights=counts[filled]))
    width = np.sqrt(middle / np.where(filled, pilot, middle))
    nearest = np.argmin(np.abs(np.log(width[..., None] / np.array(WIDENING))), axis=-1)
    parts = [
        _convolved(np.where(nearest == k, counts, 0.0), wide**2 * covariance * _less_tilted(wide))
        for k, wide in enumerate(WIDENING)
        if (nearest[filled] == k).any()
    ]
    return np.asarray(np.sum(parts, axis=0))


def _less_tilted(wide: float) -> Array:
    """What a covariance ``(2, 2)`` is multiplied by where it is ``wide``: tails need not lie as the middle does."""
    return np.array([[1.0, 1.0 / wide], [1.0 / wide, 1.0]])


def _convolved(counts: Array, covariance: Array) -> Array:
    """``counts (n, n)`` convolved with a Gaussian, which is reflected at the edges."""
    margin = counts.shape[0] // 2
    padded = np.pad(counts, margin, mode="symmetric")
    k_x, k_y = (2.0 * np.pi * of(padded.shape[0]) for of in (fftfreq, rfftfreq))
    quadratic = (
        covariance[0, 0] * k_x[:, None] ** 2 + 2.0 * covariance[0, 1] * k_x[:, None] * k_y + covariance[1, 1] * k_y**2
    )
    smooth = irfft2(rfft2(padded) * np.exp(-0.5 * quadratic), s=padded.shape)
    return np.asarray(np.maximum(smooth[margin:-margin, margin:-margin], 0.0))


def _at_least_a_cell(covariance: Array) -> Array:
    """The ``covariance (2, 2)`` with no direction narrower than :data:`NARROWEST`."""
    variances, directions = np.linalg.eigh(covariance)
    return np.asarray((directions * np.maximum(variances, NARROWEST**2)) @ directions.T)


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
