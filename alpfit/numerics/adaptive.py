"""Quadrature of a function with any number of narrow peaks, steps and kinks, found where they are.

Panels of Gauss-Legendre points, to begin with a tenth of an e-fold long, are halved until the values in
each are those of a polynomial. What hides between the points gives itself away: a Breit-Wigner peak falls as slowly as
one over the square of the distance, and a peak that counts stands above the rest by so much that its tails, at the
nearest point, are far above the tolerance. Peaks and kinks that are known are given as ``places``, where panels begin.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
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
        e = panel_nodes(begin, end, legendre.nodes)
        values = function(e.ravel()).reshape(e.shape)
        n_points += e.size
        split, errors, tolerance = judge(begin, end, e, values, last_orders, tolerance, ROUNDING, ENOUGH)
        if n_points > MOST:
            split[:] = False
        done = ~split
        kept.append((begin[done], end[done], values[done], errors[done]))
        begin, end = begin[split], end[split]
        middle = 0.5 * (begin + end)
        begin, end = np.concatenate([begin, middle]), np.concatenate([middle, end])
    begin, end, values, errors = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    order = np.argsort(begin)
    begin, end, values = begin[order], end[order], values[order]
    threshold = first * legendre.nodes**2  # e = first z^2 takes away the square root at threshold
    return AdaptiveNodes(
        np.concatenate([threshold, panel_nodes(begin, end, legendre.nodes).ravel()]),
        np.concatenate(
            [2.0 * first * legendre.nodes * legendre.weights, np.outer(end - begin, legendre.weights).ravel()]
        ),
        np.concatenate([function(threshold), values.ravel()]),
        0.5 * (begin + end),
        errors[order],
    )


@kernel
def panel_nodes(begin: Array, end: Array, points: Array) -> Array:
    """The ``points (m,)`` of a rule on (0, 1) in each of the panels: ``(k, m)``."""
    nodes = np.empty((begin.size, points.size))
    for i in range(begin.size):
        for j in range(points.size):
            nodes[i, j] = begin[i] + (end[i] - begin[i]) * points[j]
    return nodes


@cache
def _last_orders(m: int, n: int = 4) -> Array:
    """What the last ``n`` Legendre coefficients are of the values at ``m`` points: ``(n, m)``."""
    legendre, orders = legendre_rule(m), np.arange(m)
    transform = (2.0 * orders + 1.0) * legendre.weights[:, None] * legvander(2.0 * legendre.nodes - 1.0, orders[-1])
    return np.ascontiguousarray(transform.T[-n:])


@kernel
def judge(
    begin: Array,
    end: Array,
    e: Array,
    values: Array,
    last_orders: Array,
    tolerance: float,
    rounding: float,
    enough: int,
) -> tuple[NDArray[np.bool_], Array, float]:
    """Which of the panels are to be halved, the error of the integral in each, and the tolerance.

    That is raised where more than ``enough`` are rough. ``e`` and ``values`` are ``(k, m)``; the last of the Legendre
    coefficients of sqrt(e) times the values say how rough it is, beside the largest.
    """
    n, smooth = begin.size, np.empty(e.shape[1])
    rough, errors, split = np.empty(n), np.empty(n), np.empty(n, dtype=np.bool_)
    for i in range(n):
        height, last = 0.0, 0.0
        for j in range(smooth.size):
            smooth[j] = values[i, j] * math.sqrt(e[i, j])
            height = max(height, abs(smooth[j]))
        for k in range(last_orders.shape[0]):
            coefficient = 0.0
            for j in range(smooth.size):
                coefficient += smooth[j] * last_orders[k, j]
            last = max(last, abs(coefficient))
        errors[i] = min(last, height) * (end[i] - begin[i])
        relative = last / height if height > 0.0 else 0.0
        rough[i] = relative - rounding * (2.0 + end[i]) / (end[i] - begin[i])
    while True:
        n_split = 0
        for i in range(n):
            split[i] = rough[i] > tolerance
            n_split += 1 if split[i] else 0
        if n_split <= enough or tolerance >= 1e-4:
            return split, errors, tolerance
        tolerance *= 10.0


@lru_cache(maxsize=64)
def _uniform_edges(first: float, largest: float) -> Array:
    return np.geomspace(first, largest, math.ceil(math.log(largest / first) / PANEL) + 1)


def _first_edges(places: Sequence[tuple[float, float]], first: float, largest: float) -> Array:
    """Where the first panels begin and end: uniform in the logarithm, and around each place at the scale of a peak."""
    edges: list[Array] = [_uniform_edges(first, largest)]
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
    places, half_widths = find_peaks(e, values, 2.0)
    return list(zip(places.tolist(), half_widths.tolist(), strict=True))


@kernel
def find_peaks(e: Array, values: Array, ratio: float) -> tuple[Array, Array]:
    """Peaks ``ratio`` times as high as the lowest point on the way to anything higher: places and half-widths ``(k,)``.

    The width is that at which sqrt(e) times the ``values`` has fallen by as much, on both sides.
    """
    floor = 1e-300
    height, places, half_widths, n = np.empty(e.size), np.empty(e.size), np.empty(e.size), 0
    for i in range(e.size):
        height[i] = max(values[i] * math.sqrt(e[i]), floor)
    i = 1
    while i < e.size - 1:
        last = i
        while last < e.size - 1 and height[last + 1] == height[i]:
            last += 1
        if height[i - 1] < height[i] and last < e.size - 1 and height[last + 1] < height[i]:
            left, right = _fallen_at(i, -1, ratio, height, e), _fallen_at(last, 1, ratio, height, e)
            if left >= 0.0 and right >= 0.0:
                places[n], half_widths[n] = e[(i + last) // 2], 0.5 * (right - left)
                n += 1
        i = last + 1
    return places[:n].copy(), half_widths[:n].copy()


@kernel
def _fallen_at(start: int, direction: int, ratio: float, height: Array, e: Array) -> float:
    """Where, from ``start`` on, ``height`` has fallen by ``ratio``; -1 if it rises above that of ``start`` first."""
    i, level = start + direction, height[start] / ratio
    while 0 <= i < e.size and height[i] <= height[start]:
        if height[i] <= level:
            before = i - direction
            part = math.log(height[before] / level) / math.log(height[before] / height[i])
            return float(e[before] + (e[i] - e[before]) * part)
        i += direction
    return -1.0
