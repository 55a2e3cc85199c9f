"""What each measurement sees of the posterior, beside what it has measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from alpfit.plots.figure import Figure
from alpfit.plots.numbers import QUANTILES, interval, scientific
from alpfit.plots.pulls import NO_BOUND, shade_pulls
from alpfit.plots.style import BEST_FIT, BLUE, TEXT_WIDTH, literal

Array = NDArray[np.float64]

ROW = 0.26
"""Height of a row [inch]."""

REACH = 4.0
"""Pulls beyond this many standard deviations are drawn at the panel's edge."""

SEEN, BOUND = 1.04, 1.55
"""Where the columns of numbers begin, in widths of the panel."""


@dataclass(frozen=True)
class Predictive:
    """Of equally weighted samples the ``predictions`` of what is measured, ``bounds`` and ``pulls``, ``(n,)``.

    A bound is NaN where the measurement says nothing. ``best_bound`` and ``best`` are the bound and the pull
    at the best fit, NaN where there is none.
    """

    name: str
    unit: str
    predictions: Array
    bounds: Array
    pulls: Array
    best_bound: float
    best: float


def predictive_figure(rows: Sequence[Predictive]) -> Figure:
    """Posterior of the pull of each measurement, and in numbers of what it sees and of its bound."""
    height = ROW * len(rows) + 1.0
    figure = Figure(figsize=(TEXT_WIDTH, height))
    panel = figure.add_axes((0.235, 0.48 / height, 0.34, (height - 1.0) / height))
    shade_pulls(panel)
    for i, row in enumerate(rows):
        _draw_row(panel, i, row)
    panel.set_yticks(range(len(rows)), [literal(row.name) for row in rows], fontsize=7.0)
    panel.tick_params(axis="y", length=0.0)
    panel.set(xlim=(-REACH, REACH), ylim=(len(rows) - 0.5, -0.5), xlabel=r"pull [$\sigma$]")
    places = panel.get_yaxis_transform()
    for x, title in ((SEEN, "seen, 68 %"), (BOUND, "measured, or bound at best")):
        panel.text(x, -0.65, title, transform=places, ha="left", va="bottom", fontsize=7.0)
    figure.legend(handles=_legend(), loc="upper center", ncols=3)
    return figure


def _draw_row(panel: Axes, i: int, row: Predictive) -> None:
    places = panel.get_yaxis_transform()
    says_nothing = np.isnan(row.bounds)
    if says_nothing.all():
        panel.text(0.0, i, NO_BOUND, ha="center", va="center", fontsize=7.0, style="italic", color="#555555")
    else:
        _violin(panel, i, np.clip(row.pulls[~says_nothing], -REACH, REACH))
        panel.plot(np.clip(row.best, -REACH, REACH), i, marker="*", color=BEST_FIT, markersize=5, clip_on=False)
    panel.text(SEEN, i, interval(row.predictions), transform=places, va="center", fontsize=7.0)
    panel.text(BOUND, i, _bound(row), transform=places, va="center", fontsize=7.0)


def _bound(row: Predictive) -> str:
    """That at the best fit, in mathtext; of a row that says so in its panel a dash."""
    if math.isfinite(row.best_bound):
        return f"${scientific(row.best_bound)}$ {row.unit}"
    return "-" if np.isnan(row.bounds).all() else NO_BOUND


def _violin(panel: Axes, i: int, pulls: Array) -> None:
    """The density of the pulls, the line of their 68 %, and their median; a spike where they hardly differ."""
    low, middle, high = np.quantile(pulls, QUANTILES)
    grid = np.linspace(-REACH, REACH, 321)
    spread = float(np.std(pulls))
    if spread > 0.02:
        density = _smoothed(pulls, grid) * ((grid >= pulls.min()) & (grid <= pulls.max()))
    else:
        density = np.exp(-0.5 * ((grid - middle) / 0.03) ** 2)
    half = 0.4 * density / density.max()
    seen = half > 4e-3
    panel.fill_between(grid, i - half, i + half, where=list(seen), color=BLUE, alpha=0.45, linewidth=0.0)
    panel.plot([low, high], [i, i], color=BLUE, linewidth=1.6, solid_capstyle="butt")
    panel.plot(middle, i, marker="o", color="white", markeredgecolor=BLUE, markersize=3.2, markeredgewidth=0.8)


def _smoothed(values: Array, grid: Array) -> Array:
    """The density of ``values (n,)`` on a ``grid (k,)``, not normalised, by Scott's rule.

    D. W. Scott, Multivariate Density Estimation, 1992, eq. 6.42; scipy.stats, which has it, too, takes half a second.
    """
    width = np.std(values, ddof=1) * values.size ** (-1.0 / 5.0)
    return np.asarray(np.exp(-0.5 * ((grid[:, None] - values) / width) ** 2).sum(axis=1))


def _legend() -> list[Line2D]:
    return [
        Line2D([], [], color=BLUE, alpha=0.45, linewidth=5.0, label="posterior"),
        Line2D([], [], color=BLUE, marker="o", markerfacecolor="white", markersize=3.2, label="median and 68 %"),
        Line2D([], [], color=BEST_FIT, marker="*", linestyle="none", markersize=5, label="best fit"),
    ]
