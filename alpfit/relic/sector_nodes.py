"""The cross-section of a dark sector at quadrature nodes, with its peaks found wherever they are, or an error."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.adaptive import AdaptiveNodes, adaptive_nodes, prominent_peaks
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
    places += [(place / mass - 2.0, 0.0) for place in sector.thresholds]
    threshold = 4.0 * mass**2

    def sigma(e: Array) -> Array:
        return sector.sigma(np.maximum((mass * (2.0 + e)) ** 2, threshold * (1.0 + 1e-15)))

    tolerance = TOLERANCE if callable(sector.cross_section) else TABLE_TOLERANCE
    found = adaptive_nodes(sigma, places, smallest, largest, tolerance, legendre)
    outside_cores = np.all([np.abs(found.middles - position) > CORE for position, _ in points], axis=0)
    _check_convergence(found, np.where(outside_cores, found.errors, 0.0), mass)
    peaks = prominent_peaks(found.nodes, found.values)
    narrow = [position for position, half_width in peaks if half_width < BROAD * position]
    e, weighted = _with_points(found, points, sigma, mass)
    first_peak = min([*narrow, *(position for position, _ in points)], default=0.0)
    first = int(np.argmax(weighted > 0.0))
    everywhere = float(e[0])  # the table is calculated at each temperature, however cold
    if first > 0:  # nothing at rest: suppressed by the energy where annihilation begins, and all there is
        shape = Shape(0, float(e[first]), everywhere, 0.0, math.inf)
    elif first_peak > 0.0:
        n_low = int(np.searchsorted(e, 0.75 * first_peak))
        shape = Shape(n_low, first_peak, everywhere, 0.0, 90.0 / first_peak)  # exp(-90): beyond what a peak can enhance
    else:
        shape = Shape(e.size, 0.0, everywhere, 0.0, 0.0)
    return weigh_nodes(e[first:], weighted[first:], shape)


def _check_convergence(found: AdaptiveNodes, errors: Array, mass: float) -> None:
    """Whether the integral of sigma is known at all temperatures."""
    e, middles = found.nodes, found.middles
    weighted = found.weights * found.values * e * (e + 4.0) * (2.0 + e) ** 2
    positive = np.flatnonzero(weighted > 0.0)
    if positive.size == 0:
        return
    errors = errors * np.sqrt(middles) * (middles + 4.0) * (2.0 + middles) ** 2
    begin = float(e[positive[0]])
    for x in np.geomspace(2.0, 1e6, 24):
        parts = errors * np.exp(-x * np.maximum(middles - begin, 0.0))
        total = float(np.sum(weighted * np.exp(-x * np.maximum(e - begin, 0.0))))
        if not math.sqrt(float(np.sum(parts**2))) <= ACCURACY * total:
            root_s = mass * (2.0 + float(middles[np.argmax(parts)]))
            raise ConfigurationError(
                f"cross_section: its integral does not converge near sqrt(s) = {root_s:.12g} GeV, where it has a peak "
                "that is too narrow to be resolved, or noise: give it a smoother function, or name the peak in "
                "resonances with its position and width"
            )


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
