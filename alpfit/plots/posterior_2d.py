"""Posterior beside profile likelihood, in the plane of each pair of parameters."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from alpfit.inference.profiling import THRESHOLDS, Profile
from alpfit.inference.samples import Samples
from alpfit.plots import finer
from alpfit.plots.density import SHADES, Density, density, draw_regions, shade
from alpfit.plots.figure import Figure
from alpfit.plots.pairs import MOST_IN_ROWS, legend_place, mirror, rows
from alpfit.plots.profile import ProfileOf, surface_of
from alpfit.plots.style import BEST_FIT, POSTERIOR, PROFILE, Axis

Array = NDArray[np.float64]
Range = tuple[float, float]

LEVELS = THRESHOLDS[2]


def posterior_2d_figure(
    samples: Samples,
    pairs: Sequence[tuple[Axis, Axis]],
    near: Samples,
    profile_of: ProfileOf,
    better: Sequence[Profile] = (),
) -> Figure:
    """For each of ``pairs`` the posterior (left) and the profile likelihood (right) with their 68.3 % and 95.4 %.

    The profile likelihood is that of the samples ``near`` the best one, ``profile_of`` two axes, or one of the
    ``better`` ones. Of more than :data:`~alpfit.plots.pairs.MOST_IN_ROWS` pairs the posteriors are below the diagonal
    of a matrix, the profile likelihoods above it.
    """
    top = finer.top_of(near, better)
    mirrored = len(pairs) > MOST_IN_ROWS
    across = min(2, len(pairs))
    height, above = (1.75, 0.7) if across == 2 else (3.6, 0.0)
    figure, cells = mirror(pairs) if mirrored else rows(pairs, across, height, above, panels=2)
    limits: dict[str, Range] = {}
    for (left, right), (x, y) in zip(cells, pairs, strict=True):
        regions = density(x, y, samples.weights)
        draw_regions(left, regions, POSTERIOR)
        if (known := finer.of(better, x, y)) is not None:
            reach = _draw_better(right, known, (x, y), top, mirrored)
        else:
            reach = _draw_profile(right, surface_of(profile_of(x, y), (x, y), top), mirrored)
        best = x.values[samples.best], y.values[samples.best]
        for panel, place in ((left, best), (right, best[::-1] if mirrored else best)):
            panel.plot(*place, marker="*", color=BEST_FIT, markersize=6)
        own = {axis.name: _both(regions, k, reach[k]) for k, axis in enumerate((x, y))}
        if not mirrored:
            _set_axes((left, right), own[x.name], own[y.name])
        limits |= {name: _around(limits.get(name, ends), ends) for name, ends in own.items()}
    if mirrored:  # all panels of a row or a column have one range
        for (left, right), (x, y) in zip(cells, pairs, strict=True):
            left.set(xlim=limits[x.name], ylim=limits[y.name])
            right.set(xlim=limits[y.name], ylim=limits[x.name])
    else:
        for left, right in cells[:across]:
            left.set_title("posterior")
            right.set_title("profile likelihood")
    figure.legend(handles=_legend(), loc=legend_place(figure), ncols=5, columnspacing=1.2, handlelength=1.4)
    return figure


def _set_axes(panels: tuple[Axes, Axes], x_limits: Range, y_limits: Range) -> None:
    """Two panels beside each other over the same range."""
    for panel in panels:
        panel.set(xlim=x_limits, ylim=y_limits)
        panel.xaxis.set_major_locator(MaxNLocator(3, prune="both"))
        panel.yaxis.set_major_locator(MaxNLocator(4))
    panels[1].tick_params(labelleft=False)


def _draw_profile(panel: Axes, profile: tuple[Array, Array, Array], mirrored: bool) -> tuple[Range, Range]:
    """The regions of -2 Delta ln L from samples, cell by cell; the ends in x and y of the larger one."""
    x_edges, y_edges, surface = profile
    colours = np.ones((*surface.shape, 4))
    colours[..., 3] = 0.0
    for level, share in zip(sorted(LEVELS.values(), reverse=True), SHADES, strict=True):
        colours[surface <= level] = (*shade(PROFILE, share), 1.0)
    if mirrored:
        panel.pcolorfast(y_edges, x_edges, colours)
    else:
        panel.pcolorfast(x_edges, y_edges, np.swapaxes(colours, 0, 1))
    inside = np.nan_to_num(surface, nan=np.inf) <= max(LEVELS.values())
    i, j = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    return (float(x_edges[i[0]]), float(x_edges[i[-1] + 1])), (float(y_edges[j[0]]), float(y_edges[j[-1] + 1]))


def _draw_better(
    panel: Axes, profile: Profile, pair: tuple[Axis, Axis], top: float, mirrored: bool
) -> tuple[Range, Range]:
    """The same from a profile that is known better."""
    colours = [shade(PROFILE, share) for share in reversed(SHADES)]
    finer.fill(panel, profile, pair, top, [0.0, *LEVELS.values()], colours, mirrored=mirrored)
    inside = np.nan_to_num(profile.minus_two_delta(top), nan=np.inf) <= max(LEVELS.values())
    x, y = (places[inside] for places in finer.positions(profile, pair))
    return (float(x.min()), float(x.max())), (float(y.min()), float(y.max()))


def _around(one: Range, other: Range) -> Range:
    """The range that holds both."""
    return min(one[0], other[0]), max(one[1], other[1])


def _both(regions: Density, axis: int, limits: Range) -> Range:
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
