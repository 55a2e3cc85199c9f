"""Relic density of a Majorana fermion that annihilates through the ALP portal: its sector, tabulated."""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.numerics.interpolation import evaluate_spline, fill_slopes
from alpfit.numerics.quadrature import Rule, legendre_rule, resonant_nodes
from alpfit.physics.alp_equilibrium import Charges, charged_leptons, equilibration_rate
from alpfit.physics.alp_scattering import alp_momentum_transfer, kinetic_rule
from alpfit.physics.annihilation import cross_section_at_nodes
from alpfit.physics.pair_annihilation import pair_cross_section_at
from alpfit.physics.plasma import Plasma, bath_at
from alpfit.physics.scattering import momentum_transfer, photon_rule
from alpfit.physics.widths import Widths, alp_widths
from alpfit.relic.average_table import Averages, first_average_at, tabulate
from alpfit.relic.averages import Nodes, Shape, ThermalRules, thermal_rules, weigh_nodes
from alpfit.relic.boltzmann import SectorTables, Transfer, maxwellian_gas, sector_at
from alpfit.relic.freeze_in import HOTTEST, LARGEST, Early, no_early, tabulate_early
from alpfit.relic.spectrum import SUPPRESSED, UNSUPPRESSED, Spectra, no_spectra, strength_of

Array = NDArray[np.float64]

SPIN_STATES = 2.0
"""g_chi of a Majorana fermion."""

HEAVIEST = 100.0
"""m_a/m_chi, at the end of the domain."""

MOST_NODES = 1024
"""Of one cross-section: an ALP of the domain has half of that at most."""


class Grids(NamedTuple):
    """Quadrature rules and grid settings of the sector's tables; a change of any moves Omega h^2 by 1e-4 at most.

    The table of averages reaches down to T_chi = m/``x_last``, which a chi decoupled at x = 2 has cooled to by
    ``x_end``, or in kinetic equilibrium to m/``x_end``; that of the momentum transfer rate to m/``x_transfer``, where
    the rate is the tenth power of T. ``smallest`` and ``largest`` bound the logarithmic nodes in e = sqrt(s)/m - 2.
    """

    thermal: ThermalRules
    legendre: Rule
    photons: Rule
    alps: Rule
    charges: Charges
    panel: float = 4.6
    smallest: float = 1e-12
    largest: float = 60.0
    x_first: float = 1.5
    x_last: float = 1e12
    x_end: float = 1e6
    step: float = 0.2
    x_transfer: float = 1e3
    transfer_step: float = 0.25


@cache
def default_grids(both: bool = True, energy: bool = False) -> Grids:
    """The settings that the engines are tested with; for <sigma v> alone, not ``both`` averages, coarser ones do.

    With ``energy`` the second average is that which conserves energy.
    """
    if both:
        return Grids(thermal_rules(8, 4, 2, 7, energy), *_rules())
    return Grids(thermal_rules(8, 4, 2, 4), *_rules(), step=0.25)


def _rules() -> tuple[Rule, Rule, Rule, Charges]:
    """Those that do not depend on the engine."""
    return legendre_rule(10), photon_rule(32), kinetic_rule(0.4), charged_leptons()


@cache
def early_grids() -> Grids:
    """Those for the cross-section alone, up to the energies of the hottest beginning with the heaviest ALP."""
    return default_grids(both=False)._replace(panel=2.3, largest=LARGEST * HOTTEST * HEAVIEST)


class PortalPoints(NamedTuple):
    """``n`` points, arrays ``(n,)``: m_a [GeV], r = m_chi/m_a, couplings [1/GeV], widths to photons and total [GeV].

    ``scale`` is the annihilation scale, which multiplies chi chi -> gamma gamma alone.
    """

    m_a: Array
    r: Array
    g_agg: Array
    g_achi: Array
    photons: Array
    width: Array
    scale: float


def portal_points(
    m_a: Array, r: Array, g_agg: Array, g_achi: Array, scale: float = 1.0, widths: Widths | None = None
) -> PortalPoints:
    """Points with their ``widths``, which are calculated if not given; arrays ``(n,)``."""
    m_a, r, g_agg, g_achi = map(np.ascontiguousarray, (m_a, r, g_agg, g_achi))
    known = widths or alp_widths(m_a, r, g_agg, g_achi)
    return PortalPoints(m_a, r, g_agg, g_achi, known.photons, known.total, scale)


def chosen_points(points: PortalPoints, which: NDArray[np.int64]) -> PortalPoints:
    """Those that are numbered in ``which``."""
    arrays = {name: getattr(points, name)[which] for name in PortalPoints._fields if name != "scale"}
    return points._replace(**arrays)


class PortalPoint(NamedTuple):
    """One of them."""

    m_a: float
    r: float
    g_agg: float
    g_achi: float
    photons: float
    width: float
    scale: float


@inner_kernel
def point_at(points: PortalPoints, i: int) -> PortalPoint:
    """Number ``i``."""
    return PortalPoint(
        points.m_a[i],
        points.r[i],
        points.g_agg[i],
        points.g_achi[i],
        points.photons[i],
        points.width[i],
        points.scale,
    )


@inner_kernel
def portal_nodes(point: PortalPoint, grids: Grids) -> Nodes:
    """Quadrature nodes of one point's cross-section."""
    r = point.r
    mass, resonance = r * point.m_a, (1.0 - 2.0 * r) / r
    half_width, unresolved = 0.5 * point.width / mass, 0.3
    relativistic = 1.0  # the scale in e on which everything but the propagator changes
    e, distance, weight, n_low = resonant_nodes(
        resonance, half_width, grids.smallest, grids.largest, grids.panel, grids.legendre
    )
    strength = point.scale * (point.g_agg * point.g_achi) ** 2
    sigma = cross_section_at_nodes(e, distance, mass, point.m_a, point.width, strength)
    for i in range(e.size):
        sigma[i] *= weight[i]
    if half_width > unresolved * resonance:  # no peak that would freeze out by itself
        smooth = min(max(abs(resonance), half_width), relativistic)
        if resonance < 0.0:
            return _with_pairs(e, sigma, smooth, point, grids)
        return weigh_nodes(e, sigma, Shape(e.size, 0.0, smooth, 0.0, 0.0))
    contrast = math.log(resonance / half_width)  # of the peak, where exp(-e x) is one, over what is below
    hidden, dead = (contrast - 18.0) / resonance, (contrast + 35.0) / resonance
    return weigh_nodes(e, sigma, Shape(n_low, resonance, min(resonance, relativistic), hidden, dead))


@inner_kernel
def _with_pairs(e: Array, weighted_sigma: Array, smooth: float, point: PortalPoint, grids: Grids) -> Nodes:
    """The nodes of chi chi -> gamma gamma and, in the place of a resonance, those of chi chi -> a a.

    Where m_a < m_chi that is open for chi at rest, and begins with the p-wave; it takes two chi of sqrt(s) = 2 m_a
    elsewhere. For m_a > 2 m_chi it is left out: there a is a resonance of chi chi itself, and two of them are four chi.
    """
    mass, low = point.r * point.m_a, e.size
    forbidden = 2.0 * (1.0 - point.r) / point.r  # where it opens, in e
    begin, spare = max(forbidden, 0.0), max(-forbidden, 0.0)
    panel = 0.75 * grids.panel  # sigma rises from threshold
    above, _, weight, high = resonant_nodes(-1.0, 1.0, grids.smallest, grids.largest, panel, grids.legendre)
    both_e, both = np.empty(low + high), np.empty(low + high)
    photons, alps, strength = 0.0, 0.0, point.g_achi**4
    for i in range(low):
        both_e[i], both[i] = e[i], weighted_sigma[i]
        photons += both[i] * both_e[i] * math.exp(-both_e[i])
    for i in range(high):
        k = low + i
        both_e[k] = begin + above[i]
        both[k] = weight[i] * pair_cross_section_at(both_e[k], above[i] + spare, mass, point.m_a, strength)
        alps += both[k] * both_e[k] * math.exp(-above[i])
    dead = math.inf
    if forbidden > 0.0:
        dead = max(math.log(alps / photons) + 40.0, 0.0) / forbidden if alps > 0.0 else 0.0
    return weigh_nodes(both_e, both, Shape(low, begin, smooth, 0.0, dead))


@inner_kernel
def _alps_made(temperature: float, point: PortalPoint, plasma: Plasma, charges: Charges) -> float:
    """How often an ALP is made in a Hubble time, at ``temperature`` [GeV]."""
    rate = equilibration_rate(temperature, point.m_a, point.g_agg, point.photons, charges)
    return rate / bath_at(temperature, plasma).hubble


@inner_kernel
def _transfer_off(temperature: float, point: PortalPoint, plasma: Plasma, grids: Grids) -> tuple[float, float]:
    """Momentum transfer rates [GeV] of chi at ``temperature`` [GeV]: off photons, and off ALPs.

    Those are there as far as they are in equilibrium: with their rate R over H, the part R/(1 + R) of them.
    """
    mass, strength = point.r * point.m_a, (point.g_agg * point.g_achi) ** 2
    photons = momentum_transfer(temperature, mass, point.m_a, strength, grids.photons)
    if not point.r > 0.5:
        return photons, 0.0
    made = _alps_made(temperature, point, plasma, grids.charges)
    return photons, made / (1.0 + made) * alp_momentum_transfer(
        temperature, mass, point.m_a, point.g_achi**4, grids.alps
    )


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
    averages, suppression, transfer = portal_tables(points, both, plasma, grids)
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
    _fill_spectra(points, self_scattering, sectors.dof, grids, e, strengths, scattering, size)
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
    _fill_early(points, early_grids(), HOTTEST, early)
    return early


@kernel
def transfer_rates(points: PortalPoints, temperature: Array, plasma: Plasma, grids: Grids) -> Array:
    """The momentum transfer rate [GeV] of each of the ``points`` at its ``temperature (n,)`` [GeV]."""
    rates = np.empty(temperature.size)
    for i in range(temperature.size):
        photons, alps = _transfer_off(temperature[i], point_at(points, i), plasma, grids)
        rates[i] = photons + alps
    return rates


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
