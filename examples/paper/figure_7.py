"""Figure 7: an ALP that decays to dark matter, what excludes it, and where the relic density is the observed one."""

import numpy as np
from comparison import OBSERVED, Row, save
from figure_6 import CHOICES, wrapped
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from table_1 import EXCESS, rate_per_coupling

from alpfit import likelihoods, required_coupling
from alpfit.fit.plane import Plane, excluded, measurements_for, preferred
from alpfit.plots.plane import draw_plane
from alpfit.plots.regions import PlaneContents
from alpfit.plots.style import TEXT_WIDTH, paper_style
from alpfit.scenarios import InvisibleScenario

MASSES, COUPLINGS = np.geomspace(0.05, 4.78, 160), np.geomspace(1e-7, 1e-2, 150)  # GeV, 1/GeV

CURVES = {(0.475, 1e-3): "#b00020", (0.477, 1e-3): "#e8707f", (0.490, 1.04e-5): "#5b0010"}
"""r and g_achi [1/GeV] of its curves, and the reds in which they are drawn."""


def contents() -> PlaneContents:
    """Belle II's rate and all that bounds the invisible scenario, where nearly all ALPs decay to dark matter."""
    plane = Plane(InvisibleScenario(CHOICES), CHOICES, MASSES, COUPLINGS, {"r": 0.477, "g_achi": 1e-3})
    belle2 = likelihoods.load("belle2_bknunu_2023")
    limits = [excluded(plane, m) for m in measurements_for("invisible", (belle2,)) if m is not belle2]
    found = tuple(limit for limit in limits if limit is not None)
    return PlaneContents(MASSES, COUPLINGS, found, (preferred(plane, belle2),), (), OBSERVED, "")


def relic_curve(r: float, g_achi: float, engine: str, m_a=MASSES):
    """g_agg [1/GeV] over the masses, with the cross-section of the paper's Table 1."""
    return required_coupling("g_agg", m_a, r, g_achi, engine=engine, annihilation_scale="table1")


def draw() -> None:
    """Write the figure."""
    with paper_style():
        figure = Figure(figsize=(TEXT_WIDTH, 4.6))
        panel = figure.add_axes((0.09, 0.11, 0.55, 0.85))
        panel.set(xscale="log", yscale="log", xlabel="$m_a$ [GeV]", ylabel=r"$g_{a\gamma\gamma}$ [GeV$^{-1}$]")
        panel.set(xlim=MASSES[[0, -1]], ylim=COUPLINGS[[0, -1]])
        handles = draw_plane(panel, contents())
        for (r, g_achi), colour in CURVES.items():
            for engine, line in (("cbe", "-"), ("nbe", "--")):
                panel.plot(MASSES, relic_curve(r, g_achi, engine), color=colour, linestyle=line, zorder=5)
            label = rf"$\Omega h^2 = 0.12$, $r = {r}$, $g_{{a\chi\chi}} = {g_achi:g}$ GeV$^{{-1}}$"
            handles.append(Line2D([], [], color=colour, label=label))
        handles.append(Line2D([], [], color="0.3", linestyle="--", label="the same, NBE"))
        for handle in handles:
            handle.set_label(
                wrapped(str(handle.get_label())) if "Omega" not in handle.get_label() else handle.get_label()
            )
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.65, 0.97), fontsize=6.0, alignment="left")
        save(figure, "figure_7")


def compare() -> list[Row]:
    """The band of Belle II, and where the relic curves lie."""
    masses = np.linspace(0.6, 4.47, 200)
    lowest = min(np.sqrt(EXCESS / rate_per_coupling(m_a)) for m_a in masses)
    edge = likelihoods.load("sn1987a_invisible_2017").form
    rows = [
        Row("Fig. 7", "smallest g_aγγ [GeV⁻¹] of Belle II's band, one standard deviation", 7.3e-5, float(lowest)),
        Row("Fig. 7", "m_a [GeV] up to which SN 1987A excludes", 0.6, float(edge.bound),
            "its curve (arXiv:1709.00009) is not public: an edge at the printed value, with a wide error"),
    ]  # fmt: skip
    for r, g_achi in CURVES:
        cbe, nbe = (float(relic_curve(r, g_achi, engine, 2.63)) for engine in ("cbe", "nbe"))
        name = f"at m_a = 2.63 GeV, r = {r}, g_aχχ = {g_achi:g} GeV⁻¹"
        rows.append(Row("Fig. 7", f"g_aγγ [GeV⁻¹] for Ωh² = 0.12, CBE, {name}", "in the band, 0.7 to 1.1e-4", cbe))
        rows.append(Row("Fig. 7", f"the same, NBE, {name}", "below the band", nbe))
    return rows


if __name__ == "__main__":
    draw()
