"""What Figures 6 and 7 share: all limits of the catalogue beside Belle II's rate, in one panel with its legend."""

from dataclasses import replace

import numpy as np
from comparison import OBSERVED, save
from matplotlib.figure import Figure

from alpfit import likelihoods
from alpfit.inference.exclusion import Plane, excluded, measurements_for, preferred
from alpfit.plots.plane import draw_plane, set_axes
from alpfit.plots.regions import PlaneContents
from alpfit.plots.style import TEXT_WIDTH, paper_style
from alpfit.scenarios import scenario_for

CHOICES = {"physics": {"form_factor": "exponential", "top_mass": "pole"}}
"""Those of the paper: its eq. (3.3), and the pole mass in eq. (3.2)."""

STANDARD_MODEL = 5.58e-6
"""BR(B+ -> K+ nu nu) that the paper subtracts, arXiv:2207.13371: with the tau part, of Belle II's background."""

ONE_RATE = (1.0, 4.0)
"""-2 Delta ln L of 68.3 % and 95.4 % for one parameter: a rate alone is measured, and the paper's band is one sigma."""

RED = "#b00020"
CURVES = {"cbe": "-", "nbe": "--"}
"""The paper's engines, and how it draws them."""


def seen(scenario, m_a, g_agg, others, curves=()) -> PlaneContents:
    """Belle II's rate, and what all other data exclude, over the grid of ``m_a`` [GeV] and ``g_agg`` [1/GeV]."""
    plane = Plane(scenario_for(scenario, others, **CHOICES), m_a, g_agg, others, "cbe")
    belle2 = likelihoods.load("belle2_bknunu_2023", {"standard_model": STANDARD_MODEL})
    band = replace(preferred(plane, belle2), thresholds=ONE_RATE)
    limits = [excluded(plane, m) for m in measurements_for(plane, (belle2,)) if m is not belle2]
    found = tuple(limit for limit in limits if limit is not None)
    return PlaneContents(m_a, g_agg, found, (band,), (), OBSERVED, "", tuple(curves))


def draw(contents: PlaneContents, name: str, title: str, note: str = "") -> None:
    """Write the figure ``name``; the ``note`` stands below its legend."""
    with paper_style():
        figure = Figure(figsize=(TEXT_WIDTH, 4.4))
        panel = figure.add_axes((0.085, 0.105, 0.605, 0.875))
        set_axes(panel, contents)
        handles = draw_plane(panel, contents)
        style = {"fontsize": 7.0, "title_fontsize": 8.0, "alignment": "left", "handlelength": 1.8}
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.695, 0.99), title=title, **style)
        figure.text(0.71, 0.105, note, fontsize=7.0, va="bottom", linespacing=1.3)
        save(figure, name)


def share(where, of) -> float:
    """How much of the mask ``of`` is ``where``."""
    return float(np.mean(where[of]))
