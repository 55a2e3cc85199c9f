"""Relic densities of the ALP portal: the public functions."""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.errors import ConfigurationError, PredictionError
from alpfit.numerics.arguments import broadcast, known, positive_number, refuse_outside
from alpfit.numerics.cores import resolve_threads
from alpfit.physics.annihilation import ANNIHILATION_SCALES
from alpfit.physics.plasma import PLASMAS, Plasma
from alpfit.physics.widths import Widths, alp_widths
from alpfit.relic import validity
from alpfit.relic.base import Accuracy, Engine
from alpfit.relic.boltzmann import SectorTables
from alpfit.relic.distribution import distributions
from alpfit.relic.freeze_in import Early
from alpfit.relic.portal import alp_diagnostics, early_tables, portal_sectors, transfer_rates, with_spectra
from alpfit.relic.portal_nodes import PortalPoints, chosen_points, default_grids, portal_points
from alpfit.relic.results import ANSWERED, Evolution, RelicDensity, Status
from alpfit.relic.run import history, relic_densities, resolve_engine, resolve_plasma
from alpfit.relic.spectrum import Whole

Array = NDArray[np.float64]

Columns = dict[str, NDArray[Any]]
"""Fields of :class:`RelicDensity`, arrays ``(n,)``."""

DOMAIN: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"m_a": (1e-4, 1e3), "r": (0.01, 20.0), "g_agg": (1e-20, 1e3), "g_achi": (1e-20, 1e3)}
)
"""Where the plasma's table and the floating point numbers reach: m_a [GeV], m_chi/m_a, couplings [1/GeV].

>>> from alpfit.relic import DOMAIN
>>> DOMAIN["r"]
(0.01, 20.0)
"""

LOWEST, HIGHEST = np.array(list(DOMAIN.values())).T[:, :, None]
"""The domain's ends, as columns ``(4, 1)``."""

POINTS_AT_ONCE = 32
"""Points whose tables are in memory together: as many as fit into a core's cache."""


def resolve_annihilation_scale(scale: str | float) -> float:
    """The factor that "unitary", "printed" or "table1" stands for, or the number itself.

    It multiplies the cross-section of chi chi -> gamma gamma. Raises :class:`ConfigurationError` for a name that is not
    known, and for what is no positive number.

    >>> from alpfit.relic import resolve_annihilation_scale
    >>> [resolve_annihilation_scale(scale) for scale in ("unitary", "printed", "table1", 2)]
    [1.0, 4.0, 0.543, 2.0]
    """
    if isinstance(scale, str):
        return known("annihilation_scale", scale, ANNIHILATION_SCALES, otherwise=", or a number")
    return positive_number("annihilation_scale", scale)


def relic_density(
    m_a: ArrayLike,
    r: ArrayLike,
    g_agg: ArrayLike,
    g_achi: ArrayLike,
    *,
    engine: str = "cbe",
    annihilation_scale: str | float = "unitary",
    plasma: str = "saikawa-shirai-2018",
    self_scattering: bool = True,
    closure: str = "pressure",
    n_threads: int | None = None,
) -> RelicDensity:
    """Omega h^2 of a Majorana fermion chi that freezes out through the ALP portal.

    ``m_a`` [GeV], ``r`` = m_chi/m_a, ``g_agg`` and ``g_achi`` [1/GeV] broadcast against each other; the
    result's arrays have their common shape. ``engine`` is a name of :data:`ENGINES`; ``annihilation_scale``
    "unitary" (1), "printed" (4) or "table1" (0.543), or a positive number, multiplies that of chi chi -> gamma gamma;
    ``plasma`` a name of :data:`PLASMAS`; ``self_scattering`` whether chi scatters off itself through the ALP, which
    counts for the engine "fbe" alone; ``closure`` a name of :data:`CLOSURES`, which counts for "cbe" alone. Points are
    shared out to ``n_threads`` threads, one for each core if None;
    the result does not depend on their number.

    Where chi never is in full equilibrium at x = 2 or later, "nbe" alone has a number, and not everywhere: what is made
    if there is no chi at T = 10 m_a, or 20 m_chi if that is more (``from_nothing`` in the result).
    For r above 1/2 chi annihilates into two ALPs, too: with the p-wave where m_a < m_chi, forbidden at rest elsewhere.
    There is a status in place of a number, among other reasons, where those ALPs are not in equilibrium, and for an ALP
    wider than half its mass; see :class:`Status`.

    Raises :class:`PredictionError` for a parameter outside of :data:`DOMAIN` or arrays that do not broadcast,
    :class:`ConfigurationError` for an option that is not known. Both are a :class:`ValueError`.

    The first benchmark point of Ding et al. 2025, at its largest g_agg, leaves the observed density with the
    cross-section that Table 1 of the paper implies:

    >>> import alpfit
    >>> found = alpfit.relic_density(0.75, 0.477, 9.037e-5, 6.93e-5, annihilation_scale="table1")
    >>> print(f"{found.omega_h2:.3f}")
    0.120
    >>> alpfit.relic_density(0.75, [0.47, 0.477], 9.037e-5, 6.93e-5, engine="nbe").omega_h2.shape
    (2,)
    """
    chosen, medium, scale = _choices(engine, closure, plasma, annihilation_scale)
    shape, points = _points({"m_a": m_a, "r": r, "g_agg": g_agg, "g_achi": g_achi})
    n_threads = resolve_threads(n_threads)

    def solve(part: Array) -> Columns:
        return _solve_portal(part, chosen, medium, scale, self_scattering)

    n_parts = math.ceil(points.shape[1] / POINTS_AT_ONCE)
    if n_parts < 2:
        return _shaped(solve(points), shape)
    parts, workers = np.array_split(points, n_parts, axis=1), min(n_threads, n_parts)
    if workers == 1:
        return _shaped(_joined([solve(part) for part in parts]), shape)
    with ThreadPoolExecutor(workers) as pool:
        return _shaped(_joined(list(pool.map(solve, parts))), shape)


def evolve(
    m_a: float,
    r: float,
    g_agg: float,
    g_achi: float,
    *,
    engine: str = "cbe",
    annihilation_scale: str | float = "unitary",
    plasma: str = "saikawa-shirai-2018",
    self_scattering: bool = True,
    closure: str = "pressure",
    distribution_at: Sequence[float] = (),
) -> Evolution:
    """The history of chi at one point, for plots; arguments and errors as in :func:`relic_density`.

    The engine "fbe" gives the momentum distribution at each x of ``distribution_at``, too.

    Raises :class:`PredictionError` also where :func:`relic_density` has no answer, and for an x beyond the history.

    >>> import alpfit
    >>> history = alpfit.evolve(0.75, 0.477, 9.037e-5, 6.93e-5)
    >>> print(f"from m_chi/T = {history.x[0]:.0f} to {history.x[-1]:.0e}: Y falls to {history.Y[-1]:.1e}")
    from m_chi/T = 2 to 1e+06: Y falls to 7.8e-10
    """
    chosen, medium, scale = _choices(engine, closure, plasma, annihilation_scale)
    shape, point = _points({"m_a": m_a, "r": r, "g_agg": g_agg, "g_achi": g_achi})
    if point.shape[1] != 1:
        raise PredictionError(f"evolve takes one point, not an array of shape {shape}")
    widths = alp_widths(*point)
    refusal = Status(int(validity.refusals(point, widths, chosen)[0]))
    if refusal == Status.OK and point[1, 0] > 0.5:  # whether ALPs are in equilibrium is seen at freeze-out
        columns = _solve_equations(point, widths, chosen, medium, scale, self_scattering)
        refusal = Status(int(columns["status"][0]))
    if refusal not in ANSWERED:
        raise PredictionError(f"no history: {refusal.message}")
    if len(distribution_at) and not chosen.resolved:
        raise ConfigurationError('distribution_at: the momentum distribution is what engine = "fbe" follows')
    portal = _portal(point, widths, scale)
    sectors = _sectors(portal, chosen, medium, self_scattering)
    evolution = history(sectors, chosen, partial(_early, portal))
    if not len(distribution_at):
        return evolution
    return replace(evolution, distributions=distributions(sectors, distribution_at))


def plasma_error(
    m_a: ArrayLike,
    r: ArrayLike,
    g_agg: ArrayLike,
    g_achi: ArrayLike,
    *,
    engine: str = "cbe",
    annihilation_scale: str | float = "unitary",
    self_scattering: bool = True,
    closure: str = "pressure",
) -> Array:
    """Theory error of Omega h^2 from the plasma's degrees of freedom: its relative spread between all :data:`PLASMAS`.

    Arguments, shape and errors as in :func:`relic_density`; NaN where that has no answer.

    >>> from alpfit.relic import plasma_error
    >>> print(f"{plasma_error(0.75, 0.477, 9.037e-5, 6.93e-5):.0e}")
    4e-04
    """
    omegas = [
        relic_density(
            m_a,
            r,
            g_agg,
            g_achi,
            engine=engine,
            annihilation_scale=annihilation_scale,
            plasma=name,
            self_scattering=self_scattering,
            closure=closure,
        ).omega_h2
        for name in PLASMAS
    ]
    return np.asarray(np.ptp(omegas, axis=0) / np.mean(omegas, axis=0))


def _choices(engine: str, closure: str, plasma: str, annihilation_scale: str | float) -> tuple[Engine, Plasma, float]:
    """What the names of options stand for."""
    return resolve_engine(engine, closure), resolve_plasma(plasma), resolve_annihilation_scale(annihilation_scale)


def _points(values: Mapping[str, ArrayLike]) -> tuple[tuple[int, ...], Array]:
    """The common shape, and the points as rows of a contiguous array ``(4, n)``."""
    shape, arrays = broadcast(values)
    points = np.empty((len(arrays), *shape))
    for i, array in enumerate(arrays.values()):
        points[i] = array
    points = points.reshape(len(arrays), -1)
    if not ((points >= LOWEST) & (points <= HIGHEST)).all():
        refuse_outside(values, points, DOMAIN)
    return shape, points


def _portal(points: Array, widths: Widths, scale: float) -> PortalPoints:
    m_a, r, g_agg, g_achi = points
    return portal_points(m_a, r, g_agg, g_achi, scale, widths)


def _sectors(points: PortalPoints, engine: Engine, plasma: Plasma, self_scattering: bool) -> SectorTables:
    grids = default_grids(engine.coupled, engine.energy)
    sectors = portal_sectors(points, engine.coupled, plasma, grids)
    return with_spectra(sectors, points, self_scattering, grids) if engine.resolved else sectors


def _early(points: PortalPoints, which: Whole) -> Early:
    """Of those that are numbered in ``which``."""
    return early_tables(chosen_points(points, which))


def _solve_portal(points: Array, engine: Engine, plasma: Plasma, scale: float, self_scattering: bool) -> Columns:
    """The equations' solution where the model has one, and the status elsewhere."""
    widths = alp_widths(*points)
    status = validity.refusals(points, widths, engine)
    if not status.any():
        return _solve_equations(points, widths, engine, plasma, scale, self_scattering)
    good = status == Status.OK
    solvable = Widths(*(width[good] for width in widths))
    columns = _solve_equations(points[:, good], solvable, engine, plasma, scale, self_scattering)
    everywhere: Columns = {name: np.full(status.size, math.nan) for name in columns}
    everywhere["status"] = status
    for name, column in columns.items():
        everywhere[name][good] = column
    everywhere["self_scattering"] = widths.dark_matter / widths.photons
    return everywhere


def _solve_equations(
    points: Array, widths: Widths, engine: Engine, plasma: Plasma, scale: float, self_scattering: bool
) -> Columns:
    portal, accuracy = _portal(points, widths, scale), Accuracy()

    def transfer_rate(temperature: Array) -> Array:
        return transfer_rates(portal, temperature, plasma)

    sectors = _sectors(portal, engine, plasma, self_scattering)
    columns = relic_densities(sectors, engine, transfer_rate, accuracy, partial(_early, portal))
    columns["self_scattering"] = widths.dark_matter / widths.photons
    columns["alp_rate"], columns["alp_share"] = np.full(portal.r.size, math.inf), np.zeros(portal.r.size)
    if (portal.r > 0.5).any():
        _look_for_alps(columns, sectors, portal, accuracy)
    return columns


def _look_for_alps(columns: Columns, sectors: SectorTables, portal: PortalPoints, accuracy: Accuracy) -> None:
    """Write how far ALPs are in equilibrium, and leave no number where they are not, but should be."""
    x = np.where(np.isfinite(columns["x_fo"]), columns["x_fo"], accuracy.x_start)
    columns["alp_rate"], columns["alp_share"] = alp_diagnostics(sectors, portal, x)
    missing = validity.alps_are_missing(columns["alp_rate"], columns["alp_share"])
    missing &= np.isin(columns["status"], ANSWERED)
    columns["status"][missing] = Status.ALPS_DECOUPLED
    for name in ("omega_h2", "x_fo", "x_kd", "elastic_rate", "late_annihilation"):
        columns[name][missing] = math.nan


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _shaped(columns: Columns, shape: tuple[int, ...]) -> RelicDensity:
    return RelicDensity(**{name: column.reshape(shape) for name, column in columns.items()})
