"""The inverse problem: which coupling leaves the observed relic density?"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.errors import ConfigurationError, PredictionError, one_of
from alpfit.numerics.arguments import broadcast, outside, pair, positive_number, refuse_outside, shown
from alpfit.physics.widths import alp_widths
from alpfit.relic import validity
from alpfit.relic.base import Engine
from alpfit.relic.density import DOMAIN, relic_density
from alpfit.relic.results import Status
from alpfit.relic.run import resolve_engine

Array = NDArray[np.float64]

COUPLINGS = ("g_agg", "g_achi")

PER_DECADE = 3
"""Couplings looked at in each decade before the root is polished: densities have no structure finer than that."""

TOLERANCE = 1e-8
"""Of ln coupling."""

CLOSE, CLOSE_RESOLVED = 1e-4, 1e-2
"""Of ln Omega h^2: what is further from the wanted density is no root, but the end of what can be calculated. For the
momentum distribution, whose density may jump by its error where a coupling hardly changes, the second."""

FAR_TOO_MUCH = 50.0
"""ln of the density over the wanted one, where chi was never in equilibrium, also where it has one by freeze-in."""


def required_coupling(
    name: Literal["g_agg", "g_achi"],
    m_a: ArrayLike,
    r: ArrayLike,
    other: ArrayLike,
    *,
    omega_h2: float = 0.12,
    between: tuple[float, float] = (1e-9, 1.0),
    engine: str = "cbe",
    annihilation_scale: str | float = "unitary",
    plasma: str = "saikawa-shirai-2018",
    self_scattering: bool = True,
    closure: str = "pressure",
) -> Array:
    """The smallest coupling ``name`` [1/GeV] for which Omega h^2 falls to ``omega_h2``.

    ``m_a`` [GeV], ``r`` and the ``other`` coupling [1/GeV] broadcast; the result has their common shape, and is NaN
    where no coupling ``between`` two values, the smaller one first, does it. It is that of freeze-out: one so small
    that chi never is in equilibrium, with which as much may freeze in, is not looked for. Options and errors as for
    :func:`relic_density`; :class:`ConfigurationError` for another name, density or range, :class:`PredictionError` also
    where there is no relic density whatever the coupling: for a strong chi chi -> a a, or an ALP wider than half its
    mass.

    >>> import alpfit
    >>> couplings = alpfit.required_coupling("g_agg", 0.75, [0.3, 0.45, 0.477], 1e-3)
    >>> [f"{g_agg:.1e}" for g_agg in couplings]
    ['nan', '8.7e-04', '5.7e-05']
    >>> alpfit.relic_density(0.75, [0.45, 0.477], couplings[1:], 1e-3).omega_h2.round(4)
    array([0.12, 0.12])
    """
    from scipy.optimize import elementwise

    if not isinstance(name, str) or name not in COUPLINGS:
        raise ConfigurationError(f"{shown(name)} is no coupling that can be solved for: {one_of(str(name), COUPLINGS)}")
    wanted, ends = positive_number("omega_h2", omega_h2), pair("between", between)
    for end in ends:
        if sentence := outside(name, end, DOMAIN[name]):
            raise PredictionError(sentence)
    solver = resolve_engine(engine, closure)
    columns, shape = _columns(m_a, r, other, name, ends[0], solver)

    def excess(log_g: Array, mass: Array, ratio: Array, coupling: Array) -> Array:
        """ln(Omega h^2/omega_h2)."""
        couplings = (np.exp(log_g), coupling) if name == "g_agg" else (coupling, np.exp(log_g))
        relic = relic_density(
            mass,
            ratio,
            *couplings,
            engine=engine,
            annihilation_scale=annihilation_scale,
            plasma=plasma,
            self_scattering=self_scattering,
            closure=closure,
        )
        return np.where(relic.status == Status.OK, np.log(relic.omega_h2 / wanted), FAR_TOO_MUCH)

    low, high = np.log(ends)
    grid = np.linspace(low, high, 2 + int(PER_DECADE * (high - low) / np.log(10.0)))
    grid[[0, -1]] = np.nextafter(low, high), np.nextafter(high, low)  # whose exponentials lie within the domain too
    enough = excess(grid[None, :], *(column[:, None] for column in columns)) <= 0.0
    first = np.argmax(enough, axis=1)
    solved = np.flatnonzero(first > 0)
    found = np.full(columns[0].size, np.nan)
    if solved.size:
        close = CLOSE_RESOLVED if solver.resolved else CLOSE
        root = elementwise.find_root(
            excess,
            (grid[first[solved] - 1], grid[first[solved]]),
            args=tuple(column[solved] for column in columns),
            tolerances={"xatol": TOLERANCE},
        )
        found[solved] = np.where(np.abs(root.f_x) < close, np.exp(root.x), np.nan)
    return found.reshape(shape)


def _columns(
    m_a: ArrayLike, r: ArrayLike, other: ArrayLike, name: str, smallest: float, engine: Engine
) -> tuple[list[Array], tuple[int, ...]]:
    """m_a, r and the other coupling, arrays ``(n,)``, and their common shape; an error where no coupling will do."""
    the_other = next(coupling for coupling in COUPLINGS if coupling != name)
    shape, arrays = broadcast({"m_a": m_a, "r": r, the_other: other})
    columns = [np.broadcast_to(array, shape).ravel() for array in arrays.values()]
    if any(outside(key, value, DOMAIN[key]) for key, column in zip(arrays, columns, strict=True) for value in column):
        refuse_outside(arrays, columns, DOMAIN)
    weakest = dict(zip(arrays, columns, strict=True)) | {name: np.full(columns[0].shape, smallest)}
    points = np.array([weakest[key] for key in DOMAIN])
    refused = validity.refusals(points, alp_widths(*points), engine)
    if refused.any():
        i = int(np.argmax(refused > 0))
        where = ", ".join(f"{key} = {column[i]:g}" for key, column in zip(arrays, columns, strict=True))
        raise PredictionError(f"{where}: no relic density: {Status(int(refused[i])).message}")
    return columns, shape
