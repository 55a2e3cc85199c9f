"""Profile likelihood by minimisation: MIGRAD in each bin of a grid, from the best points known."""

from collections.abc import Mapping, Sequence

import numpy as np

from alpfit.inference.batches import samples_of
from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.minimisation.migrad import Descents
from alpfit.inference.profiling.binning import Plan, sampled_profile
from alpfit.inference.profiling.bins import SAME, Bins
from alpfit.inference.profiling.grid import Grid, Pool
from alpfit.inference.profiling.initial_fits import first_bins
from alpfit.inference.profiling.neighbour_restarts import restarted
from alpfit.inference.profiling.profile import Array, Profile
from alpfit.inference.profiling.replay import ReplayLog
from alpfit.inference.samples import Samples
from alpfit.inference.session import Session

N_FREE_FITS = 6
"""Fits of all parameters at once, from points that differ."""

APART = 0.5
"""Points differ that are so far from each other in a coordinate, in units of half the prior's central 68 %."""

N_RESTARTS = 3
"""How often the best of the free fits is begun anew at its end, as long as it improves."""


def refined_profiles(session: Session, samples: Samples, plans: Sequence[Plan]) -> list[Profile]:
    """The maximum of ln L in each bin over all parameters that are not its axes; nowhere below the best sample.

    The axes, which are parameters, are held at the position of the best point known in the bin, or at its centre. The
    first ones of ``plans`` help those that follow. Raises :class:`~alpfit.inference.interrupts.Interrupted`.
    """
    problem = session.problem
    coordinates = Coordinates(problem.priors)
    log = ReplayLog(session, sum(int(np.prod(plan.n_bins)) for plan in plans))
    descents = Descents(log.log_l, coordinates)
    theta = samples.theta(problem.names)
    usable = np.isfinite(samples.log_l)
    pool = _with_free_fits(Pool(coordinates.of(theta[usable]), samples.log_l[usable]), descents)
    best = dict(zip(problem.names, coordinates.parameters(pool.z[[pool.best]])[0], strict=True))
    reached = {name: np.append(values, best[name]) for name, values in samples.parameters.items()}
    log_l = np.append(samples.log_l, pool.log_l[pool.best])
    grids, found = [], []
    for plan in plans:
        axes = tuple(problem.names.index(name) for name in plan.names)
        grids.append(Grid(axes, plan.edges(reached, log_l, problem.priors) or (), coordinates))
        bins = restarted(first_bins(grids[-1], pool, descents), grids[-1], descents)
        pool = _with_free_fits(pool.with_points(bins.z[bins.known], -bins.cost[bins.known]), descents)
        found.append(bins)
    found = [_with_best(bins, grid, pool, descents) for bins, grid in zip(found, grids, strict=True)]
    return [_profile(session, samples, plan, grid, bins) for plan, grid, bins in zip(plans, grids, found, strict=True)]


def _with_free_fits(pool: Pool, descents: Descents) -> Pool:
    """The pool with fits of all parameters from its best points."""
    starts = pool.z[_apart(pool, descents.coordinates.scale)]
    ends = descents.run(starts, strategy=1)
    for _ in range(N_RESTARTS):
        best = min(ends, key=lambda end: end.cost)
        ends += descents.run(best.z[None, :], strategy=1)
        if ends[-1].cost > best.cost - SAME:
            break
    return pool.with_points(np.stack([end.z for end in ends]), -np.array([end.cost for end in ends]))


def _apart(pool: Pool, scale: Array) -> list[int]:
    """Indices of the best points that differ from each other."""
    chosen: list[int] = []
    left = np.argsort(-pool.log_l, kind="stable")
    while left.size and len(chosen) < N_FREE_FITS:
        chosen.append(int(left[0]))
        left = left[(np.abs(pool.z[left] - pool.z[chosen[-1]]) > APART * scale).any(axis=1)]
    return chosen


def _with_best(bins: Bins, grid: Grid, pool: Pool, descents: Descents) -> Bins:
    """The best point of all in the bin where it belongs, if that is better, and what a descent makes of it."""
    at = grid.place(pool.z[[pool.best]])
    if at[0] < 0 or -pool.log_l[pool.best] >= bins.cost[at[0]]:
        return bins
    return bins.with_ends(at, descents.run(pool.z[[pool.best]], grid.axes))


def _profile(session: Session, samples: Samples, plan: Plan, grid: Grid, bins: Bins) -> Profile:
    """The profile with all that is kept of its points; in each bin the better of these and the best sample."""
    problem = session.problem
    sampled = sampled_profile(samples, plan.names, plan.logarithmic, grid.edges)
    theta = grid.coordinates.parameters(bins.z)
    batch = session.evaluate(theta)
    log_l = batch.log_l.reshape(grid.shape)
    taken = np.isfinite(log_l) & ~(sampled.log_l > log_l)
    columns = samples_of(problem, theta, batch.columns)

    def better(refined: Mapping[str, Array], old: Mapping[str, Array]) -> dict[str, Array]:
        return {name: np.where(taken, values.reshape(grid.shape), old[name]) for name, values in refined.items()}

    return Profile(
        plan.names,
        plan.logarithmic,
        grid.edges,
        np.where(taken, log_l, sampled.log_l),
        bins.converged.reshape(grid.shape) & (taken | (sampled.log_l < log_l + SAME)),
        better(columns["parameters"], sampled.parameters),
        better(columns["derived"], sampled.derived),
        better(columns["log_l_by_entry"], sampled.log_l_by_entry),
        refined=True,
    )
