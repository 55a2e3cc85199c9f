"""Relic densities of any :class:`~alpfit.relic.dark_sector.DarkSector`."""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from alpfit.errors import ConfigurationError
from alpfit.numerics.arguments import shown
from alpfit.numerics.bessel import bessel_functions
from alpfit.numerics.quadrature import Rule, legendre_rule
from alpfit.physics.plasma import Plasma
from alpfit.relic.average_table import Averages, tabulate
from alpfit.relic.averages import Nodes, ThermalRules, thermal_rules
from alpfit.relic.base import Accuracy, Engine
from alpfit.relic.boltzmann import SectorTables, Transfer, maxwellian_gas
from alpfit.relic.dark_sector import DarkSector
from alpfit.relic.freeze_in import HOTTEST, LARGEST, Early, no_early, tabulate_early
from alpfit.relic.results import Evolution, RelicDensity
from alpfit.relic.run import ENGINES, history, relic_densities, resolve_engine, resolve_plasma
from alpfit.relic.sector_nodes import sector_nodes
from alpfit.relic.spectrum import SUPPRESSED, UNSUPPRESSED, Spectra, Whole, strength_of


class Grids(NamedTuple):
    """Quadrature and grids: finer than the portal's, since nothing is known of the functions.

    The temperatures of the two tables, from m/``x_first`` to m/``x_last`` and m/``x_transfer``, are uniform in
    the logarithm with spacing ``step``; ``smallest`` and ``largest`` bound the nodes in e = sqrt(s)/m - 2.
    """

    thermal: ThermalRules
    legendre: Rule
    smallest: float = 1e-12
    largest: float = 60.0
    x_first: float = 1.5
    x_last: float = 1e12
    x_transfer: float = 1e6
    step: float = 0.1


@cache
def default_grids(energy: bool = False) -> Grids:
    """The rules that are tested; with ``energy`` the second average is that which conserves energy."""
    return Grids(thermal_rules(12, 8, 4, 9, energy), legendre_rule(16))


def tabulated(sector: DarkSector, plasma: Plasma, grids: Grids, self_scattering: bool = True) -> SectorTables:
    """The sector as tables: a row of one. Calls its functions with thousands of points at once, as often as need be."""
    from scipy.interpolate import PchipInterpolator

    mass, start = float(sector.mass), math.log(grids.x_first)
    nodes = sector_nodes(sector, grids.smallest, grids.largest, grids.legendre)
    averages = np.empty((1, math.ceil((math.log(grids.x_last) - start) / grids.step) + 1, 4, 2))
    tabulate(start, grids.step, nodes, True, grids.thermal, averages[0])
    n_transfer = math.ceil((math.log(grids.x_transfer) - start) / grids.step) + 1
    log_x, none = start + grids.step * np.arange(n_transfer), 1e-300
    log_gamma = np.log(np.clip(sector.gamma(mass / np.exp(log_x)), none, 1.0 / none))
    slopes = PchipInterpolator(log_x, log_gamma).derivative()(log_x)  # monotone: a C2 spline would ring at a step
    transfer = np.stack([log_gamma, slopes], axis=-1)[:, None, :]
    return SectorTables(
        np.array([mass]),
        float(sector.dof),
        Averages(start, grids.step, averages, 0.0),
        np.array([nodes.shape.suppression]),
        Transfer(start, grids.step, transfer[None]),
        maxwellian_gas(),
        plasma,
        _spectra(nodes, sector, self_scattering),
    )


def _spectra(nodes: Nodes, sector: DarkSector, self_scattering: bool) -> Spectra:
    """The cross-section at its nodes, and how often chi scatters off itself for each time that it annihilates."""
    kept = nodes.flux > 0.0
    e, flux, mass, dof = nodes.e[kept], nodes.flux[kept], float(sector.mass), float(sector.dof)
    strength = [strength_of(*node, mass, dof) for node in zip(flux, e, strict=True)]
    ratio = np.zeros(e.size)
    if self_scattering and sector.self_scattering is not None:
        s = (mass * (2.0 + e)) ** 2
        annihilation = sector.sigma(s)
        ratio = sector.sigma_self(s) / np.where(annihilation > 0.0, annihilation, math.inf)
    begins_above = nodes.shape.n_low == 0 and nodes.shape.suppression > 0.0
    fineness = SUPPRESSED if begins_above else UNSUPPRESSED
    return Spectra(e[None], np.array(strength)[None], ratio[None], np.array([e.size]), np.array([fineness]))


def early_tables(sector: DarkSector, grids: Grids) -> Early:
    """What is known of the sector from T = 100 M on, M the energy of its lowest resonance or of two chi at rest."""

    def nodes_up_to(largest: float) -> Nodes:
        return sector_nodes(sector, grids.smallest, largest, grids.legendre)

    lowest = 2.0 + nodes_up_to(grids.largest).shape.suppression
    early = no_early(1, lowest)
    tabulate_early(0, HOTTEST * lowest, nodes_up_to(LARGEST * HOTTEST * lowest), bessel_functions(), early)
    return early


def _engine_for(sector: DarkSector, name: str, closure: str) -> Engine:
    """In kinetic equilibrium the number density is all there is, for every engine."""
    engine = resolve_engine(name, closure)
    if not isinstance(sector, DarkSector):
        raise ConfigurationError(f"sector = {shown(sector)} must be a DarkSector")
    return ENGINES["nbe"] if sector.in_kinetic_equilibrium else engine


def _prepared(
    sector: DarkSector, name: str, plasma: str, self_scattering: bool, closure: str
) -> tuple[SectorTables, Engine, Callable[[Whole], Early]]:
    """The sector's tables, the engine, and what gives the early tables where chi may come from nothing."""
    chosen = _engine_for(sector, name, closure)
    tables = tabulated(sector, resolve_plasma(plasma), default_grids(chosen.energy), self_scattering)
    return tables, chosen, lambda _which: early_tables(sector, default_grids())


def solve(
    sector: DarkSector,
    *,
    engine: str = "cbe",
    plasma: str = "saikawa-shirai-2018",
    self_scattering: bool = True,
    closure: str = "pressure",
) -> RelicDensity:
    """Omega h^2 of a dark sector; arrays without dimensions.

    ``engine`` and ``plasma`` are names of :data:`ENGINES` and :data:`PLASMAS`. ``self_scattering`` counts for the
    engine "fbe" alone, and for a sector that says how it scatters off itself; ``closure``, one of :data:`CLOSURES`,
    for "cbe" alone. Where the number density alone is followed and chi never is in equilibrium, the cross-section is
    asked for up to sqrt(s) = 3000 M, M the energy of its lowest resonance or 2 ``mass``, for what is made from nothing.

    Raises:
    :class:`~alpfit.errors.ConfigurationError`, a :class:`ValueError`, for an unknown name, and where a function of
    the sector returns a negative number or none, with the s or T where it did.
    """
    tables, chosen, early = _prepared(sector, engine, plasma, self_scattering, closure)
    columns = relic_densities(tables, chosen, sector.gamma, Accuracy(), early)
    return RelicDensity(**{name: column.reshape(()) for name, column in columns.items()})


def evolve_sector(
    sector: DarkSector,
    *,
    engine: str = "cbe",
    plasma: str = "saikawa-shirai-2018",
    self_scattering: bool = True,
    closure: str = "pressure",
) -> Evolution:
    """The history of a dark sector, for plots; arguments and errors as in :func:`solve`.

    Raises :class:`~alpfit.errors.PredictionError`, a :class:`ValueError`, where there is no answer.
    """
    return history(*_prepared(sector, engine, plasma, self_scattering, closure))
