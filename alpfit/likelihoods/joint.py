"""Several measurements of the same predictions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.likelihoods.measurement import Measurement

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointLikelihood:
    """The product of independent measurements."""

    measurements: tuple[Measurement, ...]

    @property
    def observables(self) -> tuple[str, ...]:
        """All predictions that are read, sorted."""
        return tuple(sorted({name for m in self.measurements for name in m.observables}))

    def loglike_by_entry(self, predictions: Mapping[str, ArrayLike]) -> dict[str, Array]:
        """ln L of each measurement by its name, arrays of the predictions' shape."""
        return {m.name: m.loglike(predictions) for m in self.measurements}
