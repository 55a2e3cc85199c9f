"""Figure 5: how the abundance of chi evolves at the points of Fig. 4; the plain equation has one gray curve each."""

from comparison import OBSERVED, Row, save
from figure_2 import G_ACHI, M_A
from figure_4 import CURVES, history
from matplotlib.figure import Figure

from alpfit import relic_density, required_coupling
from alpfit.plots.style import TEXT_WIDTH, paper_style


def draw() -> None:
    """Write the figure."""
    with paper_style():
        figure = Figure(figsize=(TEXT_WIDTH, 2.6), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for panel, ratios in zip(panels, ((0.45,), (0.49, 0.50)), strict=True):
            for r in ratios:
                colour, line = CURVES[r]
                coupled, plain = history(r), history(r, "nbe")
                panel.loglog(coupled.x, coupled.Y, color=colour, linestyle=line, label=f"$r = {r:g}$, CBE")
                panel.loglog(plain.x, plain.Y, color="0.5", linestyle=line, linewidth=0.9, label=f"$r = {r:g}$, NBE")
            panel.loglog(plain.x, plain.Y_eq, color="0.8", linewidth=0.8, label="equilibrium", zorder=0)
            panel.set(xlabel=r"$x = m_\chi/T$", xlim=(10.0, 1e5), ylim=(1e-12, 1e-4))
            panel.legend(loc="upper right")
        panels[0].set_ylabel(r"$Y = n_\chi/s$")
        save(figure, "figure_5")


def compare() -> list[Row]:
    """What the two panels show."""
    rows = []
    for r, said in ((0.45, "increases"), (0.49, "not said"), (0.50, "reduced")):
        g_agg = required_coupling("g_agg", M_A, r, G_ACHI, omega_h2=OBSERVED, engine="nbe", between=(1e-10, 1.0))
        factor = float(relic_density(M_A, r, g_agg, G_ACHI).omega_h2) / OBSERVED
        why = "still annihilating at x = 1e6, where the integration ends" if r == 0.5 else ""
        rows.append(Row("Fig. 5", f"Ω_CBE/Ω_NBE at r = {r:g}", said, factor, why))
    return rows


if __name__ == "__main__":
    draw()
