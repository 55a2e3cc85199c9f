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
    """exp(u) K_order(u) for order 1 or 2 and u > 1; relative error below 1e-8 with 8 points."""
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
    e, distance, weight = [0.0], [0.0], [0.0]
    e.clear()
    distance.clear()
    weight.clear()
    scale = max(abs(position), half_width)
    first = min(smallest, 0.1 * scale)
    for i in range(legendre.nodes.size):  # e = first z^2 takes away the square root at threshold
        z = legendre.nodes[i]
        e.append(first * z * z)
        weight.append(2.0 * first * z * legendre.weights[i])
        distance.append(e[-1] - position)
    if position <= 0.0:
        _logarithmic_panels(first, largest, position, panel, legendre, e, distance, weight)
    else:
        left, right = 0.5 * position, position
        _logarithmic_panels(first, position - left, position, panel, legendre, e, distance, weight)
        _peak_panels(position, half_width, left, right, panel, legendre, e, distance, weight)
        _logarithmic_panels(position + right, largest, position, panel, legendre, e, distance, weight)
    return np.array(e), np.array(distance), np.array(weight)


@kernel
def _logarithmic_panels(  # type: ignore[no-untyped-def]
    lower, upper, position, panel, legendre, e, distance, weight
) -> None:
    span = math.log(upper / lower)
    n_panels = max(1, math.ceil(span / panel))
    for k in range(n_panels):
        for i in range(legendre.nodes.size):
            node = lower * math.exp(span * (k + legendre.nodes[i]) / n_panels)
            e.append(node)
            distance.append(node - position)
            weight.append(node * span / n_panels * legendre.weights[i])


@kernel
def _peak_panels(  # type: ignore[no-untyped-def]
    position, half_width, left, right, panel, legendre, e, distance, weight
) -> None:
    """Panels in asinh(distance / scale), from ``left`` below to ``right`` above the peak.

    For a peak much narrower than its surroundings the scale is that of the surroundings, and what
    is closer is one point that carries the Breit-Wigner's integral over that core.
    """
    core = 3e-4 * left
    if half_width < 0.01 * core:
        e.append(position)
        distance.append(0.0)
        weight.append(2.0 * half_width * math.atan(core / half_width))
        for side in (-1.0, 1.0):
            reach = left if side < 0.0 else right
            span = math.log(reach / core)
            n_panels = math.ceil(span / panel)
            for k in range(n_panels):
                for i in range(legendre.nodes.size):
                    d = core * math.exp(span * (k + legendre.nodes[i]) / n_panels)
                    e.append(position + side * d)
                    distance.append(side * d)
                    weight.append(d * span / n_panels * legendre.weights[i])
    else:
        start, stop = -math.asinh(left / half_width), math.asinh(right / half_width)
        span = stop - start
        n_panels = math.ceil(span / min(panel, 2.0))
        for k in range(n_panels):
            for i in range(legendre.nodes.size):
                xi = start + span * (k + legendre.nodes[i]) / n_panels
                d = half_width * math.sinh(xi)
                e.append(position + d)
                distance.append(d)
                weight.append(half_width * math.cosh(xi) * span / n_panels * legendre.weights[i])
