"""What both scenarios share: how ALPs are made, and how much of them each experiment sees."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import HBAR, WEAK_MIXING, Z_MASS, Z_WIDTH
from alpfit.physics.ckm import CKM
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
from alpfit.physics.form_factors import A0_B_TO_K_STAR, FORM_FACTORS
from alpfit.physics.mesons import branching_ratios
from alpfit.scenarios.base import Choices, Published, Quantity

Array = NDArray[np.float64]


def _rate(label: str, description: str) -> Quantity:
    return Quantity(label, "", description, logarithmic=True)


def _coupling(label: str, description: str) -> Quantity:
    return Quantity(label, "GeV$^{-1}$", description, logarithmic=True)


OBSERVABLES: Mapping[str, Quantity] = MappingProxyType(
    {
        "Gamma_a": Quantity(r"\Gamma_a", "GeV", "total width of the ALP", logarithmic=True),
        "tau_a": Quantity(r"\tau_a", "s", "proper lifetime of the ALP", logarithmic=True),
        "BR(a->inv)": Quantity(r"\mathrm{BR}(a\to\chi\chi)", "", "branching ratio of the ALP to dark matter"),
        "BR(a->gg)": Quantity(r"\mathrm{BR}(a\to\gamma\gamma)", "", "branching ratio of the ALP to photons"),
        "P_inv": Quantity(r"P_\mathrm{inv}", "", "probability that an ALP from B+ -> K+ a is invisible in Belle II"),
        "BR(B+->K+ a)": _rate(r"\mathrm{BR}(B^+\to K^+a)", "branching ratio"),
        "BR(B+->K+ a(inv))": _rate(
            r"\mathrm{BR}(B^+\to K^+a)\,P_\mathrm{inv}", "branching ratio to an ALP that is invisible in Belle II"
        ),
        "BR(B+->K+ a(inv), BaBar)": _rate(
            r"\mathrm{BR}(B^+\to K^+a)\,P_\mathrm{inv}^\mathrm{BaBar}",
            "branching ratio to an ALP that is invisible in BaBar",
        ),
        "BR(B+->K+ a(inv), Belle)": _rate(
            r"\mathrm{BR}(B^+\to K^+a)\,P_\mathrm{inv}^\mathrm{Belle}",
            "branching ratio to an ALP that is invisible in Belle",
        ),
        "BR(B0->K*0 a(inv), BaBar)": _rate(
            r"\mathrm{BR}(B^0\to K^{*0}a)\,P_\mathrm{inv}^\mathrm{BaBar}",
            "branching ratio to an ALP that is invisible in BaBar",
        ),
        "BR(B0->K*0 a(inv), Belle)": _rate(
            r"\mathrm{BR}(B^0\to K^{*0}a)\,P_\mathrm{inv}^\mathrm{Belle}",
            "branching ratio to an ALP that is invisible in Belle",
        ),
        "BR(B+->K+ a(gg))": _rate(
            r"\mathrm{BR}(B^+\to K^+a)\,\mathrm{BR}(a\to\gamma\gamma)", "branching ratio to photons, wherever it decays"
        ),
        "BR(K+->pi+ a)": _rate(r"\mathrm{BR}(K^+\to\pi^+a)", "branching ratio"),
        "BR(K+->pi+ a(gg))": _rate(
            r"\mathrm{BR}(K^+\to\pi^+a)\,\mathrm{BR}(a\to\gamma\gamma)",
            "branching ratio to photons, wherever it decays",
        ),
        "BR(KL->pi0 a(inv))": _rate(
            r"\mathrm{BR}(K_L\to\pi^0a)\,P_\mathrm{inv}", "branching ratio to an ALP that is invisible in KOTO"
        ),
        "BR(KL->pi0 a(gg))": _rate(
            r"\mathrm{BR}(K_L\to\pi^0a)\,\mathrm{BR}(a\to\gamma\gamma)",
            "branching ratio to photons, wherever it decays",
        ),
        "g_agg*sqrt(P_inv)": _coupling(
            r"g_{a\gamma\gamma}\sqrt{P_\mathrm{inv}}",
            "coupling that e+e- -> gamma + invisible measures, with P_inv in BaBar",
        ),
        "g_agg*sqrt(P_inv), LEP": _coupling(
            r"g_{a\gamma\gamma}\sqrt{P_\mathrm{inv}^\mathrm{LEP}}",
            "coupling that e+e- -> gamma + invisible measures, with P_inv at LEP",
        ),
        "g_agg*sqrt(P_inv), Belle II": _coupling(
            r"g_{a\gamma\gamma}\sqrt{P_\mathrm{inv}^\mathrm{Belle\,II}}",
            "coupling that e+e- -> gamma + invisible measures, with P_inv in Belle II",
        ),
        "g_agg*sqrt(BR(a->gg))": _coupling(
            r"g_{a\gamma\gamma}\sqrt{\mathrm{BR}(a\to\gamma\gamma)}",
            "coupling that e+e- -> gamma a(gamma gamma) measures",
        ),
        "BR(Z->gamma a(inv))": _rate(
            r"\mathrm{BR}(Z\to\gamma a)\,P_\mathrm{inv}",
            "branching ratio to an ALP that is invisible at LEP; zero for c_B = c_W",
        ),
    }
)
"""What :func:`alp_observables` calculates."""

HEADLINE = ("Gamma_a", "tau_a", "BR(a->inv)", "P_inv", "BR(B+->K+ a)", "BR(B+->K+ a(inv))")

FROM_B = (BELLE2, BABAR, BELLE, BABAR_K_STAR, BELLE_K_STAR)
WITH_PHOTON = (BABAR_PHOTON, BELLE2_PHOTON, LEP_PHOTON)


def optional_parameters(choices: Choices) -> Mapping[str, Quantity]:
    """The second coupling, in one of two ways, and a factor for each uncertain number in the decays of mesons."""
    form_factor, ckm = FORM_FACTORS[choices.form_factor], CKM[choices.ckm]
    return {
        "g_aww": _coupling(r"g_{aWW}", "ALP-W coupling; g_agg if not given (c_B = c_W)"),
        "c_B/c_W": Quantity(r"c_B/c_W", "", "ratio of the couplings to hypercharge and W fields, in place of g_aww; 1"),
        "f0_scale": Quantity(
            r"f_0/f_0^\mathrm{central}",
            "",
            "factor on the form factor of B -> K; 1",
            published=Published(1.0, form_factor.relative_error, form_factor.source),
        ),
        "A0_scale": Quantity(
            r"A_0/A_0^\mathrm{central}",
            "",
            "factor on the form factor of B -> K*; 1",
            published=Published(1.0, A0_B_TO_K_STAR.relative_error, A0_B_TO_K_STAR.source),
        ),
        "vtb_vts_scale": Quantity(
            r"|V_{tb}V_{ts}|/\mathrm{central}",
            "",
            "factor on |V_tb V_ts| in decays of the B; 1",
            published=Published(1.0, ckm.relative_error_vts, ckm.source),
        ),
        "K_to_pi_scale": Quantity(
            r"\mathrm{BR}(K\to\pi a)/\mathrm{central}",
            "",
            "factor on the branching ratios of K -> pi a; 1",
            published=Published(1.0, 0.30, "spread with arXiv:1611.09355 (1.37) and with the charm mass (0.84)"),
        ),
    }


SCALES = ("f0_scale", "A0_scale", "vtb_vts_scale", "K_to_pi_scale")

RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"g_aww": (0.0, 1e3), "c_B/c_W": (-1e3, 1e3)} | dict.fromkeys(SCALES, (0.0, 100.0))
)
"""Where optional parameters may lie."""


def coupling_to_w(points: Mapping[str, Array]) -> Array:
    """g_aww [1/GeV] ``(n,)``: given, or from c_B/c_W, or equal to g_agg (which is c_B = c_W).

    g_agg = (c_B cos^2 + c_W sin^2)/f_a and g_aww = c_W/f_a with the weak mixing angle.
    """
    g_agg = points["g_agg"]
    if "g_aww" in points:
        return points["g_aww"]
    if "c_B/c_W" not in points:
        return g_agg
    sine = WEAK_MIXING.value
    share = (1.0 - sine) * points["c_B/c_W"] + sine
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
    """:data:`OBSERVABLES` at ``points`` (m_a, g_agg and optional parameters, arrays ``(n,)``).

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


RATES = tuple(name for name in OBSERVABLES if name.startswith(("BR(B", "BR(K", "BR(Z", "g_agg*")))
"""Observables that vanish without an ALP."""


def no_signal(points: Mapping[str, Array]) -> dict[str, Array]:
    """Parameters and rates at ``points`` if there were no ALP: couplings and rates are zero."""
    nothing = np.zeros_like(points["m_a"])
    silent = dict.fromkeys(("g_agg", "g_aww", *RATES), nothing)
    one = dict.fromkeys(("tau_a", "BR(a->gg)"), nothing + 1.0)
    return {**points, **one, "BR(a->inv)": nothing, **silent}
