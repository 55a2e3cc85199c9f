"""The cross-section of a dark sector at quadrature nodes, with its peaks found wherever they are, or an error."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.adaptive import AdaptiveNodes, adaptive_nodes, prominent_peaks
from alpfit.numerics.compile import kernel
from alpfit.numerics.quadrature import Rule
from alpfit.relic.averages import Nodes, Shape, weigh_nodes
from alpfit.relic.dark_sector import DarkSector

Array = NDArray[np.float64]

TOLERANCE, TABLE_TOLERANCE = 1e-9, 1e-6
"""Of the smoothness of sigma in a panel: so tight that the tails of peaks between the nodes show. For tables, whose
rows are all that there is to see, as tight as the relic density needs."""

UNRESOLVED, CORE = 1e-13, 1e-9
"""Half-width in e below which a peak is one point, beside 2 the rounding of sqrt(s)/m, and the half-width of the gap
that is left for it: there rounding leaves s - M^2 seven digits."""

ACCURACY = 5e-3
"""Largest estimated error of an integral of sigma at any temperature. The estimate is that of the worst case."""

BROAD = 0.3
"""Half-width over position of a peak that does not freeze out by itself."""


def sector_nodes(sector: DarkSector, smallest: float, largest: float, legendre: Rule) -> Nodes:
    """Nodes in e = sqrt(s)/m - 2; :class:`ConfigurationError` where integrals over them would not have converged."""
    mass = float(sector.mass)
    peaks = [(position / mass - 2.0, 0.5 * width / mass) for position, width in sector.resonances]
    points = [peak for peak in peaks if peak[1] <= UNRESOLVED and CORE < peak[0] < largest]
    places = [(position, max(width, 2.0 * CORE) if (position, width) in points else width) for position, width in peaks]
    kinks = {*sector.thresholds, *sector.openings}
    places += [(place / mass - 2.0, 0.0) for place in sorted(kinks)]
    threshold = 4.0 * mass**2

    def sigma(e: Array) -> Array:
        return sector.sigma(np.maximum((mass * (2.0 + e)) ** 2, threshold * (1.0 + 1e-15)))

    tolerance = TABLE_TOLERANCE if any(channel.is_tabulated for channel in sector.channels) else TOLERANCE
    found = adaptive_nodes(sigma, places, smallest, largest, tolerance, legendre)
    outside_cores = np.all([np.abs(found.middles - position) > CORE for position, _ in points], axis=0)
    _check_convergence(found, np.where(outside_cores, found.errors, 0.0), mass)
    peaks = prominent_peaks(found.nodes, found.values)
    narrow = [position for position, half_width in peaks if half_width < BROAD * position]
    e, weighted = _with_points(found, points, sigma, mass)
    first_peak = min([*narrow, *(position for position, _ in points)], default=0.0)
    opening = min((place / mass - 2.0 for place in sector.openings), default=0.0)
    above = 0.75 * first_peak or opening  # what is beyond freezes out by itself
    first = int(np.argmax(weighted > 0.0))
    smooth = smooth_below(found.nodes, found.values, above or math.inf)
    if first > 0:  # nothing at rest: suppressed by the energy where annihilation begins, and all there is
        shape = Shape(0, float(e[first]), smooth, 0.0, math.inf)
    elif above > 0.0:
        n_low, suppression = int(np.searchsorted(e, above)), first_peak or opening
        shape = Shape(n_low, suppression, smooth, 0.0, 90.0 / suppression)  # exp(-90): beyond what can enhance
    else:
        shape = Shape(e.size, 0.0, smooth, 0.0, 0.0)
    return weigh_nodes(e[first:], weighted[first:], shape)


@kernel
def smooth_below(e: Array, values: Array, end: float) -> float:
    """Below which e sqrt(e) times the ``values`` is a constant but for a third of e over that; e[0] for a p-wave.

    From what is below ``end``, without what rounding does to s - 4 m^2.
    """
    reference, rounding, largest, third = 1e-8, 1e-14, 100.0, 0.3
    last, first = np.searchsorted(e, end), np.searchsorted(e, reference)
    if first >= last or not values[first] > 0.0:
        return float(e[0])
    at_rest, scale = values[first] * math.sqrt(e[first]), largest
    for i in range(last):
        change = abs(values[i] * math.sqrt(e[i]) / at_rest - 1.0) - rounding / e[i]
        if change * scale > e[i]:
            scale = e[i] / change
    return max(third * scale, float(e[0]))


def _check_convergence(found: AdaptiveNodes, errors: Array, mass: float) -> None:
    """Whether the integral of sigma is known at all temperatures."""
    worst = first_not_converged(np.geomspace(2.0, 1e6, 24), *found[:4], errors, ACCURACY)
    if worst >= 0:
        root_s = mass * (2.0 + float(found.middles[worst]))
        raise ConfigurationError(
            f"cross_section: its integral does not converge near sqrt(s) = {root_s:.12g} GeV, where it has a peak "
            "that is too narrow to be resolved, or noise: give it a smoother function, or name the peak in "
            "resonances with its position and width"
        )


@kernel
def first_not_converged(
    temperatures: Array, e: Array, weights: Array, values: Array, middles: Array, errors: Array, accuracy: float
) -> int:
    """At the first of the m/T = ``temperatures`` at which the integral is not known, which panel is the worst; or -1.

    ``errors`` are those of the panels around ``middles``; before the nodes of the first are as many that have none.
    """
    n = middles.size
    m, integrals, uncertain, begin = e.size // (n + 1), np.zeros(n), np.empty(n), math.inf
    for i in range(e.size):
        weighted = weights[i] * values[i] * e[i] * (e[i] + 4.0) * (2.0 + e[i]) ** 2
        if weighted > 0.0 and begin == math.inf:
            begin = e[i]
        if i >= m:
            integrals[i // m - 1] += weighted
    if begin == math.inf:
        return -1
    for k in range(n):
        uncertain[k] = errors[k] * math.sqrt(middles[k]) * (middles[k] + 4.0) * (2.0 + middles[k]) ** 2
    for x in temperatures:
        total, square, largest, worst = 0.0, 0.0, -1.0, 0
        for k in range(n):
            thermal = math.exp(-x * max(middles[k] - begin, 0.0))
            total += integrals[k] * thermal
            part = uncertain[k] * thermal
            square += part * part
            if part > largest:
                largest, worst = part, k
        if not math.sqrt(square) <= accuracy * total:
            return worst
    return -1


def _with_points(
    found: AdaptiveNodes, points: list[tuple[float, float]], sigma: Callable[[Array], Array], mass: float
) -> tuple[Array, Array]:
    """Nodes, and sigma times their weights, with peaks that are too narrow for double precision as one point each."""
    e, weighted = found.nodes, found.values * found.weights
    for position, half_width in points:
        outside = np.abs(e - position) > CORE
        e, weighted = e[outside], weighted[outside]
        height, *beside = sigma(position + np.array([0.0, 1e-2 * CORE, -1e-2 * CORE, CORE, -CORE]))
        near, far = 0.5 * (beside[0] + beside[1]), 0.5 * (beside[2] + beside[3])
        tail, expected = (near - far) * (1e-2 * CORE) ** 2, height * half_width**2
        if max(tail, expected) > 1e-2 * near * (1e-2 * CORE) ** 2 and not 0.9 * expected < tail < 1.1 * expected:
            raise ConfigurationError(
                f"resonances: the peak at {mass * (2.0 + position):.12g} GeV is not one of width "
                f"{2.0 * half_width * mass:g} GeV: its height and its tails do not agree; mend position or width"
            )
        core = height * 2.0 * half_width * math.atan(CORE / half_width)  # the Breit-Wigner's integral
        at = int(np.searchsorted(e, position))
        e, weighted = np.insert(e, at, position), np.insert(weighted, at, core)
    return e, weighted
