"""What a profile likelihood is, whether it comes from samples or from minimisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Profile:
    """The largest ln L in each bin of one or two quantities ``names``, and the point that attains it.

    ``edges`` are those of the bins along each axis, which are equal in the logarithm where ``logarithmic`` says so. All
    other arrays have the ``shape`` of the grid: ``log_l`` (NaN where there is no point with a likelihood),
    ``converged`` (whether MIGRAD has a valid minimum there), and the points, name to array. ``refined`` says whether
    ln L was maximised in each bin; if not, it is that of the best sample.
    """

    names: tuple[str, ...]
    logarithmic: tuple[bool, ...]
    edges: tuple[Array, ...]
    log_l: Array
    converged: Flags
    parameters: Mapping[str, Array]
    derived: Mapping[str, Array]
    log_l_by_entry: Mapping[str, Array]
    refined: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of bins along each axis."""
        return tuple(edge.size - 1 for edge in self.edges)

    @property
    def known(self) -> Flags:
        """The bins with a point."""
        return np.isfinite(self.log_l)

    @property
    def top(self) -> float:
        """The largest ln L; -inf without any."""
        return float(np.max(self.log_l, initial=-np.inf, where=self.known))

    @property
    def best(self) -> tuple[int, ...]:
        """The bin with the largest ln L."""
        at = np.unravel_index(np.nanargmax(self.log_l), self.shape)
        return tuple(int(i) for i in at)

    def column(self, name: str) -> Array:
        """Parameter or derived quantity ``name`` at the points."""
        return self.parameters[name] if name in self.parameters else self.derived[name]

    @cached_property
    def positions(self) -> tuple[Array, ...]:
        """Where in its bin each point lies, along each axis."""
        return tuple(self.column(name) for name in self.names)

    @cached_property
    def coordinates(self) -> tuple[Array, ...]:
        """The positions, in the logarithm where the axis is logarithmic."""
        return tuple(scaled(position, log) for position, log in zip(self.positions, self.logarithmic, strict=True))

    @cached_property
    def centres(self) -> tuple[Array, ...]:
        """Centres of all bins along each axis, on the grid; in the logarithm where the axis is logarithmic."""
        axes = zip(self.edges, self.logarithmic, strict=True)
        ends = [(scaled(edge, log), log) for edge, log in axes]
        return tuple(np.meshgrid(*(unscaled(0.5 * (end[1:] + end[:-1]), log) for end, log in ends), indexing="ij"))

    @cached_property
    def places(self) -> tuple[Array, ...]:
        """The coordinates of all bins: where there is no point, those of the centre."""
        centres = (scaled(centre, log) for centre, log in zip(self.centres, self.logarithmic, strict=True))
        return tuple(np.where(self.known, at, centre) for at, centre in zip(self.coordinates, centres, strict=True))

    def minus_two_delta(self, top: float) -> Array:
        """-2 Delta ln L against ``top``."""
        return 2.0 * (top - self.log_l)


def scaled(values: Array, logarithmic: bool) -> Array:
    """``values`` or their logarithm."""
    return np.log(values) if logarithmic else values


def unscaled(values: Array, logarithmic: bool) -> Array:
    """The inverse of :func:`scaled`."""
    return np.exp(values) if logarithmic else values
