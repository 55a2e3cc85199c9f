"""What a relic density of the ALP portal compiles, in parts that do not wait for each other.

Numba compiles a kernel when it first sees the types of its arguments. Tables of no sectors have the types of those of
many, so that the equations can be compiled before there are tables to solve them with.
"""

import numpy as np

from alpfit.numerics.radau_step import radau_iia_5
from alpfit.relic.average_table import Averages
from alpfit.relic.base import Accuracy
from alpfit.relic.boltzmann import SectorTables, Transfer, maxwellian_gas
from alpfit.relic.density import evolve
from alpfit.relic.portal import alp_diagnostics, early_tables, portal_sectors, transfer_rates, with_spectra
from alpfit.relic.portal_nodes import PortalPoints, default_grids, portal_points
from alpfit.relic.run import history, resolve_engine, resolve_plasma
from alpfit.relic.spectrum import no_spectra


def rehearse_tables(engine: str, closure: str, plasma: str) -> None:
    """Make the tables of one point with r < 1/2, as for the engine of that name."""
    _tabulate(0.45, engine, closure, plasma)


def rehearse_pairs(engine: str, closure: str, plasma: str) -> None:
    """Make those of one with r > 1/2, where ALPs are made and met, and see whether they are in equilibrium."""
    alp_diagnostics(*_tabulate(0.6, engine, closure, plasma), np.array([20.0]))


def rehearse_both(engine: str, closure: str, plasma: str) -> None:
    """One after the other, since most parts of their kernels are the same, and are compiled once in a process."""
    rehearse_pairs(engine, closure, plasma)
    rehearse_tables(engine, closure, plasma)


def _tabulate(r: float, engine: str, closure: str, plasma: str) -> tuple[SectorTables, PortalPoints]:
    solver, bath = resolve_engine(engine, closure), resolve_plasma(plasma)
    points = portal_points(*np.array([[2.0], [r], [1e-4], [1e-3]]))
    grids = default_grids(solver.coupled, solver.energy)
    sectors = portal_sectors(points, solver.coupled, bath, grids)
    if solver.resolved:
        with_spectra(sectors, points, True, grids)
    transfer_rates(points, np.array([0.05]), bath)
    return sectors, points


def rehearse_equations(engine: str, closure: str, plasma: str) -> None:
    """Solve the equations for no sectors at all."""
    nothing, tables = np.empty(0), np.empty((0, 2, 4, 2))
    sectors = SectorTables(
        nothing,
        nothing,
        Averages(0.0, 1.0, tables, 0.0),
        nothing,
        Transfer(0.0, 1.0, np.empty((0, 2, 2, 2))),
        maxwellian_gas(),
        resolve_plasma(plasma),
        no_spectra(0),
    )
    resolve_engine(engine, closure).solve(sectors, Accuracy(), radau_iia_5())


def rehearse_history(engine: str, closure: str, plasma: str) -> None:
    """Follow one point with r < 1/2."""
    evolve(2.1, 0.477, 5e-5, 4e-4, engine=engine, closure=closure, plasma=plasma)


def rehearse_pair_history(engine: str, closure: str, plasma: str) -> None:
    """Follow one with r > 1/2, without the relic density that is asked for before."""
    sectors, points = _tabulate(0.6, engine, closure, plasma)
    history(sectors, resolve_engine(engine, closure), lambda _: early_tables(points))
