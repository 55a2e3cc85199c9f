"""What both scenarios share: how ALPs are made, and how much of them each experiment sees."""

from collections.abc import Mapping

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
    invisible_probability,
    outside_after_decay,
    outside_koto,
    outside_with_photon,
)
from alpfit.physics.mesons import branching_ratios
from alpfit.scenarios.base import Choices
from alpfit.scenarios.quantities import RATES, SCALES

Array = NDArray[np.float64]

FROM_B = (BELLE2, BABAR, BELLE, BABAR_K_STAR, BELLE_K_STAR)
WITH_PHOTON = (BABAR_PHOTON, BELLE2_PHOTON, LEP_PHOTON)
"""The sources of ALPs, in the order in which :func:`alp_observables` names what is seen of them."""


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
        for row, factor in enumerate(((vtb_vts * f0) ** 2, (vtb_vts * a0) ** 2, k_to_pi, k_to_pi)):
            rates[row] *= factor
    photons = 1.0 - invisible_fraction
    outside = np.concatenate(
        [
            outside_after_decay(FROM_B, m_a, width),
            outside_with_photon(WITH_PHOTON, m_a, width),
            outside_koto(m_a, width)[None],
        ]
    )
    unseen = invisible_probability(invisible_fraction, outside)
    missing = rates[[0, 0, 0, 1, 1, 3]] * unseen[[0, 1, 2, 3, 4, 8]]
    visible = rates[[0, 2, 3]] * photons
    beside_photon = g_agg * np.sqrt(unseen[5:8])
    return {
        "Gamma_a": width,
        "tau_a": HBAR.value / width,
        "BR(a->inv)": invisible_fraction,
        "BR(a->gg)": photons,
        "P_inv": unseen[0],
        "BR(B+->K+ a)": rates[0],
        "BR(B+->K+ a(inv))": missing[0],
        "BR(B+->K+ a(inv), BaBar)": missing[1],
        "BR(B+->K+ a(inv), Belle)": missing[2],
        "BR(B0->K*0 a(inv), BaBar)": missing[3],
        "BR(B0->K*0 a(inv), Belle)": missing[4],
        "BR(B+->K+ a(gg))": visible[0],
        "BR(K+->pi+ a)": rates[2],
        "BR(K+->pi+ a(gg))": visible[1],
        "BR(KL->pi0 a(inv))": missing[5],
        "BR(KL->pi0 a(gg))": visible[2],
        "g_agg*sqrt(P_inv)": beside_photon[0],
        "g_agg*sqrt(P_inv), LEP": beside_photon[2],
        "g_agg*sqrt(P_inv), Belle II": beside_photon[1],
        "g_agg*sqrt(BR(a->gg))": g_agg * np.sqrt(photons),
        "BR(Z->gamma a(inv))": branching_ratio_z_to_photon_alp(m_a, g_agg, g_aww) * unseen[7],
    }


def no_signal(points: Mapping[str, Array]) -> dict[str, Array]:
    """Parameters and rates at ``points`` if there were no ALP: couplings and rates are zero."""
    nothing = np.zeros_like(points["m_a"])
    silent = dict.fromkeys(("g_agg", "g_aww", *RATES), nothing)
    one = dict.fromkeys(("tau_a", "BR(a->gg)"), nothing + 1.0)
    return {**points, **one, "BR(a->inv)": nothing, **silent}
