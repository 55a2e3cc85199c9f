"""B+ -> K+ X with a particle X that is not seen, and nothing else: which mass and rate does the excess ask for?"""

import numpy as np

from alpfit.scenarios import Parameter, Scenario


class TwoBody(Scenario):
    """X has a mass and a rate; what it is, and what else it does, is left open."""

    parameters = {
        "m_X": Parameter("m_X", "GeV", "mass of X", range=(0.0, 4.785)),
        "BR": Parameter(r"\mathrm{BR}(B^+\to K^+X)", "", "branching ratio, X unseen", range=(0.0, 1e-3)),
    }

    def predict(self, points):
        """The names that Belle II's likelihood reads."""
        return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": points["BR"]}

    def without_signal(self, points):
        """The Standard Model alone."""
        return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": np.zeros_like(points["BR"])}
