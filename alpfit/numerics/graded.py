"""Quadrature of a function with any number of narrow peaks and kinks, for the general case where speed matters less."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.quadrature import Rule

Array = NDArray[np.float64]


class Center(NamedTuple):
    """A place around which nodes are graded: a peak of some ``half_width``, or a kink, whose half-width is zero."""

    position: float
    half_width: float


class GradedNodes(NamedTuple):
    """Nodes and weights ``(n,)``, ascending; ``n_low`` of them are not graded by the first narrow peak or beyond it.

    That peak is at ``first_peak``; without one ``n_low`` is n and ``first_peak`` zero.
    """

    nodes: Array
    weights: Array
    n_low: int
    first_peak: float


def graded_nodes(
    peaks: Sequence[tuple[float, float]],
    kinks: Sequence[float],
    smallest: float,
    largest: float,
    panel: float,
    legendre: Rule,
) -> GradedNodes:
    """Nodes for the integral from 0 to ``largest`` of the square root times a function with ``peaks`` and ``kinks``.

    ``peaks`` are (position, half-width); of those at or below zero only the tail is in reach. Around zero and each
    center panels of length ``panel`` are uniform in the logarithm of the distance, from ``smallest`` on, or across
    a peak in its inverse hyperbolic sine.
    """
    scales = [max(abs(position), half_width) for position, half_width in peaks]
    smallest = min([smallest, *(0.1 * scale for scale in scales)])
    broad = 0.3  # a peak as broad as its position is resolved from zero
    inside = [Center(*peak) for peak in peaks if 0.0 < peak[0] < largest and peak[1] < broad * peak[0]]
    inside += [Center(kink, 0.0) for kink in kinks if 0.0 < kink < largest]
    inside.sort(key=lambda center: (center.position, center.half_width or math.inf))
    places = {center.position: center for center in reversed(inside)}  # of several in one place the narrowest peak
    centers = [Center(0.0, 0.0), *(places[position] for position in sorted(places))]
    narrow = [center for center in centers if center.half_width > 0.0]
    first_peak = narrow[0].position if narrow else 0.0
    nodes: list[Array] = []
    weights: list[Array] = []
    n_low = 0
    for left, right in pairwise(centers):
        gap = right.position - left.position
        reach = 0.75 * gap if left.position == 0.0 else 0.5 * gap
        for center, side, length in ((left, 1.0, reach), (right, -1.0, gap - reach)):
            if side < 0.0 and center.position == first_peak:
                n_low = sum(part.size for part in nodes)
            distance, weight = _one_side(center.half_width, length, smallest, panel, legendre)
            order = slice(None, None, int(side))
            nodes.append((center.position + side * distance)[order])
            weights.append(weight[order])
    distance, weight = _one_side(centers[-1].half_width, largest - centers[-1].position, smallest, panel, legendre)
    nodes.append(centers[-1].position + distance)
    weights.append(weight)
    e = np.concatenate(nodes)
    return GradedNodes(e, np.concatenate(weights), n_low if narrow else e.size, first_peak)


def _one_side(half_width: float, length: float, smallest: float, panel: float, legendre: Rule) -> tuple[Array, Array]:
    """Distances and weights from a center to ``length`` away; a peak too narrow for double precision is one point."""
    unresolved = 1e-13  # beside one, the rounding of s/(4 m^2)
    if half_width > unresolved:
        xi, weights = _uniform(0.0, math.asinh(length / half_width), min(panel, 2.0), legendre)
        return half_width * np.sinh(xi), half_width * np.cosh(xi) * weights
    core = min(1e4 * unresolved, 0.01 * length) if half_width > 0.0 else min(smallest, 0.1 * length)
    logarithms, weights = _uniform(math.log(core), math.log(length), panel, legendre)
    distance = np.exp(logarithms)
    weights = distance * weights
    if half_width > 0.0:
        core_weight = half_width * math.atan(core / half_width)  # the Breit-Wigner's integral over its peak value
        return np.append(0.0, distance), np.append(core_weight, weights)
    threshold = core * legendre.nodes**2  # takes away a square root at the center
    return np.append(threshold, distance), np.append(2.0 * core * legendre.nodes * legendre.weights, weights)


def _uniform(start: float, stop: float, panel: float, legendre: Rule) -> tuple[Array, Array]:
    """Nodes and weights in equal panels, at most ``panel`` long."""
    edges = np.linspace(start, stop, max(1, math.ceil((stop - start) / panel)) + 1)
    lengths = np.diff(edges)[:, None]
    return (edges[:-1, None] + lengths * legendre.nodes).ravel(), (lengths * legendre.weights).ravel()
