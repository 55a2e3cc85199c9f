"""A problem whose answer is known: a two-dimensional Gaussian in the plane of two uniform parameters."""

from dataclasses import dataclass

import numpy as np
import pytest

from alpfit.inference.priors import Uniform
from alpfit.inference.problem import Problem
from alpfit.scenarios import Predictions, Quantity

CENTRE, SIGMA = (0.2, -0.3), 0.1


@dataclass(frozen=True)
class PlaneScenario:
    """Predicts the sum and the difference of x and y; nothing at all where ``works`` is false."""

    works: object = lambda x, y: True
    place = ""  # the package's own

    @property
    def parameters(self):
        return {"x": Quantity("x", "", "first"), "y": Quantity("y", "GeV", "second")}

    @property
    def optional(self):
        return {}

    @property
    def observables(self):
        return {"sum": Quantity("x + y", "", "their sum"), "difference": Quantity("x - y", "", "their difference")}

    @property
    def headline(self):
        return ("difference",)

    def without_signal(self, points):
        return {"sum": np.zeros_like(points["x"])}

    def predict(self, points):
        x, y = points["x"], points["y"]
        good = [self.works(*point) for point in zip(x, y, strict=True)]
        return Predictions(
            {"sum": np.where(good, x + y, np.nan), "difference": np.where(good, x - y, np.nan)},
            tuple("" if at else "nothing works there" for at in good),
        )


@dataclass(frozen=True)
class GaussianMeasurement:
    """-1/2 (observable - value)^2/sigma^2, not normalised."""

    name: str
    observable: str
    value: float
    sigma: float

    @property
    def observables(self):
        return (self.observable,)

    def loglike(self, predictions):
        return -0.5 * ((predictions[self.observable] - self.value) / self.sigma) ** 2


@dataclass(frozen=True)
class PlaneLikelihood:
    """What the inference problem needs of a likelihood."""

    measurements: tuple[GaussianMeasurement, ...]

    @property
    def observables(self):
        return tuple(m.observable for m in self.measurements)

    def loglike_by_entry(self, predictions):
        return {m.name: m.loglike(predictions) for m in self.measurements}


@pytest.fixture
def plane_problem():
    """Makes the problem; x and y from -1 to 1, both measured as CENTRE +- SIGMA through sum and difference."""

    def build(works=lambda x, y: True, fixed=None):
        sum_, difference = CENTRE[0] + CENTRE[1], CENTRE[0] - CENTRE[1]
        likelihood = PlaneLikelihood(
            (
                GaussianMeasurement("sum rule", "sum", sum_, np.sqrt(2.0) * SIGMA),
                GaussianMeasurement("splitting", "difference", difference, np.sqrt(2.0) * SIGMA),
            )
        )
        fixed = fixed or {}
        priors = {name: Uniform(prior="uniform", min=-1.0, max=1.0) for name in ("x", "y") if name not in fixed}
        return Problem(PlaneScenario(works), likelihood, priors, fixed)

    return build


@pytest.fixture
def plane_log_z():
    """ln Z: the integral of the Gaussian over the area of the prior."""
    return float(np.log(2.0 * np.pi * SIGMA**2 / 4.0))
