"""An upper limit as a function of a mass.

The estimate of the signal rate, which goes as the observable to a ``power``, is taken as Gaussian around
zero with the limit at its quantile of the confidence level CL:

    ln L = -1/2 [z(CL) (observable/bound)^power]^2,    z(0.90) = 1.2816, z(0.95) = 1.6449,

normalised to zero signal. The bound is interpolated in log-log; outside the searched range ln L = 0.
"""

from collections.abc import Mapping
from typing import Annotated, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from alpfit.likelihoods.forms.base import FormData, Table, one_sided_sigmas

Array = NDArray[np.float64]


@final
class LimitCurve(FormData):
    """Bound ``bounds (n,)`` on ``observable`` against ``masses (n,)`` [GeV] of the ``abscissa``.

    With ``rescale`` the observable is multiplied by min(1, rescale_observable/rescale_value)^rescale_power.
    """

    observable: str
    abscissa: str
    bound: str
    power: float = Field(gt=0.0)
    confidence_level: Annotated[float, Field(gt=0.5, lt=1.0)]
    masses: Array
    bounds: Array
    rescale: bool = False
    rescale_observable: str = ""
    rescale_value: float = Field(default=1.0, gt=0.0)
    rescale_power: float = 1.0

    @classmethod
    def from_table(cls, data: Mapping[str, object], table: Table | None) -> "LimitCurve":
        """The form from an entry's ``[data]`` and its table's columns ``abscissa`` and ``bound``."""
        if table is None:
            raise ValueError("a limit-curve needs a table")
        columns = {}
        for field, key in (("masses", "abscissa"), ("bounds", "bound")):
            name = str(data.get(key))
            if name not in table:
                raise ValueError(f"{key} = '{name}' is not a column of the table: {', '.join(table)}")
            columns[field] = table[name]
        return cls.model_validate({**data, **columns})

    @model_validator(mode="after")
    def _bounds_are_positive(self) -> Self:
        if not (self.bounds > 0.0).all():
            raise ValueError("a limit in the table is not positive")
        if self.rescale and not self.rescale_observable:
            raise ValueError("rescale needs a rescale_observable")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """The limited observable, the mass, and what the rate is rescaled with."""
        names = (self.observable, self.abscissa)
        return (*names, self.rescale_observable) if self.rescale else names

    def bound_at(self, mass: Array) -> Array:
        """The bound at ``mass`` [GeV], NaN outside the searched range."""
        inside = (mass >= self.masses[0]) & (mass <= self.masses[-1])
        log_mass = np.log(np.where(inside, mass, self.masses[0]))
        return np.where(inside, np.exp(np.interp(log_mass, np.log(self.masses), np.log(self.bounds))), np.nan)

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions."""
        value = np.asarray(predictions[self.observable])
        if self.rescale:
            share = np.minimum(np.asarray(predictions[self.rescale_observable]) / self.rescale_value, 1.0)
            value = value * share**self.rescale_power
        bound = self.bound_at(np.asarray(predictions[self.abscissa]))
        signal = one_sided_sigmas(self.confidence_level) * (value / bound) ** self.power
        return np.asarray(0.0 - np.where(np.isnan(bound), 0.0, 0.5 * signal**2))

    def describe(self) -> str:
        """The limit in one line."""
        reach = f"{self.bounds.min():g} to {self.bounds.max():g}"
        share = (
            f"min(1, {self.rescale_observable}/{self.rescale_value:g})^{self.rescale_power:g} * "
            if self.rescale
            else ""
        )
        return (
            f"{share}{self.observable} < {reach} at {100 * self.confidence_level:g} % for "
            f"{self.masses[0]:g} < {self.abscissa}/GeV < {self.masses[-1]:g}"
        )
