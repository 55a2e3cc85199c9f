"""What both scenarios share: how ALPs are made, and how much of them each experiment sees."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import HBAR, WEAK_MIXING, Z_MASS, Z_WIDTH
from alpfit.physics.escape import (
    BABAR,
    BABAR_K_STAR,
    BABAR_PHOTON,
    BELLE,
    BELLE2,
    BELLE2_PHOTON,
    BELLE_K_STAR,
    LEP_PHOTON,
    FromMeson,
    WithPhoton,
    invisible_probability,
    outside_after_decay,
    outside_koto,
    outside_with_photon,
)
from alpfit.physics.mesons import DECAYS, branching_ratios
from alpfit.scenarios.choices import Choices
from alpfit.scenarios.quantities import RATES, SCALES

Array = NDArray[np.float64]

FROM_B: Mapping[str, FromMeson] = MappingProxyType(
    {"Belle II": BELLE2, "BaBar": BABAR, "Belle": BELLE, "BaBar, K*": BABAR_K_STAR, "Belle, K*": BELLE_K_STAR}
)
WITH_PHOTON: Mapping[str, WithPhoton] = MappingProxyType(
    {"BaBar, photon": BABAR_PHOTON, "Belle II, photon": BELLE2_PHOTON, "LEP, photon": LEP_PHOTON}
)
"""Where ALPs are looked for, from decays of a B or beside a photon."""

PLACES = (*FROM_B, *WITH_PHOTON, "KOTO")
"""The rows of what is unseen."""

MISSING: Mapping[str, str] = MappingProxyType(
    {
        "Belle II": "B+->K+ a",
        "BaBar": "B+->K+ a",
        "Belle": "B+->K+ a",
        "BaBar, K*": "B0->K*0 a",
        "Belle, K*": "B0->K*0 a",
        "KOTO": "KL->pi0 a",
    }
)
"""In which decay each of these places misses an ALP."""

VISIBLE = ("B+->K+ a", "K+->pi+ a", "KL->pi0 a")
"""Decays in which its photons are looked for."""


def _rows(names: Iterable[str], among: Sequence[str]) -> NDArray[np.intp]:
    """Where ``names`` stand ``among`` the names of all rows."""
    return np.array([among.index(name) for name in names])


def _named(names: Iterable[str], rows: Array) -> dict[str, Array]:
    """The ``rows`` by their names."""
    return dict(zip(names, rows, strict=False))  # to count them, too, would take a microsecond


_MESON_SOURCES, _PHOTON_SOURCES = tuple(FROM_B.values()), tuple(WITH_PHOTON.values())
_MISSING_IN, _MISSING_AT = _rows(MISSING.values(), DECAYS), _rows(MISSING, PLACES)
_VISIBLE_IN, _WITH_PHOTON_AT = _rows(VISIBLE, DECAYS), _rows(WITH_PHOTON, PLACES)
_BELLE2, _LEP = PLACES.index("Belle II"), PLACES.index("LEP, photon")
_B_TO_K, _K_TO_PI = DECAYS.index("B+->K+ a"), DECAYS.index("K+->pi+ a")
"""Rows, found once: a dictionary of all of them would take longer to build than the rates."""


def coupling_to_w(points: Mapping[str, Array]) -> Array:
    """g_aww [1/GeV] ``(n,)``: given, or from c_B/c_W, or equal to g_agg (which is c_B = c_W).

    g_agg = (c_B cos^2 + c_W sin^2)/f_a and g_aww = c_W/f_a with the weak mixing angle.
    """
    g_agg = points["g_agg"]
    if "g_aww" in points:
        return points["g_aww"]
    if "cB_over_cW" not in points:
        return g_agg
    sine = WEAK_MIXING.value
    share = (1.0 - sine) * points["cB_over_cW"] + sine
    return np.abs(g_agg / np.where(np.abs(share) < 1e-6, 1e-6, share))


def branching_ratio_z_to_photon_alp(m_a: Array, g_agg: Array, g_aww: Array) -> Array:
    """BR(Z -> gamma a); zero for g_agg = g_aww and above threshold. Masses [GeV], couplings [1/GeV], of one shape.

    g_agz = 2 sin cos (c_W - c_B)/f_a = 2 tan (g_aww - g_agg) in L = -g_agz/4 a F Z~, from which follows
    Gamma = g_agz^2 m_Z^3 (1 - m_a^2/m_Z^2)^3/(384 pi) (arXiv:1708.00443 has it in another normalisation).
    """
    if g_aww is g_agg:
        return np.zeros_like(m_a)
    sine = WEAK_MIXING.value
    g_agz = 2.0 * np.sqrt(sine / (1.0 - sine)) * (g_aww - g_agg)
    phase_space = np.maximum(1.0 - (m_a / Z_MASS.value) ** 2, 0.0) ** 3
    return np.asarray(g_agz**2 * Z_MASS.value**3 * phase_space / (384.0 * np.pi * Z_WIDTH.value))


def alp_observables(
    points: Mapping[str, Array], width: Array, invisible_fraction: Array, choices: Choices
) -> dict[str, Array]:
    """:data:`quantities.OBSERVABLES` at ``points`` (m_a, g_agg and optional parameters, arrays ``(n,)``).

    ``width`` [GeV] is the ALP's total width, ``invisible_fraction`` its branching ratio to dark matter.
    """
    m_a, g_agg, g_aww = points["m_a"], points["g_agg"], coupling_to_w(points)
    rates = g_aww**2 * branching_ratios(
        m_a, form_factor=choices.form_factor, top_mass=choices.top_mass, ckm=choices.ckm
    )
    if not points.keys().isdisjoint(SCALES):
        f0, a0, vtb_vts, k_to_pi = (points.get(name, 1.0) for name in SCALES)
        factors = {
            "B+->K+ a": (vtb_vts * f0) ** 2,
            "B0->K*0 a": (vtb_vts * a0) ** 2,
            "K+->pi+ a": k_to_pi,
            "KL->pi0 a": k_to_pi,
        }
        for row, decay in enumerate(DECAYS):
            rates[row] *= factors[decay]
    photons = 1.0 - invisible_fraction
    outside = np.concatenate(
        [
            outside_after_decay(_MESON_SOURCES, m_a, width),
            outside_with_photon(_PHOTON_SOURCES, m_a, width),
            outside_koto(m_a, width)[None],
        ]
    )
    unseen = invisible_probability(invisible_fraction, outside)
    missing = _named(MISSING, rates.take(_MISSING_IN, 0) * unseen.take(_MISSING_AT, 0))
    visible = _named(VISIBLE, rates.take(_VISIBLE_IN, 0) * photons)
    beside_photon = _named(WITH_PHOTON, g_agg * np.sqrt(unseen.take(_WITH_PHOTON_AT, 0)))
    return {
        "Gamma_a": width,
        "tau_a": HBAR.value / width,
        "BR(a->inv)": invisible_fraction,
        "BR(a->gg)": photons,
        "P_inv": unseen[_BELLE2],
        "BR(B+->K+ a)": rates[_B_TO_K],
        "BR(B+->K+ a(inv))": missing["Belle II"],
        "BR(B+->K+ a(inv), BaBar)": missing["BaBar"],
        "BR(B+->K+ a(inv), Belle)": missing["Belle"],
        "BR(B0->K*0 a(inv), BaBar)": missing["BaBar, K*"],
        "BR(B0->K*0 a(inv), Belle)": missing["Belle, K*"],
        "BR(B+->K+ a(gg))": visible["B+->K+ a"],
        "BR(K+->pi+ a)": rates[_K_TO_PI],
        "BR(K+->pi+ a(gg))": visible["K+->pi+ a"],
        "BR(KL->pi0 a(inv))": missing["KOTO"],
        "BR(KL->pi0 a(gg))": visible["KL->pi0 a"],
        "g_agg*sqrt(P_inv)": beside_photon["BaBar, photon"],
        "g_agg*sqrt(P_inv), LEP": beside_photon["LEP, photon"],
        "g_agg*sqrt(P_inv), Belle II": beside_photon["Belle II, photon"],
        "g_agg*sqrt(BR(a->gg))": g_agg * np.sqrt(photons),
        "BR(Z->gamma a(inv))": branching_ratio_z_to_photon_alp(m_a, g_agg, g_aww) * unseen[_LEP],
    }


def no_signal(points: Mapping[str, Array]) -> dict[str, Array]:
    """Parameters and rates at ``points`` if there were no ALP: couplings and rates are zero."""
    nothing = np.zeros_like(points["m_a"])
    silent = dict.fromkeys(("g_agg", "g_aww", *RATES), nothing)
    one = dict.fromkeys(("tau_a", "BR(a->gg)"), nothing + 1.0)
    return {**points, **one, "BR(a->inv)": nothing, **silent}
