"""CBE: the coupled Boltzmann equations of the number density and of the dark matter temperature.

Ding et al. 2025, eqs. (4.8) and (4.9), after T. Binder, T. Bringmann, M. Gustafsson and A. Hryczuk,
arXiv:1706.07433, with the factor w in the elastic term that the Fokker-Planck operator (Ding et al. 2025,
eq. 4.4) gives for a Maxwellian. Unknowns: ln(Y) and ln(y), y = m T_chi/s^(2/3), against ln(x).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inlined_kernel, inner_kernel, scalar_kernel
from alpfit.numerics.radau import Solution
from alpfit.numerics.radau_step import Tableau
from alpfit.physics.plasma import bath_at
from alpfit.relic.average_table import averages_at, averages_with_slopes
from alpfit.relic.base import (
    Accuracy,
    Engine,
    Evolved,
    Outcomes,
    evolve_first,
    log_yield_excess,
    run_from,
    solve_each,
)
from alpfit.relic.boltzmann import SectorTable, SectorTables, correction_at, log_equilibrium_yield, transfer_at

Array = NDArray[np.float64]


class Coefficients(NamedTuple):
    """At one temperature: what of the equations does not depend on Y and y.

    ``density_rate`` is s/H~ [GeV^2], ``elastic_rate`` gamma/H~, ``expansion`` H/H~; ``bath_first`` and ``bath_second``
    are <sigma v> and <sigma v>_2 [GeV^-2] at T, and ``log_y_of_m`` is ln(y) for T_chi = m.
    """

    x: float
    log_x: float
    log_y_eq: float
    log_y_of_m: float
    density_rate: float
    elastic_rate: float
    expansion: float
    bath_first: float
    bath_second: float


@inner_kernel
def coefficients_at(log_x: float, sector: SectorTable) -> Coefficients:
    """What the equations need to know at T = mass/x."""
    x = math.exp(log_x)
    bath = bath_at(sector.mass / x, sector.plasma)
    bath_first, bath_second = averages_at(log_x, x, sector.averages)
    return Coefficients(
        x,
        log_x,
        log_equilibrium_yield(log_x, bath.entropy_density, sector.mass, sector.dof, sector.gas),
        log_temperature_unit(sector.mass, bath.entropy_density),
        bath.entropy_density / bath.hubble_tilde,
        transfer_at(log_x, sector.transfer) / bath.hubble_tilde,
        bath.hubble / bath.hubble_tilde,
        bath_first,
        bath_second,
    )


@inner_kernel
def log_temperature_unit(mass: float, entropy_density: float) -> float:
    """ln(y) for T_chi = mass."""
    return 2.0 * math.log(mass) - 2.0 / 3.0 * math.log(entropy_density)


@inlined_kernel
def rates(
    coefficients: Coefficients, sector: SectorTable, states: Array, slopes: Array, jacobians: Array, j: int
) -> None:
    """(dln(Y)/dln(x), dln(y)/dln(x)) and their derivatives with respect to ln(Y) and ln(y), at state ``j``."""
    log_x_chi = coefficients.log_y_of_m - states[j, 1]
    cooling = math.exp(log_x_chi - coefficients.log_x)  # T/T_chi = y_eq/y
    x_chi = coefficients.x * cooling
    rate = coefficients.density_rate * math.exp(states[j, 0])
    creation = math.exp(2.0 * (coefficients.log_y_eq - states[j, 0]))
    correction, correction_slope = correction_at(log_x_chi, x_chi, sector.gas)  # 1 - w
    first, second, first_slope, second_slope = averages_with_slopes(log_x_chi, x_chi, sector.averages)
    created = rate * creation * coefficients.bath_first
    heating = rate * (first - second)
    exchange = rate * creation * (cooling * coefficients.bath_second - coefficients.bath_first)
    elastic = coefficients.elastic_rate * (1.0 - correction)

    slopes[j, 0] = created - rate * first
    slopes[j, 1] = elastic * (cooling - 1.0) + heating + exchange + 2.0 * correction * coefficients.expansion
    # rate grows with Y, rate * creation falls with it; log_x_chi falls as ln(y) grows
    jacobians[j, 0, 0] = -created - rate * first
    jacobians[j, 0, 1] = rate * first_slope
    jacobians[j, 1, 0] = heating - exchange
    jacobians[j, 1, 1] = (
        coefficients.elastic_rate * correction_slope * (cooling - 1.0)
        - elastic * cooling
        - rate * (first_slope - second_slope)
        - rate * creation * cooling * coefficients.bath_second
        - 2.0 * correction_slope * coefficients.expansion
    )


@inner_kernel
def equilibrium(log_x: float, sector: SectorTable) -> Array:
    """ln(Y_eq) and ln(y_eq), shape ``(2,)``."""
    entropy_density = bath_at(sector.mass * math.exp(-log_x), sector.plasma).entropy_density
    log_y_eq = log_equilibrium_yield(log_x, entropy_density, sector.mass, sector.dof, sector.gas)
    return np.array([log_y_eq, log_temperature_unit(sector.mass, entropy_density) - log_x])


@inner_kernel
def deviations(log_x: float, states: Array, j: int, sector: SectorTable) -> tuple[float, float]:
    """ln(Y/Y_eq) and ln(T_chi/T) at state ``j``."""
    entropy_density = bath_at(sector.mass * math.exp(-log_x), sector.plasma).entropy_density
    return log_yield_excess(log_x, states[j, 0], sector), states[j, 1] + log_x - log_temperature_unit(
        sector.mass, entropy_density
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


CBE = Engine(solve, evolve, coupled=True)
