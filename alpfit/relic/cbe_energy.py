"""CBE closed with the energy: the coupled equations of the number density and of the energy density.

For a Maxwellian the equation of any moment of f gives one for T_chi. Ding et al. 2025's, eq. (4.9), is that of p^2/3E;
this is that of E,

    dln(T_chi)/dt = {(3/2) gamma (T - T_chi) - 3 H T_chi + sY [E(T_chi) <sigma v> - <E sigma v>]_{T_chi}
                     + sY (Y_eq/Y)^2 [<E sigma v>_T - E(T_chi) <sigma v>_T]}/(T_chi dE/dT_chi),

with E(T) the mean energy of a chi. chi scattering off itself changes p^2/3E, but not E: where that is what keeps f a
Maxwellian, this is exact.
"""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inlined_kernel, inner_kernel, scalar_kernel
from alpfit.numerics.interpolation import spline_with_slope
from alpfit.numerics.radau import Solution
from alpfit.numerics.radau_step import Tableau
from alpfit.relic.average_table import averages_with_slopes
from alpfit.relic.base import Accuracy, Engine, Evolved, Outcomes, evolve_first, run_from, solve_each
from alpfit.relic.boltzmann import SectorTable, SectorTables
from alpfit.relic.cbe import Coefficients, coefficients_at, deviations, equilibrium

Array = NDArray[np.float64]


@inlined_kernel
def rates(
    coefficients: Coefficients, sector: SectorTable, states: Array, slopes: Array, jacobians: Array, j: int
) -> None:
    """(dln(Y)/dln(x), dln(y)/dln(x)) and their derivatives with respect to ln(Y) and ln(y), at state ``j``.

    The second averages are those of :func:`~alpfit.relic.averages.energy_closure`.
    """
    gas = sector.gas
    log_x_chi = coefficients.log_y_of_m - states[j, 1]
    cooling = math.exp(log_x_chi - coefficients.log_x)  # T/T_chi
    x_chi = coefficients.x * cooling
    rate = coefficients.density_rate * math.exp(states[j, 0])
    creation = rate * math.exp(2.0 * (coefficients.log_y_eq - states[j, 0]))
    bath_mean, _ = spline_with_slope(coefficients.log_x, gas.start, gas.step, gas.table, 2)
    bath_capacity, _ = spline_with_slope(coefficients.log_x, gas.start, gas.step, gas.table, 3)
    mean, mean_slope = spline_with_slope(log_x_chi, gas.start, gas.step, gas.table, 2)
    capacity, capacity_slope = spline_with_slope(log_x_chi, gas.start, gas.step, gas.table, 3)
    first, second, first_slope, second_slope = averages_with_slopes(log_x_chi, x_chi, sector.averages)
    lost = rate * first
    created = creation * coefficients.bath_first
    # what is created has <E sigma v> = <E> <sigma v> + T d<E>/dT (second - first) at T; energies over T_chi
    surplus = cooling * (
        bath_mean * coefficients.bath_first + bath_capacity * (coefficients.bath_second - coefficients.bath_first)
    )
    exchange = creation * (surplus - mean * coefficients.bath_first) / capacity
    elastic = 1.5 * coefficients.elastic_rate / capacity
    expansion = coefficients.expansion * (2.0 - 3.0 / capacity)
    heating = rate * (first - second)

    slopes[j, 0] = created - lost
    slopes[j, 1] = elastic * (cooling - 1.0) + heating + exchange + expansion
    # log_x_chi falls as ln(y) grows
    relative = capacity_slope / capacity
    jacobians[j, 0, 0] = -created - lost
    jacobians[j, 0, 1] = rate * first_slope
    jacobians[j, 1, 0] = heating - exchange
    jacobians[j, 1, 1] = (
        elastic * relative * (cooling - 1.0)
        - elastic * cooling
        - rate * (first_slope - second_slope)
        - creation * (surplus - mean_slope * coefficients.bath_first) / capacity
        + exchange * relative
        - 3.0 * coefficients.expansion / capacity * relative
    )


@inner_kernel
def run(sector: SectorTable, accuracy: Accuracy, tableau: Tableau) -> Solution:
    """The solution for one sector."""
    return run_from(equilibrium, coefficients_at, rates, sector, accuracy, tableau)


@scalar_kernel
def solve(sectors: SectorTables, accuracy: Accuracy, tableau: Tableau) -> Outcomes:
    """See :class:`~alpfit.relic.base.Engine`."""
    return solve_each(run, deviations, sectors, accuracy, tableau)


@scalar_kernel
def evolve(sectors: SectorTables, accuracy: Accuracy, tableau: Tableau) -> Evolved:
    """See :class:`~alpfit.relic.base.Engine`."""
    return evolve_first(run, deviations, sectors, accuracy, tableau)


CBE_ENERGY = Engine(solve, evolve, coupled=True, energy=True)
