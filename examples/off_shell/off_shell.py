"""B+ -> K+ chi chi through an ALP that is too heavy to be made: three bodies, and a spectrum in place of a line."""

import numpy as np

from alpfit.physics.b_to_k_chi_chi import branching_ratios_by_q2
from alpfit.scenarios import Parameter, Quantity, Scenario

CHOICES = {"form_factor": "hpqcd2022", "top_mass": "msbar", "ckm": "flavio-2.7.1"}
SPECTRUM, PRODUCT, BINS = "BR(B+->K+ inv) by q2", "g_aww g_achi", 100
SMALL = 1e-6
"""1/GeV: couplings at which the ALP's width does not matter. The rate goes as the square of g_aww g_achi."""


class OffShell(Scenario):
    """chi is a Majorana fermion below 2.4 GeV, the ALP above 4.8 GeV; the rate is a parameter, couplings follow."""

    parameters = {
        "m_a": Parameter("m_a", "GeV", "mass of the ALP", True, range=(4.8, 1e4)),
        "m_chi": Parameter(r"m_\chi", "GeV", "mass of chi", range=(1e-3, 2.39)),
        "BR": Parameter(r"\mathrm{BR}(B^+\to K^+\chi\chi)", "", "branching ratio", range=(0.0, 1e-3)),
    }
    observables = {
        SPECTRUM: Quantity(r"\mathrm{BR}(B^+\to K^+\chi\chi)", "", "in equal bins of q2", bins=BINS),
        PRODUCT: Quantity(r"g_{aWW}\,g_{a\chi}", "GeV$^{-2}$", "product of the couplings", logarithmic=True),
    }

    def predict(self, points):
        """The spectrum that Belle II's likelihood reads, and the couplings that make it."""
        m_a, m_chi, rate = (points[name] for name in self.parameters)
        spectrum = branching_ratios_by_q2(m_a, m_chi / m_a, SMALL, SMALL, SMALL, bins=BINS, **CHOICES)
        total = spectrum.sum(axis=1)
        return {SPECTRUM: spectrum * (rate / total)[:, None], PRODUCT: SMALL**2 * np.sqrt(rate / total)}

    def without_signal(self, points):
        """The Standard Model alone."""
        return self.predict({**points, "BR": np.zeros_like(points["BR"])})
