"""Figure 1: branching ratios of the ALP against its coupling to dark matter."""

import numpy as np
from comparison import Row, save
from matplotlib.figure import Figure

from alpfit.physics.widths import alp_widths
from alpfit.plots.style import COLUMN_WIDTH, POSTERIOR, PROFILE, paper_style

M_A, R, G_AGG = 1.0, 0.475, 1e-4  # GeV, ratio, 1/GeV: its caption


def branching_ratios(g_achi):
    """BR(a -> chi chi) and BR(a -> gamma gamma)."""
    widths = alp_widths(M_A, R, G_AGG, g_achi)
    return widths.dark_matter / widths.total, widths.photons / widths.total


def draw() -> None:
    """Write the figure."""
    g_achi = np.geomspace(1e-6, 1e-2, 400)
    dark_matter, photons = branching_ratios(g_achi)
    with paper_style():
        figure = Figure(figsize=(COLUMN_WIDTH, 2.6), layout="constrained")
        panel = figure.add_subplot()
        panel.loglog(g_achi, dark_matter, color=POSTERIOR, label=r"$a\to\chi\chi$")
        panel.loglog(g_achi, photons, color=PROFILE, linestyle="--", label=r"$a\to\gamma\gamma$")
        panel.set(xlabel=r"$g_{a\chi\chi}$ [GeV$^{-1}$]", ylabel="branching ratio", ylim=(1e-3, 2.0), xlim=(1e-6, 1e-2))
        panel.legend(loc="center right")
        save(figure, "figure_1")


def compare() -> list[Row]:
    """What the text reads off it."""
    g_achi = np.geomspace(1e-6, 1e-2, 100_001)
    equal = g_achi[np.argmin(np.abs(branching_ratios(g_achi)[0] - 0.5))]
    at = float(branching_ratios(np.array([1e-4]))[0][0])
    return [
        Row("Fig. 1", "BR(a→χχ) at g_aχχ = 1e-4 GeV⁻¹", "dominates", at, "the paper's “≳” is a power of ten"),
        Row("Fig. 1", "g_aχχ [GeV⁻¹] where both are equal", "≲ 1e-4", equal),
    ]


if __name__ == "__main__":
    draw()
