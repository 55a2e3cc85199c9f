"""How far a branching ratio is from the best one at the same mass, or of the same spectrum, for any likelihood."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from alpfit.likelihoods.forms.base import Comparison

Array = NDArray[np.float64]
LogLike = Callable[[Mapping[str, Array]], Array]


def compare_with_best(loglike: LogLike, names: Sequence[str], predictions: Mapping[str, Array]) -> Comparison:
    """The branching ratio, the best one >= 0 at its mass, and +-sqrt(2 [ln L(best) - ln L]), positive above the best.

    ``names`` are those of the branching ratio and the mass. One minimisation for each point: for reports. NaN where
    either is NaN or negative.
    """

    def compared(ratio: float, mass: float) -> tuple[float, float]:
        if not (ratio >= 0.0 and mass >= 0.0):
            return np.nan, np.nan

        return _best_and_pull(ratio, lambda values: loglike({names[0]: values, names[1]: np.full_like(values, mass)}))

    ratios, masses = np.broadcast_arrays(*(np.asarray(predictions[name], float) for name in names))
    points = zip(ratios.ravel(), masses.ravel(), strict=True)
    best, pulls = np.array([compared(*point) for point in points]).reshape(-1, 2).T
    return Comparison(ratios, best.reshape(ratios.shape), pulls.reshape(ratios.shape))


def compare_with_best_scale(loglike: LogLike, name: str, spectra: Array) -> Comparison:
    """The same for ``spectra (..., k)`` of branching ratios, ``name``, each beside the best multiple of itself.

    Compared are the sums over the k bins, ``(...)``. NaN where one is NaN or negative; where there is no decay at all
    nothing says of which spectrum the best one is, and bound and pull are NaN, too.
    """
    totals = np.asarray(spectra.sum(axis=-1))

    def compared(total: float, shape: Array) -> tuple[float, float]:
        if not ((shape >= 0.0).all() and 0.0 < total < np.inf):
            return np.nan, np.nan
        return _best_and_pull(total, lambda values: loglike({name: values[:, None] * (shape / total)}))

    points = zip(totals.ravel(), spectra.reshape(-1, spectra.shape[-1]), strict=True)
    best, pulls = np.array([compared(*point) for point in points]).reshape(-1, 2).T
    return Comparison(totals, best.reshape(totals.shape), pulls.reshape(totals.shape))


def _best_and_pull(ratio: float, log_l: Callable[[Array], Array]) -> tuple[float, float]:
    """The best branching ratio for ``log_l`` of it alone, and how far ``ratio`` is from it in standard deviations."""
    best, highest = _best_ratio(log_l)
    own = float(log_l(np.array([ratio]))[0])
    return best, float(np.copysign(np.sqrt(2.0 * max(highest - own, 0.0)), ratio - best))


def _best_ratio(log_l: Callable[[Array], Array]) -> tuple[float, float]:
    """The best branching ratio from 0 to 1 and its ln L: the best of a grid, then between its neighbours."""
    grid = np.concatenate([[0.0], np.geomspace(1e-9, 1.0, 46)])
    values = log_l(grid)
    i = int(np.argmax(values))
    ends = (grid[max(i - 1, 0)], grid[min(i + 1, grid.size - 1)])
    fit = minimize_scalar(
        lambda ratio: -float(log_l(np.array([ratio]))[0]),
        bounds=ends,
        method="bounded",
        options={"xatol": 1e-3 * ends[1]},
    )
    return (float(fit.x), -float(fit.fun)) if -fit.fun > values[i] else (float(grid[i]), float(values[i]))
