"""The inverse problem: which coupling leaves the observed relic density?"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.errors import ConfigurationError, PredictionError, one_of
from alpfit.numerics.arguments import outside
from alpfit.relic.density import DOMAIN, relic_density

Array = NDArray[np.float64]

COUPLINGS = ("g_agg", "g_achi")

PER_DECADE = 3
"""Couplings looked at in each decade before the root is polished: densities have no structure finer than that."""

TOLERANCE = 1e-8
"""Of ln coupling."""

FAR_TOO_MUCH = 50.0
"""ln of the density over the wanted one, where chi was never in equilibrium."""


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
) -> Array:
    """The smallest coupling ``name`` [1/GeV] for which Omega h^2 falls to ``omega_h2``.

    ``m_a`` [GeV], ``r`` and the ``other`` coupling [1/GeV] broadcast; the result has their common shape, and is NaN
    where no coupling ``between`` two values does it. Options and errors as for :func:`relic_density`;
    :class:`ConfigurationError` for another name.
    """
    from scipy.optimize import elementwise

    if name not in COUPLINGS:
        raise ConfigurationError(f"'{name}' is no coupling that can be solved for: {one_of(name, COUPLINGS)}")
    for end in between:
        if sentence := outside(name, end, DOMAIN[name]):
            raise PredictionError(sentence)
    points = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (m_a, r, other)))
    shape = points[0].shape

    def excess(log_g: Array, mass: Array, ratio: Array, coupling: Array) -> Array:
        """ln(Omega h^2/omega_h2)."""
        pair = (np.exp(log_g), coupling) if name == "g_agg" else (coupling, np.exp(log_g))
        density = relic_density(
            mass, ratio, *pair, engine=engine, annihilation_scale=annihilation_scale, plasma=plasma
        ).omega_h2
        return np.where(np.isnan(density), FAR_TOO_MUCH, np.log(density / omega_h2))

    columns = [point.reshape(-1) for point in points]
    low, high = np.log(between)
    grid = np.linspace(low, high, 2 + int(PER_DECADE * (high - low) / np.log(10.0)))
    enough = excess(grid[None, :], *(column[:, None] for column in columns)) <= 0.0
    first = np.argmax(enough, axis=1)
    solved = np.flatnonzero(first > 0)
    found = np.full(columns[0].size, np.nan)
    if solved.size:
        root = elementwise.find_root(
            excess,
            (grid[first[solved] - 1], grid[first[solved]]),
            args=tuple(column[solved] for column in columns),
            tolerances={"xatol": TOLERANCE},
        )
        found[solved] = np.exp(root.x)
    return found.reshape(shape)
