"""Relic density of a Majorana fermion that annihilates through the ALP portal: its sector, tabulated."""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.numerics.interpolation import evaluate_spline, fill_slopes
from alpfit.numerics.quadrature import Rule
from alpfit.physics.alp_equilibrium import Charges, charged_leptons, equilibration_rate
from alpfit.physics.alp_scattering import alp_momentum_transfer
from alpfit.physics.plasma import Plasma, bath_at
from alpfit.physics.scattering import momentum_transfer
from alpfit.relic.average_table import Averages, first_average_at, tabulate
from alpfit.relic.boltzmann import SectorTables, Transfer, maxwellian_gas, sector_at
from alpfit.relic.freeze_in import HOTTEST, Early, no_early, tabulate_early
from alpfit.relic.portal_nodes import (
    MOST_NODES,
    Grids,
    PortalPoint,
    PortalPoints,
    default_grids,
    early_grids,
    enough_for,
    point_at,
    portal_nodes,
)
from alpfit.relic.spectrum import SUPPRESSED, UNSUPPRESSED, Spectra, no_spectra, strength_of

Array = NDArray[np.float64]

SPIN_STATES = 2.0
"""g_chi of a Majorana fermion."""


@inner_kernel
def _alps_made(temperature: float, point: PortalPoint, plasma: Plasma, charges: Charges) -> float:
    """How often an ALP is made in a Hubble time, at ``temperature`` [GeV]."""
    rate = equilibration_rate(temperature, point.m_a, point.g_agg, point.photons, charges)
    return rate / bath_at(temperature, plasma).hubble


@inner_kernel
def _transfer_off_alps(
    temperature: float, point: PortalPoint, plasma: Plasma, grids: Grids, alps: Rule | None
) -> float:
    """The part of :func:`_transfer_off` that is there for r > 1/2."""
    if alps is None or not point.r > 0.5:
        return 0.0
    made = _alps_made(temperature, point, plasma, grids.charges)
    rate = alp_momentum_transfer(temperature, point.r * point.m_a, point.m_a, point.g_achi**4, alps)
    return made / (1.0 + made) * rate


@inner_kernel
def _transfer_off(temperature: float, point: PortalPoint, plasma: Plasma, grids: Grids) -> tuple[float, float]:
    """Momentum transfer rates [GeV] of chi at ``temperature`` [GeV]: off photons, and off ALPs.

    Those are there as far as they are in equilibrium: with their rate R over H, the part R/(1 + R) of them.
    """
    mass, strength = point.r * point.m_a, (point.g_agg * point.g_achi) ** 2
    photons = momentum_transfer(temperature, mass, point.m_a, strength, grids.photons)
    return photons, _transfer_off_alps(temperature, point, plasma, grids, grids.alps)


@inner_kernel
def _fill_transfer(point: PortalPoint, start: float, plasma: Plasma, grids: Grids, table: Array) -> None:
    """Write the ``table (n, 2, 2)``: the logarithms of both rates, a straight line where the second is too small."""
    smallest, log_smallest = 1e-290, -667.0
    for k in range(table.shape[0]):
        temperature = point.r * point.m_a / math.exp(start + k * grids.transfer_step)
        photons, alps = _transfer_off(temperature, point, plasma, grids)
        table[k, 0, 0] = math.log(photons)
        if alps > smallest:
            table[k, 1, 0] = math.log(alps)
        else:
            table[k, 1, 0] = 2.0 * table[k - 1, 1, 0] - table[k - 2, 1, 0] if k > 1 else log_smallest
    fill_slopes(table, grids.transfer_step)


@kernel
def portal_tables(points: PortalPoints, both: bool, plasma: Plasma, grids: Grids) -> tuple[Array, Array, Array]:
    """What differs between points: the tables of the averages, their suppression, the tables of the transfer rate.

    Not ``both``: <sigma v> alone.
    """
    start, n = math.log(grids.x_first), points.m_a.size
    x_last = grids.x_last if both else grids.x_end
    n_averages = math.ceil((math.log(x_last) - start) / grids.step) + 1
    n_transfer = math.ceil((math.log(grids.x_transfer) - start) / grids.transfer_step) + 1 if both else 0
    averages, transfer = np.empty((n, n_averages, 4, 2)), np.empty((n, n_transfer, 2, 2))
    suppression = np.empty(n)
    for i in range(n):
        point = point_at(points, i)
        nodes = portal_nodes(point, grids)
        suppression[i] = nodes.shape.suppression
        tabulate(start, grids.step, nodes, both, grids.thermal, averages[i])
        if both:
            _fill_transfer(point, start, plasma, grids, transfer[i])
    return averages, suppression, transfer


def portal_sectors(
    points: PortalPoints, both: bool, plasma: Plasma, grids: Grids, dof: float = SPIN_STATES
) -> SectorTables:
    """Tables of the ALP portal at ``points``.

    ``dof`` are the spin states of chi; ``both`` averages and the momentum transfer rate, or <sigma v> alone.
    """
    averages, suppression, transfer = portal_tables(points, both, plasma, enough_for(points, grids))
    start = math.log(grids.x_first)
    return SectorTables(
        points.r * points.m_a,
        np.full(points.m_a.size, dof),
        Averages(start, grids.step, averages, 0.0),
        suppression,
        Transfer(start, grids.transfer_step, transfer),
        maxwellian_gas(),
        plasma,
        no_spectra(points.m_a.size),
    )


@kernel
def _fill_spectra(
    points: PortalPoints,
    self_scattering: bool,
    dof: Array,
    grids: Grids,
    e: Array,
    strengths: Array,
    scattering: Array,
    size: NDArray[np.int64],
) -> None:
    """Write the spectra of points; see :func:`with_spectra`."""
    for i in range(points.m_a.size):
        point = point_at(points, i)
        nodes, mass = portal_nodes(point, grids), point.r * point.m_a
        coupling = 64.0 * (point.g_achi / point.g_agg) ** 2 / point.scale if self_scattering else 0.0
        n_photons = nodes.shape.n_low if point.r > 0.5 else nodes.e.size
        order = np.argsort(nodes.e)
        size[i] = min(nodes.e.size, e.shape[1])
        for k in range(size[i]):
            which = order[k]
            at = nodes.e[which]
            e[i, k], strengths[i, k] = at, strength_of(nodes.flux[which], at, mass, dof[i])
            beta = math.sqrt(at * (at + 4.0)) / (2.0 + at)
            scattering[i, k] = coupling * beta / (2.0 + at) ** 2 if which < n_photons else 0.0


def with_spectra(sectors: SectorTables, points: PortalPoints, self_scattering: bool, grids: Grids) -> SectorTables:
    """The ``sectors`` of :func:`portal_sectors` with their cross-sections, for the momentum distribution.

    With ``self_scattering`` chi chi -> a* -> chi chi is at each s Gamma_chi(s)/Gamma_gamma(s) = 64 (g_achi m_chi)^2
    beta/(g_agg^2 s) times chi chi -> a* -> gamma gamma.
    """
    shape = (points.m_a.size, MOST_NODES)
    e, strengths, scattering = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    size = np.zeros(points.m_a.size, dtype=np.int64)
    _fill_spectra(points, self_scattering, sectors.dof, enough_for(points, grids), e, strengths, scattering, size)
    forbidden = (points.r > 0.5) & (points.r < 1.0)
    fineness = np.where(forbidden, SUPPRESSED, UNSUPPRESSED)
    return sectors._replace(spectra=Spectra(e, strengths, scattering, size, fineness))


@kernel
def _fill_early(points: PortalPoints, grids: Grids, hottest: float, early: Early) -> None:
    """Write the early tables of points; see :func:`early_tables`."""
    for i in range(points.m_a.size):
        point = point_at(points, i)
        lowest = max(1.0 / point.r, 2.0)
        tabulate_early(i, hottest * lowest, portal_nodes(point, grids), grids.charges.bessel, early)


def early_tables(points: PortalPoints) -> Early:
    """What is known of ``points`` from T = 100 m_a on, or 200 m_chi if that is more."""
    early = no_early(points.m_a.size, float(np.max(1.0 / points.r, initial=2.0)))
    _fill_early(points, enough_for(points, early_grids()), HOTTEST, early)
    return early


@kernel
def _transfer_rates(points: PortalPoints, temperature: Array, plasma: Plasma, grids: Grids) -> Array:
    """See :func:`transfer_rates`."""
    rates = np.empty(temperature.size)
    for i in range(temperature.size):
        photons, alps = _transfer_off(temperature[i], point_at(points, i), plasma, grids)
        rates[i] = photons + alps
    return rates


def transfer_rates(points: PortalPoints, temperature: Array, plasma: Plasma) -> Array:
    """The momentum transfer rate [GeV] of each of the ``points`` at its ``temperature (n,)`` [GeV]."""
    return _transfer_rates(points, temperature, plasma, enough_for(points, default_grids()))


@kernel
def _fill_diagnostics(
    sectors: SectorTables, points: PortalPoints, x: Array, charges: Charges, rates: Array, shares: Array
) -> None:
    """See :func:`alp_diagnostics`."""
    for i in range(x.size):
        rates[i], shares[i] = math.inf, 0.0
        if points.r[i] > 0.5:
            rates[i] = _alps_made(sectors.mass[i] / x[i], point_at(points, i), sectors.plasma, charges)
            averages, log_x = sector_at(sectors, i).averages, math.log(x[i])
            photons = math.exp(evaluate_spline(log_x, averages.start, averages.step, averages.table, 2))
            shares[i] = 1.0 - photons / first_average_at(log_x, x[i], averages)


def alp_diagnostics(sectors: SectorTables, points: PortalPoints, x: Array) -> tuple[Array, Array]:
    """At each of the ``x (n,)``: how often an ALP is made in a Hubble time, and what part of annihilation makes ALPs.

    Infinite and zero for r < 1/2, where ALPs are as much in equilibrium as the chi that they decay to.
    """
    rates, shares = np.empty(x.size), np.empty(x.size)
    _fill_diagnostics(sectors, points, x, charged_leptons(), rates, shares)
    return rates, shares
