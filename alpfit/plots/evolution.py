"""The history of dark matter in the early universe: its yield, its temperature, and its momenta."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps

from alpfit.plots.figure import Figure
from alpfit.plots.style import BLACK, BLUE, COLUMN_WIDTH, GREEN, VERMILLION
from alpfit.relic import Evolution, MomentumDistribution

STYLES = {"cbe": (BLUE, "-"), "nbe": (VERMILLION, "--"), "fbe": (GREEN, (0, (5, 1, 1, 1)))}
NAMES = {"fbe": "fBE"}
OTHER_STYLE = (BLACK, "-.")
FASTEST = 5.0
"""Momenta up to which the distribution is shown, in sqrt(m_chi T_chi)."""


def evolution_figure(histories: Mapping[str, Evolution], final: Mapping[str, float]) -> Figure:
    """Y and Y_eq (above) and T_chi/T (below) against x of each of ``histories`` by engine; ``final`` is Omega h^2."""
    figure = Figure(figsize=(COLUMN_WIDTH, 4.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.6, 1.0))
    for engine, history in histories.items():
        colour, line = STYLES.get(engine, OTHER_STYLE)
        name = NAMES.get(engine, engine.upper())
        label = rf"$Y$, {name}: $\Omega h^2 = {final[engine]:.3g}$"
        above.plot(history.x, history.Y, color=colour, linestyle=line, label=label)
        below.plot(history.x, history.temperature_ratio, color=colour, linestyle=line, label=name)
    first = next(iter(histories.values()))
    above.plot(first.x, first.Y_eq, color="#777777", linestyle=":", label=r"$Y_\mathrm{eq}$")
    x_end = max(_end_of_change(history) for history in histories.values())
    last = [float(history.Y[-1]) for history in histories.values()]
    lowest, highest = min(last), max(float(h.Y.max()) for h in histories.values())
    above.set(xscale="log", yscale="log", ylabel=r"$Y = n_\chi/s$", ylim=(0.1 * lowest, 5.0 * highest))
    ratios = np.concatenate([history.temperature_ratio[history.x <= x_end] for history in histories.values()])
    scale = "log" if ratios.min() < 0.3 else "linear"
    margin = 1.2 if scale == "log" else 1.02
    below.set(xlabel=r"$x = m_\chi/T$", ylabel=r"$T_\chi/T$", yscale=scale, xlim=(float(first.x[0]), x_end))
    below.set_ylim(ratios.min() / margin, ratios.max() * margin)
    above.legend(loc="upper right")
    return figure


def _end_of_change(history: Evolution) -> float:
    """Three times the x from where on Y stays within one per cent of what is left."""
    late = np.flatnonzero(np.abs(np.log(history.Y / history.Y[-1])) > 0.01)
    return float(min(3.0 * history.x[late[-1] if late.size else 0], history.x[-1]))


def momentum_figure(distributions: Sequence[MomentumDistribution], freeze_out: float) -> Figure:
    """p^2 f(p) at several x (above), with the Maxwellians of the same number and temperature, and over those (below).

    ``freeze_out`` is the x of chemical freeze-out; momenta are in units of sqrt(m_chi T_chi), areas are one.
    """
    figure = Figure(figsize=(COLUMN_WIDTH, 4.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.6, 1.0))
    for one, colour in zip(
        distributions, colormaps["viridis"](np.linspace(0.0, 0.85, len(distributions))), strict=True
    ):
        p = one.momentum / np.sqrt(one.mass * one.temperature)
        area = float(np.trapezoid(p**2 * one.maxwellian, p))
        above.plot(p, p**2 * one.f / area, color=colour, label=f"$x = {one.x:.3g}$")
        above.plot(p, p**2 * one.maxwellian / area, color=colour, linestyle=":")
        below.plot(p, one.f / one.maxwellian, color=colour)
    above.set(ylabel=r"$p^2 f(p)$, normalised", xlim=(0.0, FASTEST), ylim=(0.0, None))
    below.set(xlabel=r"$p/\sqrt{m_\chi T_\chi}$", ylabel="over Maxwellian")
    shown = [
        (one.f / one.maxwellian)[one.momentum < FASTEST * np.sqrt(one.mass * one.temperature)] for one in distributions
    ]
    below.set_ylim(0.0, min(1.1 * float(max(ratio.max() for ratio in shown)), 3.0))
    above.legend(loc="upper right", title=f"freeze-out at $x = {freeze_out:.3g}$")
    return figure
