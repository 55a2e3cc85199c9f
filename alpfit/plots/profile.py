"""Figures of the profile likelihood, from samples where it is not known better."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from alpfit.inference.profiling import LEVELS, THRESHOLDS, Profile
from alpfit.inference.samples import Samples
from alpfit.plots import finer
from alpfit.plots.figure import Figure
from alpfit.plots.pairs import MOST_IN_ROWS, legend_place, rows, triangle
from alpfit.plots.style import BEST_FIT, POSTERIOR, PROFILE, REGIONS, TEXT_WIDTH, WORSE, Axis

Array = NDArray[np.float64]
ProfileOf = Callable[[Axis, Axis], Profile]
"""The profile of the samples in the plane of two axes: those of one pair are in memory at a time."""


def profile_1d_figure(
    samples: Samples, axes: Sequence[Axis], sampled: Sequence[Profile], better: Sequence[Profile] = ()
) -> Figure:
    """Marginal posterior (histogram) and profile likelihood of each of ``axes``, both over their maximum.

    The profile likelihood is the ``sampled`` one of each axis (steps) or one of the ``better`` ones (line); where there
    are both the steps are dashed.
    """
    columns = min(2, len(axes))
    rows = math.ceil(len(axes) / columns)
    figure = Figure(figsize=(TEXT_WIDTH, 2.3 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    top = finer.top_of(samples, better)
    dashes = "--" if any(finer.of(better, axis) is not None for axis in axes) else "-"
    for panel, axis, own in zip(panels, axes, sampled, strict=False):
        edges = as_drawn(own.edges[0], axis)
        counts, grid = np.histogram(
            axis.values, bins=edges.size - 1, range=(edges[0], edges[-1]), weights=samples.weights
        )
        panel.stairs(counts / counts.max(), grid, fill=True, color=POSTERIOR, alpha=0.3, label="posterior")
        if (known := finer.of(better, axis)) is not None:
            label = f"profile likelihood, {finer.word(known)}"
            panel.plot(*finer.curve(known, axis, top), color=PROFILE, label=label)
        else:
            centres, found = 0.5 * (edges[1:] + edges[:-1]), own.known
            label = "profile likelihood, samples" if better else "profile likelihood"
            likelihood = np.exp(own.log_l[found] - top)
            panel.plot(centres[found], likelihood, color=PROFILE, linestyle=dashes, drawstyle="steps-mid", label=label)
        panel.axvline(axis.values[samples.best], color=BEST_FIT, linestyle=":", linewidth=0.8, label="best fit")
        panel.set(xlabel=axis.label, ylim=(0.0, 1.08), xlim=(edges[0], edges[-1]))
    for panel in panels[len(axes) :]:
        panel.set_axis_off()
    for panel in panels[::columns]:
        panel.set_ylabel("relative to maximum")
    named: dict[str, Any] = {}
    for panel in panels:
        handles, labels = panel.get_legend_handles_labels()
        named |= dict(zip(labels, handles, strict=True))
    if (best := named.pop("best fit", None)) is not None:
        named["best fit"] = best  # the last one
    figure.legend(list(named.values()), list(named), loc="outside upper center", ncols=4)
    return figure


def profile_2d_figure(
    samples: Samples, pairs: Sequence[tuple[Axis, Axis]], profile_of: ProfileOf, better: Sequence[Profile] = ()
) -> Figure:
    """-2 Delta ln L in the plane of each pair of axes, coloured by confidence level; grey is worse, white unsampled.

    It is that of the samples, ``profile_of`` two axes, or one of the ``better`` ones. The panels of more than
    :data:`~alpfit.plots.pairs.MOST_IN_ROWS` pairs make a triangle on one page.
    """
    in_rows = len(pairs) <= MOST_IN_ROWS
    figure, cells = rows(pairs, min(3, len(pairs)), 2.3, 0.4) if in_rows else triangle(pairs)
    colours = ListedColormap(REGIONS).with_extremes(over=WORSE)
    levels = BoundaryNorm([0.0, *THRESHOLDS[2].values()], len(REGIONS))
    top = finer.top_of(samples, better)
    for (panel,), (x, y) in zip(cells, pairs, strict=True):
        if (known := finer.of(better, x, y)) is not None:
            filled = [0.0, *THRESHOLDS[2].values(), np.inf]
            finer.fill(panel, known, (x, y), top, filled, [*REGIONS, WORSE])
        else:
            x_edges, y_edges, surface = surface_of(profile_of(x, y), (x, y), top)
            panel.pcolorfast(x_edges, y_edges, np.ma.masked_invalid(surface.T), cmap=colours, norm=levels)
        panel.plot(x.values[samples.best], y.values[samples.best], marker="*", color=BEST_FIT, markersize=6)
    patches = [Patch(color=c, label=label) for c, label in zip(REGIONS, LEVELS, strict=True)]
    best = Line2D([], [], marker="*", color=BEST_FIT, linestyle="none", label="best fit")
    handles = [*patches, Patch(color=WORSE, label="worse"), best]
    if any(finer.of(better, *pair) is None for pair in pairs):
        handles.insert(3, Patch(facecolor="white", edgecolor=WORSE, label="no sample"))
    figure.legend(handles=handles, loc=legend_place(figure), ncols=len(handles))
    return figure


def surface_of(profile: Profile, axes: tuple[Axis, Axis], top: float) -> tuple[Array, Array, Array]:
    """Edges in x and y as drawn, and -2 Delta ln L against ``top`` on their grid ``(n_x, n_y)``; NaN unsampled."""
    x, y = (as_drawn(edges, axis) for edges, axis in zip(profile.edges, axes, strict=True))
    return x, y, profile.minus_two_delta(top)


def as_drawn(values: Array, axis: Axis) -> Array:
    """Values of a quantity as its ``axis`` has them."""
    return np.log10(values) if axis.logarithmic else values
