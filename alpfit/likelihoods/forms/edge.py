"""One side of a number that is excluded, with an edge of a stated width.

With the distance d = log10(observable/bound) from the edge, in decades and positive on the excluded side,

    ln L = ln Phi(c - d/width)

with the normal distribution function Phi, and c such that -2 ln L = z^2 on the edge, z by the method that gave it
(:mod:`~alpfit.likelihoods.methods`): zero far on the allowed side, falling as a parabola on the other.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.likelihoods.forms.base import SMALLEST, Comparison, LimitForm, Step, excluded_sigmas, soft_exclusion

Array = NDArray[np.float64]


@final
class Edge(LimitForm):
    """``observable`` is excluded ``above`` or ``below`` of ``bound``; the edge is ``width`` decades wide."""

    observable: str
    bound: float = Field(gt=0.0)
    width: float = Field(gt=0.0)
    excluded: Literal["below", "above"]

    @classmethod
    def read(cls, data: Mapping[str, object], _folder: Path) -> "Edge":
        """The form from an entry's ``[data]``; it has no table."""
        return cls.model_validate(data)

    @property
    def observables(self) -> tuple[str, ...]:
        """The one observable."""
        return (self.observable,)

    @property
    def steps(self) -> tuple[Step, ...]:
        """None."""
        return ()

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The observable, the edge, and sqrt(-2 ln L)."""
        value = np.asarray(predictions[self.observable])
        return Comparison(value, np.full_like(value, self.bound), excluded_sigmas(self.loglike(predictions)))

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the prediction."""
        value = np.asarray(predictions[self.observable])
        value = np.where(value < 0.0, np.nan, np.maximum(value, SMALLEST))
        depth = (np.log10(value) - np.log10(self.bound)) / self.width
        return soft_exclusion(depth if self.excluded == "above" else -depth, self.sigmas_at_bound)

    def describe(self) -> str:
        """The edge in one line."""
        return (
            f"{self.observable} {'<' if self.excluded == 'above' else '>'} {self.bound:g} at "
            f"{self._level}, edge {self.width:g} decades wide"
        )
