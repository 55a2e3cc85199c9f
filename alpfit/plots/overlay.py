"""Several runs in one figure: their posteriors on top of each other, of the parameters that they share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from alpfit.inference.samples import Samples
from alpfit.plots.density import SMOOTHED_BINS, density, draw_regions, n_bins, shown_limits
from alpfit.plots.figure import Figure
from alpfit.plots.style import BEST_FIT, POSTERIOR, SECOND_POSTERIORS, TEXT_WIDTH, Axis, literal

Array = NDArray[np.float64]

COLOURS = (POSTERIOR, *SECOND_POSTERIORS)


@dataclass(frozen=True)
class Posterior:
    """A run's samples, their axes (the same quantities for all runs of a figure), and what the legend calls it."""

    label: str
    samples: Samples
    axes: Sequence[Axis]


def overlaid_corner_figure(posteriors: Sequence[Posterior]) -> Figure:
    """Marginal posteriors of all runs in one and two dimensions; stars are the best samples."""
    n = len(posteriors[0].axes)
    figure = Figure(figsize=(TEXT_WIDTH, TEXT_WIDTH))
    grid: NDArray[Any] = figure.subplots(n, n, squeeze=False, sharex="col")
    limits = [_common_limits(posteriors, i) for i in range(n)]
    for (i, j), panel in np.ndenumerate(grid):
        if j > i:
            panel.set_axis_off()
            continue
        _draw_panel(panel, posteriors, i, j)
        panel.set_xlim(limits[j])
        panel.xaxis.set_major_locator(MaxNLocator(3, prune="both"))
        panel.tick_params(axis="x", labelrotation=45.0, labelbottom=i == n - 1)
        panel.set_xlabel(posteriors[0].axes[j].label if i == n - 1 else "")
        if i == j:
            panel.set(yticks=[], ylim=(0.0, 1.08))
            continue
        panel.set_ylim(limits[i])
        panel.yaxis.set_major_locator(MaxNLocator(3, prune="both"))
        panel.tick_params(axis="y", labelrotation=45.0, labelleft=j == 0)
        panel.set_ylabel(posteriors[0].axes[i].label if j == 0 else "")
    figure.align_labels()
    figure.subplots_adjust(left=0.13, bottom=0.13, right=0.98, top=0.94, wspace=0.06, hspace=0.06)
    if n > 1:
        figure.legend(handles=_legend(posteriors), loc="upper right", bbox_to_anchor=(0.98, 0.94))
    else:
        figure.legend(handles=_legend(posteriors), loc="upper center", ncols=2)
    return figure


def overlaid_marginals_figure(posteriors: Sequence[Posterior]) -> Figure:
    """Marginal posterior of each quantity, over its maximum."""
    n = len(posteriors[0].axes)
    columns = min(2, n)
    rows = math.ceil(n / columns)
    figure = Figure(figsize=(TEXT_WIDTH, 2.1 * rows + 0.3), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for i, panel in enumerate(panels[:n]):
        _draw_panel(panel, posteriors, i, i)
        panel.set_xlim(_common_limits(posteriors, i))
        panel.set(xlabel=posteriors[0].axes[i].label, ylim=(0.0, 1.08))
    for panel in panels[n:]:
        panel.set_axis_off()
    for panel in panels[::columns]:
        panel.set_ylabel("relative to maximum")
    figure.legend(handles=_legend(posteriors), loc="outside upper center", ncols=min(3, len(posteriors)))
    return figure


def _draw_panel(panel: Axes, posteriors: Sequence[Posterior], i: int, j: int) -> None:
    """Quantity ``i`` against quantity ``j``, or the marginal posterior where they are the same."""
    for posterior, colour in zip(posteriors, COLOURS, strict=False):
        samples, x, y = posterior.samples, posterior.axes[j], posterior.axes[i]
        best = samples.best
        if i == j:
            limits = shown_limits(x, samples.weights)
            bins = n_bins(x, samples.weights, limits)
            heights, edges = np.histogram(x.values, bins, limits, weights=samples.weights)
            smooth = gaussian_filter1d(heights, SMOOTHED_BINS, mode="nearest")
            panel.stairs(smooth / smooth.max(), edges, color=colour, linewidth=1.0)
            panel.axvline(x.values[best], color=colour, linestyle=":", linewidth=0.8)
        else:
            draw_regions(panel, density(x, y, samples.weights), colour, alpha=0.6)
            panel.plot(
                x.values[best],
                y.values[best],
                marker="*",
                markersize=7,
                color=colour,
                markeredgecolor=BEST_FIT,
                markeredgewidth=0.5,
                linestyle="none",
            )


def _common_limits(posteriors: Sequence[Posterior], i: int) -> tuple[float, float]:
    lows, highs = zip(*(shown_limits(p.axes[i], p.samples.weights) for p in posteriors), strict=True)
    return min(lows), max(highs)


def _legend(posteriors: Sequence[Posterior]) -> list[Patch]:
    pairs = zip(posteriors, COLOURS, strict=False)
    return [Patch(facecolor=colour, alpha=0.7, label=literal(p.label)) for p, colour in pairs]
