"""What each engine's relic density differs by from that of the full phase space, and a figure of it.

``python make.py`` writes alpfit/relic/theory_error.csv, which is the theory error of the relic density, and map.png.
At each r and Gamma_chi/Gamma_gamma the couplings are those with which the engine itself leaves Omega h^2 = 0.12, at
m_a = 2 GeV.
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

import alpfit.relic
from alpfit.plots.style import COLUMN_WIDTH, paper_style
from alpfit.relic import relic_density

Array = NDArray[np.float64]

MASS, OBSERVED = 2.0, 0.12
BELOW = np.array(
    [
        *(0.3, 0.35, 0.38, 0.4, 0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.465, 0.47, 0.475, 0.48, 0.4825, 0.485),
        *(0.4875, 0.49, 0.4925, 0.495, 0.497, 0.4985, 0.4995),
    ]
)
ABOVE = np.array(
    [
        *(0.505, 0.52, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0),
        *(1.02, 1.05, 1.1, 1.2, 1.4, 2.0, 3.0, 5.0, 10.0, 20.0),
    ]
)
"""r below and above the resonance, where a does not decay into chi chi and nothing depends on the ratio of widths."""
TO_PHOTONS, TO_ALPS = 0.0, 1.0
"""There: the part of annihilation that makes ALPs."""
WEAK, WEAK_TO_PHOTONS = 1e-4, 1e-6
"""g_achi/g_agg with which hardly any annihilation makes ALPs, and g_agg [1/GeV] with which nearly all does."""
RATIOS = 10.0 ** np.arange(-2.0, 5.1, 0.5)
"""Gamma_chi/Gamma_gamma."""
ENGINES: dict[str, dict[str, Any]] = {
    "nbe": {"engine": "nbe"},
    "cbe": {"engine": "cbe"},
    "cbe, energy": {"engine": "cbe", "closure": "energy"},
    "fbe, no self-scattering": {"engine": "fbe", "self_scattering": False},
}
WITHOUT = "fbe, no self-scattering"
"""Of which the density is taken where the coupled equations leave what is observed: its root would cost hours."""
LARGEST = 1e3
"""Coupling [1/GeV] that the engines take."""
HEADER = """\
# ln(Omega_fBE/Omega) of each engine where it leaves Omega h^2 = 0.12 (the last: where cbe does) at m_a = 2 GeV;
# written by examples/theory_error/make.py. ratio: Gamma_chi/Gamma_gamma; where r > 1/2, the part of annihilation that
# makes ALPs.
"""
TABLE = Path(alpfit.relic.__file__).with_name("theory_error.csv")
FIGURE = Path(__file__).with_name("map.png")


def couplings(log_g: Array, r: float, ratio: float) -> tuple[Array, Array]:
    """g_agg = exp(log_g) and g_achi [1/GeV] with Gamma_chi/Gamma_gamma = 64 (g_achi m_chi/(g_agg m_a))^2 beta.

    For r > 1/2 with annihilation to photons, or with g_achi = exp(log_g) and annihilation to ALPs.
    """
    g = np.exp(log_g)
    if r > 0.5:
        return (g, WEAK * g) if ratio == TO_PHOTONS else (np.full_like(g, WEAK_TO_PHOTONS), g)
    return g, g * np.sqrt(ratio / (64.0 * r**2 * np.sqrt(1.0 - 4.0 * r**2)))


def wanted(r: float, ratio: float, choices: dict[str, Any]) -> float:
    """ln(g_agg) for which Omega h^2 falls to what is observed; NaN where it does not, or is not known there."""
    log_g = np.linspace(-18.0, 3.0, 94)
    g_agg, g_achi = couplings(log_g, r, ratio)
    inside = g_achi < LARGEST
    log_g, g_agg, g_achi = log_g[inside], g_agg[inside], g_achi[inside]
    log_omega = np.log(relic_density(MASS, r, g_agg, g_achi, **choices).omega_h2 / OBSERVED)
    falls = np.flatnonzero((log_omega[:-1] > 0.0) & (log_omega[1:] <= 0.0))  # not where either is NaN
    if not falls.size:
        return np.nan
    i = falls[0]
    part = log_omega[i] / (log_omega[i] - log_omega[i + 1])
    return float(log_g[i] + part * (log_g[i + 1] - log_g[i]))


def deviation(log_g: float, r: float, ratio: float, choices: dict[str, Any]) -> float:
    """ln(Omega_fBE/Omega) at a coupling."""
    if np.isnan(log_g):
        return np.nan
    point = (MASS, r, *couplings(np.array(log_g), r, ratio))
    own, full = (float(relic_density(*point, **made).omega_h2) for made in (choices, {"engine": "fbe"}))
    return float(np.log(full / own))


def table() -> list[list[float]]:
    """Rows of r, Gamma_chi/Gamma_gamma (above the resonance the share of ALPs), and the deviation of each engine."""
    rows = []
    for r in (*BELOW, *ABOVE):
        for ratio in RATIOS if r < 0.5 else (TO_PHOTONS, TO_ALPS):
            at = {name: wanted(r, ratio, choices) for name, choices in ENGINES.items() if name != WITHOUT}
            at[WITHOUT] = at["cbe"]
            deviations = [deviation(at[name], r, ratio, choices) for name, choices in ENGINES.items()]
            rows.append([float(r), float(ratio), *deviations])
        print(f"r = {r:g}", flush=True)  # noqa: T201
    return rows


def draw(rows: list[list[float]]) -> Figure:
    """Omega_fBE/Omega_CBE over r and Gamma_chi/Gamma_gamma."""
    values = np.array([row for row in rows if row[0] < 0.5])
    ratio = np.exp(values[:, 2 + list(ENGINES).index("cbe")]).reshape(BELOW.size, RATIOS.size).T
    figure = Figure(figsize=(COLUMN_WIDTH, 3.2), layout="constrained")
    axes = figure.subplots()
    levels, centred = [0.7, 0.8, 0.9, 0.95, 0.99, 1.01, 1.05, 1.1, 1.2, 1.4, 1.6, 1.8, 2.0], TwoSlopeNorm(1.0, 0.6, 2.0)
    axes.set_facecolor("#bbbbbb")
    shades = axes.contourf(BELOW, RATIOS, ratio, levels=levels, norm=centred, cmap="RdBu_r", extend="both")
    lines = axes.contour(BELOW, RATIOS, ratio, levels=[0.95, 0.99, 1.01, 1.05, 1.2], colors="black", linewidths=0.7)
    axes.clabel(lines, fontsize=6)
    axes.set(xlabel=r"$r = m_\chi/m_a$", ylabel=r"$\Gamma_\chi/\Gamma_\gamma$", yscale="log")
    figure.colorbar(shades, ticks=[0.7, 0.9, 1.0, 1.2, 1.6, 2.0], label=r"$\Omega_\mathrm{fBE}/\Omega_\mathrm{CBE}$")
    return figure


def main() -> None:
    """Write the table and the figure."""
    rows = table()
    with TABLE.open("w", newline="", encoding="utf-8") as stream:
        stream.write(HEADER)
        writer = csv.writer(stream)
        writer.writerow(["r", "ratio", *ENGINES])
        writer.writerows([[f"{value:.5g}" for value in row] for row in rows])
    with paper_style():
        draw(rows).savefig(FIGURE, dpi=160)


if __name__ == "__main__":
    main()
