"""The grid that a refinement works on: which coordinates are held in each bin, and which bins are neighbours."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.profiling.binning import Indices, best_in_cells, cells
from alpfit.inference.profiling.profile import Array


@dataclass(frozen=True)
class Pool:
    """Points that are known: coordinates ``(n, n_dim)`` and ln L ``(n,)``."""

    z: Array
    log_l: Array

    def with_points(self, z: Array, log_l: Array) -> "Pool":
        """This and more of them."""
        return Pool(np.concatenate([self.z, z]), np.concatenate([self.log_l, log_l]))

    @property
    def best(self) -> int:
        """Index of the largest ln L."""
        return int(np.argmax(self.log_l))


@dataclass(frozen=True)
class Grid:
    """Bins with ``edges`` in the parameters of indices ``axes``, counted with the last axis fastest."""

    axes: tuple[int, ...]
    edges: tuple[Array, ...]
    coordinates: Coordinates

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of bins along each axis."""
        return tuple(edge.size - 1 for edge in self.edges)

    @property
    def n_bins(self) -> int:
        """Number of bins."""
        return int(np.prod(self.shape))

    def place(self, z: Array) -> Indices:
        """The bin of each point ``(n, n_dim)``; -1 outside of the grid."""
        theta = self.coordinates.parameters(z)
        return cells([theta[:, axis] for axis in self.axes], self.edges)

    def best_of(self, pool: Pool) -> Indices:
        """Index of the best point of the pool in each bin; -1 where there is none."""
        return best_in_cells(self.place(pool.z), pool.log_l, self.n_bins)

    @cached_property
    def index(self) -> Indices:
        """Place of each bin along each axis, ``(n_bins, n_axes)``."""
        return np.stack(np.unravel_index(np.arange(self.n_bins), self.shape), axis=1).astype(np.int64)

    @cached_property
    def centres(self) -> Array:
        """Centre of each bin in the coordinates, ``(n_bins, n_axes)``."""
        columns = []
        for k, (axis, edge) in enumerate(zip(self.axes, self.edges, strict=True)):
            ends = np.log(edge) if self.coordinates.logarithmic[axis] else edge
            columns.append((0.5 * (ends[1:] + ends[:-1]))[self.index[:, k]])
        return np.stack(columns, axis=1)

    @cached_property
    def neighbours(self) -> Indices:
        """The bins around each bin, ``(n_bins, 3**n_axes - 1)``, -1 beyond the grid; k-th and k-th last face."""
        offsets = [step for step in product((-1, 0, 1), repeat=len(self.axes)) if any(step)]
        around = []
        for offset in offsets:
            at = self.index + np.array(offset)
            inside = ((at >= 0) & (at < np.array(self.shape))).all(axis=1)
            flat = np.ravel_multi_index(tuple(np.where(inside, column, 0) for column in at.T), self.shape)
            around.append(np.where(inside, flat, -1))
        return np.stack(around, axis=1)

    def moved(self, z: Array, to: Array) -> Array:
        """Points ``(n, n_dim)`` with the coordinates of the axes put to ``to`` ``(n, n_axes)``."""
        shifted = z.copy()
        shifted[:, self.axes] = to
        return shifted
