"""Points of the ALP portal, the rules by which they are tabulated, and the quadrature nodes of their cross-section."""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel
from alpfit.numerics.quadrature import Rule, legendre_rule, resonant_nodes
from alpfit.physics.alp_equilibrium import Charges, charged_leptons
from alpfit.physics.alp_scattering import kinetic_rule
from alpfit.physics.annihilation import cross_section_at_nodes
from alpfit.physics.pair_annihilation import pair_cross_section_at
from alpfit.physics.scattering import photon_rule
from alpfit.physics.widths import Widths, alp_widths
from alpfit.relic.averages import Nodes, Shape, ThermalRules, thermal_rules, weigh_nodes
from alpfit.relic.freeze_in import HOTTEST, LARGEST

Array = NDArray[np.float64]

HEAVIEST = 100.0
"""m_a/m_chi, at the end of the domain."""

MOST_NODES = 1024
"""Of one cross-section: an ALP of the domain has half of that at most."""


class Grids(NamedTuple):
    """Quadrature rules and grid settings of the sector's tables; a change of any moves Omega h^2 by 1e-4 at most.

    The table of averages reaches down to T_chi = m/``x_last``, which a chi decoupled at x = 2 has cooled to by
    ``x_end``, or in kinetic equilibrium to m/``x_end``; that of the momentum transfer rate to m/``x_transfer``, where
    the rate is the tenth power of T. ``smallest`` and ``largest`` bound the logarithmic nodes in e = sqrt(s)/m - 2.
    Without a rule for ``alps`` they are for r <= 1/2 alone: kernels are compiled without what only r > 1/2 needs.
    """

    thermal: ThermalRules
    legendre: Rule
    photons: Rule
    alps: Rule | None
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


def enough_for(points: PortalPoints, grids: Grids) -> Grids:
    """The ``grids``, without the rule that none of the ``points`` needs if there is no r > 1/2."""
    return grids if (points.r > 0.5).any() else grids._replace(alps=None)


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
        return _with_pairs(e, sigma, smooth, point, grids, grids.alps)
    contrast = math.log(resonance / half_width)  # of the peak, where exp(-e x) is one, over what is below
    hidden, dead = (contrast - 18.0) / resonance, (contrast + 35.0) / resonance
    return weigh_nodes(e, sigma, Shape(n_low, resonance, min(resonance, relativistic), hidden, dead))


@inner_kernel
def _with_pairs(
    e: Array, weighted_sigma: Array, smooth: float, point: PortalPoint, grids: Grids, alps: Rule | None
) -> Nodes:
    """The nodes of chi chi -> gamma gamma and, for r > 1/2, in the place of a resonance, those of chi chi -> a a.

    Where m_a < m_chi that is open for chi at rest, and begins with the p-wave; it takes two chi of sqrt(s) = 2 m_a
    elsewhere. For m_a > 2 m_chi it is left out: there a is a resonance of chi chi itself, and two of them are four chi.
    """
    if alps is None or not point.r > 0.5:
        return weigh_nodes(e, weighted_sigma, Shape(e.size, 0.0, smooth, 0.0, 0.0))
    mass, low = point.r * point.m_a, e.size
    forbidden = 2.0 * (1.0 - point.r) / point.r  # where it opens, in e
    begin, spare = max(forbidden, 0.0), max(-forbidden, 0.0)
    panel = 0.75 * grids.panel  # sigma rises from threshold
    above, _, weight, high = resonant_nodes(-1.0, 1.0, grids.smallest, grids.largest, panel, grids.legendre)
    both_e, both = np.empty(low + high), np.empty(low + high)
    photons, pairs, strength = 0.0, 0.0, point.g_achi**4
    for i in range(low):
        both_e[i], both[i] = e[i], weighted_sigma[i]
        photons += both[i] * both_e[i] * math.exp(-both_e[i])
    for i in range(high):
        k = low + i
        both_e[k] = begin + above[i]
        both[k] = weight[i] * pair_cross_section_at(both_e[k], above[i] + spare, mass, point.m_a, strength)
        pairs += both[k] * both_e[k] * math.exp(-above[i])
    dead = math.inf
    if forbidden > 0.0:
        dead = max(math.log(pairs / photons) + 40.0, 0.0) / forbidden if pairs > 0.0 else 0.0
    return weigh_nodes(both_e, both, Shape(low, begin, smooth, 0.0, dead))
