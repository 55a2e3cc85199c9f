"""The corner plot: marginal posteriors of the parameters, with 68 % and 95 % regions."""

import warnings
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from alpfit.plots.style import BEST_FIT, POSTERIOR, TEXT_WIDTH, Axis

Array = NDArray[np.float64]


def corner_figure(axes: Sequence[Axis], weights: Array, best: int) -> Figure:
    """Posterior of ``axes`` from samples with ``weights (n,)``; the best sample is marked."""
    import corner

    n = len(axes)
    figure = Figure(figsize=(TEXT_WIDTH, TEXT_WIDTH))
    with warnings.catch_warnings():  # corner tells of contours that the smoothing leaves empty
        warnings.filterwarnings("ignore", message="No contour levels were found")
        corner.corner(
            np.stack([axis.values for axis in axes], axis=1),
            weights=weights,
            labels=[axis.label for axis in axes],
            range=[axis.limits for axis in axes],
            bins=40,
            smooth=1.2,
            smooth1d=1.0,
            levels=(0.68, 0.95),
            color=POSTERIOR,
            plot_datapoints=False,
            plot_density=False,
            fill_contours=True,
            quantiles=(0.16, 0.5, 0.84),
            show_titles=True,
            title_fmt=".3f",
            max_n_ticks=4,
            labelpad=0.06,
            fig=figure,
        )
    point = [axis.values[best] for axis in axes]
    grid = np.array(figure.axes).reshape(n, n)
    for i in range(n):
        grid[i, i].axvline(point[i], color=BEST_FIT, linestyle=":", linewidth=0.8)
        for j in range(i):
            grid[i, j].plot(point[j], point[i], marker="*", markersize=6, color=BEST_FIT, markeredgewidth=0)
    return figure
