"""Relic density of a Majorana fermion that annihilates through the ALP portal."""

import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.constants import RELIC_DENSITY_PER_YIELD
from alpfit.errors import ConfigurationError, PredictionError, one_of
from alpfit.numerics.compile import kernel
from alpfit.numerics.interpolation import spline_slopes
from alpfit.numerics.quadrature import Rule, half_hermite_rule, legendre_rule, resonant_nodes
from alpfit.numerics.radau import Tableau, radau_iia_5
from alpfit.physics.annihilation import ANNIHILATION_SCALES, cross_section_at_nodes
from alpfit.physics.plasma import Plasma, bath_at, saikawa_shirai_2018
from alpfit.physics.scattering import momentum_transfer, photon_rule
from alpfit.physics.widths import alp_widths
from alpfit.relic.averages import Averages, averages_at, tabulate
from alpfit.relic.base import Accuracy, RelicDensity, Status
from alpfit.relic.boltzmann import Sector, log_equilibrium_yield
from alpfit.relic.engines import ENGINES

Array = NDArray[np.float64]

SPIN_STATES = 2.0
"""g_chi of a Majorana fermion."""

DOMAIN: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"m_a": (1e-4, 1e3), "r": (1e-2, 1e2), "g_agg": (1e-20, 1e3), "g_achi": (1e-20, 1e3)}
)
"""Where the plasma's table and the floating point numbers reach: m_a [GeV], m_chi/m_a, couplings [1/GeV]."""


class Grids(NamedTuple):
    """Quadrature rules and grid settings of the sector's tables; a change of any moves Omega h^2 below 1e-5.

    The table reaches down to T_chi = m/``x_last``, where a chi decoupled at x = 2 has cooled to by x = 1e6.
    ``smallest`` and ``largest`` bound the logarithmic nodes in e = sqrt(s)/m - 2.
    """

    hermite: Rule
    legendre: Rule
    photons: Rule
    panel: float = 2.3
    smallest: float = 1e-12
    largest: float = 60.0
    x_first: float = 1.0
    x_last: float = 1e12
    step: float = 0.125


@cache
def default_grids() -> Grids:
    """The rules that the engine is tested with."""
    return Grids(half_hermite_rule(8), legendre_rule(8), photon_rule(32))


@kernel
def _portal_tables(
    m_a: float, r: float, strength: float, width: float, scale: float, grids: Grids
) -> tuple[float, float, Array, Array, Array, Array]:
    """The fields of :class:`Averages`, and the spline of the momentum transfer rate; a plain tuple, as ``Outcome``."""
    mass, resonance = r * m_a, (1.0 - 2.0 * r) / r
    e, distance, weight = resonant_nodes(
        resonance, 0.5 * width / mass, grids.smallest, grids.largest, grids.panel, grids.legendre
    )
    sigma = cross_section_at_nodes(e, distance, mass, m_a, width, scale * strength)
    averages = tabulate(grids.x_first, grids.x_last, grids.step, e, sigma * weight, resonance, grids.hermite)
    transfer = np.empty(averages.values.shape[2])
    for i in range(transfer.size):
        temperature = mass / math.exp(averages.start + i * averages.step)
        transfer[i] = math.log(momentum_transfer(temperature, mass, m_a, strength, grids.photons))
    transfer_slopes = spline_slopes(transfer, averages.step)
    return averages.start, averages.step, averages.values, averages.slopes, transfer, transfer_slopes


def portal_sector(
    m_a: float, r: float, strength: float, width: float, scale: float, dof: float, plasma: Plasma, grids: Grids
) -> Sector:
    """Tables of the ALP portal at one point.

    ``m_a`` and ``width`` (total, of the ALP) in GeV, ``strength`` = g_achi^2 g_agg^2 in GeV^-4, ``scale`` the
    annihilation scale, which multiplies the cross-section alone, ``dof`` the spin states of chi.
    """
    tables = _portal_tables(m_a, r, strength, width, scale, grids)
    return Sector(r * m_a, dof, Averages(*tables[:4]), *tables[4:], plasma, grids.hermite)


@kernel
def annihilations_per_hubble_time(x: float, sector: Sector) -> float:
    """n_eq <sigma v>/H at T = mass/x."""
    bath = bath_at(sector.mass / x, sector.plasma)
    log_y_eq = log_equilibrium_yield(x, bath.entropy_density, sector.mass, sector.dof, sector.hermite)
    return math.exp(log_y_eq) * bath.entropy_density * averages_at(math.log(x), sector.averages)[0] / bath.hubble


def resolve_annihilation_scale(scale: str | float) -> float:
    """The factor that a name of :data:`ANNIHILATION_SCALES` stands for, or the number itself."""
    if isinstance(scale, str):
        if scale not in ANNIHILATION_SCALES:
            raise ConfigurationError(
                f"annihilation_scale = '{scale}' is not known: {one_of(scale, ANNIHILATION_SCALES)}, or a number"
            )
        return ANNIHILATION_SCALES[scale]
    if not (math.isfinite(scale) and scale > 0.0):
        raise ConfigurationError(f"annihilation_scale = {scale} must be a positive number")
    return float(scale)


def outside(name: str, value: float, limits: tuple[float, float]) -> str:
    """The sentence that says that ``value`` of parameter ``name`` is not within ``limits``; empty where it is."""
    low, high = limits
    return "" if low <= value <= high else f"{name} = {value:g} must be between {low:g} and {high:g}"


def _checked(name: str, value: ArrayLike) -> Array:
    array = np.asarray(value, dtype=float)
    for element in array.flat:
        if sentence := outside(name, float(element), DOMAIN[name]):
            raise PredictionError(sentence)
    return array


def relic_density(
    m_a: ArrayLike,
    r: ArrayLike,
    g_agg: ArrayLike,
    g_achi: ArrayLike,
    *,
    engine: str = "cbe",
    annihilation_scale: str | float = "unitary",
) -> RelicDensity:
    """Omega h^2 of a Majorana fermion chi that freezes out through the ALP portal.

    ``m_a`` [GeV], ``r`` = m_chi/m_a, ``g_agg`` and ``g_achi`` [1/GeV] broadcast against each other; the
    result's arrays have their common shape. ``engine`` is a name of :data:`ENGINES`; ``annihilation_scale``
    a name of :data:`ANNIHILATION_SCALES` or a positive number that multiplies the annihilation cross-section.

    Raises :class:`PredictionError` for a parameter outside of :data:`DOMAIN`, :class:`ConfigurationError` for an
    unknown engine or scale.
    """
    if engine not in ENGINES:
        raise ConfigurationError(f"engine = '{engine}' is not known: {one_of(engine, ENGINES)}")
    scale = resolve_annihilation_scale(annihilation_scale)
    values = {"m_a": m_a, "r": r, "g_agg": g_agg, "g_achi": g_achi}
    points = np.broadcast_arrays(*(_checked(name, value) for name, value in values.items()))
    widths = np.asarray(alp_widths(*points).total)
    omega_h2, status = np.full(widths.shape, np.nan), np.zeros(widths.shape, dtype=np.int64)
    accuracy, tableau = Accuracy(), radau_iia_5()
    for index in np.ndindex(widths.shape):
        at_m_a, at_r, at_g_agg, at_g_achi = (float(p[index]) for p in points)
        sector = portal_sector(
            at_m_a,
            at_r,
            (at_g_agg * at_g_achi) ** 2,
            float(widths[index]),
            scale,
            SPIN_STATES,
            saikawa_shirai_2018(),
            default_grids(),
        )
        omega_h2[index], status[index] = _solve(sector, engine, accuracy, tableau)
    return RelicDensity(omega_h2, status)


def _solve(sector: Sector, engine: str, accuracy: Accuracy, tableau: Tableau) -> tuple[float, Status]:
    """Omega h^2 and status of one sector."""
    if annihilations_per_hubble_time(accuracy.x_start, sector) < accuracy.least_rate:
        return math.nan, Status.NEVER_EQUILIBRATED
    solution = ENGINES[engine](sector, accuracy, tableau)
    if not solution.finished:
        return math.nan, Status.STEP_LIMIT
    return RELIC_DENSITY_PER_YIELD.value * sector.mass * math.exp(solution.y[-1, 0]), Status.OK
