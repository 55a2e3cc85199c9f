"""How far a relic density may be off: what was measured of the momentum distribution, the plasma and the numerics.

The table ``theory_error.csv`` holds ln(Omega_fBE/Omega) of each engine over r and Gamma_chi/Gamma_gamma, along the
couplings with which it leaves the observed density at m_a = 2 GeV; ``examples/theory_error/make.py`` writes it.
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.errors import ConfigurationError

Array = NDArray[np.float64]

TABLE = Path(__file__).with_name("theory_error.csv")

PLASMA = 0.006
"""Half of the largest spread of Omega h^2 between the two models of the plasma for m_a below 10 GeV: 1.2 %."""

MOMENTS_NUMERICS, DISTRIBUTION_NUMERICS, OFF_RESONANCE_NUMERICS = 3e-4, 3e-3, 1e-2
"""Of the engines nbe and cbe, against slow solutions at 264 points; of fbe, by halving its grid, for r from
:data:`RESONANT` on below 1/2; and elsewhere, by doubling its nodes of the cross-section."""

RESONANT = 0.42


class TheoryError(NamedTuple):
    """Relative errors of Omega h^2, arrays: of what the engine takes the momenta to be, of the plasma, of numerics."""

    phase_space: Array
    plasma: Array
    numerics: Array

    @property
    def total(self) -> Array:
        """In quadrature."""
        return np.asarray(np.sqrt(self.phase_space**2 + self.plasma**2 + self.numerics**2))


def theory_error(
    r: ArrayLike,
    self_scattering: ArrayLike,
    *,
    engine: str = "cbe",
    with_self_scattering: bool = True,
    closure: str = "pressure",
) -> TheoryError:
    """The error of Omega h^2 at ``r`` = m_chi/m_a and ``self_scattering`` = Gamma_chi/Gamma_gamma, which broadcast.

    ``engine``, ``closure`` and whether the engine has chi scatter off itself are as in :func:`relic_density`. Beyond
    the table's ends (r from 0.3 to 0.65) its nearest value is taken. Raises :class:`ConfigurationError` for a name
    that is not in the table.
    """
    ratio_r, widths = np.broadcast_arrays(np.asarray(r, dtype=float), np.asarray(self_scattering, dtype=float))
    if engine == "fbe" and with_self_scattering:
        phase_space = np.zeros(ratio_r.shape)
    else:
        phase_space = np.abs(np.expm1(_interpolated(_column(engine, closure), ratio_r, widths)))
    resolved = (ratio_r >= RESONANT) & (ratio_r < 0.5)
    distribution = np.where(resolved, DISTRIBUTION_NUMERICS, OFF_RESONANCE_NUMERICS)
    numerics = distribution if engine == "fbe" else np.full(ratio_r.shape, MOMENTS_NUMERICS)
    return TheoryError(phase_space, np.full(ratio_r.shape, PLASMA), numerics)


def _column(engine: str, closure: str) -> str:
    if engine == "cbe" and closure != "pressure":
        name = f"cbe, {closure}"
    else:
        name = "fbe, no self-scattering" if engine == "fbe" else engine
    known = _table().deviations
    if name not in known:
        raise ConfigurationError(f"engine = {name!r}: nothing was measured of it; allowed: {', '.join(known)}")
    return name


class _Table(NamedTuple):
    """Axes of the part below the resonance, r of the part above it, and the deviations of each column on both."""

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
        columns[name] = (np.array([_filled(row) for row in grid]), above[:, k])
    return _Table(r, np.log(ratio), above[:, 0], columns)


def _filled(row: Array) -> Array:
    """Where nothing is known, what is known next to it."""
    known = np.flatnonzero(np.isfinite(row))
    if not known.size:
        return np.zeros_like(row)
    nearest = known[np.argmin(np.abs(np.arange(row.size)[:, None] - known), axis=1)]
    return np.asarray(row[nearest], dtype=float)


def _interpolated(name: str, r: Array, ratio: Array) -> Array:
    """The deviation, linear in r and in ln(ratio)."""
    from scipy.interpolate import RegularGridInterpolator

    table = _table()
    below, above = table.deviations[name]
    log_ratio = np.log(np.clip(ratio, np.exp(table.log_ratio[0]), np.exp(table.log_ratio[-1])))
    inside = np.stack([np.clip(r, table.r[0], table.r[-1]), log_ratio], axis=-1)
    on_resonance: Array = RegularGridInterpolator((table.r, table.log_ratio), below)(inside).reshape(r.shape)
    return np.where(r < 0.5, on_resonance, np.interp(r, table.r_above, above))
