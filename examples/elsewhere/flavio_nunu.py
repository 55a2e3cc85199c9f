"""b -> s nu nu with left- and right-handed quarks: flavio predicts, Belle II's spectrum and flavio's data judge."""

import flavio
import numpy as np
from wilson import Wilson

from alpfit.physics.b_to_k_nunu import C_VL_STANDARD_MODEL, branching_ratios_by_q2
from alpfit.scenarios import Parameter, Quantity, Scenario

K, K_STAR, SPECTRUM = "BR(B+->K+ nu nu)", "BR(B0->K*0 nu nu)", "BR(B+->K+ inv) by q2"
FLAVIO = {K: "BR(B+->Knunu)", K_STAR: "BR(B0->K*nunu)"}
POINTS = np.array([(0.0, 0.0), (5.0, 0.0), (-5.0, 0.0), (0.0, 5.0), (0.0, -5.0), (5.0, 5.0)])


def powers(left, right):
    """A rate is quadratic in the coefficients: (n, 6)."""
    return np.stack([np.ones_like(left), left, right, left**2, right**2, left * right], axis=-1)


def flavio_at(name, left, right):
    """flavio's prediction with the same new coefficients for each neutrino, at 4.8 GeV."""
    new = {f"C{chirality}_bsnu{f}nu{f}": c for chirality, c in (("L", left), ("R", right)) for f in ("e", "mu", "tau")}
    return flavio.np_prediction(name, Wilson(new, scale=4.8, eft="WET", basis="flavio"))


class Neutrinos(Scenario):
    """What is new in C_L and C_R of flavio's basis; in the Standard Model C_L is -6.6 and C_R nothing."""

    parameters = {
        "C_L": Parameter(r"C_L^\mathrm{new}", "", "left-handed quarks", range=(-50.0, 50.0)),
        "C_R": Parameter(r"C_R^\mathrm{new}", "", "right-handed quarks", range=(-50.0, 50.0)),
    }
    observables = {
        K: Quantity(r"\mathrm{BR}(B^+\to K^+\nu\bar\nu)", "", "by flavio"),
        K_STAR: Quantity(r"\mathrm{BR}(B^0\to K^{*0}\nu\bar\nu)", "", "by flavio"),
        SPECTRUM: Quantity(r"\mathrm{BR}(B^+\to K^+\nu\bar\nu)", "", "in equal bins of q2", bins=100),
    }

    def __init__(self):
        at = powers(*POINTS.T)
        self.rates = {  # flavio is asked six times, not at each point
            name: np.linalg.solve(at, [flavio_at(theirs, *point) for point in POINTS])
            for name, theirs in FLAVIO.items()
        }
        shape = branching_ratios_by_q2(np.array([C_VL_STANDARD_MODEL]), np.zeros(1), np.zeros(1), bins=100)
        self.shape = shape / shape.sum()  # that of the Standard Model, whatever C_L + C_R is

    def predict(self, points):
        """Both rates by flavio, and the spectrum that Belle II's likelihood reads."""
        at = powers(points["C_L"], points["C_R"])
        rates = {name: np.maximum(at @ rate, 0.0) for name, rate in self.rates.items()}
        return {**rates, SPECTRUM: rates[K][:, None] * self.shape}
