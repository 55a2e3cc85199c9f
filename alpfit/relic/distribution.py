"""The momentum distribution of chi at chosen temperatures, beside the Maxwellian of the same number and T_chi."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import PredictionError
from alpfit.numerics.radau_step import radau_iia_5
from alpfit.numerics.rosenbrock import rodas4
from alpfit.physics.plasma import baths_at
from alpfit.relic.base import Accuracy
from alpfit.relic.boltzmann import SectorTables
from alpfit.relic.fbe import FOR_PLOTS, follow_first
from alpfit.relic.momentum_grid import MomentumGrid, grid_for, log_f_at, momentum_grids, polynomials_of
from alpfit.relic.results import MomentumDistribution, Status
from alpfit.relic.transport import maxwellian, moments

Array = NDArray[np.float64]

POINTS = 200
"""Momenta at which a distribution is given."""


def distributions(sectors: SectorTables, at: Sequence[float]) -> tuple[MomentumDistribution, ...]:
    """Those of the first of the ``sectors`` at each x = m/T of ``at``; raises :class:`PredictionError` for none.

    Between two steps of the integration ln f is taken to change linearly with ln(x) at fixed comoving momentum; after
    the last of them, when chi has ceased to annihilate, not at all.
    """
    accuracy, grids = Accuracy(largest_change=0.2, settled_rate=math.inf), momentum_grids()
    grid = grid_for(float(sectors.suppression[0]), grids)
    x, _, _, _, coefficients, theta, status = follow_first(sectors, accuracy, FOR_PLOTS, rodas4(), radau_iia_5(), grids)
    if status != Status.OK:
        raise PredictionError(f"no history: {Status(status).message}")
    wanted, mass = np.asarray(at, dtype=float), float(sectors.mass[0])
    if not ((wanted >= x[0]) & (wanted <= x[-1])).all():
        raise PredictionError(f"distribution_at must lie between x = {x[0]:g} and {x[-1]:g}")
    followed = x[: theta.size]

    def scale_factor(z: Array) -> Array:
        """Inverse of the scale factor."""
        return np.asarray(baths_at(mass / np.atleast_1d(z), sectors.plasma)[0] ** (1.0 / 3.0))

    inverse = scale_factor(followed)
    found = []
    for z in wanted:
        n = min(max(int(np.searchsorted(followed, z)), 1), theta.size - 1)
        part = min(1.0, math.log(z / followed[n - 1]) / math.log(followed[n] / followed[n - 1]))
        kinetic = theta[n] * grid.last * np.linspace(0.0, 1.0, POINTS) ** 2
        comoving = np.sqrt(kinetic * (kinetic + 2.0)) / inverse[n]
        before, after = (_log_f(comoving * inverse[k], coefficients[k], theta[k], grid) for k in (n - 1, n))
        momentum = comoving * scale_factor(z)[0]
        found.append(_beside_maxwellian(float(z), mass, momentum, (1.0 - part) * before + part * after, grid))
    return tuple(found)


def _log_f(momentum: Array, coefficients: Array, theta: float, grid: MomentumGrid) -> Array:
    """Ln f at momenta in units of m."""
    cells = np.empty((grid.starts.size, 4))
    polynomials_of(coefficients, grid, cells)
    kinetic = momentum**2 / (1.0 + np.sqrt(1.0 + momentum**2))
    return np.array([log_f_at(value / theta, cells, grid) for value in kinetic])


def _beside_maxwellian(
    x: float, mass: float, momentum: Array, log_f: Array, grid: MomentumGrid
) -> MomentumDistribution:
    """The distribution with the Maxwellian of the same number and <p^2/3E>."""
    kinetic = momentum**2 / (1.0 + np.sqrt(1.0 + momentum**2))
    theta = float(kinetic[-1]) / grid.last
    coefficients = grid.fit @ np.interp(theta * grid.centres, kinetic, log_f)
    cells = np.empty((grid.starts.size, 4))
    polynomials_of(coefficients, grid, cells)
    number, temperature = moments(cells, theta, grid)
    norm = math.log(number / maxwellian(1.0 / temperature, theta, grid))
    thermal = norm - kinetic / temperature
    return MomentumDistribution(x, mass, mass * momentum, np.exp(log_f), np.exp(thermal), mass * temperature)
