"""A two-body branching ratio: best value and 68 % interval as a function of the mass.

No signal is one and the same hypothesis at every mass, so each mass is normalised to it:

    ln L(BR, m) = -1/2 {[(BR - best)/s_side]^2 - [best/s_down]^2},    s_side = s_up where BR > best,

with all columns interpolated linearly. Where the interval is cut off at zero, s_down = s_up. Above the last mass
of the table an overall upper limit takes over, as a Gaussian estimate of zero signal.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from alpfit.likelihoods.forms.base import Comparison, Form, Step, one_sided_sigmas, only_where_meant
from alpfit.likelihoods.tables import TABLE, table_of

Array = NDArray[np.float64]


@final
class TwoBodyBand(Form):
    """``best``, ``lower``, ``upper`` (68 % interval), arrays ``(n,)``, of ``observable`` against ``masses`` [GeV].

    ``beyond_limit`` holds at ``beyond_confidence_level`` above the last mass; without it ln L = 0 there.
    """

    observable: str
    abscissa: str
    table: str = TABLE
    masses: Array
    best: Array
    lower: Array
    upper: Array
    beyond_limit: float | None = Field(default=None, gt=0.0)
    beyond_confidence_level: Annotated[float, Field(gt=0.5, lt=1.0)] = 0.90

    measures: ClassVar[bool] = True

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
        """Ends of the table; at the last one the overall limit, if there is one, takes its place."""
        first, last = (float(self.masses[k]) for k in (0, -1))
        begins, limited = Step(self.abscissa, first, "begins"), self.beyond_limit is not None
        if first == last:  # no more than a point, before what lies beyond
            return (begins,) if limited else ()
        return begins, Step(self.abscissa, last, "changes" if limited else "ends")

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions; zero for no signal."""
        value, mass = (np.asarray(predictions[name]) for name in self.observables)
        best, up, down = self._band(mass)
        chi_squared = ((value - best) / np.where(value > best, up, down)) ** 2 - (best / down) ** 2
        if (mass > self.masses[-1]).any():
            chi_squared = np.where(mass > self.masses[-1], self._beyond(value) ** 2, chi_squared)
        return only_where_meant(0.0 - np.where(mass < self.masses[0], 0.0, 0.5 * chi_squared), value, mass)

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The branching ratio, the upper end of its interval, and its distance from the best value over the error.

        Above the last mass the overall limit and the signal over its error; below the first no bound.
        """
        value, mass = (np.asarray(predictions[name]) for name in self.observables)
        best, up, down = self._band(mass)
        bound, pull = best + up, (value - best) / np.where(value > best, up, down)
        limit = np.nan if self.beyond_limit is None else self.beyond_limit
        above, below = mass > self.masses[-1], mass < self.masses[0]
        pull = np.where(below, 0.0, np.where(above, self._beyond(value), pull))
        bound = np.where(below, np.nan, np.where(above, limit, bound))
        return Comparison(value, bound, only_where_meant(pull, value, mass))

    def _beyond(self, value: Array) -> Array:
        """The pull above the last mass; zero where there is no limit."""
        if self.beyond_limit is None:
            return np.zeros_like(value)
        return np.asarray(one_sided_sigmas(self.beyond_confidence_level) * value / self.beyond_limit)

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
        text = (
            f"{self.observable}: best value and 68 % interval for {self.masses[0]:g} < {self.abscissa}/GeV < "
            f"{self.masses[-1]:g}, upper ends {self.upper.min():g} to {self.upper.max():g}"
        )
        if self.beyond_limit is not None:
            text += f"; above, < {self.beyond_limit:g} at {100 * self.beyond_confidence_level:g} %"
        return text
