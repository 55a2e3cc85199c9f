"""The inference problem: from numbers in the unit cube to ln L and everything that is predicted on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import PredictionError
from alpfit.inference.priors import Prior
from alpfit.likelihoods import JointLikelihood
from alpfit.scenarios import Scenario

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """``n`` points: parameters, all predictions and ln L by entry, name to array ``(n,)``; total ln L.

    ``failures`` holds ``n`` sentences, empty where there is a prediction; ln L is -inf where there is none.
    """

    parameters: Mapping[str, Array]
    predictions: Mapping[str, Array]
    log_l_by_entry: Mapping[str, Array]
    log_l: Array
    failures: tuple[str, ...]
    priors: Mapping[str, Prior]

    @cached_property
    def log_prior(self) -> Array:
        """ln of the prior density of the sampled parameters, ``(n,)``."""
        densities = (prior.log_density(self.parameters[name]) for name, prior in self.priors.items())
        return sum(densities, np.zeros_like(self.log_l))


@dataclass(frozen=True)
class Problem:
    """A scenario, its measurements, and a prior or a value for each parameter.

    Sampled parameters are ordered as in ``priors``.
    """

    scenario: Scenario
    likelihood: JointLikelihood
    priors: Mapping[str, Prior]
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the sampled parameters."""
        return tuple(self.priors)

    @property
    def n_dim(self) -> int:
        """Number of sampled parameters."""
        return len(self.priors)

    @property
    def derived(self) -> tuple[str, ...]:
        """Names of the predictions that a run keeps: the scenario's headline, and what a measurement reads."""
        wanted = {*self.scenario.headline, *self.likelihood.observables}
        return tuple(name for name in self.scenario.observables if name in wanted)

    @property
    def entries(self) -> tuple[str, ...]:
        """Names of the measurements."""
        return tuple(m.name for m in self.likelihood.measurements)

    def prior_transform(self, u: Array) -> Array:
        """Parameters at ``u`` in the unit cube, arrays of shape ``(..., n_dim)``."""
        return np.stack([prior.transform(u[..., i]) for i, prior in enumerate(self.priors.values())], axis=-1)

    def evaluate(self, theta: Array) -> Evaluation:
        """Everything at ``theta``, sampled parameters of shape ``(n, n_dim)``."""
        sampled = {name: theta[:, i] for i, name in enumerate(self.names)}
        return self.evaluate_at(sampled)

    def evaluate_at(self, values: Mapping[str, Array]) -> Evaluation:
        """Everything at ``values``, parameter name to array ``(n,)``; fixed parameters may be left out or overruled."""
        n = len(next(iter(values.values()))) if values else 1
        points = {name: np.full(n, value) for name, value in self.fixed.items()} | dict(values)
        predictions = self.scenario.predict(points)
        by_entry = self.likelihood.loglike_by_entry({**points, **predictions.values})
        if any(predictions.failures):
            good = np.array([not failure for failure in predictions.failures])
            by_entry = {name: np.where(good, log_l, -np.inf) for name, log_l in by_entry.items()}
        total = sum(by_entry.values(), np.zeros(n))
        if np.isnan(total).any():
            at = int(np.argmax(np.isnan(total)))
            where = ", ".join(f"{name} = {array[at]:g}" for name, array in points.items())
            raise PredictionError(f"ln L is not a number at {where}")
        return Evaluation(points, predictions.values, by_entry, total, predictions.failures, self.priors)
