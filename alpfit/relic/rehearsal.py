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
from alpfit.relic.portal import default_grids, portal_points, portal_sectors, transfer_rates, with_spectra
from alpfit.relic.run import resolve_engine, resolve_plasma
from alpfit.relic.spectrum import no_spectra


def rehearse_tables(engine: str, closure: str, plasma: str) -> None:
    """Make the tables of one point, as for the engine of that name."""
    solver, bath = resolve_engine(engine, closure), resolve_plasma(plasma)
    points = portal_points(*np.array([[2.0], [0.45], [1e-4], [1e-3]]))
    grids = default_grids(solver.coupled, solver.energy)
    sectors = portal_sectors(points, solver.coupled, bath, grids)
    if solver.resolved:
        with_spectra(sectors, points, True, grids)
    transfer_rates(points, np.array([0.05]), bath, default_grids())


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
    """Follow one point."""
    evolve(2.1, 0.477, 5e-5, 4e-4, engine=engine, closure=closure, plasma=plasma)
