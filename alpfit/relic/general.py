"""Relic densities of any :class:`~alpfit.relic.dark_sector.DarkSector`."""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.arguments import shown
from alpfit.numerics.bessel import bessel_functions
from alpfit.numerics.interpolation import monotone_slopes
from alpfit.numerics.quadrature import Rule, legendre_rule
from alpfit.physics.plasma import Plasma
from alpfit.relic.average_table import Averages
from alpfit.relic.averages import Nodes, ThermalRules, thermal_rules
from alpfit.relic.base import Accuracy, Engine
from alpfit.relic.boltzmann import SectorTables, Transfer, maxwellian_gas
from alpfit.relic.condensed import tabulate_condensed
from alpfit.relic.dark_sector import DarkSector
from alpfit.relic.freeze_in import HOTTEST, LARGEST, Early, no_early, tabulate_early
from alpfit.relic.results import Evolution, RelicDensity
from alpfit.relic.run import ENGINES, history, relic_densities, resolve_engine, resolve_plasma
from alpfit.relic.sector_nodes import sector_nodes
from alpfit.relic.spectrum import (
    SUPPRESSED,
    UNSUPPRESSED,
    Spectra,
    Whole,
    joined_spectra,
    no_spectra,
    strengths_of,
)

Array = NDArray[np.float64]


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


class SectorRow(NamedTuple):
    """What is known of one sector: its nodes, transfer ``(n, 1, 2)``, its cross-section where asked for."""

    nodes: Nodes
    transfer: Array
    spectra: Spectra


def sector_row(sector: DarkSector, engine: Engine, grids: Grids, self_scattering: bool) -> SectorRow:
    """What the ``engine`` needs to know. Calls the sector's functions with thousands of points at once."""
    nodes = sector_nodes(sector, grids.smallest, grids.largest, grids.legendre)
    spectra = _spectra(nodes, sector, self_scattering) if engine.resolved else no_spectra(1)
    return SectorRow(nodes, _transfer_table(sector, grids, engine.coupled), spectra)


def _averages(rows: Sequence[SectorRow], both: bool, grids: Grids) -> Averages:
    """Those of all ``rows``; not ``both``: <sigma v> alone."""
    start = math.log(grids.x_first)
    table = np.empty((len(rows), math.ceil((math.log(grids.x_last) - start) / grids.step) + 1, 4, 2))
    for row, own in zip(rows, table, strict=True):
        tabulate_condensed(start, grids.step, row.nodes, both, grids.thermal, own)
    return Averages(start, grids.step, table, 0.0)


def _transfer_table(sector: DarkSector, grids: Grids, asked_for: bool) -> Array:
    """ln(gamma/GeV) and its slopes; empty where not ``asked_for``."""
    if not asked_for:
        return np.empty((0, 1, 2))
    start, none = math.log(grids.x_first), 1e-300
    log_x = start + grids.step * np.arange(math.ceil((math.log(grids.x_transfer) - start) / grids.step) + 1)
    log_gamma = np.log(np.clip(sector.gamma(float(sector.mass) / np.exp(log_x)), none, 1.0 / none))
    slopes = monotone_slopes(log_gamma, grids.step)  # a C2 spline would ring at a step
    return np.stack([log_gamma, slopes], axis=-1)[:, None, :]


def stacked(
    sectors: Sequence[DarkSector], rows: Sequence[SectorRow], engine: Engine, plasma: Plasma, grids: Grids
) -> SectorTables:
    """The sectors as tables, one row each."""
    return SectorTables(
        np.array([float(sector.mass) for sector in sectors]),
        np.array([float(sector.dof) for sector in sectors]),
        _averages(rows, engine.coupled, grids),
        np.array([row.nodes.shape.suppression for row in rows]),
        Transfer(math.log(grids.x_first), grids.step, np.stack([row.transfer for row in rows])),
        maxwellian_gas(),
        plasma,
        joined_spectra([row.spectra for row in rows]),
    )


def _spectra(nodes: Nodes, sector: DarkSector, self_scattering: bool) -> Spectra:
    """The cross-section at its nodes, and how often chi scatters off itself for each time that it annihilates."""
    kept = nodes.flux > 0.0
    e, ratio = nodes.e[kept], np.zeros(int(kept.sum()))
    if self_scattering and sector.self_scattering is not None:
        s = (float(sector.mass) * (2.0 + e)) ** 2
        annihilation = sector.sigma(s)
        ratio = sector.sigma_self(s) / np.where(annihilation > 0.0, annihilation, math.inf)
    begins_above = nodes.shape.n_low == 0 and nodes.shape.suppression > 0.0
    fineness = SUPPRESSED if begins_above else UNSUPPRESSED
    strength = strengths_of(nodes.flux[kept], e, float(sector.mass), float(sector.dof))
    return Spectra(e[None], strength[None], ratio[None], np.array([e.size]), np.array([fineness]))


def early_tables(sectors: Sequence[DarkSector], grids: Grids) -> Early:
    """What is known of each from T = 100 M on, M the energy of its lowest resonance or of two chi at rest."""

    def nodes_up_to(largest: float, sector: DarkSector) -> Nodes:
        return sector_nodes(sector, grids.smallest, largest, grids.legendre)

    lowest = [2.0 + nodes_up_to(grids.largest, sector).shape.suppression for sector in sectors]
    early = no_early(len(sectors), max(lowest))
    for i, (each, sector) in enumerate(zip(lowest, sectors, strict=True)):
        hot = nodes_up_to(LARGEST * HOTTEST * each, sector)
        tabulate_early(i, HOTTEST * each, hot, bessel_functions(), early)
    return early


def engine_for(sector: DarkSector, engine: Engine) -> Engine:
    """In kinetic equilibrium the number density is all there is, for every engine."""
    if not isinstance(sector, DarkSector):
        raise ConfigurationError(f"sector = {shown(sector)} must be a DarkSector")
    return ENGINES["nbe"] if sector.in_kinetic_equilibrium else engine


def sector_columns(
    sectors: Sequence[DarkSector], rows: Sequence[SectorRow], engine: Engine, plasma: Plasma
) -> dict[str, NDArray[Any]]:
    """All of :class:`RelicDensity` for sectors whose ``rows`` are those for the ``engine``, arrays ``(n,)``."""

    def transfer_rate(temperature: Array) -> Array:
        return np.concatenate([sector.gamma(t[None]) for sector, t in zip(sectors, temperature, strict=True)])

    def early(which: Whole) -> Early:
        return early_tables([sectors[i] for i in which], default_grids())

    tables = stacked(sectors, rows, engine, plasma, default_grids(engine.energy))
    return relic_densities(tables, engine, transfer_rate, Accuracy(), early)


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

    The sigma v that leaves the observed density is 2.2e-26 cm^3/s, for any mass well above that of a nucleon:

    >>> from alpfit.relic import DarkSector, solve
    >>> def sigma(s):
    ...     velocity = 2.0 * (1.0 - 4.0 * 100.0**2 / s) ** 0.5
    ...     return 2.2e-26 / 1.17e-17 / velocity  # cm^3/s to GeV^-2
    >>> found = solve(DarkSector(100.0, 2, sigma, "equilibrium"))
    >>> print(f"{found.omega_h2:.2f}, freeze-out at m/T = {found.x_fo:.0f}")
    0.12, freeze-out at m/T = 21
    """
    chosen, medium = engine_for(sector, resolve_engine(engine, closure)), resolve_plasma(plasma)
    row = sector_row(sector, chosen, default_grids(chosen.energy), self_scattering)
    columns = sector_columns([sector], [row], chosen, medium)
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

    >>> from alpfit.relic import DarkSector, evolve_sector
    >>> sector = DarkSector(100.0, 2, lambda s: 9.4e-10 / (1.0 - 4.0 * 100.0**2 / s) ** 0.5, "equilibrium")
    >>> history = evolve_sector(sector)
    >>> print(f"{history.Y[-1]:.1e}, with T_chi/T = {history.temperature_ratio[-1]:.1f}")
    4.3e-12, with T_chi/T = 1.0
    """
    chosen, medium = engine_for(sector, resolve_engine(engine, closure)), resolve_plasma(plasma)
    grids = default_grids(chosen.energy)
    tables = stacked([sector], [sector_row(sector, chosen, grids, self_scattering)], chosen, medium, grids)
    return history(tables, chosen, lambda _which: early_tables([sector], default_grids()))
