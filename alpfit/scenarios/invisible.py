"""The missing-energy scenario: B+ -> K+ a with a -> chi chi, and chi the dark matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import HBAR
from alpfit.physics.annihilation import sigma_v_today
from alpfit.physics.escape import invisible_probability, outside_babar, outside_belle2
from alpfit.physics.mesons import branching_ratio_b_to_k_alp
from alpfit.physics.widths import alp_widths
from alpfit.relic import DOMAIN, Status, outside, plasma_error, relic_density, resolve_annihilation_scale
from alpfit.scenarios.base import Predictions, Quantity

Array = NDArray[np.float64]

PARAMETERS: Mapping[str, Quantity] = MappingProxyType(
    {
        "m_a": Quantity(r"m_a", "GeV", "ALP mass", logarithmic=True),
        "r": Quantity(r"r = m_\chi/m_a", "", "dark matter mass over ALP mass; the resonance is at 1/2"),
        "g_agg": Quantity(r"g_{a\gamma\gamma}", "GeV$^{-1}$", "ALP-photon coupling", logarithmic=True),
        "g_achi": Quantity(r"g_{a\chi\chi}", "GeV$^{-1}$", "ALP-dark matter coupling", logarithmic=True),
    }
)

OPTIONAL: Mapping[str, Quantity] = MappingProxyType(
    {"g_aww": Quantity(r"g_{aWW}", "GeV$^{-1}$", "ALP-W coupling; g_agg if not given (c_B = c_W)", logarithmic=True)}
)

RANGES: Mapping[str, tuple[float, float]] = MappingProxyType({**DOMAIN, "g_aww": DOMAIN["g_agg"]})

OBSERVABLES: Mapping[str, Quantity] = MappingProxyType(
    {
        "m_chi": Quantity(r"m_\chi", "GeV", "dark matter mass", logarithmic=True),
        "Omega_h2": Quantity(r"\Omega h^2", "", "relic density", logarithmic=True),
        "Gamma_a": Quantity(r"\Gamma_a", "GeV", "total width of the ALP", logarithmic=True),
        "tau_a": Quantity(r"\tau_a", "s", "proper lifetime of the ALP", logarithmic=True),
        "BR(a->inv)": Quantity(r"\mathrm{BR}(a\to\chi\chi)", "", "branching ratio of the ALP to dark matter"),
        "P_inv": Quantity(r"P_\mathrm{inv}", "", "probability that an ALP from B+ -> K+ a is invisible in Belle II"),
        "BR(B+->K+ a)": Quantity(r"\mathrm{BR}(B^+\to K^+a)", "", "branching ratio", logarithmic=True),
        "BR(B+->K+ a(inv))": Quantity(
            r"\mathrm{BR}(B^+\to K^+a)\,P_\mathrm{inv}", "", "branching ratio to an invisible ALP", logarithmic=True
        ),
        "g_agg*sqrt(P_inv)": Quantity(
            r"g_{a\gamma\gamma}\sqrt{P_\mathrm{inv}}",
            "GeV$^{-1}$",
            "coupling that e+e- -> gamma + invisible measures, with P_inv in BaBar",
            logarithmic=True,
        ),
        "sigma_v_today": Quantity(
            r"\langle\sigma v\rangle_0", r"cm$^3\,$s$^{-1}$", "annihilation rate at rest", logarithmic=True
        ),
    }
)


@dataclass(frozen=True)
class InvisibleScenario:
    """The ALP portal with its choices: relic engine, normalisation and plasma, form factor, top mass."""

    engine: str
    annihilation_scale: str | float
    plasma: str
    form_factor: str
    top_mass: str

    @property
    def parameters(self) -> Mapping[str, Quantity]:
        """m_a, r, g_agg, g_achi."""
        return PARAMETERS

    @property
    def optional(self) -> Mapping[str, Quantity]:
        """g_aww."""
        return OPTIONAL

    @property
    def observables(self) -> Mapping[str, Quantity]:
        """What :meth:`predict` returns."""
        return OBSERVABLES

    def predict(self, points: Mapping[str, Array]) -> Predictions:
        """Predictions at ``points``: m_a [GeV], r, g_agg and g_achi (and g_aww) [1/GeV], arrays ``(n,)``."""
        failures = [_outside_domain(i, points) for i in range(len(points["m_a"]))]
        good = np.array([not failure for failure in failures], dtype=bool)
        values = {name: np.full(good.size, np.nan) for name in OBSERVABLES}
        if good.any():
            inside = {name: np.asarray(array)[good] for name, array in points.items()}
            calculated, status = self._calculate(inside)
            for name, array in calculated.items():
                values[name][good] = array
            for i, outcome in zip(np.flatnonzero(good), status, strict=True):
                failures[i] = "" if outcome == Status.OK else f"no relic density: {Status(outcome).message}"
        return Predictions(values, tuple(failures))

    def diagnose(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Freeze-out and what limits its calculation; see :class:`~alpfit.relic.RelicDensity`."""
        couplings = [points[name] for name in PARAMETERS]
        scale = resolve_annihilation_scale(self.annihilation_scale)
        relic = relic_density(*couplings, engine=self.engine, annihilation_scale=scale, plasma=self.plasma)
        return {
            "x_fo": relic.x_fo,
            "x_kd": relic.x_kd,
            "gamma/H at x_fo": relic.elastic_rate,
            "self-scattering": np.asarray(relic.self_scattering),
            "late annihilation": relic.late_annihilation,
            "error from plasma": plasma_error(*couplings, engine=self.engine, annihilation_scale=scale),
        }

    def _calculate(self, points: Mapping[str, Array]) -> tuple[dict[str, Array], NDArray[np.int64]]:
        m_a, r, g_agg, g_achi = (points[name] for name in PARAMETERS)
        g_aww = points.get("g_aww", g_agg)
        widths = alp_widths(m_a, r, g_agg, g_achi)
        scale = resolve_annihilation_scale(self.annihilation_scale)
        relic = relic_density(m_a, r, g_agg, g_achi, engine=self.engine, annihilation_scale=scale, plasma=self.plasma)
        fraction = widths.invisible_fraction
        seen_as_missing = invisible_probability(fraction, outside_belle2(m_a, widths.total))
        branching = branching_ratio_b_to_k_alp(m_a, g_aww, form_factor=self.form_factor, top_mass=self.top_mass)
        values = {
            "m_chi": r * m_a,
            "Omega_h2": relic.omega_h2,
            "Gamma_a": widths.total,
            "tau_a": HBAR.value / widths.total,
            "BR(a->inv)": fraction,
            "P_inv": seen_as_missing,
            "BR(B+->K+ a)": branching,
            "BR(B+->K+ a(inv))": branching * seen_as_missing,
            "g_agg*sqrt(P_inv)": g_agg * np.sqrt(invisible_probability(fraction, outside_babar(m_a, widths.total))),
            "sigma_v_today": sigma_v_today(m_a, r, g_agg, g_achi, widths.total, scale),
        }
        return values, relic.status


def _outside_domain(index: int, points: Mapping[str, Array]) -> str:
    """Why point ``index`` has no prediction; empty where it has."""
    sentences = (outside(name, float(array[index]), RANGES[name]) for name, array in points.items())
    return next((sentence for sentence in sentences if sentence), "")
