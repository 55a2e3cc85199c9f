"""fBE: the full Boltzmann equation of the momentum distribution f(p).

Ding et al. 2025, eqs. (4.1) to (4.4), after T. Binder, T. Bringmann, M. Gustafsson and A. Hryczuk, arXiv:2103.01944,
with chi scattering off itself in the resonance, which that leaves out. ln f is an element of a space of splines that
holds all Maxwellians, and what the collisions do is projected on that space, weighted with f: the two coupled equations
of number and energy are what this is for the smallest such space.
"""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.numerics.radau_step import Tableau
from alpfit.numerics.rosenbrock import Rosenbrock, rodas4
from alpfit.physics.plasma import bath_at
from alpfit.relic.base import Accuracy, Engine, Evolved, Outcomes
from alpfit.relic.boltzmann import SectorTables, sector_at
from alpfit.relic.evolution import History, Settings, follow
from alpfit.relic.momentum_grid import MomentumGrids, grid_for, momentum_grids
from alpfit.relic.spectrum import Spectra, Spectrum

Array = NDArray[np.float64]

FOR_PLOTS = Settings(tolerance=1e-4)
"""With steps as short as a curve needs that is drawn through them."""


@inner_kernel
def _spectrum_at(spectra: Spectra, i: int) -> Spectrum:
    return Spectrum(spectra.e[i], spectra.strength[i], spectra.scattering[i], spectra.size[i], spectra.fineness[i])


@inner_kernel
def _status_of(history: History) -> int:
    if history.finished:
        return 0
    return 1 if history.n_calls == 1 else 2


@inner_kernel
def _departure(log_x: Array, deviation: Array) -> float:
    """Where ``deviation``, the logarithm of a ratio, leaves 10 % around one; infinity if nowhere.

    Between two steps its logarithm is taken to be a straight line, or itself where its sign changes.
    """
    band = 0.1
    for n in range(1, log_x.size):
        after = abs(math.expm1(deviation[n]))
        if after <= band:
            continue
        before = abs(math.expm1(deviation[n - 1]))
        part = (band - before) / (after - before)
        if before > 1e-3 * band and deviation[n] * deviation[n - 1] > 0.0:
            part = math.log(band / before) / math.log(after / before)
        return math.exp(log_x[n - 1] + part * (log_x[n] - log_x[n - 1]))
    return math.inf


@kernel
def solve_all(
    sectors: SectorTables,
    accuracy: Accuracy,
    settings: Settings,
    method: Rosenbrock,
    tableau: Tableau,
    grids: MomentumGrids,
) -> Outcomes:
    """What became of each of the sectors."""
    n = sectors.mass.size
    log_yield, slope, x_fo, x_kd, hubble = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    status, n_calls = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    for i in range(n):
        sector = sector_at(sectors, i)
        grid, spectrum = grid_for(sector.averages.suppression, grids), _spectrum_at(sectors.spectra, i)
        history = follow(sector, spectrum, accuracy, settings, method, tableau, grid)
        status[i], n_calls[i] = _status_of(history), history.n_calls
        log_yield[i], slope[i] = history.log_yield[-1], history.slope
        x_fo[i], x_kd[i] = _departure(history.log_x, history.excess), _departure(history.log_x, history.heat)
        hubble[i] = bath_at(sector.mass / x_fo[i], sector.plasma).hubble if x_fo[i] < math.inf else math.nan
    return log_yield, slope, x_fo, x_kd, hubble, status, n_calls


@kernel
def follow_first(
    sectors: SectorTables,
    accuracy: Accuracy,
    settings: Settings,
    method: Rosenbrock,
    tableau: Tableau,
    grids: MomentumGrids,
) -> tuple[Array, Array, Array, Array, Array, Array, int]:
    """The history of the first sector: x, ln(Y), ln(Y/Y_eq), ln(T_chi/T), coefficients, theta, status."""
    grid = grid_for(sectors.suppression[0], grids)
    history = follow(sector_at(sectors, 0), _spectrum_at(sectors.spectra, 0), accuracy, settings, method, tableau, grid)
    x = np.exp(history.log_x)
    return (
        x,
        history.log_yield,
        history.excess,
        history.heat,
        history.coefficients,
        history.theta,
        _status_of(history),
    )


def solve(sectors: SectorTables, accuracy: Accuracy, tableau: Tableau) -> Outcomes:
    """See :class:`~alpfit.relic.base.Engine`."""
    return solve_all(sectors, accuracy, Settings(), rodas4(), tableau, momentum_grids())


def evolve(sectors: SectorTables, accuracy: Accuracy, tableau: Tableau) -> Evolved:
    """See :class:`~alpfit.relic.base.Engine`."""
    x, log_yield, excess, heat, _, _, status = follow_first(
        sectors, accuracy, FOR_PLOTS, rodas4(), tableau, momentum_grids()
    )
    return x, log_yield, excess, heat, status


FBE = Engine(solve, evolve, coupled=True, resolved=True)
