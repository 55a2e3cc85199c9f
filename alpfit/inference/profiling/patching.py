"""Neighbouring bins help each other: each retries from the points of those around it until nothing improves.

Minimisation in a bin may end in the wrong one of several minima; a neighbour that has the right one is one step away.
"""

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.profiling.bins import SAME, Bins
from alpfit.inference.profiling.descents import Descents
from alpfit.inference.profiling.grid import Grid
from alpfit.inference.profiling.profile import Array, Flags

Places = NDArray[np.signedinteger]

RELEVANT = 20.0
"""Only neighbours within so much of the best ln L are retried from; what they are worse in is excluded anyhow."""

KINK = 0.05
"""-ln L of a bin above the mean of two opposite neighbours by more than this: one of them knows something better."""

MOST_ROUNDS = 30


def patched(bins: Bins, grid: Grid, descents: Descents) -> Bins:
    """Bins after rounds of retries, when none improves any more.

    A bin descends from the neighbour whose point, moved here, is better than its own. Where none is, it does so only if
    something is amiss: from all of them if it has not converged, and from lower ones if it sticks out.
    """
    around = grid.neighbours
    screened = np.full(around.shape, -1, dtype=np.int64)
    tried = np.full(around.shape, -1, dtype=np.int64)
    for _ in range(MOST_ROUNDS):
        version = bins.version[around]
        useful = (around >= 0) & _relevant(bins)[around]
        at, k = np.nonzero(useful & (screened < version))
        starts = _starts(bins, grid, at, k)
        costs = np.full(around.shape, np.inf)
        costs[at, k] = descents.costs(starts)
        screened = np.where(useful, version, screened)
        best = np.argmin(costs, axis=1)
        better = costs.min(axis=1) < bins.cost - SAME
        kinked = _kinked(bins, grid)[:, None] & (bins.cost[around] < bins.cost[:, None])
        wanted = (kinked | ~bins.converged[:, None]) & useful & (tried < version) & ~better[:, None]
        wanted[better, best[better]] = True
        tried = np.where(wanted, version, tried)
        at, k = np.nonzero(wanted)
        if not at.size:
            break
        bins = bins.with_ends(at, descents.run(_starts(bins, grid, at, k), grid.axes))
    return bins


def _relevant(bins: Bins) -> Flags:
    return np.asarray(bins.cost < bins.cost.min() + RELEVANT)


def _starts(bins: Bins, grid: Grid, at: Places, k: Places) -> Array:
    """The points of the neighbours ``k`` of the bins ``at``, moved to the positions of these."""
    return grid.moved(bins.z[grid.neighbours[at, k]], bins.z[at][:, grid.axes])


def _kinked(bins: Bins, grid: Grid) -> Flags:
    """Bins that lie above the mean of two opposite neighbours, as a smooth likelihood near its maximum does not."""
    around, n = grid.neighbours, grid.neighbours.shape[1]
    kinked = np.zeros(grid.n_bins, dtype=bool)
    for k in range(n // 2):
        one, other = around[:, k], around[:, n - 1 - k]
        inside = (one >= 0) & (other >= 0)
        kinked |= inside & (bins.cost > 0.5 * (bins.cost[one] + bins.cost[other]) + KINK)
    return kinked
