"""What a form of likelihood is, and how the forms read their tables."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.special import ndtri

Array = NDArray[np.float64]
Table = Mapping[str, Array]


class FormData(BaseModel):
    """The ``[data]`` of an entry, validated; subclasses are final and name their fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)


class Form(Protocol):
    """A likelihood function of predictions: ``observables`` names them, ``loglike`` evaluates."""

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the predictions that :meth:`loglike` reads."""

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L of arrays of predictions of one shape; finite for finite predictions."""

    def describe(self) -> str:
        """What is measured, in words and numbers."""


def one_sided_sigmas(confidence_level: float) -> float:
    """Standard deviations from zero to the upper limit of this level, for a Gaussian estimate of zero signal."""
    return float(ndtri(confidence_level))
