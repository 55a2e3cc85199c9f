"""B+ -> K+ X with a particle X that is not seen, and nothing else: which mass and rate does the excess ask for?"""

import numpy as np
from pydantic import BaseModel, Field

from alpfit.physics.b_to_k_resonance import shares_by_q2
from alpfit.scenarios import Parameter, Quantity, Scenario

BINS, SPECTRUM = 100, "BR(B+->K+ inv) by q2"


class Width(BaseModel, frozen=True, extra="forbid"):
    """Of X; the ``spread`` of its line is that which the likelihood itself gives to one without a width."""

    width: float = Field(default=0.0, ge=0.0, le=5.0)  # GeV
    spread: float = Field(default=0.35, ge=0.0, le=5.0)  # GeV^2


class TwoBody(Scenario):
    """X has a mass and a rate; what it is, and what else it does, is left open."""

    parameters = {
        "m_X": Parameter("m_X", "GeV", "mass of X", range=(0.0, 4.785)),
        "BR": Parameter(r"\mathrm{BR}(B^+\to K^+X)", "", "branching ratio, X unseen", range=(0.0, 1e-3)),
    }
    Options = Width

    @property
    def observables(self):
        """With a width a spectrum; without, they are found by calling predict."""
        if self.options.width == 0.0:
            return {}
        return {SPECTRUM: Quantity(r"\mathrm{BR}(B^+\to K^+X)", "", "in equal bins of q2", bins=BINS)}

    def predict(self, points):
        """The names that Belle II's likelihood reads."""
        if self.options.width == 0.0:
            return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": points["BR"]}
        shares = shares_by_q2(points["m_X"], self.options.width, spread=self.options.spread, bins=BINS)
        return {SPECTRUM: points["BR"][:, None] * shares}

    def without_signal(self, points):
        """The Standard Model alone."""
        return self.predict({**points, "BR": np.zeros_like(points["BR"])})
