"""NBE: the Boltzmann equation of the number density alone, with kinetic equilibrium enforced.

Gondolo and Gelmini, Nucl. Phys. B 360 (1991) 145. Unknown: ln(Y), against ln(x).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inlined_kernel, inner_kernel, scalar_kernel
from alpfit.numerics.radau import Solution
from alpfit.numerics.radau_step import Tableau
from alpfit.physics.plasma import bath_at
from alpfit.relic.average_table import first_average_at
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
from alpfit.relic.boltzmann import SectorTable, SectorTables, log_equilibrium_yield

Array = NDArray[np.float64]


class Coefficients(NamedTuple):
    """At one temperature: ln(Y_eq), and s <sigma v>/H~, the annihilations per Hubble time for Y = 1."""

    log_y_eq: float
    annihilation: float


@inner_kernel
def coefficients_at(log_x: float, sector: SectorTable) -> Coefficients:
    """What the equation needs to know at T = mass/x."""
    x = math.exp(log_x)
    bath = bath_at(sector.mass / x, sector.plasma)
    log_y_eq = log_equilibrium_yield(log_x, bath.entropy_density, sector.mass, sector.dof, sector.gas)
    return Coefficients(
        log_y_eq, bath.entropy_density / bath.hubble_tilde * first_average_at(log_x, x, sector.averages)
    )


@inlined_kernel
def rates(
    coefficients: Coefficients, _sector: SectorTable, states: Array, slopes: Array, jacobians: Array, j: int
) -> None:
    """dln(Y)/dln(x) = (s Y/H~) <sigma v> (Y_eq^2/Y^2 - 1) and its derivative with respect to ln(Y), at state ``j``."""
    rate = coefficients.annihilation * math.exp(states[j, 0])
    creation = math.exp(2.0 * (coefficients.log_y_eq - states[j, 0]))
    slopes[j, 0] = rate * (creation - 1.0)
    jacobians[j, 0, 0] = -rate * (creation + 1.0)


@inner_kernel
def equilibrium(log_x: float, sector: SectorTable) -> Array:
    """ln(Y_eq), shape ``(1,)``."""
    return np.array([-log_yield_excess(log_x, 0.0, sector)])


@inner_kernel
def deviations(log_x: float, states: Array, j: int, sector: SectorTable) -> tuple[float, float]:
    """ln(Y/Y_eq) at state ``j``, and ln(T_chi/T), which is zero."""
    return log_yield_excess(log_x, states[j, 0], sector), 0.0


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


NBE = Engine(solve, evolve, coupled=False, from_nothing=True)
