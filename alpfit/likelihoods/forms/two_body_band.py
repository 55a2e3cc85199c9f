"""A two-body branching ratio: best value and 68 % interval as a function of the mass.

No signal is one and the same hypothesis at every mass, so each mass is normalised to it:

    ln L(BR, m) = -1/2 {[(BR - best)/s_side]^2 - [best/s_down]^2},    s_side = s_up where BR > best,

with all columns interpolated linearly. Where the interval is cut off at zero, s_down = s_up. Outside of the table
ln L = 0.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from alpfit.likelihoods.forms.base import Comparison, Form, Step, only_where_meant, steps_of
from alpfit.likelihoods.tables import TABLE, table_of

Array = NDArray[np.float64]


@final
class TwoBodyBand(Form):
    """``best``, ``lower``, ``upper`` (68 % interval), arrays ``(n,)``, of ``observable`` against ``masses`` [GeV]."""

    observable: str
    abscissa: str
    table: str = TABLE
    masses: Array
    best: Array
    lower: Array
    upper: Array

    measures: ClassVar[bool] = True
    compiling_s: ClassVar[float] = 0.1

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "TwoBodyBand":
        """The form from an entry's ``[data]`` and the columns abscissa, best, lower_68, upper_68 of its table."""
        table, observable = table_of(data, folder), str(data.get("observable"))
        columns = {
            "masses": table.abscissa(str(data.get("abscissa"))),
            "best": table.values("best", observable),
            "lower": table.values("lower_68", observable),
            "upper": table.values("upper_68", observable),
        }
        return cls.model_validate({**data, **columns})

    @model_validator(mode="after")
    def _interval_holds_best(self) -> Self:
        if not ((self.lower >= 0.0) & (self.lower <= self.best) & (self.best < self.upper)).all():
            raise ValueError("a row of the table has not 0 <= lower_68 <= best < upper_68")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """The branching ratio and the mass."""
        return (self.observable, self.abscissa)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Ends of the table."""
        return steps_of(self.abscissa, self.masses, np.full(self.masses.size, True))

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions; zero for no signal."""
        value, mass = (np.asarray(predictions[name]) for name in self.observables)
        best, up, down = self._band(mass)
        chi_squared = ((value - best) / np.where(value > best, up, down)) ** 2 - (best / down) ** 2
        return only_where_meant(0.0 - np.where(self._searched(mass), 0.5 * chi_squared, 0.0), value, mass)

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The branching ratio, the upper end of its interval, and its distance from the best value over the error.

        Outside of the table there is no bound.
        """
        value, mass = (np.asarray(predictions[name]) for name in self.observables)
        best, up, down = self._band(mass)
        bound, pull = best + up, (value - best) / np.where(value > best, up, down)
        searched = self._searched(mass)
        pull = only_where_meant(np.where(searched, pull, 0.0), value, mass)
        return Comparison(value, np.where(searched, bound, np.nan), pull)

    @property
    def n_data(self) -> int:
        """One."""
        return 1

    def _searched(self, mass: Array) -> NDArray[np.bool_]:
        """Where the table has something to say."""
        return np.asarray((mass >= self.masses[0]) & (mass <= self.masses[-1]))

    @cached_property
    def _columns(self) -> tuple[Array, Array, Array]:
        """Best values, errors upwards and errors downwards: the upper ones where the interval is cut off at zero."""
        up = self.upper - self.best
        return self.best, up, np.where(self.lower == 0.0, up, self.best - self.lower)

    def _band(self, mass: Array) -> tuple[Array, Array, Array]:
        """Best value, error upwards and error downwards at ``mass``."""
        best, up, down = (np.interp(mass, self.masses, column) for column in self._columns)
        return best, up, down

    def describe(self) -> str:
        """The band in one line."""
        return (
            f"{self.observable}: best value and 68 % interval for {self.masses[0]:g} < {self.abscissa}/GeV < "
            f"{self.masses[-1]:g}, upper ends {self.upper.min():g} to {self.upper.max():g}"
        )
