"""chi from nothing: the equation of the number density where annihilation never is fast at x = 2 or later.

Annihilation backwards makes n_eq^2 <sigma v> of it, with a relativistic average (P. Gondolo and G. Gelmini, Nucl. Phys.
B 360 (1991) 145) that does not end at x = 1.5 as the other tables do,

    n_eq^2 <sigma v> = g^2 T/(32 pi^4) int ds sigma(s) (s - 4 m^2) sqrt(s) K_1(sqrt(s)/T).

On a narrow resonance at sqrt(s) = M that rises like x^3 until T is about M/3: what was made before T = 10 M is less
than 1e-4 of it. Beside the resonance it is proportional to the highest temperature, and nobody knows that one. So chi
is taken to be absent at T = 10 M, and there is an answer where it would have been the same with 100 M.

All gases are Maxwell-Boltzmann, also here where chi and the photons that make it are not cold. On a narrow resonance
Bose's statistics would make zeta(5) = 1.04 times as much if that decays to photons, and 1.80 times if it decays to chi,
since then stimulated emission is no part of what it decays by. Fermi's would leave up to 10 % less of a chi that came
into equilibrium and left it relativistic.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.bessel import Bessel, log_scaled_bessel
from alpfit.numerics.compile import inner_kernel, kernel, scalar_kernel
from alpfit.numerics.interpolation import evaluate_spline, fill_slopes
from alpfit.numerics.radau import Solution, Steps, integrate
from alpfit.numerics.radau_step import Tableau
from alpfit.physics.plasma import bath_at
from alpfit.relic import nbe
from alpfit.relic.averages import Nodes
from alpfit.relic.base import Accuracy, Evolved, between_steps, largest_fall, stops_for
from alpfit.relic.boltzmann import SectorTable, SectorTables, sector_at

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

HOTTEST = 100.0
"""T over M, the energy of the lowest resonance or of two chi at rest, from which on there are tables."""

LARGEST = 30.0
"""sqrt(s) over the highest temperature, up to which the cross-section counts."""


class Beginning(NamedTuple):
    """What is assumed of the beginning: no chi at T = ``hot`` M, and an answer where it is that of ``hotter`` M.

    By less than ``dependence``, in ln(Y). Up to ln(x) = ``meeting`` the early tables count, then the other ones.
    """

    hot: float = 10.0
    hotter: float = 100.0
    dependence: float = 0.01
    meeting: float = math.log(2.0)


class Early(NamedTuple):
    """ln<sigma v> [GeV^-2] of ``n`` sectors and ln(exp(x) K_2(x)) against ln(x) from ``start (n,)`` on.

    ``table (n, k, 2, 2)``, of whose second axis each uses what it needs to get beyond x = 2.
    """

    start: Array
    step: float
    table: Array


class EarlySectorTable(NamedTuple):
    """A sector with its early tables ``(k, 2, 2)`` up to ln(x) = ``meeting``."""

    sector: SectorTable
    start: float
    step: float
    table: Array
    meeting: float


def no_early(n: int, largest: float, step: float = 0.1) -> Early:
    """Room for the tables of ``n`` sectors, in each of which M is ``largest`` m at most."""
    span = math.log(2.0 * largest * HOTTEST)
    return Early(np.empty(n), step, np.zeros((n, math.ceil(span / step) + 4, 2, 2)))


@kernel
def tabulate_early(i: int, hottest: float, nodes: Nodes, bessel: Bessel, early: Early) -> None:
    """Write the tables of sector ``i``, whose cross-section is that of the ``nodes``, from T = ``hottest`` m on."""
    floor, n, last = 1e-300, nodes.e.size, math.log(2.0)
    early.start[i] = -math.log(hottest)
    table = early.table[i, : math.ceil((last - early.start[i]) / early.step) + 3]
    log_root_s = np.empty(n)
    for j in range(n):
        log_root_s[j] = math.log(2.0 + nodes.e[j])
    for k in range(table.shape[0]):
        log_x = early.start[i] + k * early.step
        x, total = math.exp(log_x), 0.0
        for j in range(n):
            log_k1 = log_scaled_bessel(1, log_x + log_root_s[j], bessel)
            total += nodes.flux[j] * math.exp(log_k1 - x * nodes.e[j] - 0.5 * log_root_s[j])
        log_k2 = log_scaled_bessel(2, log_x, bessel) - 2.0 * log_x
        table[k, 0, 0] = math.log(max(0.25 * total, floor)) - 2.0 * log_k2
        table[k, 1, 0] = log_k2
    fill_slopes(table, early.step)


@inner_kernel
def coefficients_at(log_x: float, early: EarlySectorTable) -> nbe.Coefficients:
    """What the equation needs to know at T = mass/x, also where x is small."""
    sector = early.sector
    if log_x >= early.meeting:
        return nbe.coefficients_at(log_x, sector)
    x = math.exp(log_x)
    bath = bath_at(sector.mass / x, sector.plasma)
    average = math.exp(evaluate_spline(log_x, early.start, early.step, early.table, 0))
    log_prefactor = math.log(sector.dof * sector.mass**3 / (2.0 * math.pi**2 * bath.entropy_density))
    log_bessel = evaluate_spline(log_x, early.start, early.step, early.table, 1)
    log_y_eq = log_prefactor + log_bessel - log_x - x
    return nbe.Coefficients(log_y_eq, bath.entropy_density / bath.hubble_tilde * average)


@inner_kernel
def run(log_x: float, early: EarlySectorTable, accuracy: Accuracy, tableau: Tableau) -> Solution:
    """The solution from nothing at ``log_x``; not a single step where nothing is made.

    It begins with what is made within a thousandth of an e-fold of x.
    """
    moment, nothing, first_step, curvature = 1e-3, 1e-130, 1e-3, 10.0  # of 1e90 particles in sight not one is chi
    coefficients = coefficients_at(log_x, early)
    made = moment * coefficients.annihilation * math.exp(2.0 * coefficients.log_y_eq)
    most = accuracy.max_steps if made > nothing else 0
    start = np.array([min(math.log(made), coefficients.log_y_eq) if made > nothing else coefficients.log_y_eq])
    steps = Steps(first_step, accuracy.tolerance, accuracy.largest_change, most, curvature, largest_fall(early.sector))
    stops = stops_for(early.sector, accuracy)
    return integrate(coefficients_at, nbe.rates, log_x, start, stops, steps, tableau, early)


@inner_kernel
def early_at(sectors: SectorTables, early: Early, i: int, beginning: Beginning) -> EarlySectorTable:
    """Number ``i`` of the sectors."""
    return EarlySectorTable(sector_at(sectors, i), early.start[i], early.step, early.table[i], beginning.meeting)


@inner_kernel
def run_both(
    early: EarlySectorTable, beginning: Beginning, accuracy: Accuracy, tableau: Tableau
) -> tuple[Solution, float, int]:
    """The solution, by how much ln(Y) is larger for a hotter beginning, and calls of the rates."""
    log_hotter = early.start
    solution = run(log_hotter + math.log(beginning.hotter / beginning.hot), early, accuracy, tableau)
    hotter = run(log_hotter, early, accuracy, tableau)
    change = hotter.y[-1, 0] - solution.y[-1, 0]
    if not (solution.finished and hotter.finished):
        change = math.inf
    return solution, change, solution.n_calls + hotter.n_calls


@inner_kernel
def _status_of(solution: Solution, change: float, beginning: Beginning) -> int:
    answered, too_long, unknown = 5, 2, 6
    if solution.n_calls > 1 and change == math.inf:
        return too_long
    return answered if abs(change) <= beginning.dependence else unknown


@scalar_kernel
def solve(
    sectors: SectorTables, early: Early, beginning: Beginning, accuracy: Accuracy, tableau: Tableau
) -> tuple[Array, Array, Whole, Whole]:
    """ln(Y) at the end of each of the sectors, its slope, the status and calls of the rates."""
    n = sectors.mass.size
    log_yield, slope = np.empty(n), np.empty(n)
    status, n_calls = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    for i in range(n):
        solution, change, n_calls[i] = run_both(early_at(sectors, early, i, beginning), beginning, accuracy, tableau)
        log_yield[i], slope[i] = solution.y[-1, 0], solution.slope[0]
        status[i] = _status_of(solution, change, beginning)
    return log_yield, slope, status, n_calls


@scalar_kernel
def evolve(sectors: SectorTables, early: Early, beginning: Beginning, accuracy: Accuracy, tableau: Tableau) -> Evolved:
    """The history of the first sector; see :class:`~alpfit.relic.base.Engine`."""
    first = early_at(sectors, early, 0, beginning)
    solution, change, _ = run_both(first, beginning, accuracy, tableau)
    log_x, states = between_steps(solution, tableau)
    n = log_x.size
    excess = np.empty(n)
    for i in range(n):
        excess[i] = states[i, 0] - coefficients_at(log_x[i], first).log_y_eq
    status = _status_of(solution, change, beginning)
    return np.exp(log_x), states[:, 0].copy(), excess, np.zeros(n), status
