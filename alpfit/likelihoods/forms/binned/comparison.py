"""How far a branching ratio is from the best one at the same mass, or of the same spectrum, for any likelihood."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from alpfit.likelihoods.forms.base import Comparison
from alpfit.numerics.cores import in_threads

Array = NDArray[np.float64]
LogLike = Callable[[Mapping[str, Array]], Array]
T = TypeVar("T")


@dataclass(frozen=True)
class Compared:
    """The function to compare with: ``loglike`` of predictions of one shape ``(n,)``.

    ``loss (n,)`` is what is taken from ln L where it does no more than fall as the branching ratio rises, else 0; None
    where that is not known. Points go ``on_threads`` where the function leaves Python free.
    """

    loglike: LogLike
    loss: LogLike | None = None
    on_threads: bool = False

    def at(self, predictions: Callable[[Array], Mapping[str, Array]]) -> "OfRatio":
        """The function of the branching ratio alone, by the ``predictions`` for ratios ``(n,)``."""
        loss = self.loss
        return OfRatio(
            lambda ratios: self.loglike(predictions(ratios)),
            None if loss is None else lambda ratios: loss(predictions(ratios)),
        )

    def each(self, work: Callable[[float, T], tuple[float, float]], ratios: Array, others: Iterable[T]) -> Array:
        """What ``work`` finds of each ratio and what is beside it: its two answers, ``(2, n)``."""
        points = zip(ratios.ravel(), others, strict=True)
        found = in_threads(lambda point: work(*point), points) if self.on_threads else [work(*p) for p in points]
        return np.array(found).reshape(-1, 2).T


@dataclass(frozen=True)
class OfRatio:
    """ln L of branching ratios ``(n,)``, and its loss."""

    log_l: Callable[[Array], Array]
    loss: Callable[[Array], Array] | None


def compare_with_best(function: Compared, names: Sequence[str], predictions: Mapping[str, Array]) -> Comparison:
    """The branching ratio, the best one >= 0 at its mass, and +-sqrt(2 [ln L(best) - ln L]), positive above the best.

    ``names`` are those of the branching ratio and the mass. One minimisation for each point: for reports. NaN where
    either is NaN or negative.
    """

    def compared(ratio: float, mass: float) -> tuple[float, float]:
        if not (ratio >= 0.0 and mass >= 0.0):
            return np.nan, np.nan
        at = function.at(lambda values: {names[0]: values, names[1]: np.full_like(values, mass)})
        return _best_and_pull(ratio, at)

    ratios, masses = np.broadcast_arrays(*(np.asarray(predictions[name], float) for name in names))
    best, pulls = function.each(compared, ratios, masses.ravel())
    return Comparison(ratios, best.reshape(ratios.shape), pulls.reshape(ratios.shape))


def compare_with_best_scale(function: Compared, name: str, spectra: Array) -> Comparison:
    """The same for ``spectra (..., k)`` of branching ratios, ``name``, each beside the best multiple of itself.

    Compared are the sums over the k bins, ``(...)``. NaN where one is NaN or negative; where there is no decay at all
    nothing says of which spectrum the best one is, and bound and pull are NaN, too.
    """
    totals = np.asarray(spectra.sum(axis=-1))

    def compared(total: float, shape: Array) -> tuple[float, float]:
        if not ((shape >= 0.0).all() and 0.0 < total < np.inf):
            return np.nan, np.nan
        return _best_and_pull(total, function.at(lambda values: {name: values[:, None] * (shape / total)}))

    best, pulls = function.each(compared, totals, spectra.reshape(-1, spectra.shape[-1]))
    return Comparison(totals, best.reshape(totals.shape), pulls.reshape(totals.shape))


def _best_and_pull(ratio: float, function: OfRatio) -> tuple[float, float]:
    """The best branching ratio for a ``function`` of it, and how far ``ratio`` is from it in standard deviations."""
    best, highest = _best_ratio(function)
    own = float(function.log_l(np.array([ratio]))[0])
    return best, float(np.copysign(np.sqrt(2.0 * max(highest - own, 0.0)), ratio - best))


def _best_ratio(function: OfRatio) -> tuple[float, float]:
    """The best branching ratio from 0 to 1 and its ln L: the best of a grid, then between its neighbours.

    Of the points where ln L does no more than fall the first one is looked at: it is the best of them.
    """
    grid = np.concatenate([[0.0], np.geomspace(1e-9, 1.0, 46)])
    falling = 0 if function.loss is None else int(np.count_nonzero(function.loss(grid) > 0.0))
    log_l = function.log_l
    values = log_l(grid[: grid.size - max(falling - 1, 0)])
    i = int(np.argmax(values))
    ends = (grid[max(i - 1, 0)], grid[min(i + 1, grid.size - 1)])
    fit = minimize_scalar(
        lambda ratio: -float(log_l(np.array([ratio]))[0]),
        bounds=ends,
        method="bounded",
        options={"xatol": 1e-3 * ends[1]},
    )
    return (float(fit.x), -float(fit.fun)) if -fit.fun > values[i] else (float(grid[i]), float(values[i]))
