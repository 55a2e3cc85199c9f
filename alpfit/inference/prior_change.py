"""Samples under another prior: the ratio of the densities, also where the new one is of other variables."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError
from alpfit.inference.joint import log_density
from alpfit.inference.problem import Problem
from alpfit.inference.samples import Samples

Array = NDArray[np.float64]

HALVINGS = 60
"""Of the interval in which a variable is looked for that a formula reads."""

STEP = 1e-6
"""Of a variable, relative to itself, for derivatives."""

SAME = 1e-9
"""By how much a parameter may differ, relative to itself, where it is to be the same."""

N_DRAWN, BEYOND = 4096, 1e-3
"""Draws of the new prior, and the share of them where the old one had no samples that is told of."""


class PriorChange(NamedTuple):
    """Parameters of the new problem ``theta (n, n_dim)`` at the samples, and what their weights are multiplied with.

    ``log_factor (n,)`` is ln of the new density over the old one, both in the new variables, -inf where the new one is
    zero: there ``theta`` is that of another sample. ``shortfall`` is a
    sentence where the new prior has room in which the old one had none.
    """

    theta: Array
    log_factor: Array
    shortfall: str


def change_priors(samples: Samples, before: Problem, after: Problem) -> PriorChange:
    """What ``samples`` of the problem ``before`` are under the priors ``after``.

    Raises :class:`ConfigurationError` where more than priors would change, and for a variable that the samples do not
    tell.
    """
    if before.n_dim != after.n_dim:
        raise ConfigurationError(
            f"[parameters] {after.n_dim} would be sampled in place of {before.n_dim}: run anew, or give a value to "
            "those that were fixed and a prior to those that were sampled"
        )
    columns = {**samples.parameters, **samples.derived}
    new = {name: columns[name] if name in columns else _solved(name, columns, after) for name in after.names}
    outside = np.any([np.isnan(values) for values in new.values()], axis=0)
    inside = int(np.argmin(outside))
    new = {name: np.where(outside, values[inside], values) for name, values in new.items()}
    old_points, new_points = before.completed(dict(samples.parameters)), after.completed(new)
    own = {*before.of_scenario(old_points), *after.of_scenario(new_points)}
    for name in sorted(own):
        if (
            name not in old_points
            or name not in new_points
            or not _same(old_points[name][~outside], new_points[name][~outside])
        ):
            raise ConfigurationError(
                f"[parameters] {name} is another one at the samples: only priors may change here; for other "
                "[parameters] run anew"
            )
    n = samples.log_l.size
    log_old = log_density(before.priors, samples.parameters, n) + _log_jacobian(before, after, samples.parameters, new)
    with np.errstate(invalid="ignore"):
        log_factor = log_density(after.priors, new, n) - log_old
    theta = np.stack([new[name] for name in after.names], axis=-1)
    log_factor = np.where(outside | np.isnan(log_factor), -np.inf, log_factor)
    return PriorChange(theta, log_factor, _shortfall(before, after))


def _same(one: Array, other: Array) -> bool:
    return bool(np.allclose(one, other, rtol=SAME, atol=0.0))


def _solved(name: str, columns: Mapping[str, Array], after: Problem) -> Array:
    """The new variable ``name`` where a formula that reads it alone gives what the samples have, ``(n,)``.

    NaN for samples beyond its prior; raises :class:`ConfigurationError` where that is all of them.
    """
    for known, formula in after.formulas.items():
        others = [read for read in formula.names if read != name]
        if known not in columns or name not in formula.names or not all(read in after.fixed for read in others):
            continue
        fixed = {read: np.full(columns[known].shape, after.fixed[read]) for read in others}
        prior = after.priors[name]
        low, high = (np.full(columns[known].shape, float(prior.transform(u))) for u in (1e-12, 1.0 - 1e-12))
        ends = prior.bounds
        low, high = (np.where(np.isfinite(end), end, at) for end, at in zip(ends, (low, high), strict=True))
        rises = formula({**fixed, name: high}) > formula({**fixed, name: low})
        for _ in range(HALVINGS):
            middle = np.sqrt(low * high) if prior.logarithmic else 0.5 * (low + high)
            below = (formula({**fixed, name: middle}) < columns[known]) == rises
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        there = np.isclose(formula({**fixed, name: high}), columns[known], rtol=1e-7, atol=0.0)
        if not there.any():
            raise ConfigurationError(
                f"[parameters] no sample lies where the new prior of {name} ({prior.in_words}) has room: run anew"
            )
        return np.where(there, high, np.nan)
    raise ConfigurationError(
        f"[parameters] {name} is not known at the samples: let the run keep it in [derived], or run anew"
    )


def _log_jacobian(before: Problem, after: Problem, old: Mapping[str, Array], new: Mapping[str, Array]) -> Array:
    """ln |det d(old variables)/d(new variables)| at both, ``(n,)``; zero where they are the same.

    Either the new problem has formulas for the old variables, or the old one for the new ones.
    """
    n = next(iter(new.values())).size
    if before.names == after.names:
        return np.zeros(n)
    if set(before.names) <= set(after.completed(new)):
        return _log_determinant(after, new, before.names)
    if set(after.names) <= set(before.completed(old)):
        return -_log_determinant(before, old, after.names)
    name = next(name for name in before.names if name not in after.completed(new))
    raise ConfigurationError(
        f"[parameters] {name} cannot be exchanged: it does not follow from the new parameters, nor they from it and "
        "the others; run anew"
    )


def _log_determinant(problem: Problem, at: Mapping[str, Array], names: Sequence[str]) -> Array:
    """ln |det d(names)/d(sampled)| of the ``problem`` ``at`` its sampled parameters, ``(n,)``."""
    n = next(iter(at.values())).size
    matrix = np.empty((n, len(names), problem.n_dim))
    for j, name in enumerate(problem.names):
        step = STEP * np.maximum(np.abs(at[name]), 1e-300)
        up, down = (problem.completed({**at, name: at[name] + sign * step}) for sign in (1.0, -1.0))
        for i, follows in enumerate(names):
            matrix[:, i, j] = (up[follows] - down[follows]) / (2.0 * step)
    return np.asarray(np.linalg.slogdet(matrix)[1])


def _shortfall(before: Problem, after: Problem) -> str:
    """That the new prior reaches where the old one had no room; empty where it does not."""
    drawn = after.prior_transform(np.random.default_rng(0).random((N_DRAWN, after.n_dim)))
    points = after.completed(dict(zip(after.names, drawn.T, strict=True)))
    old = {name: points[name] if name in points else _solved(name, points, before) for name in before.names}
    known = ~np.any([np.isnan(values) for values in old.values()], axis=0)
    with np.errstate(invalid="ignore"):
        beyond = float(np.mean(~(known & np.isfinite(log_density(before.priors, old, N_DRAWN)))))
    if beyond < BEYOND:
        return ""
    return f"{100.0 * beyond:.0f} % of the new prior lies where the old one had no samples: run anew"
