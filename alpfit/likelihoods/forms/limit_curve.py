"""An upper limit as a function of a mass.

The estimate of the signal rate, which goes as the observable to a ``power``, is taken as Gaussian around zero, with
the width for which the published method gives the published limit (:mod:`~alpfit.likelihoods.methods`):

    ln L = -1/2 [z (observable/bound)^power]^2,    z = 1.645 at 90 % (CLs, Bayesian) or 1.282 (one-sided, unknown),

normalised to zero signal. The bound is interpolated in log-log; outside the searched range ln L = 0, and so it is on
both sides of a row without a bound.
"""

import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms.base import Comparison, LimitForm, Power, Step, steps_of
from alpfit.likelihoods.tables import TABLE, table_of
from alpfit.numerics.compile import kernel
from alpfit.numerics.lookup import look_up

Array = NDArray[np.float64]


@final
class LimitCurve(LimitForm):
    """Bound ``bounds (n,)``, NaN for none, on ``observable`` against ``masses (n,)`` [GeV] of the ``abscissa``."""

    observable: str
    abscissa: str
    table: str = TABLE
    bound: str
    power: Power
    masses: Array
    bounds: Array

    compiling_s: ClassVar[float] = 0.6

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "LimitCurve":
        """The form from an entry's ``[data]`` and its table's columns ``abscissa`` and ``bound``."""
        table = table_of(data, folder)
        columns = {
            "masses": table.abscissa(str(data.get("abscissa"))),
            "bounds": table.limits(str(data.get("bound")), str(data.get("observable"))),
        }
        return cls.model_validate({**data, **columns})

    @property
    def observables(self) -> tuple[str, ...]:
        """The limited observable and the mass."""
        return (self.observable, self.abscissa)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Ends of the table and of its gaps."""
        return steps_of(self.abscissa, self.masses, ~np.isnan(self.bounds))

    @cached_property
    def _logarithms(self) -> tuple[Array, Array]:
        """Logarithms of masses and bounds."""
        return np.log(self.masses), np.log(self.bounds)

    def bound_at(self, mass: Array) -> Array:
        """The bound at ``mass`` [GeV], NaN where nothing was searched."""
        return np.exp(_log_bounds_at(*self._logarithms, mass.ravel())).reshape(mass.shape)

    def _pull(self, predictions: Mapping[str, Array]) -> Array:
        """The signal in standard deviations of its estimate; zero where nothing was searched."""
        value, mass = (np.asarray(predictions[name]) for name in (self.observable, self.abscissa))
        pulls = _pulls(*self._logarithms, value.ravel(), mass.ravel(), self.sigmas_at_bound, self.power)
        return pulls.reshape(value.shape)

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The observable, the bound at its mass, and the signal in standard deviations of its estimate."""
        value, mass = (np.asarray(predictions[name]) for name in (self.observable, self.abscissa))
        return Comparison(value, self.bound_at(mass), self._pull(predictions))

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions."""
        return np.asarray(0.0 - 0.5 * self._pull(predictions) ** 2)

    def describe(self) -> str:
        """The limit in one line."""
        reach = f"{np.nanmin(self.bounds):g} to {np.nanmax(self.bounds):g}"
        return (
            f"{self.observable} < {reach} at {self._level} for "
            f"{self.masses[0]:g} < {self.abscissa}/GeV < {self.masses[-1]:g}"
        )


@kernel
def _log_bounds_at(log_masses: Array, log_bounds: Array, mass: Array) -> Array:
    """Logarithms of the bound at ``mass (k,)``; NaN where nothing was searched."""
    return look_up(log_masses, log_bounds, np.log(np.maximum(mass, 1e-300)))


@kernel
def _pulls(log_masses: Array, log_bounds: Array, value: Array, mass: Array, sigmas: float, power: float) -> Array:
    """sigmas (value/bound)^power at ``mass (k,)``; zero where nothing was searched, NaN without a value >= 0."""
    pulls = _log_bounds_at(log_masses, log_bounds, mass)
    for k in range(pulls.size):
        if not (value[k] >= 0.0 and mass[k] >= 0.0):
            pulls[k] = math.nan
        else:
            pulls[k] = 0.0 if math.isnan(pulls[k]) else sigmas * (value[k] * math.exp(-pulls[k])) ** power
    return pulls
