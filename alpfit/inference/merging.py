"""Runs of the same problem with different seeds: do they agree, and what do they say together?"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.diagnostics import insertion_rank_p_value
from alpfit.inference.samples import LOST, Samples

Array = NDArray[np.float64]

TOO_UNLIKELY = 0.01
"""A spread of ln Z with a smaller p-value, between runs that should agree, is told."""

TOO_FAR = 4.0
"""Means that differ by more standard errors are told; there are many of them."""


def merge(runs: Sequence[Samples]) -> Samples:
    """The runs as one: each weighs as much as its evidence, or its number of samples where there is none."""
    log_z, error = _evidence(runs)
    shares = np.log([r.log_l.size for r in runs]) if log_z is None else np.array([r.log_z for r in runs])
    shares = shares - np.logaddexp.reduce(shares)
    births = [r.log_l_birth for r in runs if r.log_l_birth is not None]
    log_l = np.concatenate([r.log_l for r in runs])
    spread, (shift, name) = _spread(runs), largest_shift(runs)
    diagnostics = {"seeds": float(len(runs)), **spread, "largest shift of a mean": shift}
    if all(LOST in r.diagnostics for r in runs):
        diagnostics[LOST] = float(np.mean([r.diagnostics[LOST] for r in runs]))
    birth = np.concatenate(births) if len(births) == len(runs) else None
    if birth is not None:
        diagnostics["insertion rank p-value"] = insertion_rank_p_value(log_l, birth, seed=0)
    return Samples(
        parameters=_joined([r.parameters for r in runs]),
        derived=_joined([r.derived for r in runs]),
        log_l_by_entry=_joined([r.log_l_by_entry for r in runs]),
        log_l=log_l,
        log_weights=np.concatenate([r.log_weights + share for r, share in zip(runs, shares, strict=True)]),
        log_z=log_z,
        log_z_error=error,
        n_calls=sum(r.n_calls for r in runs),
        log_l_birth=birth,
        autocorrelation=max(r.autocorrelation for r in runs),
        diagnostics=diagnostics,
        shortfalls=(*dict.fromkeys(s for r in runs for s in r.shortfalls), *_disagreements(spread, shift, name)),
    )


def _joined(columns: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([c[name] for c in columns]) for name in columns[0]}


def _evidence(runs: Sequence[Samples]) -> tuple[float | None, float | None]:
    """ln of the mean evidence; its error from those of the runs or from their scatter, whichever is larger.

    What the runs' bounds may have lost has the same sign in all of them, and is added to it.
    """
    values = [r.log_z for r in runs if r.log_z is not None]
    errors = [r.log_z_error for r in runs if r.log_z_error is not None]
    if len(values) < len(runs) or len(errors) < len(runs):
        return None, None
    weights = np.exp(np.array(values) - np.logaddexp.reduce(values))
    lost = np.array([r.diagnostics.get(LOST, 0.0) for r in runs])
    claimed = float(np.sqrt(np.sum((weights * (np.array(errors) - lost)) ** 2)))
    scatter = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return float(np.logaddexp.reduce(values) - np.log(len(values))), max(claimed, scatter) + float(
        np.sum(weights * lost)
    )


def _spread(runs: Sequence[Samples]) -> dict[str, float]:
    """p-value of the scatter of ln Z, given the errors that the runs claim."""
    from scipy.stats import chi2

    pairs = [(r.log_z, r.log_z_error) for r in runs if r.log_z is not None and r.log_z_error]
    if len(pairs) < max(len(runs), 2):
        return {}
    values, errors = np.array(pairs).T
    mean = np.average(values, weights=errors**-2)
    return {"ln Z spread p-value": float(chi2.sf(np.sum(((values - mean) / errors) ** 2), len(runs) - 1))}


def largest_shift(runs: Sequence[Samples]) -> tuple[float, str]:
    """The largest difference between two runs' means of a parameter, in its standard errors, and which parameter."""
    shifts = [(0.0, "")]
    for name in runs[0].parameters:
        values = [r.parameters[name] for r in runs]
        means = [np.average(v, weights=r.weights) for v, r in zip(values, runs, strict=True)]
        variances = [
            np.average((v - m) ** 2, weights=r.weights) / r.n_eff for v, m, r in zip(values, means, runs, strict=True)
        ]
        for i, j in combinations(range(len(runs)), 2):
            error = np.sqrt(variances[i] + variances[j])
            shifts.append((float(abs(means[i] - means[j]) / error) if error > 0.0 else 0.0, name))
    return max(shifts)


def _disagreements(spread: Mapping[str, float], shift: float, name: str) -> tuple[str, ...]:
    """Sentences about what the runs do not agree on."""
    found = []
    p_value = spread.get("ln Z spread p-value", 1.0)
    if p_value < TOO_UNLIKELY:
        found.append(f"the seeds' ln Z differ by more than their errors allow (p = {p_value:.1g}): raise n_live")
    if shift > TOO_FAR:
        found.append(f"the seeds' means of {name} differ by {shift:.1f} standard errors: raise n_live")
    return tuple(found)
