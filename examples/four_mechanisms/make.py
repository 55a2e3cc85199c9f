"""The coupling to dark matter that leaves the observed density over r: four ways to annihilate in one curve.

``python make.py`` writes required.csv and required.png: g_achi over r = m_chi/m_a for m_a = 2.1 GeV and
g_agg = 1e-4/GeV, from the number density (nbe), with the temperature (cbe) and with all momenta (fbe).
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from alpfit.plots.style import COLUMN_WIDTH, paper_style
from alpfit.relic import required_coupling
from alpfit.relic.validity import STRONGEST

Array = NDArray[np.float64]

HERE = Path(__file__).parent
M_A, G_AGG, OBSERVED = 2.1, 1e-4, 0.12
BETWEEN = (1e-7, 10.0)
"""g_achi [1/GeV]."""
RATIOS = np.unique(
    np.concatenate(
        [
            0.5 - np.geomspace(1e-4, 0.08, 22),
            0.5 + np.geomspace(1e-3, 0.15, 14),
            np.linspace(0.65, 1.0, 22),
            np.geomspace(1.0, 5.0, 14),
        ]
    )
)
ENGINES: dict[str, tuple[str, dict[str, Any]]] = {
    "fbe": ("all momenta (fBE)", {"ls": "-", "color": "tab:green", "lw": 2.0}),
    "cbe": ("density and temperature (cBE)", {"ls": "--", "color": "black"}),
    "nbe": ("density (nBE)", {"ls": ":", "color": "tab:blue"}),
}
MECHANISMS = {"resonant": (0.42, 0.5), "s-wave": (0.5, 0.7), "forbidden": (0.7, 1.0), "p-wave": (1.0, 5.0)}


def required() -> dict[str, Array]:
    """g_achi [1/GeV] of each engine at the ratios; NaN where none is enough."""
    return {
        engine: required_coupling("g_achi", M_A, RATIOS, G_AGG, omega_h2=OBSERVED, between=BETWEEN, engine=engine)
        for engine in ENGINES
    }


def draw(couplings: dict[str, Array]) -> Figure:
    """The couplings over r, with the mechanisms' names, and below them over what the number density alone asks for."""
    figure = Figure(figsize=(COLUMN_WIDTH, 4.2), layout="constrained")
    axes, ratios = figure.subplots(2, 1, sharex=True, height_ratios=(3.0, 1.2))
    for engine, (label, style) in ENGINES.items():
        axes.plot(RATIOS, couplings[engine], label=label, **style)
        ratios.plot(RATIOS, couplings[engine] / couplings["nbe"], **style)
    above = RATIOS[RATIOS > 0.5]
    axes.fill_between(above, STRONGEST / (above * M_A), BETWEEN[1], color="0.85", lw=0.0)
    axes.text(1.45, 1.5, "no perturbation theory", fontsize=6)
    axes.set(xscale="log", yscale="log", xlim=(0.42, 5.0), ylim=(1e-6, BETWEEN[1]))
    axes.set(ylabel=r"$g_{a\chi\chi}$ [GeV$^{-1}$]")
    ratios.set(xlabel=r"$r = m_\chi/m_a$", ylabel="over nBE", yscale="log", ylim=(0.6, 20.0))
    ratios.set_yticks((1.0, 2.0, 5.0, 10.0), ("1", "2", "5", "10"))
    ticks = (0.5, 0.7, 1.0, 2.0, 5.0)
    ratios.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    for panel in (axes, ratios):
        panel.minorticks_off()
        for low, _ in MECHANISMS.values():
            panel.axvline(low, color="0.7", lw=0.5, zorder=0)
    for name, (low, high) in MECHANISMS.items():
        turned = 90 if name == "resonant" else 0
        axes.text((low * high) ** 0.5, 2e-6, name, ha="center", fontsize=6, rotation=turned)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.1), fontsize=6)
    return figure


def main() -> None:
    """Write the table and the figure."""
    couplings = required()
    with (HERE / "required.csv").open("w", newline="", encoding="utf-8") as stream:
        stream.write(f"# g_achi [1/GeV] for Omega h^2 = {OBSERVED}, m_a = {M_A} GeV, g_agg = {G_AGG:g}/GeV\n")
        writer = csv.writer(stream)
        writer.writerow(["r", *ENGINES])
        for i, r in enumerate(RATIOS):
            writer.writerow([f"{r:.6g}", *(f"{couplings[engine][i]:.4g}" for engine in ENGINES)])
    with paper_style():
        draw(couplings).savefig(HERE / "required.png", dpi=160)


if __name__ == "__main__":
    main()
