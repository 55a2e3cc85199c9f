"""What an engine takes and what it returns."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import higher_order_kernel
from alpfit.numerics.radau import Solution, Tableau, integrate
from alpfit.relic.boltzmann import Sector

Array = NDArray[np.float64]


class Status(IntEnum):
    """How the calculation at a point ended; ``message`` says it in words."""

    OK = 0
    NEVER_EQUILIBRATED = 1
    STEP_LIMIT = 2

    @property
    def message(self) -> str:
        """One sentence for a human."""
        return _MESSAGES[self]


_MESSAGES = {
    Status.OK: "solved",
    Status.NEVER_EQUILIBRATED: "chi is not in equilibrium at x = 2: its couplings are too small",
    Status.STEP_LIMIT: "the integrator used all its steps before the end",
}


@dataclass(frozen=True)
class RelicDensity:
    """Omega h^2 of chi today and, for each point, the :class:`Status`; arrays of the points' broadcast shape.

    Where ``status`` is not OK, ``omega_h2`` is NaN and the status says why.
    """

    omega_h2: Array
    status: NDArray[np.int64]

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Where there is an answer."""
        return np.asarray(self.status == Status.OK)


class Accuracy(NamedTuple):
    """Numerical settings of the Boltzmann equations; a change of any moves Omega h^2 by less than 1e-4.

    Two exceptions. At r >= 1/2 annihilation goes on at rest, and Omega h^2 falls by 4e-4 from ``x_end`` 1e5 to 1e6. And
    chi starts in equilibrium at ``x_start``: where the annihilation rate is there not ``least_rate`` times the Hubble
    rate, the start would decide the answer, and there is none.
    """

    x_start: float = 2.0
    x_end: float = 1e6
    tolerance: float = 1e-5
    largest_change: float = 0.7
    max_steps: int = 2000
    least_rate: float = 10.0


Solver = Callable[[Sector, Accuracy, Tableau], Solution]
"""An engine: from a sector to the evolution of ln(Y), its unknown number 0, against ln(x)."""


Outcome = tuple[Array, Array, bool, int]
"""The fields of a :class:`Solution`. Compiled code hands plain tuples to Python: while numba makes a named one, Python
runs, and an interrupt at that moment would end the process."""


@higher_order_kernel
def evolve(rate: Any, start: Array, sector: Sector, accuracy: Accuracy, tableau: Tableau) -> Outcome:
    """Integrate an engine's ``rate``, a kernel of (ln(x), state, sector), from ``start`` at x_start to x_end."""
    first_step = 1e-3
    solution = integrate(
        rate,
        math.log(accuracy.x_start),
        start,
        math.log(accuracy.x_end),
        first_step,
        accuracy.tolerance,
        accuracy.largest_change,
        accuracy.max_steps,
        tableau,
        sector,
    )
    return solution.x, solution.y, solution.finished, solution.n_calls
