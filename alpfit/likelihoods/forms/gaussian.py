"""A measured value with Gaussian errors, which may differ up and down.

With the prediction mu, the data d +s_up -s_down, and the side on which the prediction lies,

    L(mu) = 2/[sqrt(2 pi) (s_up + s_down)] exp[-(mu - d)^2/(2 s_side^2)],    s_side = s_up where mu > d,

a density in d that integrates to one, for mu of any sign. Each s adds in quadrature the components of the measurement's
error, the Standard Model part's and the relative theory error times the prediction, which may itself be predicted. As
an upper limit, mu < d is as good as d, and a negative mu has no ln L.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.likelihoods.forms.base import Comparison, Form, Step

Array = NDArray[np.float64]
LARGEST = 1e300
"""What stands for infinity where an error grows with the prediction."""
Errors = Annotated[list[Annotated[float, Field(gt=0.0)]], Field(min_length=1)]


@final
class Gaussian(Form):
    """``value`` with ``errors_up`` and ``errors_down`` (components), in the unit of ``observable``.

    ``standard_model`` is added to the prediction, which is new physics alone; ``relative_theory_error`` is a number,
    or the name of a prediction; ``upper_limit`` makes the likelihood flat below ``value``.
    """

    observable: str
    value: float
    errors_up: Errors
    errors_down: Errors
    standard_model: float = Field(default=0.0, ge=0.0)
    standard_model_error: float = Field(default=0.0, ge=0.0)
    relative_theory_error: Annotated[float, Field(ge=0.0)] | Annotated[str, Field(pattern="^[A-Za-z]")] = 0.0
    upper_limit: bool = False

    measures: ClassVar[bool] = True

    @classmethod
    def read(cls, data: Mapping[str, object], _folder: Path) -> "Gaussian":
        """The form from an entry's ``[data]``; it has no table."""
        return cls.model_validate(data)

    @property
    def observables(self) -> tuple[str, ...]:
        """The one observable, and what predicts its theory error, if anything does."""
        error = self.relative_theory_error
        return (self.observable, error) if isinstance(error, str) else (self.observable,)

    @property
    def steps(self) -> tuple[Step, ...]:
        """None."""
        return ()

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the prediction."""
        mu = self._limited(self.expected(predictions))
        if np.isinf(mu).any():  # the error may be infinite, too
            known = self.loglike(
                {**predictions, self.observable: np.where(np.isinf(mu), 0.0, predictions[self.observable])}
            )
            return np.where(np.isinf(mu), -np.inf, known)
        up, down = self.errors(mu, predictions)
        pull = (mu - self.value) / np.where(mu > self.value, up, down)
        return np.asarray(-0.5 * pull**2 + np.log(2.0 / (np.sqrt(2.0 * np.pi) * (up + down))))

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The prediction with its Standard Model part, the measured value, and their distance over the error."""
        mu = self.expected(predictions)
        limited = np.clip(self._limited(mu), -LARGEST, LARGEST)
        up, down = self.errors(limited, predictions)
        pull = (limited - self.value) / np.where(limited > self.value, up, down)
        return Comparison(mu, np.full_like(mu, self.value), pull)

    @property
    def n_data(self) -> int:
        """One."""
        return 1

    def expected(self, predictions: Mapping[str, Array]) -> Array:
        """What would be measured without errors: the prediction with its Standard Model part."""
        return self.standard_model + np.asarray(predictions[self.observable])

    def _limited(self, mu: Array) -> Array:
        """``mu``, or the measured value in place of what is below it for an upper limit."""
        return np.where(mu < 0.0, np.nan, np.maximum(mu, self.value)) if self.upper_limit else mu

    def errors(self, mu: Array, predictions: Mapping[str, Array]) -> tuple[Array, Array]:
        """Errors upwards and downwards for the prediction ``mu``, of its shape; NaN where that of theory is none."""
        up, down, relative = math.hypot(*self.errors_up), math.hypot(*self.errors_down), self.relative_theory_error
        if isinstance(relative, str):
            predicted = np.asarray(predictions[relative])
            share = np.where((predicted >= 0.0) & (predicted < np.inf), predicted, np.nan)
            theory = np.hypot(self.standard_model_error, share * mu)
        else:
            theory = np.hypot(self.standard_model_error, relative * mu)
        return np.hypot(up, theory), np.hypot(down, theory)

    def toy(self, predictions: Mapping[str, Array], rng: np.random.Generator) -> Self:
        """A value from the density in it that ln L is: below the truth as wide as the error upwards, and vice versa."""
        truth = self.expected(predictions)
        up, down = self.errors(truth, predictions)
        below = rng.random() < up[0] / (up[0] + down[0])
        distance = abs(rng.standard_normal())
        return self.with_data(value=float(truth[0] + (-up[0] if below else down[0]) * distance))

    def describe(self) -> str:
        """The measurement in one line."""
        up, down = float(np.linalg.norm(self.errors_up)), float(np.linalg.norm(self.errors_down))
        parts = [f"{self.observable} = {self.value:g} +{up:.3g} -{down:.3g}"]
        if self.standard_model or self.standard_model_error:
            parts.append(f"of which Standard Model {self.standard_model:g} +- {self.standard_model_error:g}")
        if isinstance(self.relative_theory_error, str):
            parts.append(f"theory error {self.relative_theory_error} times the prediction")
        elif self.relative_theory_error:
            parts.append(f"theory error {100 * self.relative_theory_error:g} % of the prediction")
        if self.upper_limit:
            parts.append("as an upper limit")
        return ", ".join(parts)
