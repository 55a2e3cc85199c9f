"""Upper limits on a rate at 95 %, observed and expected, as functions of a mass.

CL_s (A. L. Read, J. Phys. G 28 (2002) 2693) with the test statistic q~ of G. Cowan et al. (arXiv:1007.1727, eq. 16),
systematic errors profiled, and its asymptotic distributions (their section 3.7), for which the data that are expected
without a signal stand. With t = sqrt(q~) of those for a rate, data that are b standard deviations of the background
above its median have CL_s = [1 - Phi(t - b)]/Phi(b), so that the limit is where

    t = b + z[1 - 0.05 Phi(b)],    z the quantile of the normal distribution Phi.

Beside it stands the limit by the likelihood ratio alone, where 2 ln L is 3.84 below its maximum in rates >= 0:

    (t - b)^2 = 3.84 for b > 0,    (t - b)^2 - b^2 = 3.84 for b < 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.optimize import brentq, minimize_scalar
from scipy.special import log_ndtr, ndtr, ndtri

from alpfit.inference.forecasting.signal import LARGEST, Rates

Array = NDArray[np.float64]

BANDS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Of expected limits: standard deviations from the median."""

LEVEL = 0.05
"""One minus the confidence level."""

LOSS = float(ndtri(0.5 * LEVEL)) ** 2
"""3.84: 2 ln L of one parameter at 95 %."""

N_RATES, DEEPEST = 33, 5.0
"""Rates at which ln L is calculated, from none to where t is this; the largest that is asked for is 4.3."""


@dataclass(frozen=True)
class ExpectedLimits:
    """Limits that are expected without a signal, for the :data:`BANDS`; NaN where the data bound nothing.

    ``sigma`` is the rate with t = 1, the error of a rate that is none.
    """

    mass: float
    sigma: float
    cl_s: tuple[float, ...]
    likelihood_ratio: tuple[float, ...]


@dataclass(frozen=True)
class ObservedLimits:
    """The ``best`` rate >= 0, what it gains in 2 ln L over none, and the limits of data.

    ``sigma`` is the error of a rate that is none, as it is expected.
    """

    mass: float
    best: float
    gain: float
    cl_s: float
    likelihood_ratio: float
    sigma: float


def expected_limits(rates: Rates, guess: float) -> ExpectedLimits:
    """From data as they are expected without a signal; ``guess`` is a rate near the limit."""
    separation = separation_of(rates, guess)
    if separation is None:
        nothing = (np.nan,) * len(BANDS)
        return ExpectedLimits(rates.mass, np.nan, nothing, nothing)
    rate_at = PchipInterpolator(separation.t, separation.rates)
    by_cl_s = [b - ndtri(LEVEL * ndtr(b)) for b in BANDS]
    by_ratio = [b + np.sqrt(LOSS + min(b, 0.0) ** 2) for b in BANDS]
    found = np.asarray(rate_at([1.0, *by_cl_s, *by_ratio]))
    n = len(BANDS)
    return ExpectedLimits(rates.mass, float(found[0]), tuple(found[1 : n + 1].tolist()), tuple(found[n + 1 :].tolist()))


@dataclass(frozen=True)
class Separation:
    """t ``(n,)`` of ``rates (n,)``, both rising from zero."""

    rates: Array
    t: Array


def separation_of(rates: Rates, guess: float) -> Separation | None:
    """t = sqrt(2 [ln L(none) - ln L(rate)]) of data that are expected without a signal.

    None where they see nothing, or less than :data:`DEEPEST` of any rate.
    """
    scale = rates.scale(guess)
    if np.isnan(scale):
        return None
    largest, t = scale, 0.0
    while t < DEEPEST:
        t = float(np.sqrt(max(2.0 * (rates.without - float(rates.log_l(np.array([largest]))[0])), 0.0)))
        if t < DEEPEST:
            largest *= max(1.1, 1.02 * DEEPEST / max(t, 0.5))
        if largest > LARGEST:
            return None
    grid = np.linspace(0.0, largest, N_RATES)
    loss = 2.0 * (rates.without - rates.log_l(grid))
    return Separation(grid, np.maximum.accumulate(np.sqrt(np.maximum(loss, 0.0)) + 1e-12 * np.arange(N_RATES)))


def observed_limits(seen: Rates, expected: Rates, guess: float) -> ObservedLimits:
    """From the ``seen`` data and what is ``expected`` in their place without a signal."""
    separation = separation_of(expected, guess)
    if separation is None:
        return ObservedLimits(seen.mass, *(np.nan,) * 5)
    t_of = CubicSpline(separation.rates, separation.t)
    reach = separation.rates[-1]
    log_l, end = _spline(seen, reach), reach
    while 2.0 * (float(log_l(np.linspace(0.0, end, 201)).max()) - float(log_l(end))) < 2.0 * LOSS and end < 1e3 * reach:
        end *= 2.0
        log_l = _spline(seen, end)
    best = _maximum(log_l, end)
    top = float(log_l(best))

    def q(rate: float) -> float:
        return 2.0 * (top - float(log_l(rate))) if rate > best else 0.0

    def t(rate: float) -> float:
        return float(max(t_of(min(rate, reach)) * max(rate / reach, 1.0), 1e-9))

    return ObservedLimits(
        seen.mass,
        best,
        2.0 * (top - float(log_l(0.0))),
        _fall(lambda rate: cl_s(q(rate), t(rate) ** 2) - LEVEL, best, end),
        _fall(lambda rate: LOSS - q(rate), best, end),
        float(PchipInterpolator(separation.t, separation.rates)(1.0)),
    )


def cl_s(q: float, q_expected: float) -> float:
    """CL_s for q~ of the data, and of the data that are expected without a signal."""
    root, expected = max(q, 0.0) ** 0.5, q_expected**0.5
    deviation = root - expected if q <= q_expected else (q - q_expected) / (2.0 * expected)
    return float(np.exp(log_ndtr(-deviation - expected) - log_ndtr(-deviation)))


def q_tilde(rates: Rates, rate: float) -> float:
    """q~: what ``rate`` has less in 2 ln L than the best rate that is not higher; ln L has one maximum."""
    log_l = _spline(rates, rate, N_RATES // 2)
    return max(2.0 * float(log_l(_maximum(log_l, rate)) - log_l(rate)), 0.0)


def _spline(rates: Rates, end: float, n_rates: int = 2 * N_RATES) -> CubicSpline:
    grid = np.linspace(0.0, end, n_rates)
    return CubicSpline(grid, rates.log_l(grid))


def _maximum(log_l: CubicSpline, end: float) -> float:
    """Where it is largest between zero and ``end``."""
    grid = np.linspace(0.0, end, 401)
    values = log_l(grid)
    k = int(np.argmax(values))
    if k == 0:
        return 0.0
    bounds = (grid[k - 1], grid[min(k + 1, 400)])
    fit = minimize_scalar(lambda x: -float(log_l(x)), bounds=bounds, method="bounded", options={"xatol": 1e-6 * end})
    return float(fit.x)


def _fall(function: Callable[[float], float], begin: float, end: float) -> float:
    """Where it falls to zero above ``begin``; NaN where it does not."""
    return float(brentq(function, begin, end, xtol=1e-9 * end)) if function(end) < 0.0 < function(begin) else np.nan
