"""Figure 6: an ALP that decays to photons outside of the detector, and what excludes it."""

import numpy as np
from comparison import OBSERVED, Row, save
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from alpfit import Fit, likelihoods, required_coupling
from alpfit.fit.plane import Plane, excluded, measurements_for, preferred
from alpfit.plots.plane import draw_plane
from alpfit.plots.regions import PlaneContents
from alpfit.plots.style import CONFIDENCE_LEVELS_2D, TEXT_WIDTH, paper_style
from alpfit.scenarios import Choices, DisplacedScenario

R, G_ACHI = 0.47, 1e-3  # ratio, 1/GeV: its caption
MASSES, COUPLINGS = np.geomspace(0.02, 1.0, 160), np.geomspace(1e-7, 1e-2, 150)  # GeV, 1/GeV

CHOICES = Choices(form_factor="exponential", top_mass="pole")
"""Those of the paper: its eq. (3.3), and the pole mass in eq. (3.2)."""


def contents() -> PlaneContents:
    """Belle II's rate, and everything in the catalogue that bounds the displaced scenario."""
    plane = Plane(DisplacedScenario(CHOICES), CHOICES, MASSES, COUPLINGS, {})
    belle2 = likelihoods.load("belle2_bknunu_2023")
    limits = [excluded(plane, m) for m in measurements_for("displaced", (belle2,)) if m is not belle2]
    wanted = preferred(plane, belle2)
    return PlaneContents(
        MASSES, COUPLINGS, tuple(limit for limit in limits if limit is not None), (wanted,), (), OBSERVED, ""
    )


def relic_curve(engine: str):
    """g_agg [1/GeV] over the masses, with the cross-section of the paper's Table 1."""
    return required_coupling("g_agg", MASSES, R, G_ACHI, engine=engine, annihilation_scale="table1")


def draw() -> None:
    """Write the figure."""
    with paper_style():
        figure = Figure(figsize=(TEXT_WIDTH, 4.6))
        panel = figure.add_axes((0.09, 0.11, 0.55, 0.85))
        panel.set(xscale="log", yscale="log", xlabel="$m_a$ [GeV]", ylabel=r"$g_{a\gamma\gamma}$ [GeV$^{-1}$]")
        panel.set(xlim=MASSES[[0, -1]], ylim=COUPLINGS[[0, -1]])
        handles = draw_plane(panel, contents())
        for engine, line in (("cbe", "-"), ("nbe", "--")):
            panel.plot(MASSES, relic_curve(engine), color="#b00020", linestyle=line, zorder=5)
            label = rf"$\Omega h^2 = 0.12$, {engine.upper()}"
            handles.append(Line2D([], [], color="#b00020", linestyle=line, label=label))
        for handle in handles:
            handle.set_label(wrapped(str(handle.get_label())))
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.65, 0.97), fontsize=6.5, title=rf"$r = {R}$, "
                      r"$g_{a\chi\chi} = 10^{-3}$ GeV$^{-1}$", title_fontsize=7.5, alignment="left")  # fmt: skip
        save(figure, "figure_6")


def wrapped(label: str, width: int = 46) -> str:
    """A label in lines that fit beside the panel."""
    lines = [""]
    for word in label.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("  ")
        lines[-1] += f"{word} "
    return "\n".join(line.rstrip() for line in lines)


def compare() -> list[Row]:
    """How much of the signal region is left, on the grid and in the likelihood."""
    seen = contents()
    region = seen.preferred[0].loss <= CONFIDENCE_LEVELS_2D["68.3 %"]
    covered = np.any([limit.inside for limit in seen.excluded], axis=0)
    left = float(np.mean(~covered[region]))
    explained = Fit.from_file(str(comparison_file())).explain()
    at = np.searchsorted(MASSES, 0.1)
    cbe, nbe = (relic_curve(engine)[at] for engine in ("cbe", "nbe"))
    return [
        Row("Fig. 6", "share of Belle II's 68.3 % region that no limit excludes", "none", left),
        Row("Fig. 6", "what a signal gains in ln L, all measurements together", "excluded", explained.gain,
            "from `examples/displaced.toml`; the rate alone would gain 3.7"),
        Row("Fig. 6", "g_aγγ(CBE)/g_aγγ(NBE) at m_a = 0.1 GeV", "significant", float(cbe / nbe)),
    ]  # fmt: skip


def comparison_file():
    """The example of this scenario."""
    from comparison import FOLDER

    return FOLDER.parent / "displaced.toml"


if __name__ == "__main__":
    draw()
