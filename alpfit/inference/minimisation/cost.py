"""-ln L as a minimiser wants it: finite everywhere, and with a gradient whose points are evaluated together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NO_COST = 1e10
"""-ln L where there is no likelihood."""

BEND = (1e-6, 1e-2)
"""The second difference of -ln L over one step of the gradient: longer steps below this range, shorter ones above."""

STEP = 1e-3
LONGEST, SHORTEST = 1e-2, 1e-9
"""Steps of the gradient, in units of the prior's width: the first one, and their range."""

N_REFINED = 4
"""How often steps are shortened at one point."""


@dataclass(frozen=True)
class End:
    """Where a descent has ended: coordinates, cost, whether it is a minimum, MINUIT's distance to it, and covariance.

    The covariance is that of the free coordinates as MIGRAD has left it, None where there is none.
    """

    z: Array
    cost: float
    valid: bool
    edm: float
    covariance: Array | None = None


class Space(Protocol):
    """Coordinates within ``lower`` and ``upper``, of width ``scale``, all ``(n_dim,)``."""

    @property
    def lower(self) -> Array:
        """Lower ends."""

    @property
    def upper(self) -> Array:
        """Upper ends."""

    @property
    def scale(self) -> Array:
        """Half of the prior's central 68 %."""

    def parameters(self, z: Array) -> Array:
        """The parameters at coordinates ``(n, n_dim)``."""


class Cost:
    """-ln L in the coordinates; ``log_l`` gives ln L at parameters ``(n, n_parameters)``."""

    def __init__(self, log_l: Callable[[Array], Array], coordinates: Space) -> None:
        self._log_l = log_l
        self.coordinates = coordinates
        self.begin()

    def begin(self) -> None:
        """Forget the steps of the last descent."""
        self._step = STEP * self.coordinates.scale

    def many(self, z: Array) -> Array:
        """At points ``(n, n_dim)``; a minimiser that is lost may ask for NaN."""
        cost = np.full(len(z), NO_COST)
        known = np.isfinite(z).all(axis=1)
        if known.any():
            log_l = self._log_l(self.coordinates.parameters(z[known]))
            cost[known] = np.where(np.isfinite(log_l), -log_l, NO_COST)
        return cost

    def at(self, z: Sequence[float] | Array) -> float:
        """At one point."""
        return float(self.many(np.array(z)[None, :])[0])

    def gradient(self, z: Sequence[float] | Array) -> Array:
        """Central differences at one point, on one side where the other one has no likelihood or is beyond the range.

        Steps adapt to the curvature: from one call to the next where they are short, at once where they are long.
        """
        here, scale = np.array(z), self.coordinates.scale
        for _ in range(N_REFINED):
            up = np.minimum(here + self._step, self.coordinates.upper)
            down = np.maximum(here - self._step, self.coordinates.lower)
            n = len(here)
            rows = np.repeat(here[None, :], 2 * n + 1, axis=0)
            rows[np.arange(n), np.arange(n)] = up
            rows[np.arange(n, 2 * n), np.arange(n)] = down
            values = self.many(rows)
            centre, above, below = values[-1], values[:n], values[n : 2 * n]
            bend = np.where((above < NO_COST) & (below < NO_COST), np.abs(above + below - 2.0 * centre), 0.0)
            too_long = (bend > BEND[1]) & (self._step > SHORTEST * scale)
            if not too_long.any():
                break
            shorter = self._step * np.sqrt(0.1 * BEND[1] / np.maximum(bend, BEND[1]))
            self._step = np.where(too_long, np.maximum(shorter, SHORTEST * scale), self._step)
        above, up = np.where(above < NO_COST, above, centre), np.where(above < NO_COST, up, here)
        below, down = np.where(below < NO_COST, below, centre), np.where(below < NO_COST, down, here)
        self._step = np.where(bend < BEND[0], np.minimum(3.0 * self._step, LONGEST * scale), self._step)
        return np.asarray(np.where(up > down, (above - below) / np.where(up > down, up - down, 1.0), 0.0))
