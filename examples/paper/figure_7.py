"""Figure 7: an ALP that decays to dark matter, what excludes it, and where the relic density is the observed one.

The edge of SN 1987A is one in m_a alone. It is known, and shaded here, for 7e-5 < g_agg GeV < 1.1e-4 only.
"""

from dataclasses import dataclass, replace
from functools import cache

import limits
import numpy as np
from comparison import Row
from table_1 import EXCESS, EXCESS_ERROR, rate_per_coupling

from alpfit import likelihoods, required_coupling
from alpfit.physics.widths import alp_widths
from alpfit.plots.regions import Curve, Excluded, PlaneContents

MASSES, COUPLINGS = np.geomspace(0.1, 4.78, 200), np.geomspace(2e-6, 3e-3, 200)  # GeV, 1/GeV

CURVES = {(0.475, 1e-3): limits.RED, (0.477, 1e-3): "#f0808c", (0.490, 1.04e-5): "#5b0010"}
"""r and g_achi [1/GeV] of its curves, and the reds in which they are drawn."""

EDGE, EDGE_RANGE = "sn1987a_invisible_2017", (7e-5, 1.1e-4)
"""The entry that holds for some couplings [1/GeV] only: its ``assumes``."""

ABOVE_SN1987A = np.geomspace(0.6, 4.47, 80)
"""m_a [GeV] from the edge of SN 1987A to the last benchmark point, where the paper's band is free."""


def relic_curve(r: float, g_achi: float, engine: str, m_a):
    """g_agg [1/GeV] that leaves the observed density, with the cross-section of the paper's Table 1."""
    return required_coupling("g_agg", m_a, r, g_achi, engine=engine, annihilation_scale="table1")


@cache
def contents() -> PlaneContents:
    """Belle II's rate and all that bounds the invisible scenario, where nearly all ALPs decay to dark matter."""
    m_a = np.geomspace(MASSES[0], MASSES[-1], 40)
    curves = [
        Curve(m_a, relic_curve(r, g_achi, engine, m_a), colour, line, _name(r, g_achi) if engine == "cbe" else "")
        for (r, g_achi), colour in CURVES.items()
        for engine, line in limits.CURVES.items()
    ]
    found = limits.seen("invisible", MASSES, COUPLINGS, {"r": 0.477, "g_achi": 1e-3}, curves)
    return replace(found, excluded=tuple(_where_known(limit) for limit in found.excluded))


def _where_known(limit: Excluded) -> Excluded:
    """The edge of SN 1987A at its couplings alone."""
    if limit.name != EDGE:
        return limit
    low, high = EDGE_RANGE
    inside = (low <= COUPLINGS) & (high >= COUPLINGS)
    return replace(limit, excess=np.where(inside, limit.excess, -1.0))


def _name(r: float, g_achi: float) -> str:
    digits, power = f"{g_achi:.2e}".split("e")
    coupling = rf"10^{{{int(power)}}}" if float(digits) == 1.0 else rf"{digits}\cdot 10^{{{int(power)}}}"
    return rf"$r = {r:.3f}$, $g_{{a\chi\chi}} = {coupling}$ GeV$^{{-1}}$"


def draw() -> None:
    """Write the figure."""
    note = "red: $\\Omega h^2 = 0.12$, CBE solid, NBE dashed\n"
    note += "regions: $r = 0.477$, $g_{a\\chi\\chi} = 10^{-3}$ GeV$^{-1}$\nSN1987A: the edge is known for these\n"
    limits.draw(contents(), "figure_7", "", note + "$g_{a\\gamma\\gamma}$ alone")


def compare() -> list[Row]:
    """The band of Belle II, and where the relic curves lie."""
    masses = np.linspace(0.6, 4.47, 200)
    per_coupling = min(EXCESS / rate_per_coupling(m_a) for m_a in masses)
    edge = likelihoods.load(EDGE).form
    rows = [
        Row("Fig. 7", "lowest g_aγγ [GeV⁻¹] of Belle II's band, one standard deviation", 7.3e-5, per_coupling**0.5,
            "printed with two digits"),
        Row("Fig. 7", "the band's upper edge at m_a = 1 GeV", 1.1e-4, float(_band(1.0)[1]),
            "printed with two digits"),
        Row("Fig. 7", "m_a [GeV] up to which SN 1987A excludes", 0.6, float(edge.bound),
            "its curve (arXiv:1709.00009) is not public: an edge at the printed value, with a wide error"),
    ]  # fmt: skip
    for r, g_achi in CURVES:
        rows += _rows_of_curve(r, g_achi)
    return rows


def _rows_of_curve(r: float, g_achi: float) -> list[Row]:
    name = f"r = {r:.3f}, g_aχχ = {g_achi:g} GeV⁻¹"
    coupled, plain = (_on_curve(r, g_achi, engine) for engine in limits.CURVES)
    nearest = plain.distance[np.argmin(np.abs(plain.distance))]
    return [
        Row("Fig. 7", f"share of m_a where the CBE curve is in the band, {name}", "a substantial range",
            _share(coupled.distance, 1.0), _in_words(coupled)),
        Row("Fig. 7", "the NBE curve's nearest approach to Belle II's rate [standard deviations]",
            "does not intersect", nearest, "never in the band" if abs(nearest) > 1.0 else "in the band there"),
    ]  # fmt: skip


@dataclass(frozen=True)
class OnCurve:
    """Along a relic curve at :data:`ABOVE_SN1987A`: the rate less Belle II's, in its standard deviations.

    ``distance`` is that with BR(a -> chi chi) = 1, as the band is drawn, ``true_distance`` with ``invisible``, the
    branching ratio of the curve's own couplings.
    """

    distance: np.ndarray
    true_distance: np.ndarray
    invisible: np.ndarray


def _on_curve(r: float, g_achi: float, engine: str) -> OnCurve:
    g_agg = relic_curve(r, g_achi, engine, ABOVE_SN1987A)
    widths = alp_widths(ABOVE_SN1987A, r, g_agg, g_achi)
    invisible = widths.dark_matter / widths.total
    rate = g_agg**2 * np.array([rate_per_coupling(m_a) for m_a in ABOVE_SN1987A])
    distance, true_distance = ((x - EXCESS - EXCESS_ERROR) / EXCESS_ERROR for x in (rate, rate * invisible))
    return OnCurve(distance, true_distance, invisible)


def _share(distance, n: float) -> float:
    return float(np.mean(np.abs(distance) <= n))


def _in_words(curve: OnCurve) -> str:
    """The range, the wider band, and what is lost where ALPs decay to photons as well."""
    wide = 100.0 * _share(curve.distance, 2.0)
    text = f"of 0.6 to 4.47 GeV, in log m_a; in that of two standard deviations {wide:.0f} %"
    if curve.invisible.min() > 0.99:
        return text
    low, high = curve.invisible.min(), curve.invisible.max()
    text += f". The band is that of BR(a→χχ) = 1; here it is {low:.2f} to {high:.2f}"
    return (
        text + f", with which {_share(curve.true_distance, 1.0):.0%} and {_share(curve.true_distance, 2.0):.0%} are in"
    )


def _band(m_a: float):
    """Both edges of the band, g_agg [1/GeV]."""
    return np.sqrt(np.array([EXCESS, EXCESS + 2.0 * EXCESS_ERROR]) / rate_per_coupling(m_a))


if __name__ == "__main__":
    draw()
