"""Posterior beside profile likelihood, in the plane of each pair of parameters."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from alpfit.inference.profile import ProfileBin
from alpfit.inference.profiling import Profile
from alpfit.inference.samples import Samples
from alpfit.plots import finer
from alpfit.plots.density import Density, density, draw_regions, n_bins, shade
from alpfit.plots.profile import surface_of
from alpfit.plots.style import BEST_FIT, CONFIDENCE_LEVELS_2D, POSTERIOR, PROFILE, TEXT_WIDTH, Axis

Array = NDArray[np.float64]
Limits = tuple[tuple[float, float], tuple[float, float]]

LEVELS = dict(list(CONFIDENCE_LEVELS_2D.items())[:2])
SHADES = (0.35, 0.75)
"""Of the larger region and the smaller one."""


def posterior_2d_figure(
    samples: Samples,
    pairs: Sequence[tuple[Axis, Axis]],
    near: Samples,
    bins: Sequence[ProfileBin],
    better: Sequence[Profile] = (),
) -> Figure:
    """For each of ``pairs`` the posterior (left) and the profile likelihood (right) with their 68.3 % and 95.4 %.

    The profile likelihood is that of ``bins`` of the samples ``near`` the best one, or one of the ``better`` ones.
    """
    top = finer.top_of(near, better)
    across = min(2, len(pairs))
    rows = math.ceil(len(pairs) / across)
    figure = Figure(figsize=(TEXT_WIDTH, 1.75 * rows + 0.7 if across == 2 else 3.6), layout="constrained")
    panels = figure.subplots(rows, 2 * across, squeeze=False)
    cells = panels.reshape(rows * across, 2)
    for (left, right), (x, y) in zip(cells, pairs, strict=False):
        regions = density(x, y, samples.weights, n_bins(samples.n_eff))
        draw_regions(left, regions, POSTERIOR)
        known = finer.of(better, x, y)
        if known is not None:
            limits = _draw_better(right, known, (x, y), top)
        else:
            own = [b for b in bins if b.names == (x.name, y.name)]
            limits = _draw_profile(right, surface_of(near, own, (x, y), top))
        for panel in (left, right):
            panel.plot(x.values[samples.best], y.values[samples.best], marker="*", color=BEST_FIT, markersize=6)
            panel.set(xlim=_both(regions, 0, limits[0]), ylim=_both(regions, 1, limits[1]), xlabel=x.label)
            panel.xaxis.set_major_locator(MaxNLocator(3, prune="both"))
            panel.yaxis.set_major_locator(MaxNLocator(4))
        left.set_ylabel(y.label)
        right.tick_params(labelleft=False)
    for panel in cells[len(pairs) :].ravel():
        panel.set_axis_off()
    for left, right in cells[:across]:
        left.set_title("posterior")
        right.set_title("profile likelihood")
    figure.legend(handles=_legend(), loc="outside upper center", ncols=5, columnspacing=1.2, handlelength=1.4)
    return figure


def _draw_profile(panel: Axes, profile: tuple[Array, Array, Array]) -> Limits:
    """The regions of -2 Delta ln L from samples, cell by cell; the ends in x and y of the larger one."""
    x_edges, y_edges, surface = profile
    colours = np.ones((*surface.shape, 4))
    colours[..., 3] = 0.0
    for level, share in zip(reversed(LEVELS.values()), SHADES, strict=True):
        colours[surface <= level] = (*shade(PROFILE, share), 1.0)
    panel.pcolormesh(x_edges, y_edges, np.swapaxes(colours, 0, 1), rasterized=True)
    inside = np.nan_to_num(surface, nan=np.inf) <= max(LEVELS.values())
    i, j = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    return (float(x_edges[i[0]]), float(x_edges[i[-1] + 1])), (float(y_edges[j[0]]), float(y_edges[j[-1] + 1]))


def _draw_better(panel: Axes, profile: Profile, pair: tuple[Axis, Axis], top: float) -> Limits:
    """The same from a profile that is known better."""
    colours = [shade(PROFILE, share) for share in reversed(SHADES)]
    finer.fill(panel, profile, pair, top, [0.0, *LEVELS.values()], colours)
    inside = np.nan_to_num(profile.minus_two_delta(top), nan=np.inf) <= max(LEVELS.values())
    x, y = (places[inside] for places in finer.positions(profile, pair))
    return (float(x.min()), float(x.max())), (float(y.min()), float(y.max()))


def _both(regions: Density, axis: int, limits: tuple[float, float]) -> tuple[float, float]:
    """A range that holds the larger region of the posterior and ``limits``, with a margin."""
    places = (regions.x, regions.y)[axis][(regions.values >= regions.levels[0]).any(axis=1 - axis)]
    low, high = min(float(places[0]), limits[0]), max(float(places[-1]), limits[1])
    return low - 0.08 * (high - low), high + 0.08 * (high - low)


def _legend() -> list[Patch | Line2D]:
    patches: list[Patch | Line2D] = [
        Patch(facecolor=shade(colour, share), label=f"{what} {level}")
        for what, colour in (("posterior", POSTERIOR), ("profile", PROFILE))
        for level, share in zip(LEVELS, reversed(SHADES), strict=True)
    ]
    return [*patches, Line2D([], [], marker="*", color=BEST_FIT, linestyle="none", label="best fit")]
