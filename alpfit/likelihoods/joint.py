"""Several measurements of the same predictions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms import Step
from alpfit.likelihoods.measurement import Measurement

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointLikelihood:
    """The product of independent measurements."""

    measurements: tuple[Measurement, ...]

    @cached_property
    def observables(self) -> tuple[str, ...]:
        """All predictions that are read, sorted."""
        return tuple(sorted({name for m in self.measurements for name in m.observables}))

    @property
    def steps(self) -> dict[str, tuple[Step, ...]]:
        """Where ln L of each measurement steps, by its name; those that are continuous everywhere are left out."""
        return {m.name: m.steps for m in self.measurements if m.steps}

    def loglike_by_entry(self, predictions: Mapping[str, Array]) -> dict[str, Array]:
        """ln L of each measurement by its name; predictions are floating point arrays of one shape."""
        return {m.name: m.loglike_of_arrays(predictions) for m in self.measurements}
