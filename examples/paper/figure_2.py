"""Figure 2: the coupling to photons that leaves the observed density, with and without the temperature of chi."""

import numpy as np
from comparison import OBSERVED, Row, save
from matplotlib.figure import Figure

from alpfit import required_coupling
from alpfit.plots.style import COLUMN_WIDTH, GREEN, ORANGE, POSTERIOR, PROFILE, paper_style

M_A, G_ACHI = 1.0, 1e-2  # GeV, 1/GeV: its caption

RATIOS = np.unique(
    np.concatenate([np.linspace(0.3, 0.7, 161), 0.5 - np.geomspace(1e-6, 0.02, 30), 0.5 + np.geomspace(1e-6, 0.02, 30)])
)
RATIOS = RATIOS[np.abs(RATIOS - 0.5) > 1e-9]  # on the very resonance annihilation does not end
RATIOS = RATIOS[RATIOS <= 0.65]  # the paper draws on to 0.7, where chi chi -> a a, which neither has, adds 20 %
NEAR = np.array([0.001, 0.0025, 0.005, 0.0075])
FEW = np.sort(np.concatenate([np.linspace(0.3, 0.49, 20), 0.5 - NEAR, 0.5 + NEAR, np.linspace(0.51, 0.65, 15)]))
"""Where the full phase space is solved."""


def needed(r, engine, self_scattering=True):
    """g_agg [1/GeV]."""
    options = {"engine": engine, "self_scattering": self_scattering}
    return required_coupling("g_agg", M_A, r, G_ACHI, omega_h2=OBSERVED, between=(1e-9, 1.0), **options)


def with_gap(r, values):
    """Both, with nothing at r = 1/2: a curve that ends at the resonance and begins anew behind it."""
    k = np.searchsorted(r, 0.5)
    return np.insert(r, k, 0.5), np.insert(values, k, np.nan)


def draw() -> None:
    """Write the figure."""
    with paper_style():
        figure = Figure(figsize=(COLUMN_WIDTH, 2.6), layout="constrained")
        panel = figure.add_subplot()
        panel.semilogy(M_A * RATIOS, needed(RATIOS, "nbe"), color=PROFILE, linestyle="--", label="NBE")
        panel.semilogy(M_A * RATIOS, needed(RATIOS, "cbe"), color=POSTERIOR, label="CBE")
        r, full = with_gap(FEW, needed(FEW, "fbe"))
        panel.semilogy(M_A * r, full, color=GREEN, linestyle="-.", label="fBE")
        r, alone = with_gap(FEW, needed(FEW, "fbe", self_scattering=False))
        panel.semilogy(M_A * r, alone, color=ORANGE, linestyle=":", label="fBE, no self-scattering")
        panel.set(xlabel=r"$m_\chi$ [GeV]", ylabel=r"$g_{a\gamma\gamma}$ [GeV$^{-1}$]", xlim=(0.3, 0.7))
        panel.set_title(r"$m_a = 1$ GeV, $g_{a\chi\chi} = 10^{-2}$ GeV$^{-1}$, $\Omega h^2 = 0.12$")
        panel.legend(loc="lower right")
        save(figure, "figure_2")


def compare() -> list[Row]:
    """What the text reads off it: the two curves are one away from the resonance."""
    r = np.array([0.30, 0.60, 0.42])
    factors = needed(r, "cbe") / needed(r, "nbe")
    full, alone = (needed(r[2], "fbe", on) / needed(r[2], "cbe") for on in (True, False))
    away = "identical results"
    return [
        Row("Fig. 2", "g_aγγ(CBE)/g_aγγ(NBE) at m_χ = 0.30 GeV", away, factors[0]),
        Row("Fig. 2", "the same at 0.60 GeV", away, factors[1]),
        Row("Fig. 2", "the same at 0.42 GeV", "significantly different", factors[2], "the largest factor of the curve"),
        Row("Fig. 2", "g_aγγ(fBE)/g_aγγ(CBE) at m_χ = 0.42 GeV, with self-scattering", "not in the paper", float(full)),
        Row("Fig. 2", "the same without self-scattering", "not in the paper", float(alone)),
    ]


if __name__ == "__main__":
    draw()
