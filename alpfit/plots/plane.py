"""The plane of two parameters: all limits, what is preferred, and where chi is the dark matter."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.legend import Legend
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from alpfit.inference.exclusion import Excluded, Preferred, RelicCurve
from alpfit.plots.density import Density, draw_edges, shade
from alpfit.plots.figure import Figure
from alpfit.plots.labels import GRID, Places, distances, edge_of, from_others, nearest, on_grid
from alpfit.plots.plane_legend import (
    HATCHES,
    MORE_HATCH,
    PREFERRED,
    PROJECTED,
    UNKNOWN_HATCH,
    Handle,
    in_the_legends_order,
    legend_of_groups,
    legend_of_lines,
    letters,
    relic_parts,
)
from alpfit.plots.regions import Curve, Look, PlaneContents, colour_of, looks_of
from alpfit.plots.style import BEST_FIT, BLACK, COLUMN_WIDTH

Array = NDArray[np.float64]

LABEL_SIZE, LEGEND_SIZE = 6.0, 6.0

SHADE = 0.09
"""The opacity of an excluded region: where ten overlap, light lines can still be seen in grey."""

PANEL_HEIGHT = 2.55
"""[inch]"""

SIDE, WIDTH = 0.155, 0.81
"""Where the panel begins, and how wide it is, in widths of the figure: at its right an axis' last number has room."""

LEFT = 0.005
"""Where legends begin, in widths of the figure."""

HALF = 32
"""Letters in a line of one of the legend's two columns."""


def plane_figure(
    contents: PlaneContents, *, posterior: Density | None = None, best: tuple[float, float] | None = None
) -> Figure:
    """All of ``contents``, the edges of a ``posterior`` in log10 of both axes, and the ``best`` fit as a star."""
    figure = Figure(figsize=(COLUMN_WIDTH, PANEL_HEIGHT + 1.0))
    panel = figure.add_axes((SIDE, 0.3, WIDTH, 0.6))
    set_axes(panel, contents)
    _size(figure, panel, 1.0)
    handles = draw_plane(panel, contents, posterior, best)
    panel.set_title(contents.others, fontsize=7.0, pad=3.0)
    short = [handle for handle in handles if letters(str(handle.get_label())) <= HALF]
    long = _legend(figure, [handle for handle in handles if handle not in short], 1)
    columns = _legend(figure, short, 2)
    below, above = (_height(figure, legend) for legend in (long, columns))
    _size(figure, panel, below + above)
    columns.set_bbox_to_anchor((LEFT, below / figure.get_figheight()))
    return figure


def _legend(figure: Figure, handles: Sequence[Handle], n_columns: int) -> Legend:
    """A legend at the bottom of the figure."""
    return figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(LEFT, 0.0),
        fontsize=LEGEND_SIZE,
        labelspacing=0.25,
        handlelength=1.6,
        borderaxespad=0.15,
        borderpad=0.2,
        ncols=n_columns,
        columnspacing=1.0,
    )


def _height(figure: Figure, legend: Legend) -> float:
    """How high a legend is [inch], which depends on the fonts and on matplotlib; nothing for an empty one."""
    return float(legend.get_window_extent().height) / figure.dpi if legend.get_texts() else 0.0


def draw_plane(
    panel: Axes,
    contents: PlaneContents,
    posterior: Density | None = None,
    best: tuple[float, float] | None = None,
) -> list[Handle]:
    """Draw into a ``panel`` that has its size and limits already; its legend."""
    places = _places(panel, contents)
    if best is not None:
        x, y = panel.transAxes.inverted().transform(panel.transData.transform(best))
        places.reserve(float(x), float(y), 8)
    for wanted in contents.preferred:
        _draw_preferred(panel, contents, wanted)
    looks = looks_of(contents.excluded)
    edges = {region.name: _draw_excluded(panel, contents, region, looks[region.name]) for region in contents.excluded}
    for curve in contents.relic:
        _draw_relic(panel, curve, contents.relic_density)
    for line in contents.curves:
        panel.plot(line.x, line.y, color=line.colour, linestyle=line.linestyle, zorder=4)
    if posterior is not None:
        in_units = Density(10.0**posterior.x, 10.0**posterior.y, posterior.values, posterior.levels)
        draw_edges(panel, in_units, BLACK, linestyle=":")
    if best is not None:
        panel.plot(
            *best, marker="*", color=BEST_FIT, markeredgecolor="white", markersize=7, markeredgewidth=0.4, zorder=6
        )
    numerals = _write_labels(places, contents.excluded, edges, looks)
    return [*legend_of_lines(contents, posterior, best), *legend_of_groups(contents.excluded, numerals, looks)]


def _places(panel: Axes, contents: PlaneContents) -> Places:
    """The panel before any label: regions and edges where they are, and of relic densities the curves.

    No label may lie on a curve of one's own. What a projection covers is not shaded.
    """
    masks = [on_grid(region.inside) for region in contents.excluded if not region.projection]
    projected = [on_grid(region.inside) for region in contents.excluded if region.projection]
    wanted = [on_grid(region.loss <= region.thresholds[1]) for region in contents.preferred]
    with np.errstate(invalid="ignore"):
        relic = [on_grid(curve.omega_h2 > contents.relic_density) for curve in contents.relic]
    lines = [edge_of(mask) for mask in (*masks, *projected, *wanted, *relic)]
    crowd, ink = (np.sum([np.zeros(GRID), *layers], axis=0) for layers in ([*masks, *(4 * wanted)], lines))
    places = Places(panel, crowd, ink)
    for curve in contents.curves:
        places.taken |= edge_of(on_grid(_above(contents, curve)))
    return places


def _above(contents: PlaneContents, curve: Curve) -> NDArray[np.bool_]:
    """Which points of the grid are above a curve."""
    at = np.exp(np.interp(np.log(contents.x), np.log(curve.x), np.log(curve.y)))
    return np.asarray(contents.y > at[:, None])


def set_axes(panel: Axes, contents: PlaneContents) -> None:
    """Labels, limits and ticks of the ``panel`` to draw into."""
    panel.set(xscale="log", yscale="log", xlabel=contents.labels[0], ylabel=contents.labels[1])
    panel.set(xlim=contents.x[[0, -1]], ylim=contents.y[[0, -1]])
    if contents.x[-1] < 100.0 * contents.x[0]:
        panel.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 3.0, 5.0)))
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.xaxis.set_minor_formatter(NullFormatter())


def _size(figure: Figure, panel: Axes, legends: float) -> None:
    """A panel of fixed height above ``legends`` of so many inches."""
    below = 0.42 + legends + 0.05
    height = below + PANEL_HEIGHT + 0.2
    figure.set_size_inches(COLUMN_WIDTH, height)
    panel.set_position((SIDE, below / height, WIDTH, PANEL_HEIGHT / height))


def _draw_preferred(panel: Axes, contents: PlaneContents, wanted: Preferred) -> None:
    inner, outer = wanted.thresholds
    grid = contents.x, contents.y, wanted.loss.T
    panel.contourf(*grid, [-1.0, inner, outer], colors=[PREFERRED, shade(PREFERRED, 0.5)], alpha=0.75, zorder=2.5)
    panel.contour(*grid, [inner, outer], colors="#8a8000", linewidths=0.6, zorder=2.6)


def _draw_excluded(panel: Axes, contents: PlaneContents, region: Excluded, look: Look) -> list[Array]:
    """A shaded region with its edge, or the edge of a projection alone, dashed; the lines of the edge ``(n, 2)``."""
    colour = look.colour
    excess = np.nan_to_num(region.excess, nan=-1.0, posinf=1e3).T
    grid = contents.x, contents.y, excess
    if region.projection:
        drawn = panel.contour(*grid, [0.0], colors=colour, linewidths=0.9, linestyles=PROJECTED, zorder=2.8)
        return _lines(drawn)
    panel.contourf(
        *grid, [0.0, max(float(excess.max()), 1e-9) * 1.01], colors=colour_of(region.group), alpha=SHADE, zorder=1.5
    )
    return _lines(panel.contour(*grid, [0.0], colors=colour, linewidths=0.7, zorder=2.7))


def _lines(drawn: ContourSet) -> list[Array]:
    """The lines ``(n, 2)`` of a contour of one level; where it is nowhere, matplotlib has one without a point."""
    return [np.asarray(line) for line in drawn.allsegs[0] if len(line)]


def _draw_relic(panel: Axes, curve: RelicCurve, measured: float) -> None:
    """Where Omega h^2 is as ``measured``, and hatching where there is too much or nothing is known."""
    parts, ratio = relic_parts(curve, measured), np.ma.masked_invalid(np.log(curve.omega_h2 / measured).T)
    if parts.line:
        style = parts.linestyle
        panel.contour(curve.x, curve.y, ratio, [0.0], colors=BLACK, linewidths=1.1, linestyles=style, zorder=4)
    if parts.unknown:
        _hatch(panel, curve, np.isnan(curve.omega_h2).T.astype(float), [0.5, 1.5], UNKNOWN_HATCH)
    if parts.more:
        _hatch(panel, curve, ratio, [0.0, float(ratio.max()) * 1.01], MORE_HATCH)


def _hatch(panel: Axes, curve: RelicCurve, values: Array, levels: Sequence[float], hatch: str) -> None:
    """Where ``values`` are between two ``levels``."""
    drawn = panel.contourf(curve.x, curve.y, values, levels, colors="none", hatches=[hatch], zorder=1.2)
    drawn.set(edgecolor=HATCHES, linewidth=0.0)


def _write_labels(
    places: Places, regions: Sequence[Excluded], edges: Mapping[str, Sequence[Array]], looks: Mapping[str, Look]
) -> dict[str, str]:
    """Names along edges or, where these are nowhere straight, in regions that have room.

    Each is nearer to its own edge than to any other.
    Projections, which have no shade to stand in, come first, then the smallest. Of the entries whose names have no room
    it returns, in the legend's order, the numeral that stands on the line instead: empty where not even that has room.
    """
    names = [region.name for region in regions]
    away = distances([edge_of(on_grid(region.inside)) for region in regions])
    own = dict(zip(names, nearest(away), strict=True))
    unwritten = []
    for region in sorted(regions, key=lambda region: (not region.projection, int(region.inside.sum()))):
        look, inside, near = looks[region.name], on_grid(region.inside), own[region.name]
        style = look.ink, LABEL_SIZE
        written = places.write_along(look.label, edges[region.name], inside, near, *style)
        if not (written or (not region.projection and places.write(look.label, inside, near, *style))):
            unwritten.append(region)
    numerals: dict[str, str] = {}
    for region in in_the_legends_order(unwritten, looks):
        numeral = str(1 + sum(map(bool, numerals.values())))
        apart = from_others(away, names.index(region.name))
        drawn = places.write_on(numeral, edges[region.name], apart, looks[region.name].ink, LABEL_SIZE)
        numerals[region.name] = numeral if drawn else ""
    for text in places.panel.texts:
        text.set_path_effects([withStroke(linewidth=1.2, foreground="white", alpha=0.85)])
    return numerals
