"""What a forecast is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.forecasting.signal import Signal, signal_of
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.exposure import Policy

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """What expected data are made with: a ``rate`` at a ``mass`` [GeV], none without a signal, and its name.

    ``held`` are predictions ``(1,)``, or ``(1, k)``, of a point of the model, for what else a measurement reads.
    """

    name: str
    mass: float = 1.0
    rate: float = 0.0
    held: Mapping[str, Array] = field(default_factory=dict)

    def as_record(self) -> dict[str, str | float]:
        """Without what is held."""
        return {"name": self.name, "mass": self.mass, "rate": self.rate}


@dataclass(frozen=True)
class Plan:
    """What is asked of ``measurement``: ``luminosities`` in its unit, limits at ``masses`` [GeV], so many toys."""

    measurement: Measurement
    truth: Truth
    luminosities: tuple[float, ...]
    policy: Policy
    masses: tuple[float, ...]
    n_toys: int = 0
    seed: int = 1

    @cached_property
    def signal(self) -> Signal:
        """What is looked for. Raises :class:`ForecastError` where the truth does not have what is read beside it."""
        return signal_of(self.measurement, self.truth.held)

    @property
    def n_tasks(self) -> int:
        """How many independent pieces it has, where something is seen at each mass."""
        of_a_toy = 1 + bool(self.signal.mass and len(self.masses) > 1) if self.truth.rate > 0.0 else 1
        return len(self.masses) + len(self.luminosities) * (len(self.masses) + of_a_toy * self.n_toys)
