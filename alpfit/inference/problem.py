"""The inference problem: from numbers in the unit cube to ln L and everything that is predicted on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import PredictionError
from alpfit.inference.joint import log_density, transform
from alpfit.inference.priors import Prior
from alpfit.likelihoods import JointLikelihood
from alpfit.numerics.expressions import Expression, in_order
from alpfit.numerics.rehearsal import Rehearsal, each_once
from alpfit.scenarios import CheckedScenario

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
        return log_density(self.priors, self.parameters, self.log_l.size)

    def column(self, name: str) -> Array:
        """A parameter or a prediction, ``(n,)``."""
        return self.predictions[name] if name in self.predictions else self.parameters[name]


@dataclass(frozen=True)
class Problem:
    """A scenario, its measurements, and a prior, a value or a formula for each parameter.

    Sampled parameters are ordered as in ``priors``. ``formulas`` give parameters by others, ``wanted`` quantities by
    parameters and predictions; both may also have names that are not the scenario's.
    """

    scenario: CheckedScenario
    likelihood: JointLikelihood
    priors: Mapping[str, Prior]
    fixed: Mapping[str, float] = field(default_factory=dict)
    formulas: Mapping[str, Expression] = field(default_factory=dict)
    wanted: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the sampled parameters."""
        return tuple(self.priors)

    @property
    def n_dim(self) -> int:
        """Number of sampled parameters."""
        return len(self.priors)

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """Names of what a run keeps beside the sampled parameters.

        Those that a formula gives, the scenario's headline and what a measurement reads, and what is wanted.
        """
        read = {*self.scenario.headline, *self.likelihood.observables}
        predicted = (name for name, quantity in self.scenario.observables.items() if name in read and not quantity.bins)
        return tuple(dict.fromkeys((*self.formulas, *predicted, *self.wanted)))

    @property
    def entries(self) -> tuple[str, ...]:
        """Names of the measurements."""
        return tuple(m.name for m in self.likelihood.measurements)

    @property
    def ends(self) -> dict[str, tuple[float, float]]:
        """The lowest and highest value of each parameter without a formula; infinite where its prior fades away."""
        ends = {name: (value, value) for name, value in self.fixed.items()}
        return ends | {name: prior.bounds for name, prior in self.priors.items()}

    def prior_transform(self, u: Array) -> Array:
        """Parameters at ``u`` in the unit cube, arrays of shape ``(..., n_dim)``."""
        return transform(self.priors, u)

    @property
    def rehearsals(self) -> tuple[Rehearsal, ...]:
        """Calls that compile what :meth:`evaluate` calls."""
        return self.rehearsals_between(self.ends)

    def rehearsals_between(self, ends: Mapping[str, tuple[float, float]]) -> tuple[Rehearsal, ...]:
        """Those for the points between the ``ends`` of each parameter, as far as they are known."""
        own = (rehearsal for measurement in self.likelihood.measurements for rehearsal in measurement.rehearsals())
        return each_once(*self.scenario.rehearsals(ends=ends), *own)

    @property
    def toy_rehearsals(self) -> tuple[Rehearsal, ...]:
        """Of the measurements' toys, from which a run has its p-values."""
        return each_once(*filter(None, (measurement.toy_rehearsal() for measurement in self.likelihood.measurements)))

    def evaluate(self, theta: Array) -> Evaluation:
        """Everything at ``theta``, sampled parameters of shape ``(n, n_dim)``."""
        columns = np.ascontiguousarray(theta.T)  # kernels are compiled for no other kind of arrays
        return self.evaluate_at(dict(zip(self.names, columns, strict=True)))

    def completed(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """All parameters, arrays ``(n,)``, from the sampled ones; what is fixed or has a formula may be overruled."""
        return completed(self.fixed, self._ordered_formulas, values)

    def evaluate_at(self, values: Mapping[str, Array]) -> Evaluation:
        """Everything at ``values``, parameter name to array ``(n,)``; see :meth:`completed`."""
        points = self.completed(values)
        n = len(next(iter(points.values()))) if points else 1
        predictions = self.scenario.predict(self.of_scenario(points))
        seen, failures = {**points, **predictions.values}, predictions.failures
        if self.wanted:
            found, failures = self._wanted(seen, failures)
            seen |= found
        by_entry = self.likelihood.loglike_by_entry(seen)
        if any(failures):
            good = np.array([not failure for failure in failures])
            by_entry = {name: np.where(good, log_l, -np.inf) for name, log_l in by_entry.items()}
        total = sum(by_entry.values(), np.zeros(n))
        if np.isnan(total).any():
            at = int(np.argmax(np.isnan(total)))
            where = ", ".join(f"{name} = {array[at]:g}" for name, array in points.items())
            raise PredictionError(f"ln L is not a number at {where}")
        predicted = {name: values for name, values in seen.items() if name not in points}
        return Evaluation(points, predicted, by_entry, total, failures, self.priors)

    def of_scenario(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Of the parameters ``points`` those that the scenario has."""
        if not self.formulas and not self._others:
            return points
        return {name: values for name, values in points.items() if name not in self._others}

    @cached_property
    def _others(self) -> frozenset[str]:
        """Parameters that only formulas read."""
        own = {*self.scenario.parameters, *self.scenario.optional}
        return frozenset(name for name in (*self.priors, *self.fixed, *self.formulas) if name not in own)

    @cached_property
    def _ordered_formulas(self) -> dict[str, Expression]:
        return {name: self.formulas[name] for name in in_order(self.formulas, "[parameters]")}

    @cached_property
    def _ordered_wanted(self) -> dict[str, Expression]:
        return {name: self.wanted[name] for name in in_order(self.wanted, "[derived]")}

    def _wanted(self, seen: Mapping[str, Array], failures: tuple[str, ...]) -> tuple[dict[str, Array], tuple[str, ...]]:
        """The wanted quantities, and the failures with those of points at which one is no number."""
        found, reasons = dict(seen), list(failures)
        for name, formula in self._ordered_wanted.items():
            found[name] = np.array(np.broadcast_to(formula(found), (len(reasons),)))
            for i in np.flatnonzero(~np.isfinite(found[name])):
                reasons[i] = reasons[i] or f"{name} = {formula.text} is not a number"
        return {name: found[name] for name in self.wanted}, tuple(reasons)


def completed(
    fixed: Mapping[str, float], formulas: Mapping[str, Expression], values: Mapping[str, Array]
) -> dict[str, Array]:
    """All parameters, arrays ``(n,)``: those that have ``values``, are ``fixed``, or follow by ``formulas``.

    A formula reads what has values, is fixed or stands before it.
    """
    n = len(next(iter(values.values()))) if values else 1
    points = {name: np.full(n, value) for name, value in fixed.items()} | dict(values)
    for name, formula in formulas.items():
        if name not in points:
            points[name] = np.array(np.broadcast_to(formula(points), (n,)))
    return points
