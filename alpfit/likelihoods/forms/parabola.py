"""A best value and a width as functions of an energy.

    ln L = -1/2 [(observable - best)/sigma]^2 where the observable exceeds the best value, else 0,

with both columns interpolated linearly; outside the searched range ln L = 0. With ``two_sided`` the parabola holds
below the best value as well, and below zero.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from alpfit.likelihoods.forms.base import Comparison, Form, Step, only_where_meant, steps_of
from alpfit.likelihoods.methods import SHOWN_LEVEL, one_sided_sigmas
from alpfit.likelihoods.tables import TABLE, table_of

Array = NDArray[np.float64]


@final
class Parabola(Form):
    """``best (n,)`` and ``sigma (n,)`` of ``observable``, in its unit, against ``energies (n,)`` [GeV].

    ``confidence_level`` is that of the bound best + z(CL) sigma which is shown.
    """

    observable: str
    abscissa: str
    table: str = TABLE
    two_sided: bool = False
    confidence_level: Annotated[float, Field(gt=0.5, lt=1.0)] = SHOWN_LEVEL
    energies: Array
    best: Array
    sigma: Array

    compiling_s: ClassVar[float] = 0.1

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "Parabola":
        """The form from an entry's ``[data]`` and the columns abscissa, best and sigma of its table."""
        table, observable = table_of(data, folder), str(data.get("observable"))
        columns = {
            "energies": table.abscissa(str(data.get("abscissa"))),
            "best": table.values("best", observable),
            "sigma": table.values("sigma", observable),
        }
        return cls.model_validate({**data, **columns})

    @model_validator(mode="after")
    def _widths_are_positive(self) -> Self:
        if not (self.sigma > 0.0).all():
            raise ValueError("a sigma in the table is not positive")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """The observable and the energy."""
        return (self.observable, self.abscissa)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Ends of the table."""
        return steps_of(self.abscissa, self.energies, np.full(self.energies.size, True))

    @property
    def sigmas_at_bound(self) -> float:
        """Standard deviations from the best value to the bound."""
        return one_sided_sigmas(self.confidence_level)

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The observable, the bound at its energy (NaN where nothing was searched), and the pull."""
        value, energy = (np.asarray(predictions[name]) for name in self.observables)
        best, sigma = (np.interp(energy, self.energies, column) for column in (self.best, self.sigma))
        searched = (energy >= self.energies[0]) & (energy <= self.energies[-1])
        pull = np.where(searched, (value - best) / sigma, 0.0)
        pull = only_where_meant(pull, np.abs(value) if self.two_sided else value, energy)
        bound = np.where(searched, best + self.sigmas_at_bound * sigma, np.nan)
        return Comparison(value, bound, pull if self.two_sided else np.maximum(pull, 0.0))

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions."""
        return np.asarray(0.0 - 0.5 * self.compare(predictions).pull ** 2)

    def describe(self) -> str:
        """The measurement in one line."""
        bounds = self.best + self.sigmas_at_bound * self.sigma
        return (
            f"{self.observable}: best value and width for {self.energies[0]:g} < {self.abscissa}/GeV < "
            f"{self.energies[-1]:g}, {100 * self.confidence_level:g} % limits {bounds.min():g} to {bounds.max():g}"
        )
