"""Quadrature rules for thermal averages over a cross-section with a narrow resonance.

*Thermal* integrals run over exp(-u cosh(theta)), the family of the modified Bessel functions. With
t^2 = u (cosh(theta) - 1) they are integrals of a smooth function of t^2 over exp(-t^2), for which a
half-range Gauss-Hermite rule of n points converges like exp(-2 sqrt(4 n u)).

*Resonant* integrals run over the distance from threshold, e = sqrt(s)/m - 2, of a function with a
Breit-Wigner peak. Panels of Gauss-Legendre points that are uniform in the logarithm of e, and around
the peak in the inverse hyperbolic sine of the distance from it, resolve every scale.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite import hermgauss
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel

Array = NDArray[np.float64]


class Rule(NamedTuple):
    """Nodes and weights of a quadrature rule, arrays of one shape ``(n,)``."""

    nodes: Array
    weights: Array


def half_hermite_rule(n: int) -> Rule:
    """Rule for the integral of exp(-t^2) f(t^2) over t from 0 to infinity; ``nodes`` are t^2."""
    t, weights = hermgauss(2 * n)
    return Rule(t[n:] ** 2, weights[n:])


def legendre_rule(n: int) -> Rule:
    """Gauss-Legendre rule on (0, 1)."""
    x, weights = leggauss(n)
    return Rule(0.5 * (x + 1.0), 0.5 * weights)


@kernel
def scaled_bessel_k(order: int, u: float, hermite: Rule) -> float:
    """exp(u) K_order(u) for order 1 or 2; relative error with 8 points 5e-7 at u = 1, below 1e-8 for u > 2."""
    total = 0.0
    for i in range(hermite.nodes.size):
        half_cosh_minus_one = hermite.nodes[i] / (2.0 * u)
        cosh = 1.0 + 2.0 * half_cosh_minus_one
        angular = cosh if order == 1 else 2.0 * cosh * cosh - 1.0
        total += hermite.weights[i] * angular / math.sqrt(1.0 + half_cosh_minus_one)
    return total * 2.0 / math.sqrt(2.0 * u)


@kernel
def resonant_nodes(
    position: float, half_width: float, smallest: float, largest: float, panel: float, legendre: Rule
) -> tuple[Array, Array, Array]:
    """Nodes for the integral over e from 0 to ``largest`` of sqrt(e) times a Breit-Wigner function.

    ``position`` is the peak (negative below threshold), ``half_width`` its half-width in e, ``smallest``
    the scale below which the integrand is sqrt(e) times a constant, ``panel`` the length of a panel
    in units of the logarithm. Returns (e, e - position, weights), each of shape ``(n,)``; the distance
    is returned because near a narrow peak it is lost in the rounding of e.
    """
    first = min(smallest, 0.1 * max(abs(position), half_width))
    threshold = first * legendre.nodes**2  # e = first z^2 takes away the square root at threshold
    threshold_weights = 2.0 * first * legendre.nodes * legendre.weights
    if position <= 0.0:
        e, weights = logarithmic_panels(first, largest, panel, legendre)
        e, weights = np.concatenate((threshold, e)), np.concatenate((threshold_weights, weights))
        return e, e - position, weights
    left, right = 0.5 * position, position
    below, below_weights = logarithmic_panels(first, position - left, panel, legendre)
    peak, peak_weights = peak_panels(half_width, left, right, panel, legendre)
    above, above_weights = logarithmic_panels(position + right, largest, panel, legendre)
    e = np.concatenate((threshold, below, position + peak, above))
    distance = np.concatenate((threshold - position, below - position, peak, above - position))
    return e, distance, np.concatenate((threshold_weights, below_weights, peak_weights, above_weights))


@kernel
def logarithmic_panels(lower: float, upper: float, panel: float, legendre: Rule) -> tuple[Array, Array]:
    """Nodes and weights between ``lower`` and ``upper`` in panels of equal length in the logarithm."""
    logarithms, weights = _uniform_panels(math.log(lower), math.log(upper), panel, legendre)
    nodes = np.exp(logarithms)
    return nodes, nodes * weights


@kernel
def peak_panels(half_width: float, left: float, right: float, panel: float, legendre: Rule) -> tuple[Array, Array]:
    """Nodes and weights in the distance from the peak, from -``left`` to ``right``, uniform in its asinh.

    For a peak much narrower than its surroundings what is closest to it is one point, which carries the
    Breit-Wigner's integral over that core, and the rest is uniform in the logarithm on either side.
    """
    core = 3e-4 * left
    if half_width < 0.01 * core:
        below, below_weights = logarithmic_panels(core, left, panel, legendre)
        above, above_weights = logarithmic_panels(core, right, panel, legendre)
        core_weight = 2.0 * half_width * math.atan(core / half_width)
        nodes = np.concatenate((-below, np.array([0.0]), above))
        return nodes, np.concatenate((below_weights, np.array([core_weight]), above_weights))
    start, stop = -math.asinh(left / half_width), math.asinh(right / half_width)
    xi, weights = _uniform_panels(start, stop, min(panel, 2.0), legendre)
    return half_width * np.sinh(xi), half_width * np.cosh(xi) * weights


@kernel
def _uniform_panels(start: float, stop: float, panel: float, legendre: Rule) -> tuple[Array, Array]:
    """Gauss-Legendre points in equal panels, at most ``panel`` long, between ``start`` and ``stop``."""
    n_panels, n_points = max(1, math.ceil((stop - start) / panel)), legendre.nodes.size
    length = (stop - start) / n_panels
    nodes, weights = np.empty(n_panels * n_points), np.empty(n_panels * n_points)
    for k in range(n_panels):
        nodes[k * n_points : (k + 1) * n_points] = start + length * (k + legendre.nodes)
        weights[k * n_points : (k + 1) * n_points] = length * legendre.weights
    return nodes, weights
