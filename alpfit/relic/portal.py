"""Relic density of a Majorana fermion that annihilates through the ALP portal: its sector, tabulated."""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel
from alpfit.numerics.interpolation import fill_slopes
from alpfit.numerics.quadrature import Rule, legendre_rule, resonant_nodes
from alpfit.physics.annihilation import cross_section_at_nodes
from alpfit.physics.plasma import Plasma
from alpfit.physics.scattering import momentum_transfer, photon_rule
from alpfit.relic.average_table import Averages, tabulate
from alpfit.relic.averages import Nodes, Shape, ThermalRules, thermal_rules, weigh_nodes
from alpfit.relic.boltzmann import Sectors, Transfer, maxwellian_gas
from alpfit.relic.freeze_in import HOTTEST, LARGEST, Bessel, Early, bessel_functions, no_early, tabulate_early
from alpfit.relic.spectrum import Spectra, no_spectra, strength_of

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
        return Grids(thermal_rules(8, 4, 2, 7, energy), legendre_rule(10), photon_rule(32))
    return Grids(thermal_rules(8, 4, 2, 4), legendre_rule(10), photon_rule(32), step=0.25)


@cache
def early_grids() -> Grids:
    """Those for the cross-section alone, up to the energies of the hottest beginning with the heaviest ALP."""
    return default_grids(both=False)._replace(panel=2.3, largest=LARGEST * HOTTEST * HEAVIEST)


@kernel
def portal_nodes(m_a: float, r: float, strength: float, width: float, grids: Grids) -> Nodes:
    """Quadrature nodes of one point's cross-section."""
    mass, resonance = r * m_a, (1.0 - 2.0 * r) / r
    half_width, unresolved = 0.5 * width / mass, 0.3
    relativistic = 1.0  # the scale in e on which everything but the propagator changes
    e, distance, weight, n_low = resonant_nodes(
        resonance, half_width, grids.smallest, grids.largest, grids.panel, grids.legendre
    )
    sigma = cross_section_at_nodes(e, distance, mass, m_a, width, strength)
    for i in range(e.size):
        sigma[i] *= weight[i]
    if half_width > unresolved * resonance:  # no peak that would freeze out by itself
        return weigh_nodes(e, sigma, Shape(e.size, 0.0, min(max(abs(resonance), half_width), relativistic), 0.0, 0.0))
    contrast = math.log(resonance / half_width)  # of the peak, where exp(-e x) is one, over what is below
    hidden, dead = (contrast - 18.0) / resonance, (contrast + 35.0) / resonance
    return weigh_nodes(e, sigma, Shape(n_low, resonance, min(resonance, relativistic), hidden, dead))


@kernel
def portal_tables(
    m_a: Array, r: Array, strength: Array, width: Array, scale: float, both: bool, grids: Grids
) -> tuple[Array, Array, Array]:
    """What differs between points: the tables of the averages, their suppression, the tables of the transfer rate.

    Not ``both``: <sigma v> alone.
    """
    start = math.log(grids.x_first)
    x_last = grids.x_last if both else grids.x_end
    n_averages = math.ceil((math.log(x_last) - start) / grids.step) + 1
    n_transfer = math.ceil((math.log(grids.x_transfer) - start) / grids.transfer_step) + 1 if both else 0
    averages, transfer = np.empty((m_a.size, n_averages, 4, 2)), np.empty((m_a.size, n_transfer, 1, 2))
    suppression = np.empty(m_a.size)
    for i in range(m_a.size):
        nodes = portal_nodes(m_a[i], r[i], scale * strength[i], width[i], grids)
        suppression[i] = nodes.shape.suppression
        tabulate(start, grids.step, nodes, both, grids.thermal, averages[i])
        mass = r[i] * m_a[i]
        for k in range(n_transfer):
            temperature = mass / math.exp(start + k * grids.transfer_step)
            transfer[i, k, 0, 0] = math.log(momentum_transfer(temperature, mass, m_a[i], strength[i], grids.photons))
        if both:
            fill_slopes(transfer[i], transfer.shape[2] - 1, grids.transfer_step)
    return averages, suppression, transfer


def portal_sectors(
    m_a: Array,
    r: Array,
    strength: Array,
    width: Array,
    scale: float,
    both: bool,
    plasma: Plasma,
    grids: Grids,
    dof: float = SPIN_STATES,
) -> Sectors:
    """Tables of the ALP portal at points, arrays ``(n,)``.

    ``m_a`` and ``width`` (total, of the ALP) in GeV, ``strength`` = g_achi^2 g_agg^2 in GeV^-4, ``scale`` the
    annihilation scale, which multiplies the cross-section alone, ``dof`` the spin states of chi; ``both`` averages
    and the momentum transfer rate, or <sigma v> alone.
    """
    averages, suppression, transfer = portal_tables(m_a, r, strength, width, scale, both, grids)
    start = math.log(grids.x_first)
    return Sectors(
        r * m_a,
        dof,
        Averages(start, grids.step, averages, 0.0),
        suppression,
        Transfer(start, grids.transfer_step, transfer),
        maxwellian_gas(),
        plasma,
        no_spectra(m_a.size),
    )


@kernel
def _fill_spectra(
    m_a: Array,
    r: Array,
    strength: Array,
    width: Array,
    scale: float,
    couplings: Array,
    dof: float,
    grids: Grids,
    e: Array,
    strengths: Array,
    scattering: Array,
    size: NDArray[np.int64],
) -> None:
    """Write the spectra of points; see :func:`with_spectra`."""
    for i in range(m_a.size):
        nodes, mass = portal_nodes(m_a[i], r[i], scale * strength[i], width[i], grids), r[i] * m_a[i]
        size[i] = min(nodes.e.size, e.shape[1])
        for k in range(size[i]):
            at = nodes.e[k]
            e[i, k], strengths[i, k] = at, strength_of(nodes.flux[k], at, mass, dof)
            beta = math.sqrt(at * (at + 4.0)) / (2.0 + at)
            scattering[i, k] = 64.0 * couplings[i] * beta / (scale * (2.0 + at) ** 2)


def with_spectra(
    sectors: Sectors, m_a: Array, r: Array, strength: Array, width: Array, scale: float, couplings: Array, grids: Grids
) -> Sectors:
    """The ``sectors`` of :func:`portal_sectors` with their cross-sections, for the momentum distribution.

    ``couplings (n,)`` are g_achi^2/g_agg^2, or zero to leave out chi chi -> a* -> chi chi. At each s that is
    Gamma_chi(s)/Gamma_gamma(s) = 64 (g_achi m_chi)^2 beta/(g_agg^2 s) times chi chi -> a* -> gamma gamma.
    """
    shape = (m_a.size, MOST_NODES)
    e, strengths, scattering = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    size = np.zeros(m_a.size, dtype=np.int64)
    _fill_spectra(m_a, r, strength, width, scale, couplings, sectors.dof, grids, e, strengths, scattering, size)
    return sectors._replace(spectra=Spectra(e, strengths, scattering, size))


@kernel
def _fill_early(
    m_a: Array,
    r: Array,
    strength: Array,
    width: Array,
    scale: float,
    grids: Grids,
    hottest: float,
    bessel: Bessel,
    early: Early,
) -> None:
    """Write the early tables of points; see :func:`early_tables`."""
    for i in range(m_a.size):
        nodes = portal_nodes(m_a[i], r[i], scale * strength[i], width[i], grids)
        tabulate_early(i, hottest, nodes, bessel, early)


def early_tables(m_a: Array, r: Array, strength: Array, width: Array, scale: float) -> Early:
    """What is known of points from T = 100 m_a on, or 200 m_chi if that is more; arguments as in portal_sectors."""
    early = no_early(m_a.size, float(np.max(1.0 / r, initial=2.0)))
    _fill_early(m_a, r, strength, width, scale, early_grids(), HOTTEST, bessel_functions(), early)
    return early
