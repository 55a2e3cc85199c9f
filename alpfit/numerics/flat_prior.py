"""What a count leaves of a signal rate for a flat prior in rates above zero: the usual Bayesian limit.

With ln L(s) of :func:`~alpfit.numerics.poisson.marginal_poisson`, the posterior probability of more than s is

    integral L from s to infinity / integral L from zero to infinity.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_simpson
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from alpfit.numerics.poisson import marginal_poisson

Array = NDArray[np.float64]

N_POINTS = 4001
"""Of ln L; Simpson's rule on them is right to 1e-8 of the limit, or better."""

DROP = 40.0
"""ln of how far L has fallen where the integral may begin and end."""


MOST_UNLIKELY = 1e10
"""-ln L of the best signal, up to which the slope of ln L is known well enough."""


class FlatPrior:
    """The posterior of a signal over ``background`` +- ``error`` where ``n`` events are seen; its prior is flat."""

    def __init__(self, n: float, background: float, error: float) -> None:
        """Raises :class:`ValueError` where ``n`` and ``background`` are so far apart that ln L has no digits left."""

        def log_l(signal: float) -> float:
            return float(marginal_poisson(n, np.array([signal]), background, error)[0])

        if abs(log_l(max(n - background, 0.0))) > MOST_UNLIKELY:
            raise ValueError(f"n_observed = {n} and background = {background:g} are too far apart to set a limit")
        signals = np.linspace(*_range_of(log_l, max(n - background, 0.0)), N_POINTS)
        log_ls = marginal_poisson(n, signals, background, error)
        shares = np.exp(log_ls - log_ls.max())
        above = cumulative_simpson(shares[::-1], x=-signals[::-1], initial=0.0)[::-1]
        known = above > 1e-15 * above[0]
        self._first, self._last = float(signals[0]), float(signals[known][-1])
        self._log_above = CubicSpline(signals[known], np.log(above[known] / above[0]))

    def above(self, signal: Array) -> Array:
        """The probability of more than ``signal``, any shape: one below what is likely, 1e-15 or less beyond it."""
        within = np.clip(signal, self._first, self._last)
        return np.asarray(np.exp(np.minimum(self._log_above(within), 0.0)))

    def limit(self, confidence_level: float) -> float:
        """The signal that is exceeded with the probability 1 - ``confidence_level``."""
        target = np.log1p(-confidence_level)
        return float(brentq(lambda s: float(self._log_above(s)) - target, self._first, self._last, rtol=1e-12))


def _range_of(log_l: Callable[[float], float], near: float) -> tuple[float, float]:
    """Where ln L, which is concave with its maximum ``near`` or somewhat off, is within :data:`DROP` of that."""
    level = log_l(near) - DROP
    last = near + max(1.0, 1e-9 * near)
    while log_l(last) > level:
        last += 2.0 * (last - near)
    end = float(brentq(lambda s: log_l(s) - level, near, last, xtol=1e-3 * (last - near)))
    if log_l(0.0) >= level:
        return 0.0, end
    return float(brentq(lambda s: log_l(s) - level, 0.0, near, xtol=1e-3 * (end - near))), end
