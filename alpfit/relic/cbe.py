"""CBE: the coupled Boltzmann equations of the number density and of the dark matter temperature.

Seed paper, eqs. (4.8) and (4.9), after T. Binder, T. Bringmann, M. Gustafsson and A. Hryczuk,
arXiv:1706.07433, with the factor w in the elastic term that the Fokker-Planck operator (seed paper,
eq. 4.4) gives for a Maxwellian. Unknowns: ln(Y) and ln(y), y = m T_chi/s^(2/3), against ln(x).
"""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel
from alpfit.numerics.interpolation import evaluate_spline
from alpfit.numerics.radau import Solution, Tableau
from alpfit.physics.plasma import bath_at
from alpfit.relic.averages import averages_at
from alpfit.relic.base import Accuracy, Outcome, evolve
from alpfit.relic.boltzmann import Sector, log_equilibrium_yield, relativistic_correction

Array = NDArray[np.float64]


@kernel
def cbe_rate(log_x: float, state: Array, sector: Sector) -> Array:
    """(dln(Y)/dln(x), dln(y)/dln(x)), shape ``(2,)``."""
    x, mass, table = math.exp(log_x), sector.mass, sector.averages
    bath = bath_at(mass / x, sector.plasma)
    log_y_eq = log_equilibrium_yield(x, bath.entropy_density, mass, sector.dof, sector.hermite)
    log_x_chi = 2.0 * math.log(mass) - 2.0 / 3.0 * math.log(bath.entropy_density) - state[1]
    one_minus_w = relativistic_correction(math.exp(log_x_chi), sector.hermite)
    cooling = math.exp(log_x_chi - log_x)  # T/T_chi = y_eq/y

    creation = math.exp(2.0 * (log_y_eq - state[0]))
    density_rate = bath.entropy_density * math.exp(state[0]) / bath.hubble_tilde
    transfer = math.exp(evaluate_spline(log_x, table.start, table.step, sector.transfer, sector.transfer_slopes))
    bath_1, bath_2 = averages_at(log_x, table)
    chi_1, chi_2 = averages_at(log_x_chi, table)

    yield_change = density_rate * (creation * bath_1 - chi_1)
    temperature_change = (
        transfer / bath.hubble_tilde * (1.0 - one_minus_w) * (cooling - 1.0)
        + density_rate * (chi_1 - chi_2)
        + density_rate * creation * (cooling * bath_2 - bath_1)
        + 2.0 * one_minus_w * bath.hubble / bath.hubble_tilde
    )
    return np.array([yield_change, temperature_change])


@kernel
def _solve(sector: Sector, accuracy: Accuracy, tableau: Tableau) -> Outcome:
    x = accuracy.x_start
    entropy = bath_at(sector.mass / x, sector.plasma).entropy_density
    log_y_eq = log_equilibrium_yield(x, entropy, sector.mass, sector.dof, sector.hermite)
    start = np.array([log_y_eq, math.log(sector.mass**2 / x) - 2.0 / 3.0 * math.log(entropy)])
    return evolve(cbe_rate, start, sector, accuracy, tableau)


def solve_cbe(sector: Sector, accuracy: Accuracy, tableau: Tableau) -> Solution:
    """Solve from equilibrium at ``x_start`` to ``x_end``; the solution's y is (ln(Y), ln(y)), shape ``(n, 2)``."""
    return Solution(*_solve(sector, accuracy, tableau))
