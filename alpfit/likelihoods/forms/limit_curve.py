"""An upper limit as a function of a mass.

The estimate of the signal rate, which goes as the observable to a ``power``, is taken as Gaussian around
zero with the limit at its quantile of the confidence level CL:

    ln L = -1/2 [z(CL) (observable/bound)^power]^2,    z(0.90) = 1.2816, z(0.95) = 1.6449,

normalised to zero signal. The bound is interpolated in log-log; outside the searched range ln L = 0, and so it is on
both sides of a row without a bound.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.likelihoods.forms.base import SMALLEST, Comparison, Form, one_sided_sigmas
from alpfit.likelihoods.tables import read_table
from alpfit.numerics.lookup import look_up

Array = NDArray[np.float64]


@final
class LimitCurve(Form):
    """Bound ``bounds (n,)``, NaN for none, on ``observable`` against ``masses (n,)`` [GeV] of the ``abscissa``."""

    observable: str
    abscissa: str
    table: str = "table.csv"
    bound: str
    power: float = Field(gt=0.0)
    confidence_level: Annotated[float, Field(gt=0.5, lt=1.0)]
    masses: Array
    bounds: Array

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "LimitCurve":
        """The form from an entry's ``[data]`` and its table's columns ``abscissa`` and ``bound``."""
        table = read_table(folder / str(data.get("table", "table.csv")))
        columns = {
            "masses": table.abscissa(str(data.get("abscissa"))),
            "bounds": table.limits(str(data.get("bound"))),
        }
        return cls.model_validate({**data, **columns})

    @property
    def observables(self) -> tuple[str, ...]:
        """The limited observable and the mass."""
        return (self.observable, self.abscissa)

    @cached_property
    def _logarithms(self) -> tuple[Array, Array]:
        """Logarithms of masses and bounds."""
        return np.log(self.masses), np.log(self.bounds)

    def bound_at(self, mass: Array) -> Array:
        """The bound at ``mass`` [GeV], NaN where nothing was searched."""
        masses, bounds = self._logarithms
        log_mass = np.log(np.maximum(mass, SMALLEST))
        return np.exp(look_up(masses, bounds, log_mass.ravel())).reshape(np.shape(mass))

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The observable, the bound at its mass, and the signal in standard deviations of its estimate."""
        value = np.asarray(predictions[self.observable])
        bound = self.bound_at(np.asarray(predictions[self.abscissa]))
        pull = one_sided_sigmas(self.confidence_level) * (value / bound) ** self.power
        return Comparison(value, bound, np.where(np.isnan(bound), 0.0, pull))

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions."""
        return np.asarray(0.0 - 0.5 * self.compare(predictions).pull ** 2)

    def describe(self) -> str:
        """The limit in one line."""
        reach = f"{np.nanmin(self.bounds):g} to {np.nanmax(self.bounds):g}"
        return (
            f"{self.observable} < {reach} at {100 * self.confidence_level:g} % for "
            f"{self.masses[0]:g} < {self.abscissa}/GeV < {self.masses[-1]:g}"
        )
