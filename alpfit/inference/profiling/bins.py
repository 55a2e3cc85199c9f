"""The best point known in each bin while a profile is refined."""

from collections.abc import Sequence
from dataclasses import dataclass

from alpfit.inference.minimisation.cost import NO_COST, End
from alpfit.inference.profiling.binning import Indices
from alpfit.inference.profiling.profile import Array, Flags

SAME = 1e-3
"""Two values of ln L that are so close are the same; less is no improvement."""


@dataclass(frozen=True)
class Bins:
    """By bin: coordinates ``(n_bins, n_dim)``, -ln L, whether a valid minimum confirms it, how often it improved."""

    z: Array
    cost: Array
    converged: Flags
    version: Indices

    @property
    def known(self) -> Flags:
        """Where there is a likelihood."""
        return self.cost < NO_COST

    def with_ends(self, which: Indices, ends: Sequence[End]) -> "Bins":
        """With the ends of descents in the bins ``which``, where they are better.

        A bin is converged where a valid minimum is as good as the best point known, to :data:`SAME`.
        """
        z, cost = self.z.copy(), self.cost.copy()
        converged, version = self.converged.copy(), self.version.copy()
        for at, end in zip(which, ends, strict=True):
            if end.cost < cost[at] - SAME:
                converged[at] = end.valid
                version[at] += 1
            elif end.cost < cost[at] + SAME:
                converged[at] |= end.valid
            if end.cost < cost[at]:
                z[at], cost[at] = end.z, end.cost
        return Bins(z, cost, converged, version)
