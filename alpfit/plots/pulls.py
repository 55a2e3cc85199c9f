"""How far each measurement is from what it sees at one point, in standard deviations."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from alpfit.plots.figure import Figure
from alpfit.plots.style import BEST_FIT, BLUE, COLUMN_WIDTH, ORANGE, VERMILLION, literal

NO_BOUND = "no bound here"
ROW = 0.19
"""Height of a row [inch]."""


@dataclass(frozen=True)
class Pull:
    """A measurement's ``pull``, NaN where it says nothing of this point, and its ``log_l``."""

    name: str
    pull: float
    log_l: float


def pulls_figure(pulls: Sequence[Pull]) -> Figure:
    """A bar for each of ``pulls``, positive where the prediction is too large, and ln L beside it."""
    height = ROW * len(pulls) + 0.75
    figure = Figure(figsize=(COLUMN_WIDTH, height))
    panel = figure.add_axes((0.44, 0.48 / height, 0.37, (height - 0.75) / height))
    reach = max([2.5, *(1.1 * abs(p.pull) for p in pulls if math.isfinite(p.pull))])
    shade_pulls(panel)
    for row, p in enumerate(pulls):
        if math.isfinite(p.pull):
            panel.barh(row, p.pull, height=0.55, color=_colour(p.pull))
        else:
            panel.text(0.0, row, NO_BOUND, ha="center", va="center", fontsize=6.5, style="italic", color="#555555")
    _label_rows(panel, pulls)
    panel.set(xlim=(-reach, reach), ylim=(len(pulls) - 0.5, -0.5), xlabel=r"pull [$\sigma$]")
    return figure


def shade_pulls(panel: Axes) -> None:
    """One and two standard deviations in grey, and a line at no pull."""
    for width, grey in ((2.0, "#f4f4f4"), (1.0, "#e8e8e8")):
        panel.axvspan(-width, width, color=grey, linewidth=0.0, zorder=0)
    panel.axvline(0.0, color=BEST_FIT, linewidth=0.6)


def _label_rows(panel: Axes, pulls: Sequence[Pull]) -> None:
    """Names to the left, ln L to the right."""
    panel.set_yticks(range(len(pulls)), [literal(p.name) for p in pulls], fontsize=6.5)
    panel.tick_params(axis="y", length=0.0)
    places = panel.get_yaxis_transform()
    for row, p in enumerate(pulls):
        panel.text(1.46, row, _number(p.log_l), transform=places, ha="right", va="center", fontsize=6.5)
    panel.text(1.46, -0.65, r"$\ln L$", transform=places, ha="right", va="bottom", fontsize=7.5)


def _number(value: float) -> str:
    """Two decimals, with a minus that is none of zero."""
    text = f"{value:.2f}"
    return text.replace("-", "" if float(text) == 0.0 else "\N{MINUS SIGN}")


def _colour(pull: float) -> str:
    """Blue within two standard deviations, orange within three, then vermillion."""
    return BLUE if abs(pull) <= 2.0 else ORANGE if abs(pull) <= 3.0 else VERMILLION
