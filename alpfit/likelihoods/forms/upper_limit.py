"""An upper limit on one number.

The estimate of the signal rate, which goes as the observable to a ``power``, is taken as Gaussian around zero, with
the width for which the published method gives the published limit (:mod:`~alpfit.likelihoods.methods`):

    ln L = -1/2 [z (observable/bound)^power]^2,    z = 1.645 at 90 % (CLs, Bayesian) or 1.282 (one-sided, unknown),

normalised to zero signal. Below zero it has no value.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.likelihoods.forms.base import Comparison, LimitForm, Power, Step

Array = NDArray[np.float64]


@final
class UpperLimit(LimitForm):
    """``bound`` on ``observable``, in its unit, at ``confidence_level``."""

    observable: str
    bound: float = Field(gt=0.0)
    power: Power = 1.0

    @classmethod
    def read(cls, data: Mapping[str, object], _folder: Path) -> "UpperLimit":
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
        """The observable, the bound, and the signal in standard deviations of its estimate."""
        value = np.asarray(predictions[self.observable])
        signal = np.where(value < 0.0, np.nan, value) / self.bound
        pull = self.sigmas_at_bound * signal**self.power
        return Comparison(value, np.full_like(value, self.bound), pull)

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the prediction."""
        return np.asarray(0.0 - 0.5 * self.compare(predictions).pull ** 2)

    def describe(self) -> str:
        """The limit in one line."""
        return f"{self.observable} < {self.bound:g} at {self._level}"
