"""Importance reweighting: samples of one posterior as samples of another."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import AlpfitError
from alpfit.inference.batches import Batch
from alpfit.inference.problem import Problem
from alpfit.inference.samplers.base import samples_of
from alpfit.inference.samples import Samples

Array = NDArray[np.float64]

FEWEST = 400.0
"""With fewer effective samples a 95 % limit is off by more than a tenth of a standard deviation."""

LARGEST_WEIGHT = 0.02
"""A larger share of one sample says that the new posterior lies where the old one had next to no samples."""


def reweighted(samples: Samples, problem: Problem, theta: Array, batch: Batch) -> Samples:
    """``samples``, at the points ``theta`` ``(n, n_dim)``, as those of ``problem``, which has ``batch`` there.

    Weights are multiplied by the ratio of the likelihoods, whose mean is that of the evidences; the priors are the
    same. Where the new likelihood is zero the sample is left out. Raises :class:`AlpfitError` if none is left.
    """
    keep = np.isfinite(batch.log_l) & np.isfinite(samples.log_weights)
    if not keep.any():
        raise AlpfitError("no sample of the run has a likelihood with these changes: run anew")
    log_weights = samples.log_weights[keep] + batch.log_l[keep] - samples.log_l[keep]
    log_ratio = float(np.logaddexp.reduce(log_weights))
    weights = np.exp(log_weights - log_ratio)
    new = replace(
        samples,
        **samples_of(problem, theta[keep], batch.columns[keep]),
        log_l=batch.log_l[keep],
        log_weights=log_weights - log_ratio,
        log_z=None if samples.log_z is None else samples.log_z + log_ratio,
        log_z_error=_log_z_error(samples, keep, weights),
        n_calls=len(theta),
        log_l_birth=None,
        n_chains=1,
        diagnostics={"effective samples before": samples.n_eff, "largest weight": float(weights.max())},
    )
    return replace(new, shortfalls=(*samples.shortfalls, *_doubts(new)))


def _log_z_error(samples: Samples, keep: NDArray[np.bool_], weights: Array) -> float | None:
    """Of the old ln Z, and of the mean ratio of the likelihoods from the scatter of the weights.

    With old weights w and new ones v, normalised, the ratio is estimated with the relative variance sum (v - w)^2.
    """
    if samples.log_z_error is None:
        return None
    change = -samples.weights
    change[keep] += weights
    return float(np.hypot(samples.log_z_error, np.sqrt(np.sum(change**2) * samples.autocorrelation)))


def _doubts(samples: Samples) -> list[str]:
    """What is to be said against the new weights."""
    doubts = []
    if samples.n_eff < FEWEST:
        doubts.append(f"reweighting has left {samples.n_eff:.0f} effective samples, fewer than {FEWEST:.0f}: run anew")
    if (largest := samples.diagnostics["largest weight"]) > LARGEST_WEIGHT:
        doubts.append(f"one sample has {100.0 * largest:.0f} % of the weight: the posteriors differ too much, run anew")
    return doubts
