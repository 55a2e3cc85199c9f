"""B+ -> K+ nu nu in the weak effective theory: vector, scalar and tensor operators, and the shape of the spectrum."""

import numpy as np

from alpfit.physics.b_to_k_nunu import C_VL_STANDARD_MODEL, branching_ratios_by_q2
from alpfit.scenarios import Parameter, Quantity, Scenario

BINS, SPECTRUM, TOTAL = 100, "BR(B+->K+ inv) by q2", "BR(B+->K+ nu nu)"


class WeakEffectiveTheory(Scenario):
    """Coefficients at 4.2 GeV in the normalisation of arXiv:2402.08417; the Standard Model has (6.6, 0, 0)."""

    parameters = {
        "C_V": Parameter(r"|C_{VL}+C_{VR}|", "", "vector operators", range=(0.0, 100.0)),
        "C_S": Parameter(r"|C_{SL}+C_{SR}|", "", "scalar operators", range=(0.0, 100.0)),
        "C_T": Parameter(r"|C_{TL}|", "", "tensor operator", range=(0.0, 100.0)),
    }
    observables = {
        SPECTRUM: Quantity(r"\mathrm{BR}(B^+\to K^+\nu\bar\nu)", "", "in equal bins of q2", bins=BINS),
        TOTAL: Quantity(r"\mathrm{BR}(B^+\to K^+\nu\bar\nu)", "", "branching ratio", logarithmic=True),
    }

    def predict(self, points):
        """The spectrum that Belle II's likelihood reads, and its integral."""
        spectrum = branching_ratios_by_q2(points["C_V"], points["C_S"], points["C_T"], bins=BINS)
        return {SPECTRUM: spectrum, TOTAL: spectrum.sum(axis=1)}

    def without_signal(self, points):
        """The Standard Model alone."""
        nothing = np.zeros_like(points["C_V"])
        alone = {"C_V": nothing + C_VL_STANDARD_MODEL, "C_S": nothing, "C_T": nothing}
        return {**alone, **self.predict(alone)}
