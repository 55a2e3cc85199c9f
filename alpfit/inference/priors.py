"""Prior densities of one parameter; :mod:`alpfit.inference.joint` has those of several."""

from abc import abstractmethod
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, final

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
    """A density, as a TOML table whose key ``prior`` is its name; ``logarithmic`` says how to draw the parameter.

    ``label``, mathtext without dollars, and ``unit`` are those of a parameter that the scenario does not know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    logarithmic: ClassVar[bool]
    joint: ClassVar[Any] = None
    """The density that the parameter shares with others, as :class:`~alpfit.inference.joint.JointTable`; or None."""

    prior: str
    label: str | None = Field(default=None, repr=False)
    unit: str | None = Field(default=None, repr=False)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Prior) and other.model_dump() == self.model_dump()

    def __hash__(self) -> int:
        return hash((type(self), self.in_words))

    @property
    def in_words(self) -> str:
        """Its name and its numbers."""
        shown = ((key, value) for key, value in self.model_dump(exclude={"prior", "label", "unit"}).items())
        numbers = (f"{key} {value:g}" for key, value in shown if isinstance(value, float))
        return ", ".join((self.prior, *numbers))

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


@final
class HalfNormal(Prior):
    """The half of a Gaussian of standard deviation ``sigma`` that lies above ``min``, where it is highest."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["half-normal"]
    sigma: Positive
    min: Finite = 0.0

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        return _resolved(self, self.sigma, abs(self.min))

    @property
    def bounds(self) -> tuple[float, float]:
        """From ``min`` on."""
        return self.min, np.inf

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        return np.asarray(self.min - self.sigma * ndtri(0.5 * (1.0 - np.asarray(u))))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        density = _log_gaussian((np.asarray(x) - self.min) / self.sigma) + np.log(2.0 / self.sigma)
        return _within(x, self.min, np.inf, density)


@final
class Beta(Prior):
    """The beta distribution x^(a-1) (1-x)^(b-1) of x = (parameter - ``min``)/(``max`` - ``min``)."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["beta"]
    a: Positive
    b: Positive
    min: Finite = 0.0
    max: Finite = 1.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        return _ordered(self)

    @property
    def bounds(self) -> tuple[float, float]:
        """``min`` and ``max``."""
        return self.min, self.max

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        from scipy.special import betaincinv

        return np.asarray(self.min + (self.max - self.min) * betaincinv(self.a, self.b, u))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        from scipy.special import betaln, xlog1py, xlogy

        width = self.max - self.min
        z = np.clip((np.asarray(x) - self.min) / width, 0.0, 1.0)
        density = xlogy(self.a - 1.0, z) + xlog1py(self.b - 1.0, -z) - betaln(self.a, self.b) - np.log(width)
        return _within(x, self.min, self.max, density)


@final
class Tabulated(Prior):
    """A density given at points ``x``, rising, straight lines in between and zero beyond; it need not be normalised."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["tabulated"]
    x: list[Finite] = Field(min_length=2)
    density: list[Annotated[float, Field(ge=0.0, allow_inf_nan=False)]]

    @model_validator(mode="after")
    def _is_a_density(self) -> Self:
        if len(self.x) != len(self.density):
            raise ValueError(f"x has {len(self.x)} numbers and density {len(self.density)}: give as many")
        steps = np.diff(self.x)
        if not (steps > 0.0).all():
            raise ValueError(f"x = {self.x[int(np.argmin(steps > 0.0)) + 1]:g} must be above the one before")
        if not self._total > 0.0:
            raise ValueError("density is zero everywhere")
        return _resolved(self, self.x[-1] - self.x[0], max(abs(self.x[0]), abs(self.x[-1])))

    @property
    def in_words(self) -> str:
        """Its ends and how many points it has."""
        return f"tabulated, {len(self.x)} points from {self.x[0]:g} to {self.x[-1]:g}"

    @property
    def bounds(self) -> tuple[float, float]:
        """The first and the last x."""
        return self.x[0], self.x[-1]

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        below, at, density = self._cumulative, np.asarray(self.x), np.asarray(self.density) / self._total
        inside = np.clip(np.asarray(u, float), 0.0, 1.0)
        i = np.clip(np.searchsorted(below, inside, side="right") - 1, 0, len(at) - 2)
        share, first = inside - below[i], density[i]
        slope = (density[i + 1] - first) / (at[i + 1] - at[i])
        root = np.sqrt(np.maximum(first**2 + 2.0 * slope * share, 0.0))  # of share = first t + slope t^2/2
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(first + root > 0.0, 2.0 * share / (first + root), 0.0)
        return np.asarray(np.clip(at[i] + step, at[i], at[i + 1]))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        with np.errstate(divide="ignore"):
            density = np.log(np.interp(np.asarray(x, float), self.x, np.asarray(self.density) / self._total))
        return _within(x, self.x[0], self.x[-1], density)

    @cached_property
    def _parts(self) -> Array:
        density = np.asarray(self.density)
        return np.asarray(0.5 * (density[1:] + density[:-1]) * np.diff(self.x))

    @cached_property
    def _total(self) -> float:
        return float(self._parts.sum())

    @cached_property
    def _cumulative(self) -> Array:
        return np.concatenate([[0.0], np.cumsum(self._parts) / self._total])


PRIORS: Registry[type[Prior]] = Registry(
    "prior",
    {
        "uniform": Uniform,
        "log-uniform": LogUniform,
        "normal": Normal,
        "log-normal": LogNormal,
        "truncated-normal": TruncatedNormal,
        "half-normal": HalfNormal,
        "beta": Beta,
        "tabulated": Tabulated,
    },
)
"""The priors, by the value of the key ``prior`` of their table."""

B = TypeVar("B", Uniform, LogUniform, TruncatedNormal, Beta)
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
