"""A density given by its values."""

from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self, final

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from alpfit.inference.priors.base import Array, Finite, Prior, resolved, within


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
        return resolved(self, self.x[-1] - self.x[0], max(abs(self.x[0]), abs(self.x[-1])))

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
        return within(x, self.x[0], self.x[-1], density)

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
