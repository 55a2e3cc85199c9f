"""Quadrature rules for thermal averages over a cross-section with a narrow resonance.

*Thermal* integrals run over exp(-u cosh(theta)), the family of the modified Bessel functions. With
t^2 = u (cosh(theta) - 1) they are integrals of a smooth function of t^2 over exp(-t^2), for which a
half-range Gauss-Hermite rule of n points converges like exp(-2 sqrt(4 n u)).

*Resonant* integrals run over the distance from threshold, e = sqrt(s)/m - 2, of a function with a
Breit-Wigner peak. Panels of Gauss-Legendre points that are uniform in the logarithm of e, and around
the peak in the inverse hyperbolic sine of the distance from it, resolve every scale.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite import hermgauss
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel

Array = NDArray[np.float64]


class Rule(NamedTuple):
    """Nodes and weights of a quadrature rule, arrays of one shape ``(n,)``."""

    nodes: Array
    weights: Array


def half_hermite_rule(n: int) -> Rule:
    """Rule for the integral of exp(-t^2) f(t^2) over t from 0 to infinity; ``nodes`` are t^2."""
    t, weights = hermgauss(2 * n)
    return Rule(t[n:] ** 2, weights[n:])


@cache
def legendre_rule(n: int) -> Rule:
    """Gauss-Legendre rule on (0, 1); its nodes, which are shared, take as long to find as a hundred counts' ln L."""
    x, weights = leggauss(n)
    return Rule(0.5 * (x + 1.0), 0.5 * weights)


@kernel
def scaled_bessel_k2(u: float, hermite: Rule) -> float:
    """exp(u) K_2(u); relative error with 8 points 5e-7 at u = 1, below 1e-8 for u > 2."""
    total = 0.0
    for i in range(hermite.nodes.size):
        half_cosh_minus_one = hermite.nodes[i] / (2.0 * u)
        cosh = 1.0 + 2.0 * half_cosh_minus_one
        total += hermite.weights[i] * (2.0 * cosh * cosh - 1.0) / math.sqrt(1.0 + half_cosh_minus_one)
    return total * 2.0 / math.sqrt(2.0 * u)


@inner_kernel
def resonant_nodes(
    position: float, half_width: float, smallest: float, largest: float, panel: float, legendre: Rule
) -> tuple[Array, Array, Array, int]:
    """Nodes for the integral over e from 0 to ``largest`` of sqrt(e) times a Breit-Wigner function.

    ``position`` is the peak (negative below threshold), ``half_width`` its half-width in e, ``smallest``
    the scale below which the integrand is sqrt(e) times a constant, ``panel`` the length of a panel
    in units of the logarithm. Returns (e, e - position, weights), each of shape ``(n,)`` and ascending in e; the
    distance is returned because near a narrow peak it is lost in the rounding of e. Last comes how many of the
    nodes lie below three quarters of ``position``, all of them for a peak at or below threshold.

    A peak much narrower than its ``position`` is one point, which carries the Breit-Wigner's integral over a core
    around it; for a function f times that the relative error is about core * half_width * f''/(pi f). The narrowest
    have no tails: all of them is in that point, but for what is nearer to threshold than to the peak.
    """
    first = min(smallest, 0.1 * max(abs(position), half_width))
    decades = math.log(largest / first) / panel + math.asinh(max(position, largest) / half_width)
    capacity = legendre.nodes.size * (8 + 2 * int(decades))
    e, distance, weights = np.empty(capacity), np.empty(capacity), np.empty(capacity)
    n = legendre.nodes.size
    for i in range(n):  # e = first z^2 takes away the square root at threshold
        e[i] = first * legendre.nodes[i] ** 2
        distance[i] = e[i] - position
        weights[i] = 2.0 * first * legendre.nodes[i] * legendre.weights[i]
    if position <= 0.0:
        n = _add_logarithmic(first, largest, position, panel, legendre, e, distance, weights, n)
        return e[:n], distance[:n], weights[:n], n
    narrow, resolved, core, left, right = 1e-7, 1e-4, 0.01 * position, 0.25 * position, position
    n = n_below = _add_logarithmic(first, position - left, position, panel, legendre, e, distance, weights, n)
    if half_width >= resolved * position:
        n = _add_peak(half_width, left, right, position, min(panel, 2.0), legendre, e, distance, weights, n)
    elif half_width >= narrow * position:
        n = _add_tail(-1.0, core, left, position, panel, legendre, e, distance, weights, n)
        n = _add_point(2.0 * half_width * math.atan(core / half_width), position, e, distance, weights, n)
        n = _add_tail(1.0, core, right, position, panel, legendre, e, distance, weights, n)
    else:
        whole = half_width * (math.atan(left / half_width) + 0.5 * math.pi)
        n = _add_point(whole, position, e, distance, weights, n)
        return e[:n], distance[:n], weights[:n], n_below
    n = _add_logarithmic(position + right, largest, position, panel, legendre, e, distance, weights, n)
    return e[:n], distance[:n], weights[:n], n_below


@inner_kernel
def _panels(start: float, stop: float, panel: float) -> tuple[int, float]:
    """Number and length of equal panels, at most ``panel`` long, between ``start`` and ``stop``."""
    n_panels = max(1, math.ceil((stop - start) / panel))
    return n_panels, (stop - start) / n_panels


@inner_kernel
def _add_point(weight: float, position: float, e: Array, distance: Array, weights: Array, n: int) -> int:
    """Write the peak itself as node ``n``; returns the number of nodes, as the functions below do."""
    e[n], distance[n], weights[n] = position, 0.0, weight
    return n + 1


@inner_kernel
def _add_logarithmic(
    lower: float,
    upper: float,
    position: float,
    panel: float,
    legendre: Rule,
    e: Array,
    distance: Array,
    weights: Array,
    n: int,
) -> int:
    """Nodes between ``lower`` and ``upper`` in panels of equal length in ln(e)."""
    n_panels, length = _panels(math.log(lower), math.log(upper), panel)
    for k in range(n_panels):
        for i in range(legendre.nodes.size):
            e[n] = math.exp(math.log(lower) + length * (k + legendre.nodes[i]))
            distance[n], weights[n] = e[n] - position, e[n] * length * legendre.weights[i]
            n += 1
    return n


@inner_kernel
def _add_tail(
    side: float,
    near: float,
    far: float,
    position: float,
    panel: float,
    legendre: Rule,
    e: Array,
    distance: Array,
    weights: Array,
    n: int,
) -> int:
    """Nodes from ``near`` to ``far`` from the peak, below it (``side`` -1) or above (1), ascending in e."""
    start = math.log(near) if side > 0.0 else -math.log(far)
    n_panels, length = _panels(math.log(near), math.log(far), panel)
    for k in range(n_panels):
        for i in range(legendre.nodes.size):
            offset = math.exp(side * (start + length * (k + legendre.nodes[i])))
            e[n], distance[n], weights[n] = (
                position + side * offset,
                side * offset,
                offset * length * legendre.weights[i],
            )
            n += 1
    return n


@inner_kernel
def _add_peak(
    half_width: float,
    left: float,
    right: float,
    position: float,
    panel: float,
    legendre: Rule,
    e: Array,
    distance: Array,
    weights: Array,
    n: int,
) -> int:
    """Nodes from ``left`` below the peak to ``right`` above it, in equal panels of the inverse sinh of the distance."""
    start = -math.asinh(left / half_width)
    n_panels, length = _panels(start, math.asinh(right / half_width), panel)
    for k in range(n_panels):
        for i in range(legendre.nodes.size):
            xi = start + length * (k + legendre.nodes[i])
            distance[n] = half_width * math.sinh(xi)
            e[n], weights[n] = position + distance[n], half_width * math.cosh(xi) * length * legendre.weights[i]
            n += 1
    return n
