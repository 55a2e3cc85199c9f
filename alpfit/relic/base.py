"""What an engine takes and what it returns."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel
from alpfit.numerics.radau import Solution, Steps, integrate
from alpfit.numerics.radau_step import Tableau, collocate
from alpfit.physics.plasma import bath_at
from alpfit.relic.boltzmann import (
    SectorTable,
    SectorTables,
    annihilations_per_hubble_time,
    log_equilibrium_yield,
    sector_at,
)

Array = NDArray[np.float64]


class Accuracy(NamedTuple):
    """Numerical settings of the Boltzmann equations; a change of any moves Omega h^2 by less than 3e-4.

    Two exceptions. Where annihilation goes on at ``x_end``, Omega h^2 is what is left there: by x = 1e8 it falls by
    another 1e-4 for r above 1/2, and by factors within 1e-6 of 1/2 (see ``late_annihilation`` in the result). And chi
    starts in equilibrium at ``x_start``: where annihilation is neither then nor later ``least_rate`` times the Hubble
    rate, the start would decide the answer. Later means before ``x_fastest``: whatever the cross-section, that ratio
    falls beyond x = 3.4, and is at x = 2 not below 0.7 of its largest. While it is above ``settled_rate`` nothing but
    equilibrium happens, and the integration begins where it no longer is.
    """

    x_start: float = 2.0
    x_end: float = 1e6
    tolerance: float = 3e-5
    largest_change: float = 0.7
    max_steps: int = 1000
    least_rate: float = 30.0
    settled_rate: float = 1e5
    x_fastest: float = 4.0


class Freezeout(NamedTuple):
    """Results of an engine, arrays ``(n,)``: what became of each sector.

    ``log_yield`` is ln(Y) at the end and ``log_yield_slope`` its derivative with respect to ln(x), ``x_fo`` and
    ``x_kd`` where Y leaves Y_eq and T_chi leaves T by 10 % (infinite, where they never do), ``hubble`` the Hubble rate
    at ``x_fo`` [GeV], ``n_calls`` the calls of the rates.
    """

    log_yield: Array
    log_yield_slope: Array
    x_fo: Array
    x_kd: Array
    hubble: Array
    status: NDArray[np.int64]
    n_calls: NDArray[np.int64]


Outcomes = tuple[Array, Array, Array, Array, Array, NDArray[np.int64], NDArray[np.int64]]
"""The fields of a :class:`Freezeout`. Compiled code hands plain tuples to Python: while numba makes a named one, Python
runs, and an interrupt at that moment would end the process."""

Evolved = tuple[Array, Array, Array, Array, int]
"""x, ln(Y), ln(Y/Y_eq) and ln(T_chi/T) at the accepted steps, and the status."""


@dataclass(frozen=True)
class Engine:
    """One way to calculate a relic density: two kernels.

    ``solve`` answers for each of the sectors, ``evolve`` gives the history of the first. ``coupled`` engines need
    <sigma v>_2 and the momentum transfer rate, ``resolved`` ones the cross-section itself, others do not read them;
    for ``energy`` the second average is that of :func:`~alpfit.relic.averages.energy_closure`. Where ``from_nothing``
    chi that never is in equilibrium has the answer of :mod:`~alpfit.relic.freeze_in`.
    """

    solve: Callable[[SectorTables, Accuracy, Tableau], Outcomes]
    evolve: Callable[[SectorTables, Accuracy, Tableau], Evolved]
    coupled: bool
    resolved: bool = False
    energy: bool = False
    from_nothing: bool = False


@inner_kernel
def equilibrates(sector: SectorTable, accuracy: Accuracy) -> bool:
    """Whether annihilation, inverse decays included, is fast enough at ``x_start``, or later."""
    stride, least = 0.05, accuracy.least_rate
    log_x, latest = math.log(accuracy.x_start), math.log(accuracy.x_fastest)
    while not annihilations_per_hubble_time(log_x, sector) >= least:
        log_x += stride
        if log_x > latest:
            return False
    return True


@inner_kernel
def _last_settled(sector: SectorTable, accuracy: Accuracy) -> float:
    """ln(x) up to which, from ``x_start`` on, annihilation is so fast that chi is in equilibrium."""
    log_x, stride = math.log(accuracy.x_start), 0.1
    while annihilations_per_hubble_time(log_x + stride, sector) > accuracy.settled_rate:
        log_x += stride
    return log_x


@inner_kernel
def largest_fall(sector: SectorTable) -> float:
    """By what factor the rates' stiffness may fall in a step.

    On a resonance far above threshold annihilation ends within a fraction of an e-fold of x, with Y and T_chi hardly
    changed: so far above that exp(-e x) falls faster than what is bounded by the change of Y.
    """
    far_above = 0.5
    return 2.0 if sector.averages.suppression > far_above else 10.0


@inner_kernel
def stops_for(sector: SectorTable, accuracy: Accuracy) -> Array:
    """ln(x) where a step has to end: where the plasma's degrees of freedom bend, and at the end.

    A step across the blend of the fits at 0.12 GeV once had an error of up to 1e-3, of which its estimate saw nothing.
    """
    bends, last = sector.plasma.bends, math.log(accuracy.x_end)
    stops = np.full(bends.size + 1, last)
    for i in range(bends.size):
        stops[i] = min(math.log(sector.mass) - bends[i], last)
    return stops


@inner_kernel
def run_from(
    equilibrium: Any, coefficients_at: Any, rates: Any, sector: SectorTable, accuracy: Accuracy, tableau: Tableau
) -> Solution:
    """The solution from equilibrium on; not a single step where there is no equilibrium to begin with.

    ``equilibrium(log_x, sector)`` returns the state, whose first component is ln(Y); the other kernels are those
    of :func:`~alpfit.numerics.radau.integrate`, with the sector for parameters.
    """
    log_x = _last_settled(sector, accuracy)
    most = accuracy.max_steps if equilibrates(sector, accuracy) else 0
    first_step, curvature = 0.02, 10.0
    steps = Steps(first_step, accuracy.tolerance, accuracy.largest_change, most, curvature, largest_fall(sector))
    start = equilibrium(log_x, sector)
    return integrate(coefficients_at, rates, log_x, start, stops_for(sector, accuracy), steps, tableau, sector)


@inner_kernel
def _status_of(solution: Solution) -> int:
    if solution.finished:
        return 0
    return 1 if solution.n_calls == 1 else 2  # without equilibrium there is no step, only the rates at the start


@inner_kernel
def _departures(deviations: Any, solution: Solution, sector: SectorTable, tableau: Tableau, x_of: Array) -> None:
    """Write into ``x_of`` where each of the ``deviations``, logarithms of a ratio, first leaves 10 % around one.

    Infinity, where it never does.

    Between steps from the collocation polynomial, by bisection to 1e-4 in ln(x).
    """
    band, precision, d = 0.1, 1e-4, solution.y.shape[1]
    state = np.empty((1, d))
    row = state.shape[0] - 1  # a variable, as in the integrator
    for which in range(2):
        x_of[which] = math.inf
        for n in range(1, solution.x.size):
            if abs(math.expm1(deviations(solution.x[n], solution.y, n, sector)[which])) <= band:
                continue
            low, high, step = solution.x[n - 1], solution.x[n], solution.x[n] - solution.x[n - 1]
            while high - low > precision:
                middle = 0.5 * (low + high)
                collocate(solution.increments, n, (middle - solution.x[n - 1]) / step, tableau.nodes, state, row)
                for k in range(d):
                    state[row, k] += solution.y[n - 1, k]
                if abs(math.expm1(deviations(middle, state, row, sector)[which])) > band:
                    high = middle
                else:
                    low = middle
            x_of[which] = math.exp(0.5 * (low + high))
            break


@inner_kernel
def solve_each(run: Any, deviations: Any, sectors: SectorTables, accuracy: Accuracy, tableau: Tableau) -> Outcomes:
    """An engine's ``solve``, from two kernels of its own.

    ``run(sector, accuracy, tableau)`` returns the solution, ``deviations(log_x, states, j, sector)`` the pair
    ln(Y/Y_eq), ln(T_chi/T) at state j.
    """
    n = sectors.mass.size
    log_yield, slope, x_fo, x_kd, hubble = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    status, n_calls, x_of = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), np.empty(2)
    for i in range(n):
        sector = sector_at(sectors, i)
        solution = run(sector, accuracy, tableau)
        status[i], n_calls[i] = _status_of(solution), solution.n_calls
        log_yield[i], slope[i] = solution.y[-1, 0], solution.slope[0]
        _departures(deviations, solution, sector, tableau, x_of)
        x_fo[i], x_kd[i] = x_of[0], x_of[1]
        hubble[i] = bath_at(sector.mass / x_fo[i], sector.plasma).hubble if x_fo[i] < math.inf else math.nan
    return log_yield, slope, x_fo, x_kd, hubble, status, n_calls


@inner_kernel
def evolve_first(run: Any, deviations: Any, sectors: SectorTables, accuracy: Accuracy, tableau: Tableau) -> Evolved:
    """An engine's ``evolve``, from the same kernels as :func:`solve_each`."""
    sector = sector_at(sectors, 0)
    solution = run(sector, accuracy, tableau)
    log_x, states = between_steps(solution, tableau)
    n = log_x.size
    excess, heat = np.empty(n), np.empty(n)
    for i in range(n):
        excess[i], heat[i] = deviations(log_x[i], states, i, sector)
    return np.exp(log_x), states[:, 0].copy(), excess, heat, _status_of(solution)


@inner_kernel
def between_steps(solution: Solution, tableau: Tableau) -> tuple[Array, Array]:
    """The ``solution`` at ten points of each step, by its collocation polynomial: a smooth history."""
    parts, n, d = 10, solution.x.size, solution.y.shape[1]
    log_x, states = np.empty((n - 1) * parts + 1), np.empty(((n - 1) * parts + 1, d))
    log_x[0] = solution.x[0]
    for k in range(d):
        states[0, k] = solution.y[0, k]
    for i in range(1, n):
        for j in range(parts):
            row, part = (i - 1) * parts + j + 1, (j + 1) / parts
            log_x[row] = solution.x[i - 1] + part * (solution.x[i] - solution.x[i - 1])
            collocate(solution.increments, i, part, tableau.nodes, states, row)
            for k in range(d):
                states[row, k] += solution.y[i - 1, k]
    return log_x, states


@inner_kernel
def log_yield_excess(log_x: float, log_yield: float, sector: SectorTable) -> float:
    """ln(Y/Y_eq) at T = mass/x."""
    entropy_density = bath_at(sector.mass * math.exp(-log_x), sector.plasma).entropy_density
    return log_yield - log_equilibrium_yield(log_x, entropy_density, sector.mass, sector.dof, sector.gas)
