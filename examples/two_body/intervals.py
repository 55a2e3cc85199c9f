"""Modes of the posterior and its 68.3 % of highest density, on a grid: ``python intervals.py`` prints them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from upper_limits import WIDTHS

from alpfit import Fit

Array = NDArray[np.float64]

FOLDER = Path(__file__).parent
MASSES, RATIOS = np.linspace(0.1, 4.7, 185), np.linspace(0.0, 2e-5, 81)
"""m_X [GeV] and BR: the priors are flat in both."""


def log_posterior(width: float) -> Array:
    """ln L, the systematic errors integrated over, at ``(masses, ratios)`` for a ``width`` [GeV]."""
    settings = [f"model.width={width}", "options.belle2_bknunu_q2_2025.signal_is=spectrum"] if width > 0.0 else []
    problem = Fit.from_file(FOLDER / "two_body.toml", settings).problem
    grid = np.stack(np.meshgrid(MASSES, RATIOS, indexing="ij"), axis=-1)
    return problem.evaluate(grid.reshape(-1, 2)).log_l.reshape(grid.shape[:2])


def highest_density(x: Array, density: Array, level: float = 0.683) -> tuple[float, float, float]:
    """The mode, and the ends of what holds ``level`` where the ``density`` at equal steps of ``x`` is highest."""
    fine = np.linspace(x[0], x[-1], 4001)
    values = CubicSpline(x, density)(fine)
    order = np.argsort(-values)
    inside = fine[order[: np.searchsorted(np.cumsum(values[order]) / values.sum(), level) + 1]]
    return float(fine[order[0]]), float(inside.min()), float(inside.max())


def main() -> None:
    """For each width the best point, and mass and rate alone."""
    for width in WIDTHS:
        log_l = log_posterior(width)
        posterior = np.exp(log_l - log_l.max())
        i, j = np.unravel_index(int(posterior.argmax()), posterior.shape)
        print(f"width {width:g} GeV: best at {MASSES[i]:.3f} GeV, {RATIOS[j]:.3g}")  # noqa: T201
        for name, x, axis in (("m_X", MASSES, 1), ("BR", RATIOS, 0)):
            mode, low, high = highest_density(x, posterior.sum(axis=axis))
            print(f"  {name}: {mode:.4g}, from {low:.4g} to {high:.4g}")  # noqa: T201


if __name__ == "__main__":
    main()
