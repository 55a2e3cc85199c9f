"""Quadrature of a function with any number of narrow peaks, steps and kinks, found where they are.

Panels of Gauss-Legendre points, to begin with a tenth of an e-fold long, are halved until the values in
each are those of a polynomial. What hides between the points gives itself away: a Breit-Wigner peak falls as slowly as
one over the square of the distance, and a peak that counts stands above the rest by so much that its tails, at the
nearest point, are far above the tolerance. Peaks and kinks that are known are given as ``places``, where panels begin.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from alpfit.numerics.compile import higher_order_kernel, kernel
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


class Search(NamedTuple):
    """What a search is told: ``places (k, 2)``, edges ``uniform`` in the logarithm, and when to end.

    The last orders of the rule ``legendre`` say how rough a panel is (:func:`judge`); ``most`` points are enough.
    """

    places: Array
    uniform: Array
    tolerance: float
    legendre: Rule
    last_orders: Array
    rounding: float
    enough: int
    most: int


Panels = tuple[Array, Array, Array, Array]
"""Where panels begin and end ``(k,)``, the values in them ``(k, m)`` and the errors of their integrals ``(k,)``."""

Found = tuple[Array, Array, Array, Array, Array]
"""The fields of :class:`AdaptiveNodes`: compiled code hands plain tuples to Python."""


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
    search = search_for(places, smallest, largest, tolerance, legendre)
    return AdaptiveNodes(*cast(Any, find_nodes).py_func(lambda e, _: function(e), None, search))


def search_for(
    places: Sequence[tuple[float, float]], smallest: float, largest: float, tolerance: float, legendre: Rule
) -> Search:
    """The search that :func:`adaptive_nodes` makes, for :func:`find_nodes`."""
    scales = [max(abs(position), half_width) for position, half_width in places if position != 0.0 or half_width > 0.0]
    uniform = _uniform_edges(min([smallest, *(0.1 * scale for scale in scales)]), largest)
    around, orders = np.array(places, dtype=float).reshape(-1, 2), _last_orders(legendre.nodes.size)
    return Search(around, uniform, tolerance, legendre, orders, ROUNDING, ENOUGH, MOST)


@higher_order_kernel
def find_nodes(function: Any, arguments: Any, search: Search) -> Found:
    """:func:`adaptive_nodes` of ``function(e, arguments)``.

    This is the search in compiled code, with a compiled function; as plain Python it is that with one of arrays.
    """
    legendre, tolerance, n_points = search.legendre, search.tolerance, 0
    begin, end = first_panels(search.places, search.uniform, search.rounding)
    kept = begin[:0], end[:0], np.empty((0, legendre.nodes.size)), begin[:0]
    while begin.size > 0:
        e = panel_nodes(begin, end, legendre.nodes)
        values = function(e.ravel(), arguments).reshape(e.shape)
        split, errors, tolerance = judge(
            begin, end, e, values, search.last_orders, tolerance, search.rounding, search.enough
        )
        n_points += e.size
        if n_points > search.most:
            split[:] = False
        kept = keep(kept, (begin, end, values, errors), split)
        begin, end = halves(begin, end, split)
    first = search.uniform[0]
    threshold = first * legendre.nodes**2  # e = first z^2 takes away the square root at threshold
    return in_order(kept, first, threshold, function(threshold, arguments), legendre)


@kernel
def first_panels(places: Array, uniform: Array, rounding: float) -> tuple[Array, Array]:
    """Where the first panels begin and end: uniform in the logarithm, and around each place at the scale of a peak."""
    first, largest, n = uniform[0], uniform[-1], uniform.size
    edges = np.empty(
        n + np.sum(np.array([1 + 2 * _octaves(place, half, largest) for place, half in places], dtype=np.int64))
    )
    edges[:n] = uniform
    for position, half_width in places:
        edges[n], n = position, n + 1
        for k in range(_octaves(position, half_width, largest)):
            distance = half_width * 2.0 ** (k - 1)
            edges[n], edges[n + 1], n = position - distance, position + distance, n + 2
    edges, n, last = np.sort(edges[:n]), 0, -math.inf
    for edge in edges:
        if first <= edge <= largest and edge > last:
            if n == 0 or edge - last > 0.25 * rounding * (2.0 + last):
                edges[n], n = edge, n + 1
            last = edge
    return edges[: n - 1].copy(), edges[1:n].copy()


@kernel
def _octaves(position: float, half_width: float, largest: float) -> int:
    """How often half of ``half_width`` is doubled until it reaches over everything; never for a kink."""
    most = 1100.0  # from the smallest to the largest of numbers
    if not half_width > 0.0:
        return 0
    return 1 + max(1, math.ceil(min(math.log2(max(largest, abs(position)) / half_width), most)))


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


@kernel
def keep(kept: Panels, fresh: Panels, split: NDArray[np.bool_]) -> Panels:
    """The panels ``kept`` with those of the ``fresh`` after them that are not to be ``split``."""
    n, m = kept[0].size, kept[2].shape[1]
    size = n + split.size - np.sum(split)
    begin, end, values, errors = np.empty(size), np.empty(size), np.empty((size, m)), np.empty(size)
    begin[:n], end[:n], values[:n], errors[:n] = kept
    for i in range(split.size):
        if not split[i]:
            begin[n], end[n], errors[n] = fresh[0][i], fresh[1][i], fresh[3][i]
            for j in range(m):
                values[n, j] = fresh[2][i, j]
            n += 1
    return begin, end, values, errors


@kernel
def halves(begin: Array, end: Array, split: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Where the halves begin and end of the panels that are ``split``: first those on the left."""
    n, k = np.sum(split), 0
    begins, ends = np.empty(2 * n), np.empty(2 * n)
    for i in range(split.size):
        if split[i]:
            middle = 0.5 * (begin[i] + end[i])
            begins[k], ends[k], begins[n + k], ends[n + k] = begin[i], middle, middle, end[i]
            k += 1
    return begins, ends


@kernel
def in_order(kept: Panels, first: float, threshold: Array, at_threshold: Array, legendre: Rule) -> Found:
    """All nodes, ascending: those of the panels ``kept`` after those at ``threshold``, which reach to ``first``."""
    order, m = np.argsort(kept[0]), legendre.nodes.size
    begin, end, errors = kept[0][order], kept[1][order], kept[3][order]
    nodes, weights, values = np.empty((order.size + 1, m)), np.empty((order.size + 1, m)), np.empty((order.size + 1, m))
    nodes[0], nodes[1:] = threshold, panel_nodes(begin, end, legendre.nodes)
    for j in range(m):
        weights[0, j], values[0, j] = 2.0 * first * legendre.nodes[j] * legendre.weights[j], at_threshold[j]
        for i in range(order.size):
            weights[i + 1, j], values[i + 1, j] = (end[i] - begin[i]) * legendre.weights[j], kept[2][order[i], j]
    return nodes.ravel(), weights.ravel(), values.ravel(), 0.5 * (begin + end), errors


@lru_cache(maxsize=64)
def _uniform_edges(first: float, largest: float) -> Array:
    return np.geomspace(first, largest, math.ceil(math.log(largest / first) / PANEL) + 1)


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
    top, low, rising = 0, 0, False
    for i in range(e.size):
        if not rising:
            if height[i] < height[low]:
                low = i
            elif height[low] <= height[i] / ratio:
                top, rising = i, True
        elif height[i] > height[top]:
            top = i
        elif height[i] <= height[top] / ratio:
            first = top
            while first < i:  # or there are more of the same height
                last = first
                while height[last + 1] == height[first]:
                    last += 1
                if height[first] == height[top]:
                    left, right = _fallen_at(first, -1, ratio, height, e), _fallen_at(last, 1, ratio, height, e)
                    places[n], half_widths[n] = e[(first + last) // 2], 0.5 * (right - left)
                    n += 1
                first = last + 1
            low, rising = i, False
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
