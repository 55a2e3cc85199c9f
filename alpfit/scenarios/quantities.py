"""What both scenarios share by name: observables of ALPs, and parameters that need not be given."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.physics.ckm import CKM
from alpfit.physics.form_factors import A0_B_TO_K_STAR, FORM_FACTORS
from alpfit.scenarios.base import Parameter, Published, Quantity
from alpfit.scenarios.choices import Choices

B_DECAYS, KAONS, PHOTONS = "$B$ decays", "kaon decays", "photons"
"""Groups of limits."""


def _rate(label: str, description: str, group: str = "", process: str = "") -> Quantity:
    return Quantity(label, "", description, logarithmic=True, group=group, process=process)


def _coupling(label: str, description: str, group: str = "", process: str = "") -> Quantity:
    return Quantity(label, "GeV$^{-1}$", description, logarithmic=True, group=group, process=process)


OBSERVABLES: Mapping[str, Quantity] = MappingProxyType(
    {
        "Gamma_a": Quantity(r"\Gamma_a", "GeV", "total width of the ALP", logarithmic=True),
        "tau_a": Quantity(r"\tau_a", "s", "proper lifetime of the ALP", logarithmic=True),
        "BR(a->inv)": Quantity(r"\mathrm{BR}(a\to\chi\chi)", "", "branching ratio of the ALP to dark matter"),
        "BR(a->gg)": Quantity(r"\mathrm{BR}(a\to\gamma\gamma)", "", "branching ratio of the ALP to photons"),
        "P_inv": Quantity(r"P_\mathrm{inv}", "", "probability that an ALP from B+ -> K+ a is invisible in Belle II"),
        "BR(B+->K+ a)": _rate(r"\mathrm{BR}(B^+\to K^+a)", "branching ratio"),
        "BR(B+->K+ a(inv))": _rate(
            r"\mathrm{BR}(B^+\to K^+a)\,P_\mathrm{inv}",
            "branching ratio to an ALP that is invisible in Belle II",
            B_DECAYS,
            "$K+$inv",
        ),
        "BR(B+->K+ a(inv), BaBar)": _rate(
            r"\mathrm{BR}(B^+\to K^+a)\,P_\mathrm{inv}^\mathrm{BaBar}",
            "branching ratio to an ALP that is invisible in BaBar",
            B_DECAYS,
            "$K+$inv",
        ),
        "BR(B+->K+ a(inv), Belle)": _rate(
            r"\mathrm{BR}(B^+\to K^+a)\,P_\mathrm{inv}^\mathrm{Belle}",
            "branching ratio to an ALP that is invisible in Belle",
            B_DECAYS,
            "$K+$inv",
        ),
        "BR(B0->K*0 a(inv), BaBar)": _rate(
            r"\mathrm{BR}(B^0\to K^{*0}a)\,P_\mathrm{inv}^\mathrm{BaBar}",
            "branching ratio to an ALP that is invisible in BaBar",
            B_DECAYS,
            "$K^*+$inv",
        ),
        "BR(B0->K*0 a(inv), Belle)": _rate(
            r"\mathrm{BR}(B^0\to K^{*0}a)\,P_\mathrm{inv}^\mathrm{Belle}",
            "branching ratio to an ALP that is invisible in Belle",
            B_DECAYS,
            "$K^*+$inv",
        ),
        "BR(B+->K+ a(gg))": _rate(
            r"\mathrm{BR}(B^+\to K^+a)\,\mathrm{BR}(a\to\gamma\gamma)",
            "branching ratio to photons, wherever it decays",
            B_DECAYS,
            r"$K\gamma\gamma$",
        ),
        "BR(K+->pi+ a)": _rate(r"\mathrm{BR}(K^+\to\pi^+a)", "branching ratio", KAONS, r"$\pi+$inv"),
        "BR(K+->pi+ a(gg))": _rate(
            r"\mathrm{BR}(K^+\to\pi^+a)\,\mathrm{BR}(a\to\gamma\gamma)",
            "branching ratio to photons, wherever it decays",
            KAONS,
            r"$\pi\gamma\gamma$",
        ),
        "BR(KL->pi0 a(inv))": _rate(
            r"\mathrm{BR}(K_L\to\pi^0a)\,P_\mathrm{inv}",
            "branching ratio to an ALP that is invisible in KOTO",
            KAONS,
            r"$\pi^0+$inv",
        ),
        "BR(KL->pi0 a(gg))": _rate(
            r"\mathrm{BR}(K_L\to\pi^0a)\,\mathrm{BR}(a\to\gamma\gamma)",
            "branching ratio to photons, wherever it decays",
            KAONS,
            r"$\pi^0\gamma\gamma$",
        ),
        "g_agg*sqrt(P_inv)": _coupling(
            r"g_{a\gamma\gamma}\sqrt{P_\mathrm{inv}}",
            "coupling that e+e- -> gamma + invisible measures, with P_inv in BaBar",
            PHOTONS,
            r"$\gamma+$inv",
        ),
        "g_agg*sqrt(P_inv), LEP": _coupling(
            r"g_{a\gamma\gamma}\sqrt{P_\mathrm{inv}^\mathrm{LEP}}",
            "coupling that e+e- -> gamma + invisible measures, with P_inv at LEP",
            PHOTONS,
            r"$\gamma+$inv",
        ),
        "g_agg*sqrt(P_inv), Belle II": _coupling(
            r"g_{a\gamma\gamma}\sqrt{P_\mathrm{inv}^\mathrm{Belle\,II}}",
            "coupling that e+e- -> gamma + invisible measures, with P_inv in Belle II",
            PHOTONS,
            r"$\gamma+$inv",
        ),
        "g_agg*sqrt(BR(a->gg))": _coupling(
            r"g_{a\gamma\gamma}\sqrt{\mathrm{BR}(a\to\gamma\gamma)}",
            "coupling that e+e- -> gamma a(gamma gamma) measures",
            PHOTONS,
            r"$a\to\gamma\gamma$",
        ),
        "BR(Z->gamma a(inv))": _rate(
            r"\mathrm{BR}(Z\to\gamma a)\,P_\mathrm{inv}",
            "branching ratio to an ALP that is invisible at LEP; zero for c_B = c_W",
            PHOTONS,
            r"$\gamma+$inv",
        ),
    }
)
"""What :func:`alp_observables` calculates."""

HEADLINE = ("Gamma_a", "tau_a", "BR(a->inv)", "P_inv", "BR(B+->K+ a)", "BR(B+->K+ a(inv))")

RATES = tuple(name for name in OBSERVABLES if name.startswith(("BR(B", "BR(K", "BR(Z", "g_agg*")))
"""Observables that vanish without an ALP."""


COUPLINGS, SCALE = (0.0, 1e3), (0.0, 100.0)
"""Where the coupling to W bosons may lie, and a factor on an uncertain number."""


def optional_parameters(choices: Choices) -> Mapping[str, Parameter]:
    """The second coupling, in one of two ways, and a factor for each uncertain number in the decays of mesons."""
    form_factor, ckm = FORM_FACTORS[choices.form_factor], CKM[choices.ckm]
    return {
        "g_aww": Parameter(
            r"g_{aWW}", "GeV$^{-1}$", "ALP-W coupling; g_agg if not given (c_B = c_W)", True, range=COUPLINGS
        ),
        "cB_over_cW": Parameter(
            r"c_B/c_W",
            "",
            "ratio of the couplings to hypercharge and W fields, in place of g_aww; 1",
            range=(-1e3, 1e3),
        ),
        "f0_scale": Parameter(
            r"f_0/f_0^\mathrm{central}",
            "",
            "factor on the form factor of B -> K; 1",
            range=SCALE,
            published=Published(1.0, form_factor.relative_error, form_factor.source),
        ),
        "A0_scale": Parameter(
            r"A_0/A_0^\mathrm{central}",
            "",
            "factor on the form factor of B -> K*; 1",
            range=SCALE,
            published=Published(1.0, A0_B_TO_K_STAR.relative_error, A0_B_TO_K_STAR.source),
        ),
        "vtb_vts_scale": Parameter(
            r"|V_{tb}V_{ts}|/\mathrm{central}",
            "",
            "factor on |V_tb V_ts| in decays of the B; 1",
            range=SCALE,
            published=Published(1.0, ckm.relative_error_vts, ckm.source),
        ),
        "K_to_pi_scale": Parameter(
            r"\mathrm{BR}(K\to\pi a)/\mathrm{central}",
            "",
            "factor on the branching ratios of K -> pi a; 1",
            range=SCALE,
            published=Published(1.0, 0.30, "spread with arXiv:1611.09355 (1.37) and with the charm mass (0.84)"),
        ),
    }


ALTERNATIVES = (("g_aww", "cB_over_cW"),)
"""Of these one says what the other does."""

SCALES = ("f0_scale", "A0_scale", "vtb_vts_scale", "K_to_pi_scale")
