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

from alpfit.numerics.compile import inner_kernel, kernel
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


Panels = tuple[Array, Array, Array, Array]
"""Where panels begin and end ``(k,)``, the values in them ``(k, m)`` and the errors of their integrals ``(k,)``."""


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
    uniform = _uniform_edges(min([smallest, *(0.1 * scale for scale in scales)]), largest)
    around, last_orders = np.array(places, dtype=float).reshape(-1, 2), _last_orders(legendre.nodes.size)
    begin, end, e = first_panels(around, uniform, ROUNDING, legendre.nodes)
    kept, n_points = _no_panels(legendre.nodes.size), 0
    while e.size:
        n_points += e.size
        enough = ENOUGH if n_points <= MOST else 0
        kept, begin, end, e, tolerance = sort_out(
            kept, begin, end, e, function(e), tolerance, ROUNDING, enough, last_orders, legendre.nodes
        )
    threshold = uniform[0] * legendre.nodes**2  # e = first z^2 takes away the square root at threshold
    return AdaptiveNodes(*in_order(kept, uniform[0], threshold, function(threshold), legendre))


def _no_panels(m: int) -> Panels:
    return np.empty(0), np.empty(0), np.empty((0, m)), np.empty(0)


@kernel
def first_panels(places: Array, uniform: Array, rounding: float, points: Array) -> tuple[Array, Array, Array]:
    """Where the first panels begin and end, and all their ``points``.

    They are uniform in the logarithm, and around each of the ``places`` at the scale of a peak.
    """
    first, largest, n = uniform[0], uniform[-1], uniform.size
    capacity = n
    for position, half_width in places:
        capacity += 1 + 2 * _octaves(position, half_width, largest)
    edges = np.empty(capacity)
    edges[:n] = uniform
    for position, half_width in places:
        edges[n], n = position, n + 1
        for k in range(_octaves(position, half_width, largest)):
            distance = half_width * 2.0 ** (k - 1)
            edges[n], edges[n + 1], n = position - distance, position + distance, n + 2
    edges, n, last = np.sort(edges), 0, -math.inf
    for edge in edges:
        if first <= edge <= largest and edge > last:
            if n == 0 or edge - last > 0.25 * rounding * (2.0 + last):
                edges[n], n = edge, n + 1
            last = edge
    begin, end = edges[: n - 1].copy(), edges[1:n].copy()
    return begin, end, panel_nodes(begin, end, points).ravel()


@inner_kernel
def _octaves(position: float, half_width: float, largest: float) -> int:
    """How often half of ``half_width`` is doubled until it reaches over everything; never for a kink."""
    most = 1100.0  # from the smallest to the largest of numbers
    if not half_width > 0.0:
        return 0
    return 1 + max(1, math.ceil(min(math.log2(max(largest, abs(position)) / half_width), most)))


@inner_kernel
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


@inner_kernel
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
def sort_out(
    kept: Panels,
    begin: Array,
    end: Array,
    e: Array,
    values: Array,
    tolerance: float,
    rounding: float,
    enough: int,
    last_orders: Array,
    points: Array,
) -> tuple[Panels, Array, Array, Array, float]:
    """The panels ``kept`` with those after them that are smooth, the halves of the others, and all their ``points``.

    Last is the tolerance as in :func:`judge`. If none is ``enough``, all are kept.
    """
    k, m = begin.size, points.size
    rows = values.reshape(k, m)
    split, errors, tolerance = judge(begin, end, e.reshape(k, m), rows, last_orders, tolerance, rounding, enough)
    if enough == 0:
        split[:] = False
    kept = _with(kept, (begin, end, rows, errors), split)
    begin, end = _halves(begin, end, split)
    return kept, begin, end, panel_nodes(begin, end, points).ravel(), tolerance


@inner_kernel
def _with(kept: Panels, fresh: Panels, split: NDArray[np.bool_]) -> Panels:
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


@inner_kernel
def _halves(begin: Array, end: Array, split: NDArray[np.bool_]) -> tuple[Array, Array]:
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
def in_order(
    kept: Panels, first: float, threshold: Array, at_threshold: Array, legendre: Rule
) -> tuple[Array, Array, Array, Array, Array]:
    """The fields of :class:`AdaptiveNodes`: nodes at ``threshold``, up to ``first``, then those in the panels."""
    order, m = np.argsort(kept[0]), legendre.nodes.size
    begin, end, errors = kept[0][order], kept[1][order], kept[3][order]
    nodes, weights, values = np.empty((order.size + 1, m)), np.empty((order.size + 1, m)), np.empty((order.size + 1, m))
    for j in range(m):
        nodes[0, j], values[0, j] = threshold[j], at_threshold[j]
        weights[0, j] = 2.0 * first * legendre.nodes[j] * legendre.weights[j]
    nodes[1:] = panel_nodes(begin, end, legendre.nodes)
    for i in range(order.size):
        length = end[i] - begin[i]
        for j in range(m):
            weights[i + 1, j], values[i + 1, j] = length * legendre.weights[j], kept[2][order[i], j]
    return nodes.ravel(), weights.ravel(), values.ravel(), 0.5 * (begin + end), errors


@lru_cache(maxsize=64)
def _uniform_edges(first: float, largest: float) -> Array:
    return np.geomspace(first, largest, math.ceil(math.log(largest / first) / PANEL) + 1)
