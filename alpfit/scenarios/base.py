"""What a scenario is: the names of its parameters and predictions, and the way from the ones to the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A parameter or a predicted observable, as it is shown: ``label`` is mathtext without the dollars."""

    label: str
    unit: str
    description: str
    logarithmic: bool = False

    @property
    def axis_label(self) -> str:
        """Label and unit for a figure's axis."""
        return f"${self.label}$" + (f" [{self.unit}]" if self.unit else "")


@dataclass(frozen=True)
class Predictions:
    """What a scenario says of ``n`` points: ``values``, name to array ``(n,)``, and ``failures``, ``n`` sentences.

    An empty sentence means that all values are good; where it is not empty some are NaN, and it says why.
    """

    values: Mapping[str, Array]
    failures: tuple[str, ...]


class Scenario(Protocol):
    """From parameters to predictions.

    ``parameters`` must all be given; ``optional`` ones have a default tied to the others.
    """

    @property
    def parameters(self) -> Mapping[str, Quantity]:
        """The parameters that every point must have."""

    @property
    def optional(self) -> Mapping[str, Quantity]:
        """Further parameters, with what they default to in their description."""

    @property
    def observables(self) -> Mapping[str, Quantity]:
        """What :meth:`predict` returns."""

    def predict(self, points: Mapping[str, Array]) -> Predictions:
        """Predictions at ``points``, parameter name to array ``(n,)``."""

    def diagnose(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """How far the predictions at ``points`` can be trusted: what is good to know and no measurement asks for."""
