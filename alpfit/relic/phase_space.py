"""The Boltzmann equation of the momentum distribution as equations for the coefficients of ln f, and one step of them.

A step of the Rosenbrock method of :mod:`alpfit.numerics.rosenbrock`. As long as chi is in equilibrium, its coefficients
change as those of -E/T, faster the later, while the stiff rates are the difference of what they make of f: the
unknowns are then ln(f/f_eq). That is a matter of what is added to all stages of a step, see ``following`` below.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel
from alpfit.numerics.factorisation import factorise, multiply_band, solve_band, solve_factorised
from alpfit.numerics.rosenbrock import Rosenbrock
from alpfit.physics.plasma import bath_at
from alpfit.relic.boltzmann import SectorTable, transfer_at
from alpfit.relic.collisions import Floor, Pairs, collide
from alpfit.relic.momentum_grid import MomentumGrid, polynomials_of
from alpfit.relic.spectrum import Groups
from alpfit.relic.transport import Background, Scale, Tail, mass_derivative, transport

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class Step(NamedTuple):
    """What does not change in a step: ln(x) and theta where it begins, the rate at which theta falls, T_chi.

    ``following`` is 1 where f follows equilibrium, 0 elsewhere.
    """

    log_x: float
    theta: float
    shrinking: float
    theta_over_t: float
    following: float
    floor: Floor


class Workspace(NamedTuple):
    """Memory for a step: vectors ``(n,)``, bands ``(n, 7)``, matrices ``(n, n)``, ``stages (6, n)``."""

    cells: Array
    force: Array
    rates: Array
    time_derivative: Array
    state: Array
    right: Array
    scale: Array
    mass: Array
    other_mass: Array
    band: Array
    jacobian: Array
    matrix: Array
    pivots: Whole
    stages: Array


@inner_kernel
def workspace(grid: MomentumGrid) -> Workspace:
    """Enough memory for this grid."""
    n = grid.centres.size
    return Workspace(
        np.empty((grid.starts.size, 4)),
        np.empty(n),
        np.empty(n),
        np.empty(n),
        np.empty(n),
        np.empty(n),
        np.empty(n),
        np.empty((n, 7)),
        np.empty((n, 7)),
        np.empty((n, 7)),
        np.empty((n, n)),
        np.empty((n, n)),
        np.empty(n, dtype=np.int64),
        np.empty((6, n)),
    )


@inner_kernel
def background_at(log_x: float, sector: SectorTable) -> Background:
    """The rates at T = mass/x over H~; elastic scattering no faster than the rounding of its balance allows."""
    x, fastest = math.exp(log_x), 1e7
    bath = bath_at(sector.mass / x, sector.plasma)
    return Background(
        x,
        bath.hubble / bath.hubble_tilde,
        min(transfer_at(log_x, sector.transfer) / bath.hubble_tilde, fastest),
        1.0 / bath.hubble_tilde,
    )


@inner_kernel
def _scale_at(log_x: float, step: Step) -> Scale:
    theta = step.theta * math.exp(-2.0 * step.shrinking * (log_x - step.log_x))
    return Scale(theta, step.shrinking, step.theta_over_t)


@inner_kernel
def rates_at(
    log_x: float,
    coefficients: Array,
    step: Step,
    sector: SectorTable,
    few: Groups,
    tail: Tail,
    grid: MomentumGrid,
    work: Workspace,
    pairs: Pairs,
    out: Array,
) -> None:
    """Write dc/dln(x) into ``out (n,)``."""
    background, scale = background_at(log_x, sector), _scale_at(log_x, step)
    polynomials_of(coefficients, grid, work.cells)
    transport(work.cells, background, scale, tail, False, grid, work.force, work.other_mass, work.jacobian)
    floor = step.floor
    collide(
        work.cells,
        background.x,
        scale.theta,
        background.time,
        few,
        floor,
        False,
        grid,
        pairs,
        work.force,
        work.jacobian,
    )
    solve_band(work.other_mass, work.force, work.band, out)


@inner_kernel
def linearise(
    coefficients: Array,
    step: Step,
    sector: SectorTable,
    few: Groups,
    tail: Tail,
    grid: MomentumGrid,
    work: Workspace,
    pairs: Pairs,
) -> float:
    """Fill in rates, mass and jacobian of the workspace where the ``step`` begins; returns -dln(N)/dln(x) there.

    N is the number of particles in a comoving volume. ``jacobian`` becomes dF/dc - d(M dc/dt)/dc at fixed dc/dt.
    """
    background, scale = background_at(step.log_x, sector), _scale_at(step.log_x, step)
    polynomials_of(coefficients, grid, work.cells)
    transport(work.cells, background, scale, tail, True, grid, work.force, work.mass, work.jacobian)
    floor = step.floor
    change = collide(
        work.cells, background.x, scale.theta, background.time, few, floor, True, grid, pairs, work.force, work.jacobian
    )
    solve_band(work.mass, work.force, work.band, work.rates)
    mass_derivative(work.cells, work.rates, scale.theta, grid, work.band)
    number, n = 0.0, coefficients.size
    for i in range(n):
        for q in range(7):
            number += work.mass[i, q]
        for q in range(max(0, 3 - i), min(7, n + 3 - i)):
            work.jacobian[i, i + q - 3] -= work.band[i, q]
    return -change / number


@inner_kernel
def _equilibrium_at(log_x: float, theta: float, i: int, grid: MomentumGrid) -> float:
    """Coefficient ``i`` of E/T."""
    return float(math.exp(log_x) * (1.0 + theta * grid.centres[i]))


@inner_kernel
def _equilibrium_slope(log_x: float, theta: float, shrinking: float, i: int, grid: MomentumGrid) -> float:
    """Its derivative with respect to ln(x) at fixed kappa."""
    return float(math.exp(log_x) * (1.0 + theta * grid.centres[i] * (1.0 - 2.0 * shrinking)))


@inner_kernel
def _differentiate_in_time(
    coefficients: Array,
    step: Step,
    sector: SectorTable,
    few: Groups,
    tail: Tail,
    grid: MomentumGrid,
    work: Workspace,
    pairs: Pairs,
) -> None:
    """Write the partial derivative of the unknowns' rates with respect to ln(x), a difference over 1e-6."""
    small, n = 1e-6, coefficients.size
    later = step.log_x + small
    theta = _scale_at(later, step).theta
    for i in range(n):
        change = _equilibrium_at(later, theta, i, grid) - _equilibrium_at(step.log_x, step.theta, i, grid)
        work.state[i] = coefficients[i] - step.following * change
    rates_at(later, work.state, step, sector, few, tail, grid, work, pairs, work.time_derivative)
    for i in range(n):
        change = _equilibrium_slope(later, theta, step.shrinking, i, grid)
        change -= _equilibrium_slope(step.log_x, step.theta, step.shrinking, i, grid)
        work.time_derivative[i] = (work.time_derivative[i] - work.rates[i] + step.following * change) / small


@inner_kernel
def prepare(
    coefficients: Array,
    step: Step,
    sector: SectorTable,
    few: Groups,
    tail: Tail,
    grid: MomentumGrid,
    work: Workspace,
    pairs: Pairs,
) -> float:
    """All that steps of any length from here have in common; returns -dln(N)/dln(x)."""
    annihilation = linearise(coefficients, step, sector, few, tail, grid, work, pairs)
    _differentiate_in_time(coefficients, step, sector, few, tail, grid, work, pairs)
    return annihilation


@inner_kernel
def _factorise_for(length: float, work: Workspace) -> bool:
    """Factorise M/``length`` less the jacobian, in ``work.matrix``; False where there are no factors."""
    n = work.force.size
    for i in range(n):
        for j in range(n):
            work.matrix[i, j] = -work.jacobian[i, j]
        for q in range(max(0, 3 - i), min(7, n + 3 - i)):
            work.matrix[i, i + q - 3] += work.mass[i, q] / length
        work.scale[i] = 1.0 / work.mass[i, 3]
    return factorise(work.matrix, work.pivots, work.scale)


@inner_kernel
def advance(
    coefficients: Array,
    length: float,
    step: Step,
    sector: SectorTable,
    few: Groups,
    tail: Tail,
    method: Rosenbrock,
    grid: MomentumGrid,
    work: Workspace,
    pairs: Pairs,
) -> bool:
    """One step; the new coefficients are left in ``work.state``, their errors in ``work.stages[5]``.

    False where it leads nowhere.
    """
    n, stages, far = coefficients.size, work.stages, 300.0
    if not _factorise_for(length * method.gamma, work):
        return False
    for k in range(6):
        log_x = step.log_x + method.times[k] * length
        theta = _scale_at(log_x, step).theta
        for i in range(n):
            total = coefficients[i]
            for j in range(k):
                total += method.stages[k, j] * stages[j, i]
            change = _equilibrium_at(log_x, theta, i, grid) - _equilibrium_at(step.log_x, step.theta, i, grid)
            work.state[i] = total - step.following * change
            if not abs(work.state[i] - coefficients[i]) < far:
                return False
        if k == 0:
            for i in range(n):
                work.right[i] = work.rates[i]
        else:
            rates_at(log_x, work.state, step, sector, few, tail, grid, work, pairs, work.right)
        for i in range(n):
            total = work.right[i] + method.slopes[k] * length * work.time_derivative[i]
            total += step.following * _equilibrium_slope(log_x, theta, step.shrinking, i, grid)
            for j in range(k):
                total += method.couplings[k, j] / length * stages[j, i]
            work.right[i] = total
        multiply_band(work.mass, work.right, stages[k])
        solve_factorised(work.matrix, work.pivots, stages[k])
    for i in range(n):
        work.state[i] += stages[5, i]
    return True
