"""The spectrum of a binned measurement: counts, and what is left of them without the background."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from alpfit.plots.figure import Figure
from alpfit.plots.style import BLACK, ORANGE, SKY, TEXT_WIDTH, VERMILLION

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Channel:
    """Counts in the bins of a channel, arrays ``(bins,)``.

    ``observed`` events; at the best fit the ``background``, the Standard Model's signal and new physics; and the
    68 % interval ``low`` to ``high`` of all expected events over the posterior. ``abscissa`` is what is binned,
    ``bins`` are the names of the bins, and ``groups`` those of equal shares of them.
    """

    title: str
    abscissa: str
    bins: Sequence[str]
    groups: Sequence[str]
    observed: Array
    background: Array
    standard_model: Array
    new_physics: Array
    low: Array
    high: Array

    @property
    def signal(self) -> Array:
        """What is expected above the background, ``(bins,)``."""
        return self.standard_model + self.new_physics


def spectrum_figure(channels: Sequence[Channel]) -> Figure:
    """Events (above) and events less the background of the best fit (below), channel by channel."""
    widths = [len(channel.bins) for channel in channels]
    figure = Figure(figsize=(TEXT_WIDTH, 4.4), layout="constrained")
    panels = figure.subplots(2, len(channels), squeeze=False, width_ratios=widths, height_ratios=(1.0, 1.5))
    for column, channel in enumerate(channels):
        above, below = panels[:, column]
        edges = np.arange(len(channel.bins) + 1, dtype=np.float64) - 0.5
        _draw_counts(above, edges, channel)
        _draw_excess(below, edges, channel)
        above.set_title(channel.title, fontsize=8.0)
        above.set_xticks(range(len(channel.bins)), [""] * len(channel.bins))
        below.set_xlabel(channel.abscissa)
        below.set_xticks(range(len(channel.bins)), [_ends(name) for name in channel.bins], rotation=90.0, fontsize=7.0)
        for panel in (above, below):
            panel.set_xlim(edges[0], edges[-1])
        _draw_groups(above, below, channel)
    panels[0, 0].set_ylabel("events")
    panels[1, 0].set_ylabel("events $-$ background")
    figure.align_ylabels(panels[:, 0])
    told = {
        label: handle
        for panel in (panels[1, 0], panels[0, 0])
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(list(told.values()), list(told), loc="outside upper center", ncols=5)
    return figure


def _ends(name: str) -> str:
    """A bin that is named by two numbers with a dash between them, "-1 - 4", with a word in its place."""
    ends = name.split(" - ")
    return " to ".join(end.replace("-", "\N{MINUS SIGN}") for end in ends) if len(ends) == 2 else name


def _draw_counts(panel: Axes, edges: Array, channel: Channel) -> None:
    panel.stairs(channel.background + channel.signal, edges, color=VERMILLION)
    panel.stairs(channel.background, edges, fill=True, color="#dddddd", label="background")
    _draw_points(panel, channel.observed, np.sqrt(channel.observed))
    panel.set_ylim(0.0, 1.25 * float((channel.observed + np.sqrt(channel.observed)).max()))


def _draw_excess(panel: Axes, edges: Array, channel: Channel) -> None:
    signal, known = channel.signal, channel.standard_model
    panel.axhline(0.0, color=BLACK, linewidth=0.5)
    panel.stairs(known, edges, fill=True, color=SKY, alpha=0.5, label="Standard Model signal")
    panel.stairs(signal, edges, color=VERMILLION, label="with new physics, best fit")
    low, high = channel.low - channel.background, channel.high - channel.background
    panel.stairs(high, edges, baseline=low, fill=True, color=ORANGE, alpha=0.5, label="posterior, 68 %")
    excess = channel.observed - channel.background
    errors = np.sqrt(channel.observed)
    _draw_points(panel, excess, errors)
    lowest, highest = min(float((excess - errors).min()), 0.0), max(float((excess + errors).max()), float(high.max()))
    panel.set_ylim(lowest - 0.05 * (highest - lowest), highest + 0.2 * (highest - lowest))


def _draw_groups(above: Axes, below: Axes, channel: Channel) -> None:
    """Lines between the groups of bins, and their names on top."""
    size = len(channel.bins) // max(len(channel.groups), 1)
    for k, name in enumerate(channel.groups):
        middle = size * (k + 0.5) - 0.5
        above.text(middle, 0.97, name, transform=above.get_xaxis_transform(), ha="center", va="top", fontsize=7.0)
        if k:
            for panel in (above, below):
                panel.axvline(size * k - 0.5, color="#999999", linewidth=0.5, linestyle=":")


def _draw_points(panel: Axes, values: Array, errors: Array) -> None:
    """The data."""
    bins = np.arange(values.size)
    panel.errorbar(bins, values, errors, fmt="o", color=BLACK, markersize=2.5, linewidth=0.8, capsize=1.5, label="data")
