"""Importance reweighting: samples of one posterior as samples of another."""

import warnings
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import AlpfitError, ConfigurationError
from alpfit.inference.batches import Batch, join, samples_of
from alpfit.inference.problem import Problem
from alpfit.inference.progress import ProgressReport
from alpfit.inference.samples import Samples
from alpfit.inference.session import Session
from alpfit.numerics.expressions import in_order

Array = NDArray[np.float64]

POINTS_AT_ONCE = 512
"""Between two looks at the progress."""

FEWEST = 400.0
"""With fewer effective samples a 95 % limit is off by more than a tenth of a standard deviation."""

PARETO_K = "Pareto k-hat"
"""The diagnostic that :func:`pareto_k` gives."""

LARGEST_K = 0.7
"""Above this importance sampling does not converge at any number of samples in use (arXiv:1507.02646, section 3.2)."""

BEFORE = "effective samples before"
"""The diagnostic that says how many there were."""

STILL_THERE = 0.7
"""Share of the effective samples that is left where reweighting has changed little."""

LARGEST_WEIGHT = 0.02
"""A larger share of one sample says that the new posterior lies where the old one had next to no samples."""


def evaluate_all(session: Session, theta: Array) -> Batch:
    """Everything at the points ``theta`` ``(n, n_dim)``, with looks at the progress in between.

    Raises :class:`~alpfit.inference.interrupts.Interrupted` where the session is to end.
    """
    batches = []
    for begin in range(0, len(theta), POINTS_AT_ONCE):
        session.raise_if_interrupted()
        batches.append(session.evaluate(theta[begin : begin + POINTS_AT_ONCE]))
        left = len(theta) / session.account.n_calls - 1.0
        session.step(ProgressReport(session.account.n_calls, {}, left), None)
    return join(batches)


def reweighted(
    samples: Samples, problem: Problem, theta: Array, batch: Batch, log_factor: Array | float = 0.0
) -> Samples:
    """``samples``, at the points ``theta`` ``(n, n_dim)``, as those of ``problem``, which has ``batch`` there.

    Weights are multiplied by the ratio of the likelihoods, and by that of the priors, whose logarithm is ``log_factor``
    ``(n,)``; its mean is the ratio of the evidences. Where the new posterior is zero the sample is left out. Raises
    :class:`AlpfitError` if none is left.
    """
    factor = np.broadcast_to(log_factor, batch.log_l.shape)
    keep = np.isfinite(batch.log_l) & np.isfinite(samples.log_weights) & np.isfinite(factor)
    if not keep.any():
        raise AlpfitError("no sample of the run has a likelihood with these changes: run anew")
    log_weights = samples.log_weights[keep] + batch.log_l[keep] - samples.log_l[keep] + factor[keep]
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
        diagnostics={
            BEFORE: samples.n_eff,
            "largest weight": float(weights.max()),
            **pareto_k(log_weights),
        },
    )
    return replace(new, shortfalls=(*samples.shortfalls, *_doubts(new)))


def stored_batch(samples: Samples, problem: Problem, theta: Array) -> Batch | None:
    """All that ``problem`` has at the ``samples``, from what is stored of them; None where that is not enough.

    The predictions and likelihoods are those of the samples, whose parameters are ``theta (n, n_dim)``.
    """
    points = problem.completed(dict(zip(problem.names, theta.T, strict=True)))
    seen = {**points, **samples.parameters, **samples.derived}
    try:
        for name in in_order(problem.wanted, "[derived]"):
            seen.setdefault(name, np.broadcast_to(problem.wanted[name](seen), samples.log_l.shape))
        columns = [*(seen[name] for name in problem.derived), *(samples.log_l_by_entry[e] for e in problem.entries)]
    except (KeyError, ConfigurationError):
        return None
    return Batch(samples.log_l, np.stack(columns, axis=1), {})


def pareto_k(log_weights: Array) -> dict[str, float]:
    """k-hat of weights, given by their logarithms ``(n,)``, by its name; nothing where it is not known.

    It is the shape of a generalised Pareto distribution that is fitted to the largest weights: the moments of order
    1/k-hat and higher do not exist (A. Vehtari et al., arXiv:1507.02646).
    """
    k = _k_hat(log_weights)
    return {PARETO_K: k} if np.isfinite(k) else {}


def _k_hat(log_weights: Array) -> float:
    """k-hat from arviz, of the largest weights; NaN where these are fewer than five, or the same."""
    from arviz_stats.base import array_stats

    with warnings.catch_warnings(), np.errstate(divide="raise"):
        warnings.simplefilter("ignore")  # of a large k-hat, which we tell ourselves
        try:
            return float(array_stats.psislw(-log_weights)[1])  # which takes ln L of what is left out
        except (ValueError, IndexError, FloatingPointError):
            return np.nan


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
    largest, kept = samples.diagnostics["largest weight"], samples.n_eff > STILL_THERE * samples.diagnostics[BEFORE]
    if largest > LARGEST_WEIGHT and not kept:
        doubts.append(f"one sample has {100.0 * largest:.0f} % of the weight: the posteriors differ too much, run anew")
    if tail_matters(samples):
        k = samples.diagnostics[PARETO_K]
        doubts.append(f"Pareto k-hat of the weights is {k:.2f}, above {LARGEST_K}: ln Z and its error mean nothing")
    return doubts


def tail_matters(samples: Samples) -> bool:
    """Whether weights that have a long tail are also far from those before.

    k-hat knows no scale: weights that differ by a percent may have a tail, but nothing hangs on it.
    """
    k, before = samples.diagnostics.get(PARETO_K, 0.0), samples.diagnostics.get(BEFORE, 0.0)
    return k > LARGEST_K and samples.n_eff < STILL_THERE * before
