"""The corner plot: marginal posteriors of the parameters, with regions of 68.3 % and 95.4 %."""

import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.samples import Samples
from alpfit.plots.density import SHADES, SMOOTHED_BINS, density, draw_regions, n_bins, shade
from alpfit.plots.figure import Figure
from alpfit.plots.numbers import QUANTILES, with_errors
from alpfit.plots.style import BEST_FIT, POSTERIOR, TEXT_WIDTH, Axis, label_size

LEVELS_SAID = ("95.4 %", "68.3 %")
"""The outer region and the inner one."""

LABEL_DISTANCE = 0.065
"""From a panel's edge to its label, in widths of the whole grid: text has one size for any number of panels."""


def corner_figure(samples: Samples, axes: Sequence[Axis]) -> Figure:
    """Posterior of ``axes`` from ``samples``: median and 68 % interval above, the best sample marked."""
    n, weights, best = len(axes), samples.weights, samples.best
    figure = Figure(figsize=(TEXT_WIDTH, TEXT_WIDTH))
    grid = _triangle(figure, n)
    corner = corner_alone()
    corner.corner_impl(
        np.stack([axis.values for axis in axes], axis=1),
        weights=weights,
        labels=[axis.label for axis in axes],
        range=[axis.limits for axis in axes],
        bins=[n_bins(axis, weights, axis.limits) for axis in axes],
        smooth1d=SMOOTHED_BINS,
        color=POSTERIOR,
        plot_datapoints=False,
        plot_density=False,
        plot_contours=False,  # its fixed smoothing makes islands of the tails' few samples
        quantiles=QUANTILES,
        max_n_ticks=3,
        fig=SimpleNamespace(axes=[], subplots=lambda *_: grid, subplots_adjust=figure.subplots_adjust),
    )
    for panel in figure.axes:
        panel.xaxis.set_label_coords(0.5, -LABEL_DISTANCE * n)
        panel.yaxis.set_label_coords(-LABEL_DISTANCE * n, 0.5)
        for label in (panel.xaxis.label, panel.yaxis.label):
            label.set_fontsize(label_size(n))
    for i, axis in enumerate(axes):
        low, middle, high = corner.quantile(axis.values, QUANTILES, weights=weights)
        grid[i, i].set_title(f"{axis.label}\n{with_errors(low, middle, high)}", fontsize=label_size(n))
        grid[i, i].axvline(axis.values[best], color=BEST_FIT, linestyle=":", linewidth=0.8)
        for j in range(i):
            draw_regions(grid[i, j], density(axes[j], axis, weights), POSTERIOR)
            grid[i, j].set(xlim=axes[j].limits, ylim=axis.limits)
            grid[i, j].plot(axes[j].values[best], axis.values[best], marker="*", markersize=6, color=BEST_FIT)
    figure.subplots_adjust(left=0.12, bottom=0.12, right=0.98, top=0.93, wspace=0.06, hspace=0.06)
    if n > 1:
        _explain(figure)
    return figure


def _explain(figure: Figure) -> None:
    """A legend of lines and regions, where there is no panel."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    outer, inner = (
        Patch(facecolor=shade(POSTERIOR, share), edgecolor=POSTERIOR, label=level)
        for share, level in zip(SHADES, LEVELS_SAID, strict=True)
    )
    lines = (
        Line2D([], [], color=POSTERIOR, linestyle="--", label="median and 68 % interval"),
        Line2D([], [], color=BEST_FIT, linestyle=":", linewidth=0.8, marker="*", markersize=6, label="best sample"),
    )
    figure.legend(handles=[inner, outer, *lines], loc="upper right", bbox_to_anchor=(0.98, 0.97))


def _triangle(figure: Figure, n: int) -> NDArray[np.object_]:
    """The panels of ``figure`` on and below the diagonal, ``(n, n)``; corner empties the others, which are in none.

    Of nine parameters those would take 8 MB.
    """
    grid = np.full((n, n), Figure().add_subplot())
    places = figure.add_gridspec(n, n)
    for i, j in product(range(n), repeat=2):
        if j <= i:
            grid[i, j] = figure.add_subplot(places[i, j])
    return grid


@cache
def corner_alone() -> Any:
    """The module ``corner.core``, without the rest of its package, which brings arviz and 60 MB for what is not used.

    It is loaded from its file and not kept where others look for it, so that ``import corner`` gives all of it. Raises
    :class:`ImportError` where there is none.
    """
    if "corner" in sys.modules:
        return import_module("corner.core")
    package = find_spec("corner")
    if package is None or package.origin is None:
        raise ImportError("corner is not installed: pip install corner")
    specification = spec_from_file_location("corner.core", Path(package.origin).with_name("core.py"))
    if specification is None or specification.loader is None:
        raise ImportError(f"{package.origin} has no core.py beside it: pip install 'corner<3'")
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
