"""How far a relic density may be off: what was measured of the momentum distribution, the plasma and the numerics.

The table ``theory_error.csv`` holds ln(Omega_fBE/Omega) of each engine over r and Gamma_chi/Gamma_gamma, or for
r > 1/2 over r and what part of annihilation makes ALPs, along the couplings with which it leaves the observed density
at m_a = 2 GeV; ``examples/theory_error/make.py`` writes it.
"""

import csv
import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.arguments import broadcast, known, shown

Array = NDArray[np.float64]

TABLE = Path(__file__).with_name("theory_error.csv")

PLASMA = 0.010
"""Half of the largest spread of Omega h^2 between the two models of the plasma at 3000 points with m_a from 1 MeV to
10 GeV: 2 %."""

MOMENTS_NUMERICS, DISTRIBUTION_NUMERICS, FAR_NUMERICS = 3e-4, 3e-3, 3e-2
"""Of the engines nbe and cbe, against slow solutions at 264 points; of fbe, by doubling its grid, its resonances and
its steps, and where r is below :data:`FAR`, against a slow solution for a narrow resonance without self-scattering."""

FREEZE_IN = 0.8
"""Of what is made from nothing: a plasma with Bose statistics makes up to 1.8 times as much."""

NEAR_THRESHOLD = 1e-5
"""Over how far r is from 1/2 it is fbe's numerics: 1 % at 1e-3, 10 % at 1e-4, by ten times as many resonances."""

FAR = 0.42
"""r below which the resonance is made by chi so fast that there are hardly any."""

RECOIL = {0.5: 0.0, 0.75: 0.013, 0.95: 0.04, 1.1: 0.026, 1.5: 0.013, 5.0: 4e-4}
"""Over r, by how much Omega h^2 of annihilation to ALPs changes where chi scatters off them sqrt(1 + m_a/m_chi) times
as often: the rate is that of a chi at rest, while for slow ALPs it goes with the relative velocity. Own calculation."""

SMALLEST = 1e-300
"""Stands for a ratio of zero in a logarithm."""


class TheoryError(NamedTuple):
    """Relative errors of Omega h^2, arrays: of what the engine takes the momenta to be, of the plasma, of numerics.

    And ``alps``, for r > 1/2: of taking the ALPs that chi annihilates to to be in equilibrium, which is estimated as
    the share of annihilation that makes them over how often the plasma makes one in a Hubble time; and for engines that
    follow a temperature or momenta, of taking chi to be at rest where it scatters off them.

    >>> from alpfit.relic import theory_error
    >>> error = theory_error(0.477, 1e4)
    >>> print(f"{error.phase_space:.1%} + {error.plasma:.1%} + {error.numerics:.2%} = {error.total:.1%}")
    2.7% + 1.0% + 0.03% = 2.8%
    """

    phase_space: Array
    plasma: Array
    numerics: Array
    alps: Array

    @property
    def total(self) -> Array:
        """In quadrature."""
        return np.asarray(np.sqrt(self.phase_space**2 + self.plasma**2 + self.numerics**2 + self.alps**2))


def theory_error(
    r: ArrayLike,
    self_scattering: ArrayLike,
    *,
    engine: str = "cbe",
    with_self_scattering: bool = True,
    closure: str = "pressure",
    alp_share: ArrayLike = math.nan,
    alp_rate: ArrayLike = math.inf,
) -> TheoryError:
    """The error of Omega h^2 at ``r`` = m_chi/m_a and ``self_scattering`` = Gamma_chi/Gamma_gamma, which broadcast.

    ``engine``, ``closure`` and whether the engine has chi scatter off itself are as in :func:`relic_density`,
    ``alp_share`` and ``alp_rate`` as in what it returns; where the share, which counts for r > 1/2, is not a number,
    the error is the largest for any. Beyond the table's ends (r from 0.3 to 20) its nearest value is taken. Raises
    :class:`ConfigurationError` for a name that is not in the table, :class:`PredictionError` for what is no number.

    >>> from alpfit.relic import theory_error
    >>> theory_error([0.45, 0.477], [[0.1], [1e4]]).total.shape
    (2, 2)
    >>> print(f"{theory_error(0.477, 1e4).total:.2f}, {theory_error(0.477, 1e4, engine='nbe').total:.1f}")
    0.03, 2.4
    """
    shape, given = broadcast({"r": r, "self_scattering": self_scattering, "alp_share": alp_share, "alp_rate": alp_rate})
    ratio_r, widths, share, made = (
        values if values.shape == shape else np.broadcast_to(values, shape) for values in given.values()
    )
    column = _column(engine, closure, with_self_scattering)
    towards_threshold = NEAR_THRESHOLD / np.maximum(np.abs(ratio_r - 0.5), NEAR_THRESHOLD)
    distribution = np.maximum(np.where(ratio_r < FAR, FAR_NUMERICS, DISTRIBUTION_NUMERICS), towards_threshold)
    if column is None:
        phase_space = np.zeros(ratio_r.shape)
    else:  # no smaller than what it was measured with allows to say, also where an engine is right by chance
        phase_space = np.hypot(np.expm1(_interpolated(column, ratio_r, widths, share)), distribution)
    numerics = distribution if engine == "fbe" else np.full(ratio_r.shape, MOMENTS_NUMERICS)
    alps = np.zeros(ratio_r.shape)
    if (above := ratio_r > 0.5).any():
        recoil = 0.0 if engine == "nbe" else np.interp(ratio_r, list(RECOIL), list(RECOIL.values()))
        alps = np.where(above, np.nan_to_num(share) * np.hypot(1.0 / made, recoil), 0.0)
    return TheoryError(phase_space, np.full(ratio_r.shape, PLASMA), numerics, alps)


COLUMNS = {
    ("nbe", "pressure"): "nbe",
    ("nbe", "energy"): "nbe",
    ("cbe", "pressure"): "cbe",
    ("cbe", "energy"): "cbe, energy",
    ("fbe", "pressure"): "fbe, no self-scattering",
    ("fbe", "energy"): "fbe, no self-scattering",
}
"""Of the table, by engine and closure."""


def _column(engine: str, closure: str, with_self_scattering: bool) -> str | None:
    """The column of the table for these choices; None for the full phase space itself."""
    if not isinstance(engine, str) or not isinstance(closure, str) or (engine, closure) not in COLUMNS:
        known("engine", engine, {name: name for name, _ in COLUMNS})
        known("closure", closure, {name: name for _, name in COLUMNS})
    if not isinstance(with_self_scattering, bool):
        raise ConfigurationError(f"with_self_scattering = {shown(with_self_scattering)} must be true or false")
    return None if engine == "fbe" and with_self_scattering else COLUMNS[engine, closure]


class _Table(NamedTuple):
    """Axes of the part below the resonance, r of the part above it, and the deviations of each column on both.

    The latter ``(n, 2)``: where all annihilation is to photons, and where all is to ALPs.
    """

    r: Array
    log_ratio: Array
    r_above: Array
    deviations: dict[str, tuple[Array, Array]]


@cache
def _table() -> _Table:
    lines = (line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    header, *rows = csv.reader(lines)
    values = np.array(rows, dtype=float)
    below, above = values[values[:, 0] < 0.5], values[values[:, 0] > 0.5]
    r, ratio = np.unique(below[:, 0]), np.unique(below[:, 1])
    columns = {}
    for k, name in enumerate(header[2:], start=2):
        grid = below[:, k].reshape(r.size, ratio.size)
        shares = np.array([_filled(row) for row in above[:, k].reshape(-1, 2).T]).T
        columns[name] = (np.array([_filled(row) for row in grid]), shares)
    return _Table(r, np.log(ratio), np.unique(above[:, 0]), columns)


def _filled(row: Array) -> Array:
    """Where nothing is known, what is known next to it."""
    known = np.flatnonzero(np.isfinite(row))
    if not known.size:
        return np.zeros_like(row)
    nearest = known[np.argmin(np.abs(np.arange(row.size)[:, None] - known), axis=1)]
    return np.asarray(row[nearest], dtype=float)


def _cells(grid: Array, at: Array) -> tuple[NDArray[np.int64], Array]:
    """Which interval of the ``grid`` holds what is ``at``, clipped at its ends, and the place in it from 0 to 1."""
    inside = np.minimum(np.maximum(at, grid[0]), grid[-1])
    i = np.minimum(np.searchsorted(grid, inside, side="right") - 1, grid.size - 2)
    return i, (inside - grid[i]) / (grid[i + 1] - grid[i])


def _interpolated(name: str, r: Array, ratio: Array, share: Array) -> Array:
    """The deviation, linear in r and in ln(ratio), above the resonance in r and the share of ALPs."""
    table = _table()
    below, above = table.deviations[name]
    below_resonance = r < 0.5
    (i, along_r), (j, along_ratio) = _cells(table.r, r), _cells(table.log_ratio, np.log(np.maximum(ratio, SMALLEST)))
    per_row, flat = table.log_ratio.size, below.ravel()

    def at(corner: NDArray[np.int64]) -> Array:
        value: Array = flat.take(corner)
        return value + along_ratio * (flat.take(corner + 1) - value)

    near, far = at(i * per_row + j), at((i + 1) * per_row + j)
    on_resonance = near + along_r * (far - near)
    if below_resonance.all():
        return np.asarray(on_resonance)
    photons, alps = (np.interp(r, table.r_above, column) for column in above.T)
    largest = np.where(np.abs(photons) > np.abs(alps), photons, alps)
    beside_it = np.where(np.isfinite(share), photons + share * (alps - photons), largest)
    return np.where(below_resonance, on_resonance, beside_it)
