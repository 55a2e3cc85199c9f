"""Constant densities, in a parameter or in its logarithm."""

from typing import ClassVar, Literal, final

import numpy as np
from numpy.typing import ArrayLike

from alpfit.inference.priors.base import Array, Bounded, Positive, within


@final
class Uniform(Bounded):
    """Constant from ``min`` to ``max``."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["uniform"]

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        return self.min + np.asarray(u) * (self.max - self.min)

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        return within(x, self.min, self.max, -np.log(self.max - self.min))


@final
class LogUniform(Bounded):
    """Constant in ln(x) from ``min`` to ``max``, both positive."""

    logarithmic: ClassVar[bool] = True

    prior: Literal["log-uniform"]
    min: Positive
    max: Positive

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        return np.clip(self.min * np.exp(np.asarray(u) * self._folds()), self.min, self.max)

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        positive = np.where(np.asarray(x) > 0.0, x, 1.0)
        return within(x, self.min, self.max, -np.log(positive) - np.log(self._folds()))

    def _folds(self) -> float:
        return float(np.log(self.max) - np.log(self.min))
