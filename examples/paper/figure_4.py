"""Figure 4: how the temperature of chi evolves, below, near and on the resonance.

The paper gives m_a alone; the couplings here are those of Fig. 3 (g_achi = 1e-2 GeV^-1, Omega_NBE h^2 = 0.12).
"""

import numpy as np
from comparison import OBSERVED, Row, save
from figure_2 import G_ACHI, M_A
from matplotlib.figure import Figure

from alpfit import Evolution, evolve, required_coupling
from alpfit.plots.style import COLUMN_WIDTH, paper_style

CURVES = {0.45: ("#0072b2", "-"), 0.49: ("#e69f00", "--"), 0.50: ("#009e73", "-.")}
"""r, and how it is drawn: colours of M. Okabe and K. Ito."""


def history(r: float, engine: str = "cbe") -> Evolution:
    """At r, where the number-density equation gives the observed density."""
    g_agg = required_coupling("g_agg", M_A, r, G_ACHI, omega_h2=OBSERVED, engine="nbe", between=(1e-10, 1.0))
    return evolve(M_A, r, float(g_agg), G_ACHI, engine=engine)


def draw() -> None:
    """Write the figure."""
    with paper_style():
        figure = Figure(figsize=(COLUMN_WIDTH, 2.6), layout="constrained")
        panel = figure.add_subplot()
        for r, (colour, line) in CURVES.items():
            chi = history(r)
            panel.loglog(chi.x, chi.y, color=colour, linestyle=line, label=f"$r = {r:g}$")
        panel.loglog(chi.x, chi.y / chi.temperature_ratio, color="0.6", label="plasma", zorder=0)
        panel.set(xlabel=r"$x = m_\chi/T$", ylabel=r"$y = m_\chi T_\chi/s^{2/3}$", xlim=(2.0, 1e4), ylim=(0.2, 3e3))
        panel.legend(loc="upper left")
        save(figure, "figure_4")


def compare() -> list[Row]:
    """Whether chi cools down or heats up when it leaves kinetic equilibrium: T_chi/T at x = 20 to 25."""

    def extreme(r: float) -> float:
        chi = history(r)
        leaving = np.interp(np.linspace(15.0, 25.0, 50), chi.x, chi.temperature_ratio)
        return float(leaving[np.argmax(np.abs(np.log(leaving)))])

    return [
        Row("Fig. 4", "T_χ/T, farthest from 1 at 15 < x < 25, r = 0.45", "falls below", extreme(0.45)),
        Row("Fig. 4", "the same at r = 0.49", "rises above", extreme(0.49)),
        Row("Fig. 4", "the same at r = 0.5", "rises above", extreme(0.50)),
    ]


if __name__ == "__main__":
    draw()
