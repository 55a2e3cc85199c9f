"""Neighbouring bins help each other: each retries from the points of those around it until nothing improves.

Minimisation in a bin may end in the wrong one of several minima; a neighbour that has the right one is one step away.
"""

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.minimisation.migrad import Descents
from alpfit.inference.profiling.bins import SAME, Bins
from alpfit.inference.profiling.grid import Grid
from alpfit.inference.profiling.profile import Array, Flags

Places = NDArray[np.signedinteger]

RELEVANT = 20.0
"""Only neighbours within so much of the best ln L are retried from; what they are worse in is excluded anyhow.

The second best of them for a bin that sticks out is retried from if its point is within as much of the bin's own."""

KINK = 0.05
"""-ln L of a bin above the mean of two opposite neighbours by more than this: one of them knows something better."""

MOST_ROUNDS = 30


def restarted(bins: Bins, grid: Grid, descents: Descents) -> Bins:
    """Bins after rounds of retries, when none improves any more.

    In each round the points of neighbours that have changed are evaluated here, all in one batch. A bin descends from
    the best of them if that is better than its own. If not, it does so only where something is amiss: from all of them
    if it has not converged; and if it sticks out, from the best two of those that are lower where they are, once until
    one of these changes.
    """
    neighbours = grid.neighbours
    costs = np.full(neighbours.shape, np.inf)
    screened = np.full(neighbours.shape, -1, dtype=np.int64)
    tried = np.full(neighbours.shape, -1, dtype=np.int64)
    for _ in range(MOST_ROUNDS):
        version = bins.version[neighbours]
        useful = (neighbours >= 0) & _relevant(bins)[neighbours]
        at, k = np.nonzero(useful & (screened < version))
        costs[at, k] = descents.costs(_starts(bins, grid, at, k))
        screened = np.where(useful, version, screened)
        better = _lowest(costs, useful) & (costs < bins.cost[:, None] - SAME)
        fresh = useful & (tried < version) & ~better.any(axis=1, keepdims=True)
        poor = fresh & ~bins.converged[:, None]
        lower = fresh & (bins.cost[neighbours] < bins.cost[:, None]) & _kinked(bins, grid)[:, None]
        first = _lowest(costs, lower)
        second = _lowest(costs, lower & ~first) & (costs < bins.cost[:, None] + RELEVANT)
        wanted = better | poor | first | second
        tried = np.where(wanted | lower, version, tried)
        at, k = np.nonzero(wanted)
        if not at.size:
            break
        bins = bins.with_ends(at, descents.run(_starts(bins, grid, at, k), grid.axes))
    return bins


def _lowest(costs: Array, among: Flags) -> Flags:
    """For each bin the neighbour of the lowest cost ``among`` some; for those that have none, none."""
    chosen = np.argmin(np.where(among, costs, np.inf), axis=1)
    return np.asarray(among & (chosen[:, None] == np.arange(costs.shape[1])))


def _relevant(bins: Bins) -> Flags:
    return np.asarray(bins.cost < bins.cost.min() + RELEVANT)


def _starts(bins: Bins, grid: Grid, at: Places, k: Places) -> Array:
    """The points of the neighbours ``k`` of the bins ``at``, moved to the positions of these."""
    return grid.moved(bins.z[grid.neighbours[at, k]], bins.z[at][:, grid.axes])


def _kinked(bins: Bins, grid: Grid) -> Flags:
    """Bins that lie above the mean of two opposite neighbours, as a smooth likelihood near its maximum does not."""
    neighbours, n = grid.neighbours, grid.neighbours.shape[1]
    kinked = np.zeros(grid.n_bins, dtype=bool)
    for k in range(n // 2):
        one, other = neighbours[:, k], neighbours[:, n - 1 - k]
        inside = (one >= 0) & (other >= 0)
        kinked |= inside & (bins.cost > 0.5 * (bins.cost[one] + bins.cost[other]) + KINK)
    return kinked
