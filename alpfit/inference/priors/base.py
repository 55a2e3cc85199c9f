"""What a prior density of one parameter is, and what several of them share."""

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

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
        shown = self.model_dump(exclude={"prior", "label", "unit"})
        ordered = sorted(shown, key=("min", "max").__contains__)
        numbers = (f"{key} {shown[key]:g}" for key in ordered if isinstance(shown[key], float))
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


class Bounded(Prior):
    """A density from ``min`` to ``max``."""

    min: Finite
    max: Finite

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min < self.max:
            raise ValueError(f"min = {self.min:g} must be below max = {self.max:g}")
        if not np.isfinite(self.max - self.min):
            raise ValueError(f"min = {self.min:g} and max = {self.max:g} are too far apart")
        return resolved(self, self.max - self.min, max(abs(self.min), abs(self.max)))

    @property
    def bounds(self) -> tuple[float, float]:
        """``min`` and ``max``."""
        return self.min, self.max


P = TypeVar("P", bound=Prior)


def resolved(prior: P, width: float, size: float) -> P:
    """``prior``, if floating point numbers of the ``size`` can be told apart well within its ``width``.

    Raises :class:`ValueError` if not.
    """
    if width < NARROWEST * size:
        raise ValueError(f"the prior is only {width:.2g} wide, too little to tell numbers apart: fix the parameter")
    return prior


def within(x: ArrayLike, low: float, high: float, density: ArrayLike) -> Array:
    """``density`` at ``x`` between the ends, -inf beyond; arrays of one shape."""
    inside = (np.asarray(x) >= low) & (np.asarray(x) <= high)
    return np.where(inside, density, -np.inf)
