"""Gaussian densities: whole, cut off, one half, and in the logarithm."""

from typing import ClassVar, Literal, Self, final

import numpy as np
from numpy.typing import ArrayLike
from pydantic import model_validator
from scipy.special import ndtri

from alpfit.inference.priors.base import Array, Bounded, Finite, Positive, Prior, resolved, within


@final
class Normal(Prior):
    """Gaussian with ``mean`` and standard deviation ``sigma``."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["normal"]
    mean: Finite
    sigma: Positive

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        return resolved(self, self.sigma, abs(self.mean))

    @property
    def bounds(self) -> tuple[float, float]:
        """None."""
        return -np.inf, np.inf

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        return np.asarray(self.mean + self.sigma * ndtri(u))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        return np.asarray(log_gaussian((np.asarray(x) - self.mean) / self.sigma) - np.log(self.sigma))


@final
class LogNormal(Prior):
    """Gaussian in ln(x) around ``median``, with standard deviation ``sigma`` of ln(x)."""

    logarithmic: ClassVar[bool] = True

    prior: Literal["log-normal"]
    median: Positive
    sigma: Positive

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        return resolved(self, self.sigma, 1.0)

    @property
    def bounds(self) -> tuple[float, float]:
        """None: towards zero it fades away."""
        return -np.inf, np.inf

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        return np.asarray(self.median * np.exp(self.sigma * ndtri(u)))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        positive = np.where(np.asarray(x) > 0.0, x, 1.0)
        density = log_gaussian(np.log(positive / self.median) / self.sigma) - np.log(positive * self.sigma)
        return within(x, np.nextafter(0.0, 1.0), np.inf, density)


@final
class TruncatedNormal(Bounded):
    """Gaussian with ``mean`` and ``sigma`` (of the whole Gaussian) between ``min`` and ``max``."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["truncated-normal"]
    mean: Finite
    sigma: Positive

    @model_validator(mode="after")
    def _has_probability(self) -> Self:
        resolved(self, self.sigma, abs(self.mean))
        if not np.isfinite(self.log_density(0.5 * (self.min + self.max))):
            raise ValueError(f"no probability between min = {self.min:g} and max = {self.max:g}: too far from the mean")
        return self

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        from scipy.stats import truncnorm

        return np.asarray(truncnorm.ppf(u, *self._shape()))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        from scipy.stats import truncnorm

        return np.asarray(truncnorm.logpdf(x, *self._shape()))

    def _shape(self) -> tuple[float, float, float, float]:
        """Parameters of SciPy's distribution: bounds in units of sigma, mean, sigma."""
        return (self.min - self.mean) / self.sigma, (self.max - self.mean) / self.sigma, self.mean, self.sigma


@final
class HalfNormal(Prior):
    """The half of a Gaussian of standard deviation ``sigma`` that lies above ``min``, where it is highest."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["half-normal"]
    sigma: Positive
    min: Finite = 0.0

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        return resolved(self, self.sigma, abs(self.min))

    @property
    def bounds(self) -> tuple[float, float]:
        """From ``min`` on."""
        return self.min, np.inf

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        return np.asarray(self.min - self.sigma * ndtri(0.5 * (1.0 - np.asarray(u))))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        density = log_gaussian((np.asarray(x) - self.min) / self.sigma) + np.log(2.0 / self.sigma)
        return within(x, self.min, np.inf, density)


def log_gaussian(z: Array) -> Array:
    """ln of the standard Gaussian's density, the shape of ``z``."""
    return np.asarray(-0.5 * z**2 - 0.5 * np.log(2.0 * np.pi))
