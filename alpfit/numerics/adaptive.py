"""Quadrature of a function with any number of narrow peaks, steps and kinks, found where they are.

Panels of Gauss-Legendre points, to begin with a tenth of an e-fold long, are halved until the values in
each are those of a polynomial. What hides between the points gives itself away: a Breit-Wigner peak falls as slowly as
one over the square of the distance, and a peak that counts stands above the rest by so much that its tails, at the
nearest point, are far above the tolerance. Peaks and kinks that are known are given as ``places``, where panels begin.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel
from alpfit.numerics.quadrature import Rule, legendre_rule

Array = NDArray[np.float64]

PANEL = 0.1
"""Length of the first panels in the logarithm."""
ROUNDING = 32.0 * float(np.finfo(float).eps)
"""Of a function that changes by its own size within a panel, times the panel's distance from -2 over its length: its
argument is s = m^2 (2 + e)^2, which is known to one unit in the last place."""
ENOUGH, MOST = 500, 1_000_000
"""Panels to be halved at once, beyond which it is noise that is being followed, and points in all."""


class AdaptiveNodes(NamedTuple):
    """Nodes, weights and values ``(n,)``, ascending; by panel, ``(k,)``, its middle and the error of its integral."""

    nodes: Array
    weights: Array
    values: Array
    middles: Array
    errors: Array


def adaptive_nodes(
    function: Callable[[Array], Array],
    places: Sequence[tuple[float, float]],
    smallest: float,
    largest: float,
    tolerance: float,
    legendre: Rule,
) -> AdaptiveNodes:
    """Nodes for integrals of sqrt(e) times ``function`` times anything smooth, e from 0 to ``largest``.

    ``places`` are the positions of peaks and kinks with their half-widths, zero for a kink; below ``smallest``, or a
    tenth of the smallest scale in ``places``, sqrt(e) times the function is a constant. ``tolerance`` is that of the
    smoothness in a panel, relative to its largest value; it is raised where the function is noise at that level.
    """
    scales = [max(abs(position), half_width) for position, half_width in places if position != 0.0 or half_width > 0.0]
    first = min([smallest, *(0.1 * scale for scale in scales)])
    edges = _first_edges(places, first, largest)
    last_orders = _last_orders(legendre.nodes.size)
    begin, end, n_points, kept = edges[:-1], edges[1:], 0, []
    while begin.size:
        e = begin[:, None] + (end - begin)[:, None] * legendre.nodes
        values = function(e.ravel()).reshape(e.shape)
        n_points += e.size
        height, rough = roughness(e, values, last_orders)
        rounding = ROUNDING * (2.0 + end) / (end - begin)
        split = rough > (tolerance + rounding) * height
        while tolerance < 1e-4 and split.sum() > ENOUGH:
            tolerance *= 10.0
            split = rough > (tolerance + rounding) * height
        if n_points > MOST:
            split[:] = False
        error = np.minimum(rough, height) * (end - begin)
        kept.append((begin[~split], end[~split], values[~split], error[~split]))
        middle = 0.5 * (begin[split] + end[split])
        begin, end = np.append(begin[split], middle), np.append(middle, end[split])
    begin, end, values, errors = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    order = np.argsort(begin)
    begin, length, values = begin[order], (end - begin)[order], values[order]
    threshold = first * legendre.nodes**2  # e = first z^2 takes away the square root at threshold
    return AdaptiveNodes(
        np.concatenate([threshold, (begin[:, None] + length[:, None] * legendre.nodes).ravel()]),
        np.concatenate([2.0 * first * legendre.nodes * legendre.weights, (length[:, None] * legendre.weights).ravel()]),
        np.concatenate([function(threshold), values.ravel()]),
        begin + 0.5 * length,
        errors[order],
    )


@cache
def _last_orders(m: int, n: int = 4) -> Array:
    """What the last ``n`` Legendre coefficients are of the values at ``m`` points: ``(n, m)``."""
    legendre, orders = legendre_rule(m), np.arange(m)
    transform = (2.0 * orders + 1.0) * legendre.weights[:, None] * legvander(2.0 * legendre.nodes - 1.0, orders[-1])
    return np.ascontiguousarray(transform.T[-n:])


@kernel
def roughness(e: Array, values: Array, last_orders: Array) -> tuple[Array, Array]:
    """Of sqrt(e) times the ``values (k, m)`` in each of k panels: the largest, and the largest of the last orders."""
    height, rough, smooth = np.empty(e.shape[0]), np.empty(e.shape[0]), np.empty(e.shape[1])
    for i in range(e.shape[0]):
        height[i], rough[i] = 0.0, 0.0
        for j in range(smooth.size):
            smooth[j] = values[i, j] * math.sqrt(e[i, j])
            height[i] = max(height[i], abs(smooth[j]))
        for n in range(last_orders.shape[0]):
            coefficient = 0.0
            for j in range(smooth.size):
                coefficient += smooth[j] * last_orders[n, j]
            rough[i] = max(rough[i], abs(coefficient))
    return height, rough


def _first_edges(places: Sequence[tuple[float, float]], first: float, largest: float) -> Array:
    """Where the first panels begin and end: uniform in the logarithm, and around each place at the scale of a peak."""
    edges: list[Array] = [np.geomspace(first, largest, math.ceil(math.log(largest / first) / PANEL) + 1)]
    for position, half_width in places:
        edges.append(np.array([position]))
        if half_width > 0.0:
            n = max(1, math.ceil(math.log2(max(largest, abs(position)) / half_width)))
            distances: Array = half_width * np.exp2(np.arange(-1.0, n))
            edges += [position - distances, position + distances]
    together: Array = np.unique(np.concatenate(edges))
    together = together[(together >= first) & (together <= largest)]
    apart = np.diff(together) > 0.25 * ROUNDING * (2.0 + together[:-1])
    return np.asarray(together[np.append(True, apart)])


def prominent_peaks(e: Array, values: Array) -> list[tuple[float, float]]:
    """(position, half-width) of each peak of sqrt(e) times the ``values`` twice as high as what surrounds it."""
    from scipy.signal import find_peaks, peak_widths

    height = np.log(np.maximum(values * np.sqrt(e), 1e-300))
    at, found = find_peaks(height, prominence=math.log(2.0))
    halved = (np.full(at.size, math.log(2.0)), found["left_bases"], found["right_bases"])
    left, right = peak_widths(height, at, rel_height=1.0, prominence_data=halved)[2:]
    index = np.arange(e.size)
    widths = 0.5 * (np.interp(right, index, e) - np.interp(left, index, e))
    return [(float(e[i]), float(width)) for i, width in zip(at, widths, strict=True)]
