"""NBE: the Boltzmann equation of the number density alone, with kinetic equilibrium enforced.

Gondolo and Gelmini, Nucl. Phys. B 360 (1991) 145. Unknown: ln(Y), against ln(x).
"""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel
from alpfit.numerics.radau import Solution, Tableau
from alpfit.physics.plasma import bath_at
from alpfit.relic.averages import averages_at
from alpfit.relic.base import Accuracy, Outcome, evolve
from alpfit.relic.boltzmann import Sector, log_equilibrium_yield

Array = NDArray[np.float64]


@kernel
def nbe_rate(log_x: float, state: Array, sector: Sector) -> Array:
    """dln(Y)/dln(x) = (s Y/H~) <sigma v> (Y_eq^2/Y^2 - 1), shape ``(1,)``."""
    x = math.exp(log_x)
    bath = bath_at(sector.mass / x, sector.plasma)
    log_y_eq = log_equilibrium_yield(x, bath.entropy_density, sector.mass, sector.dof, sector.hermite)
    creation = math.exp(2.0 * (log_y_eq - state[0]))
    rate = bath.entropy_density * math.exp(state[0]) / bath.hubble_tilde * averages_at(log_x, sector.averages)[0]
    return np.array([rate * (creation - 1.0)])


@kernel
def _solve(sector: Sector, accuracy: Accuracy, tableau: Tableau) -> Outcome:
    x = accuracy.x_start
    entropy = bath_at(sector.mass / x, sector.plasma).entropy_density
    start = np.array([log_equilibrium_yield(x, entropy, sector.mass, sector.dof, sector.hermite)])
    return evolve(nbe_rate, start, sector, accuracy, tableau)


def solve_nbe(sector: Sector, accuracy: Accuracy, tableau: Tableau) -> Solution:
    """Solve from equilibrium at ``x_start`` to ``x_end``; the solution's y is ln(Y), shape ``(n, 1)``."""
    return Solution(*_solve(sector, accuracy, tableau))
