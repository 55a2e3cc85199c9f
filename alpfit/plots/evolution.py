"""The history of dark matter in the early universe: its yield and its temperature."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from alpfit.plots.style import BLACK, BLUE, COLUMN_WIDTH, VERMILLION
from alpfit.relic import Evolution

STYLES = {"cbe": (BLUE, "-"), "nbe": (VERMILLION, "--")}
OTHER_STYLE = (BLACK, "-.")


def evolution_figure(histories: Mapping[str, Evolution], final: Mapping[str, float]) -> Figure:
    """Y and Y_eq (above) and T_chi/T (below) against x of each of ``histories`` by engine; ``final`` is Omega h^2."""
    figure = Figure(figsize=(COLUMN_WIDTH, 4.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.6, 1.0))
    for engine, history in histories.items():
        colour, line = STYLES.get(engine, OTHER_STYLE)
        label = rf"$Y$, {engine.upper()}: $\Omega h^2 = {final[engine]:.3g}$"
        above.plot(history.x, history.Y, color=colour, linestyle=line, label=label)
        below.plot(history.x, history.temperature_ratio, color=colour, linestyle=line, label=engine.upper())
    first = next(iter(histories.values()))
    above.plot(first.x, first.Y_eq, color="#777777", linestyle=":", label=r"$Y_\mathrm{eq}$")
    x_end = max(float(history.x[-1]) for history in histories.values())
    last = [float(history.Y[-1]) for history in histories.values()]
    lowest, highest = min(last), max(float(h.Y.max()) for h in histories.values())
    above.set(xscale="log", yscale="log", ylabel=r"$Y = n_\chi/s$", ylim=(0.1 * lowest, 5.0 * highest))
    ratios = np.concatenate([history.temperature_ratio for history in histories.values()])
    scale = "log" if ratios.min() < 0.3 else "linear"
    below.set(xlabel=r"$x = m_\chi/T$", ylabel=r"$T_\chi/T$", yscale=scale, xlim=(float(first.x[0]), x_end))
    above.legend(loc="upper right")
    return figure
