"""The first descent in each bin of a grid; of a pair in a few bins first: those between begin where these lead to."""

import numpy as np

from alpfit.inference.minimisation.cost import NO_COST
from alpfit.inference.minimisation.migrad import Descents
from alpfit.inference.profiling.binning import Indices
from alpfit.inference.profiling.bins import Bins
from alpfit.inference.profiling.grid import Grid, Pool
from alpfit.inference.profiling.profile import Array

N_DONORS = 4
"""Bins nearest to one without a point, whose points are tried there."""

STRIDES = {1: (1,), 2: (4, 2, 1)}
"""By the number of axes: of a pair each fourth bin along each axis is filled first, then each second one, then all.

There are few bins along one axis, and where ln L is flat in the others their samples are the better starts.
"""

N_AROUND = 6
"""Filled bins to lead to one between them: in the lattice of a pair they lie around it."""


def first_bins(grid: Grid, pool: Pool, descents: Descents) -> Bins:
    """What a descent makes of the best point in each bin, or where there is none of the best of those around.

    Where the points of filled bins lead to a better one, by linear regression, it begins there.
    """
    bins, filled = _unfilled(grid, pool, descents), np.zeros(grid.n_bins, dtype=bool)
    for stride in STRIDES[len(grid.axes)]:
        at = np.flatnonzero(~filled & (grid.index % stride == 0).all(axis=1))
        starts = bins.z[at]
        donors = np.flatnonzero(filled & bins.known)
        if at.size and donors.size >= N_AROUND:
            led = _led_to(bins, grid, at, donors)
            better = descents.costs(led) < bins.cost[at]
            starts = np.where(better[:, None], led, starts)
        bins = bins.with_ends(at, descents.run(starts, grid.axes))
        filled[at] = True
    return bins


def _unfilled(grid: Grid, pool: Pool, descents: Descents) -> Bins:
    """The best points known before any descent."""
    best = grid.best_of(pool)
    z = grid.moved(pool.z[best], grid.centres)
    occupied, empty = np.flatnonzero(best >= 0), np.flatnonzero(best < 0)
    z[occupied] = pool.z[best[occupied]]
    cost = np.full(grid.n_bins, NO_COST)
    cost[occupied] = -pool.log_l[best[occupied]]
    if empty.size:
        z[empty], cost[empty] = _borrowed(grid, z, occupied, empty, descents)
    return Bins(z, cost, np.zeros(grid.n_bins, dtype=bool), np.zeros(grid.n_bins, dtype=np.int64))


def _borrowed(grid: Grid, z: Array, occupied: Indices, empty: Indices, descents: Descents) -> tuple[Array, Array]:
    """For the bins ``empty`` the point of one of the nearest ``occupied`` that is best there, and its cost."""
    from scipy.spatial import cKDTree

    n = min(N_DONORS, occupied.size)
    _, nearest = cKDTree(grid.index[occupied]).query(grid.index[empty], k=list(range(1, n + 1)))
    candidates = np.stack([grid.moved(z[occupied[donor]], grid.centres[empty]) for donor in nearest.T])
    costs = descents.costs(candidates.reshape(-1, z.shape[1])).reshape(n, -1)
    return candidates[np.argmin(costs, axis=0), np.arange(empty.size)], costs.min(axis=0)


def _led_to(bins: Bins, grid: Grid, at: Indices, donors: Indices) -> Array:
    """Where the plane through the points of the nearest ``donors`` is in the bins ``at``, within the priors."""
    from scipy.spatial import cKDTree

    _, nearest = cKDTree(grid.index[donors]).query(grid.index[at], k=N_AROUND)
    own = bins.z[at]
    away = bins.z[donors[nearest]] - own[:, None, :]
    design = np.concatenate([np.ones((len(at), N_AROUND, 1)), away[:, :, grid.axes]], axis=2)
    plane = np.linalg.pinv(design) @ away
    led = np.clip(own + plane[:, 0, :], grid.coordinates.lower, grid.coordinates.upper)
    return grid.moved(led, own[:, grid.axes])
