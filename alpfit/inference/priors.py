"""Prior densities of one parameter."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, Self, TypeVar, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.special import ndtri

from alpfit.numerics.registry import Registry

Array = NDArray[np.float64]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]

NARROWEST = 1e-9
"""Width of a prior over the size of its values: a million floating point numbers side by side."""


class Prior(BaseModel):
    """A density, as a TOML table whose key ``prior`` is its name; ``logarithmic`` says how to draw the parameter."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    logarithmic: ClassVar[bool]

    prior: str

    @property
    def in_words(self) -> str:
        """Its name and its numbers."""
        numbers = (f"{key} {value:g}" for key, value in self.model_dump().items() if key != "prior")
        return f"{self.prior}, {', '.join(numbers)}"

    @property
    @abstractmethod
    def bounds(self) -> tuple[float, float]:
        """Where the density is cut off; infinite where it only fades away."""

    @abstractmethod
    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``, arrays of any shape."""

    @abstractmethod
    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density in the parameter, normalised, at ``x``; arrays of any shape."""


@final
class Uniform(Prior):
    """Constant from ``min`` to ``max``."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["uniform"]
    min: Finite
    max: Finite

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        return _ordered(self)

    @property
    def bounds(self) -> tuple[float, float]:
        """``min`` and ``max``."""
        return self.min, self.max

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        return self.min + np.asarray(u) * (self.max - self.min)

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        return _within(x, self.min, self.max, -np.log(self.max - self.min))


@final
class LogUniform(Prior):
    """Constant in ln(x) from ``min`` to ``max``, both positive."""

    logarithmic: ClassVar[bool] = True

    prior: Literal["log-uniform"]
    min: Positive
    max: Positive

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        return _ordered(self)

    @property
    def bounds(self) -> tuple[float, float]:
        """``min`` and ``max``."""
        return self.min, self.max

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        return np.clip(self.min * np.exp(np.asarray(u) * self._folds()), self.min, self.max)

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        positive = np.where(np.asarray(x) > 0.0, x, 1.0)
        return _within(x, self.min, self.max, -np.log(positive) - np.log(self._folds()))

    def _folds(self) -> float:
        return float(np.log(self.max) - np.log(self.min))


@final
class Normal(Prior):
    """Gaussian with ``mean`` and standard deviation ``sigma``."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["normal"]
    mean: Finite
    sigma: Positive

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        return _resolved(self, self.sigma, abs(self.mean))

    @property
    def bounds(self) -> tuple[float, float]:
        """None."""
        return -np.inf, np.inf

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        return np.asarray(self.mean + self.sigma * ndtri(u))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        return np.asarray(_log_gaussian((np.asarray(x) - self.mean) / self.sigma) - np.log(self.sigma))


@final
class LogNormal(Prior):
    """Gaussian in ln(x) around ``median``, with standard deviation ``sigma`` of ln(x)."""

    logarithmic: ClassVar[bool] = True

    prior: Literal["log-normal"]
    median: Positive
    sigma: Positive

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        return _resolved(self, self.sigma, 1.0)

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
        density = _log_gaussian(np.log(positive / self.median) / self.sigma) - np.log(positive * self.sigma)
        return _within(x, np.nextafter(0.0, 1.0), np.inf, density)


@final
class TruncatedNormal(Prior):
    """Gaussian with ``mean`` and ``sigma`` (of the whole Gaussian) between ``min`` and ``max``."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["truncated-normal"]
    mean: Finite
    sigma: Positive
    min: Finite
    max: Finite

    @model_validator(mode="after")
    def _has_probability(self) -> Self:
        _ordered(self)
        _resolved(self, self.sigma, abs(self.mean))
        if not np.isfinite(self.log_density(0.5 * (self.min + self.max))):
            raise ValueError(f"no probability between min = {self.min:g} and max = {self.max:g}: too far from the mean")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """``min`` and ``max``."""
        return self.min, self.max

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


PRIORS: Registry[type[Prior]] = Registry(
    "prior",
    {
        "uniform": Uniform,
        "log-uniform": LogUniform,
        "normal": Normal,
        "log-normal": LogNormal,
        "truncated-normal": TruncatedNormal,
    },
)
"""The priors, by the value of the key ``prior`` of their table."""

B = TypeVar("B", Uniform, LogUniform, TruncatedNormal)
P = TypeVar("P", bound=Prior)


def _ordered(prior: B) -> B:
    if not prior.min < prior.max:
        raise ValueError(f"min = {prior.min:g} must be below max = {prior.max:g}")
    if not np.isfinite(prior.max - prior.min):
        raise ValueError(f"min = {prior.min:g} and max = {prior.max:g} are too far apart")
    return _resolved(prior, prior.max - prior.min, max(abs(prior.min), abs(prior.max)))


def _resolved(prior: P, width: float, size: float) -> P:
    """``prior``, if floating point numbers of the ``size`` can be told apart well within its ``width``."""
    if width < NARROWEST * size:
        raise ValueError(f"the prior is only {width:.2g} wide, too little to tell numbers apart: fix the parameter")
    return prior


def _log_gaussian(z: Array) -> Array:
    return np.asarray(-0.5 * z**2 - 0.5 * np.log(2.0 * np.pi))


def _within(x: ArrayLike, low: float, high: float, density: ArrayLike) -> Array:
    inside = (np.asarray(x) >= low) & (np.asarray(x) <= high)
    return np.where(inside, density, -np.inf)
