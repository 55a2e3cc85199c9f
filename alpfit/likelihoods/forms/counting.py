"""Events counted over a background that is known with a Gaussian error.

With n events, the background B +- sigma, the signal s = (standard_model + observable) * events_per_unit,

    L(s) = integral db Poisson(n | s + b) Normal(b | B, sigma),    b > 0,

which sums to one over n; s below zero has no L. The integral is a quadrature of fixed cost,
:func:`~alpfit.numerics.poisson.marginal_poisson`, right to 1e-10 of ln L for any of these numbers. A two-body decay of
a mass beyond what was searched leaves no event: there s is the Standard Model's alone.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.likelihoods.forms.base import Comparison, Form, Step
from alpfit.likelihoods.units import require_unit
from alpfit.numerics.poisson import marginal_poisson

Array = NDArray[np.float64]

MOST_EVENTS = 1e100
"""Of the signal; where there are more, ln L is minus their number in all digits of a float."""


@final
class Counting(Form):
    """``n_observed`` over ``background``; ``events_per_unit`` are expected where ``observable`` is one.

    ``standard_model`` is added to the prediction, which is new physics alone. That is seen only where the mass
    ``abscissa`` is below ``seen_below``, if there is one.
    """

    observable: str
    n_observed: int = Field(ge=0)
    background: float = Field(gt=0.0)
    background_error: float = Field(default=0.0, ge=0.0)
    events_per_unit: float = Field(gt=0.0)
    standard_model: float = Field(default=0.0, ge=0.0)
    abscissa: str | None = None
    seen_below: float = Field(default=math.inf, gt=0.0, allow_inf_nan=True)

    measures: ClassVar[bool] = True

    @classmethod
    def read(cls, data: Mapping[str, object], _folder: Path) -> "Counting":
        """The form from an entry's ``[data]``; it has no table. Raises :class:`ValueError` where that is not whole."""
        form = cls.model_validate(data)
        if bool(form.abscissa) != math.isfinite(form.seen_below):
            raise ValueError("abscissa and seen_below go together: give both, or none")
        if form.abscissa:
            require_unit(data, "abscissa", "GeV")
        return form

    @property
    def observables(self) -> tuple[str, ...]:
        """The one observable, and the mass if that decides whether it is seen."""
        return (self.observable, self.abscissa) if self.abscissa else (self.observable,)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Where the search ends, if it does."""
        return (Step(self.abscissa, self.seen_below, "ends"),) if self.abscissa else ()

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """Standard Model and signal, the rate at which n events are expected, and their distance in sigma.

        That rate fits best if the background is known well; if not, pulls near it may be cut off at zero.
        """
        mu = self.expected(predictions)
        best = np.full_like(mu, max(self.n_observed - self.background, 0.0) / self.events_per_unit)
        loss = self._log_probability(best) - self._log_probability(mu)
        return Comparison(mu, best, np.sign(mu - best) * np.sqrt(np.maximum(2.0 * loss, 0.0)))

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the prediction."""
        return self._log_probability(self.expected(predictions))

    def expected(self, predictions: Mapping[str, Array]) -> Array:
        """The whole rate that is seen: the prediction with its Standard Model part; NaN for a mass that is none."""
        rate = np.asarray(predictions[self.observable])
        if self.abscissa:
            mass = np.asarray(predictions[self.abscissa])
            rate = np.where((mass >= self.seen_below) & (rate >= 0.0), 0.0, rate)
            rate = np.where(mass >= 0.0, rate, np.nan)
        return self.standard_model + rate

    def toy(self, predictions: Mapping[str, Array], rng: np.random.Generator) -> Self:
        """Events over a background that is drawn from its error."""
        background = max(rng.normal(self.background, self.background_error), 0.0)
        signal = float(self.expected(predictions)[0]) * self.events_per_unit
        return self.with_data(n_observed=int(rng.poisson(signal + background)))

    def _log_probability(self, mu: Array) -> Array:
        """ln of the probability of the observed events at the whole rate ``mu``."""
        possible = (mu >= 0.0) & (mu < np.inf)
        if not possible.all():
            log_l = np.where(mu == np.inf, -np.inf, np.nan)
            log_l[possible] = self._log_probability(mu[possible])
            return log_l
        with np.errstate(over="ignore"):
            signal = mu * self.events_per_unit
        near = np.minimum(signal, MOST_EVENTS)
        log_l = marginal_poisson(self.n_observed, near, self.background, self.background_error)
        return np.where(signal > MOST_EVENTS, -signal, log_l)

    def describe(self) -> str:
        """The measurement in one line."""
        text = (
            f"{self.n_observed} events over {self.background:g} +- {self.background_error:g}, "
            f"{self.events_per_unit:g} expected for {self.observable} = 1"
        )
        text += f", Standard Model {self.standard_model:g}" if self.standard_model else ""
        return text + (f"; nothing is seen from {self.abscissa} = {self.seen_below:g} on" if self.abscissa else "")
