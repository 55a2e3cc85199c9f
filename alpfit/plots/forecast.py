"""Limits against mass: those of the data, and those that are expected of more."""

import numpy as np
from matplotlib.figure import Figure

from alpfit.inference.forecasting.forecast import Forecast
from alpfit.inference.forecasting.limits import BANDS
from alpfit.plots.style import BLUE, COLUMN_WIDTH, GREEN, ORANGE, PURPLE, VERMILLION, YELLOW
from alpfit.scenarios import Quantity

MIDDLE = len(BANDS) // 2
COLOURS = (BLUE, VERMILLION, PURPLE, ORANGE)


def draw_limits(made: Forecast, mass: Quantity, rate: Quantity) -> Figure:
    """Observed limits on the ``rate``, the bands of the last luminosity, and the medians of the others."""
    figure = Figure(figsize=(COLUMN_WIDTH, 3.3), layout="constrained")
    axes = figure.subplots()
    last, unit = made.at[-1], _unit(made.unit)
    masses = np.array([limits.mass for limits in last.limits])
    bands = np.array([limits.cl_s for limits in last.limits])
    name = f"{last.luminosity:g} {unit}"
    axes.fill_between(masses, bands[:, 0], bands[:, -1], color=YELLOW, lw=0.0, label=rf"{name}, $\pm2\sigma$")
    axes.fill_between(masses, bands[:, 1], bands[:, -2], color=GREEN, lw=0.0, label=rf"{name}, $\pm1\sigma$")
    axes.plot(masses, bands[:, MIDDLE], color="black", linestyle="--", linewidth=0.8, label=f"{name}, median")
    for at, colour in zip(made.at[:-1], COLOURS * len(made.at), strict=False):
        medians = [limits.cl_s[MIDDLE] for limits in at.limits]
        axes.plot(
            masses, medians, color=colour, linestyle="--", linewidth=0.8, label=f"{at.luminosity:g} {unit}, median"
        )
    axes.plot(masses, [limits.cl_s for limits in made.observed], color="black", label="observed")
    if made.truth.rate > 0.0:
        axes.plot(made.truth.mass, made.truth.rate, "*", color="black", markersize=7, label=made.truth.name)
    axes.set(xlabel=mass.axis_label, ylabel=f"{rate.axis_label}, 95 % CL$_s$", yscale="log")
    axes.set(xlim=(masses[0], masses[-1]))
    figure.legend(loc="outside upper center", ncols=2, fontsize=6.5)  # where it hides no line
    return figure


def _unit(unit: str) -> str:
    """A unit such as 1/ab in mathtext."""
    return rf"$\mathrm{{{unit[2:]}}}^{{-1}}$" if unit.startswith("1/") and unit[2:].isalpha() else unit
