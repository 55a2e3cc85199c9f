"""A closed region of mass and coupling that is excluded: beam dumps, supernovae.

With the distance d of (log10 m, log10 g) from the closed polygon, in decades and positive inside of it,

    ln L = ln Phi(c - d/width)

with the normal distribution function Phi, and c such that -2 ln L = z^2 on the polygon, z by the method that gave it
(:mod:`~alpfit.likelihoods.methods`): zero far outside, falling as a parabola far inside.
"""

import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.errors import CatalogueError
from alpfit.likelihoods.forms.base import SMALLEST, Comparison, LimitForm, Step, excluded_sigmas, soft_exclusion
from alpfit.likelihoods.tables import TABLE, table_of
from alpfit.numerics.compile import kernel
from alpfit.numerics.polygon import signed_distance

Array = NDArray[np.float64]


@final
class Contour(LimitForm):
    """The polygon ``masses (n,)`` [GeV], ``couplings (n,)``, in order; its edge is ``width`` decades wide."""

    observable: str
    abscissa: str
    table: str = TABLE
    width: float = Field(gt=0.0)
    masses: Array
    couplings: Array

    compiling_s: ClassVar[float] = 0.5

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "Contour":
        """The form from an entry's ``[data]`` and the columns ``abscissa`` and ``observable`` of its table."""
        table = table_of(data, folder)
        observable = str(data.get("observable"))
        masses, couplings = table.masses(str(data.get("abscissa"))), table.values(observable, observable)
        if masses.size < 3:
            raise CatalogueError(f"{table.path} has {masses.size} rows: a contour needs three or more")
        if not ((masses > 0.0) & (couplings > 0.0)).all():
            raise CatalogueError(f"{table.path}: masses and couplings of a contour must be positive")
        return cls.model_validate({**data, "masses": masses, "couplings": couplings})

    @property
    def observables(self) -> tuple[str, ...]:
        """The coupling and the mass."""
        return (self.observable, self.abscissa)

    @property
    def steps(self) -> tuple[Step, ...]:
        """None."""
        return ()

    @cached_property
    def _corners(self) -> Array:
        """Corners of the polygon in decades, ``(n, 2)``."""
        return np.log10(np.stack([self.masses, self.couplings], axis=1))

    def depth(self, mass: Array, coupling: Array) -> Array:
        """Distance from the polygon in decades, positive inside; ``mass`` and ``coupling`` of one shape.

        NaN where either is NaN or negative.
        """
        x, y = (np.log10(np.maximum(values, SMALLEST)) for values in (mass, coupling))
        return _depths(self._corners, x.ravel(), y.ravel(), mass.ravel(), coupling.ravel()).reshape(x.shape)

    def edges_at(self, mass: Array) -> Array:
        """Couplings at which the polygon is crossed at ``mass``, ``(..., n)``, NaN for sides that are not crossed."""
        x = np.log10(np.clip(mass, SMALLEST, 1.0 / SMALLEST))[..., None]
        start, end = self._corners, np.roll(self._corners, -1, axis=0)
        side = end - start
        crosses = (start[:, 0] > x) != (end[:, 0] > x)
        slope = side[:, 1] / np.where(side[:, 0] == 0.0, 1.0, side[:, 0])
        return 10.0 ** np.where(crosses, start[:, 1] + slope * (x - start[:, 0]), np.nan)

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The coupling, the nearest edge at its mass (NaN where there is none), and sqrt(-2 ln L)."""
        coupling, mass = (np.asarray(predictions[name]) for name in self.observables)
        edges = self.edges_at(mass)
        distance = np.abs(np.log10(edges) - np.log10(np.maximum(coupling, SMALLEST))[..., None])
        nearest = np.argmin(np.where(np.isnan(distance), np.inf, distance), axis=-1)
        bound = np.take_along_axis(edges, nearest[..., None], axis=-1)[..., 0]
        return Comparison(coupling, bound, excluded_sigmas(self.loglike(predictions)))

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions."""
        coupling, mass = (np.asarray(predictions[name]) for name in self.observables)
        return soft_exclusion(self.depth(mass, coupling) / self.width, self.sigmas_at_bound)

    def describe(self) -> str:
        """The region in one line."""
        return (
            f"a region within {self.couplings.min():g} < {self.observable} < {self.couplings.max():g}, "
            f"{self.masses.min():g} < {self.abscissa}/GeV < {self.masses.max():g} is excluded at "
            f"{self._level}, edge {self.width:g} decades wide"
        )


@kernel
def _depths(corners: Array, x: Array, y: Array, mass: Array, coupling: Array) -> Array:
    """Distances from the polygon of the points ``x (k,)``, ``y (k,)``: ``mass`` and ``coupling`` in decades."""
    depths = signed_distance(corners, x, y)
    for k in range(depths.size):
        if not (mass[k] >= 0.0 and coupling[k] >= 0.0):
            depths[k] = math.nan
    return depths
