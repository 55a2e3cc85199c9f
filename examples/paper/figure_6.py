"""Figure 6: an ALP that decays to photons outside of the detector, and what excludes it."""

from functools import cache

import limits
import numpy as np
from comparison import FOLDER, Row

from alpfit import Fit, required_coupling
from alpfit.plots.regions import Curve, PlaneContents

R, G_ACHI = 0.47, 1e-3  # ratio, 1/GeV: its caption
MASSES, COUPLINGS = np.geomspace(0.02, 1.0, 200), np.geomspace(1e-7, 1e-2, 200)  # GeV, 1/GeV


def relic_curve(engine: str, m_a):
    """g_agg [1/GeV] that leaves the observed density, with the cross-section of the paper's Table 1."""
    return required_coupling("g_agg", m_a, R, G_ACHI, engine=engine, annihilation_scale="table1")


@cache
def contents() -> PlaneContents:
    """Belle II's rate, everything in the catalogue that bounds the displaced scenario, and the relic density."""
    m_a = np.geomspace(MASSES[0], MASSES[-1], 40)
    curves = [
        Curve(m_a, relic_curve(engine, m_a), limits.RED, line, rf"$\Omega h^2 = 0.12$, {engine.upper()}")
        for engine, line in limits.CURVES.items()
    ]
    return limits.seen("displaced", MASSES, COUPLINGS, {}, curves)


def draw() -> None:
    """Write the figure."""
    limits.draw(contents(), "figure_6", rf"$r = {R}$, $g_{{a\chi\chi}} = 10^{{-3}}$ GeV$^{{-1}}$")


def compare() -> list[Row]:
    """How much of the signal region is left, on the grid and in the likelihood."""
    (band,) = contents().preferred
    covered = np.any([limit.inside for limit in contents().excluded if not limit.projection], axis=0)
    left = limits.share(~covered, band.loss <= band.thresholds[0])
    explained = Fit.from_file(str(FOLDER.parent / "displaced.toml")).explain()
    cbe, nbe = (float(relic_curve(engine, 0.1)) for engine in limits.CURVES)
    alone = f"`examples/displaced.toml`; Belle II's rate alone would gain {explained.gain_alone:.1f}"
    return [
        Row("Fig. 6", "share of Belle II's band, one standard deviation, that no limit excludes", "none", left),
        Row("Fig. 6", "what a signal gains in ln L, all measurements together", "ruled out", explained.gain, alone),
        Row("Fig. 6", "g_aγγ(CBE)/g_aγγ(NBE) at m_a = 0.1 GeV", "significantly different", cbe / nbe),
    ]


if __name__ == "__main__":
    draw()
