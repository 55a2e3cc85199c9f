"""The probability of a count whose mean is known but for a background with a Gaussian error.

With n events, the signal s >= 0 and the background B +- sigma,

    P = integral db Poisson(n | s + b) Normal(b | B, sigma) / Phi(B/sigma),    b > 0.

The integrand is log-concave. Its maximum is the root of a quadratic equation, or b = 0; a distance x from there, where
the mean is m = s + b, it has fallen by

    D(x) = k x + x^2/(2 sigma^2) + n h(x/m),    h(u) = u - ln(1 + u),    k >= 0,

k being zero for a maximum inside. All terms are positive, so that the first x at which one of them alone reaches
:data:`DROP` is a bound on where the integrand has any weight, and the same number of Gauss-Legendre nodes on either
side of the maximum is enough for any n, s, B and sigma.
"""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.numerics.quadrature import Rule, legendre_rule

Array = NDArray[np.float64]

N_NODES = 40
"""On either side of the maximum; with more ln P does not change by 1e-12."""

DROP = 40.0
"""ln of how far the integrand has fallen where the quadrature may end."""


def marginal_poisson(n: float, signal: Array, background: float, error: float) -> Array:
    """ln P of ``n`` events over ``background`` +- ``error`` (which may be zero) and ``signal`` events, finite and >= 0.

    An array of the shape of ``signal``.
    """
    found = _log_probabilities(float(n), signal.ravel(), background, error, legendre_rule(N_NODES), DROP)
    return np.asarray(found.reshape(signal.shape))


def probabilities_of_counts(size: int, signal: float, background: float, error: float) -> Array:
    """P of 0 to ``size`` - 1 events, ``(size,)``; all else as for :func:`marginal_poisson`."""
    return np.exp(_of_counts(size, signal, background, error, legendre_rule(N_NODES), DROP))


@inner_kernel
def _excess(u: float) -> float:
    """h(u) = u - ln(1 + u), for u > -1."""
    if abs(u) > 0.02:
        return u - math.log1p(u)
    total, power = 0.0, u * u
    for i in range(2, 12):
        total += power / i if i % 2 == 0 else -power / i
        power *= u
    return total


@inner_kernel
def _log_poisson(n: float, mean: float) -> float:
    """ln of the Poisson distribution; near the mean of many events, where ln n! loses all digits, by its saddle point.

    C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000).
    """
    if mean == 0.0:
        return 0.0 if n == 0.0 else -math.inf
    if n < 16.0 or not 0.5 * n < mean < 2.0 * n:
        return n * math.log(mean) - mean - math.lgamma(n + 1.0)
    stirling = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * n * n)) / (n * n)) / (n * n)) / n
    return -n * _excess((mean - n) / n) - 0.5 * math.log(2.0 * math.pi * n) - stirling


@kernel
def _log_probabilities(n: float, signals: Array, background: float, error: float, rule: Rule, drop: float) -> Array:
    found = np.empty(signals.size)
    for i in range(signals.size):
        found[i] = _log_probability(n, signals[i], background, error, rule, drop)
    return found


@kernel
def _of_counts(size: int, signal: float, background: float, error: float, rule: Rule, drop: float) -> Array:
    found = np.empty(size)
    for n in range(size):
        found[n] = _log_probability(float(n), signal, background, error, rule, drop)
    return found


@inner_kernel
def _log_probability(n: float, s: float, background: float, error: float, rule: Rule, drop: float) -> float:
    """ln P for one signal ``s``."""
    if error == 0.0:
        return _log_poisson(n, s + background)
    variance = error * error
    shift, level = s - background + variance, background * s - variance * (s - n)
    if s == 0.0 and n == 0.0:
        inside = background > variance
        b = max(background - variance, 0.0)
    elif n + s * background / variance > s:
        inside, root = True, math.hypot(shift, 2.0 * math.sqrt(max(level, 0.0)))
        b = 2.0 * max(level, 0.0) / (shift + root) if shift > 0.0 else 0.5 * (root - shift)
    else:
        inside, b = False, 0.0
    mean = s + b
    slope, pull = 0.0, -background / error
    if inside and variance < max(b, background):  # the same twice, each where it keeps its digits
        pull = error * (n / mean - 1.0 if n > 0.0 else -1.0)
    elif inside:
        pull = (b - background) / error
    else:
        slope = 1.0 - background / variance - (n / s if n > 0.0 else 0.0)
    integral = _side(n, mean, slope, error, math.inf, 1.0, rule, drop)
    if inside:
        integral += _side(n, mean, 0.0, error, b, -1.0, rule, drop)
    inside_prior = math.log(0.5 * math.erfc(-background / (math.sqrt(2.0) * error)))
    constant = math.log(error) + 0.5 * math.log(2.0 * math.pi) + inside_prior
    return _log_poisson(n, mean) - 0.5 * pull * pull + math.log(integral) - constant


@inner_kernel
def _side(
    n: float, mean: float, slope: float, error: float, room: float, direction: float, rule: Rule, drop: float
) -> float:
    """The integral of exp(-D) over all x on one side of the maximum, which has so much ``room``."""
    length = min(room, error * math.sqrt(2.0 * drop))
    if slope > 0.0:
        length = min(length, drop / slope)
    if n > 0.0:
        share = drop / n  # h(u) >= u^2/(2 + 2 u) for u > 0, h(-u) >= u^2/2
        u = share + math.sqrt(share * (share + 2.0)) if direction > 0.0 else math.sqrt(2.0 * share)
        length = min(length, mean * u)
    total = 0.0
    for i in range(rule.nodes.size):
        x = length * rule.nodes[i]
        fallen = slope * x + 0.5 * (x / error) ** 2
        if n > 0.0:
            fallen += n * _excess(direction * x / mean)
        total += rule.weights[i] * math.exp(-fallen)
    return length * total
