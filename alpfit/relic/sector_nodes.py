"""The cross-section of a dark sector at quadrature nodes, with its peaks found wherever they are, or an error."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.adaptive import AdaptiveNodes, adaptive_nodes
from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.numerics.exponential import exponentials
from alpfit.numerics.peaks import find_peaks
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
    cross_section = sector.cross_section_of_s()

    def sigma(e: Array) -> Array:
        return cross_section(energies(e, mass))

    tolerance = TABLE_TOLERANCE if any(channel.is_tabulated for channel in sector.channels) else TOLERANCE
    found = adaptive_nodes(sigma, places, smallest, largest, tolerance, legendre)
    at_points = np.array([position for position, _ in points])
    worst, first_peak = survey(_temperatures(), found, at_points, CORE, ACCURACY, BROAD)
    if worst >= 0:
        raise _not_converged(mass * (2.0 + float(found.middles[worst])))
    e, weighted = _with_points(found, points, sigma, mass) if points else (found.nodes, found.weights * found.values)
    opening = min((place / mass - 2.0 for place in sector.openings), default=0.0)
    e, flux, shape = weigh(found, e, weighted, first_peak, opening)
    return Nodes(e, flux, Shape(*shape))


@kernel
def energies(e: Array, mass: float) -> Array:
    """s [GeV^2] at e = sqrt(s)/m - 2: above threshold, also where e is lost in rounding."""
    s, rounding = np.empty(e.size), 1e-15
    for i in range(e.size):
        s[i] = max((mass * (2.0 + e[i])) ** 2, 4.0 * mass**2 * (1.0 + rounding))
    return s


@cache
def _temperatures() -> Array:
    """m/T at which integrals are to be known."""
    return np.geomspace(2.0, 1e6, 24)


@kernel
def survey(
    temperatures: Array, found: AdaptiveNodes, points: Array, core: float, accuracy: float, broad: float
) -> tuple[int, float]:
    """Which panel is the worst where integrals are not known, or -1; and the first peak that freezes out by itself.

    Nothing is asked of panels within ``core`` of the ``points (k,)``, which are peaks. 0 where there is none.
    """
    e, weights, values, middles, errors = found
    asked = errors.copy()
    for i in range(errors.size):
        for point in points:
            if not abs(middles[i] - point) > core:
                asked[i] = 0.0
    first_peak = math.inf
    for point in points:
        first_peak = min(first_peak, point)
    places, half_widths = find_peaks(e, values, 2.0)
    for i in range(places.size):
        if half_widths[i] < broad * places[i]:
            first_peak = min(first_peak, places[i])
    worst = first_not_converged(temperatures, e, weights, values, middles, asked, accuracy)
    return worst, first_peak if first_peak < math.inf else 0.0


@kernel
def weigh(
    found: AdaptiveNodes, e: Array, weighted: Array, first_peak: float, opening: float
) -> tuple[Array, Array, tuple[int, float, float, float, float]]:
    """The fields of :class:`Nodes` and of :class:`Shape`, from sigma times the weights of nodes at ``e``."""
    above = 0.75 * first_peak if first_peak > 0.0 else opening  # what is beyond freezes out by itself
    first = 0
    while first < e.size and not weighted[first] > 0.0:
        first += 1
    first %= e.size  # all of them, where it is nothing anywhere
    smooth = smooth_below(found.nodes, found.values, above if above > 0.0 else math.inf)
    n_low, suppression, dead = e.size, 0.0, 0.0
    if first > 0:  # nothing at rest: suppressed by the energy where annihilation begins, and all there is
        n_low, suppression, dead = 0, float(e[first]), math.inf
    elif above > 0.0:
        n_low, suppression = int(np.searchsorted(e, above)), first_peak if first_peak > 0.0 else opening
        dead = 90.0 / suppression  # exp(-90): beyond what can enhance
    nodes = weigh_nodes(e[first:], weighted[first:], Shape(n_low, suppression, smooth, 0.0, dead))
    return nodes.e, nodes.flux, (n_low, suppression, smooth, 0.0, dead)


@inner_kernel
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


def _not_converged(root_s: float) -> ConfigurationError:
    return ConfigurationError(
        f"cross_section: its integral does not converge near sqrt(s) = {root_s:.12g} GeV, where it has a peak "
        "that is too narrow to be resolved, or noise: give it a smoother function, or name the peak in "
        "resonances with its position and width"
    )


@inner_kernel
def first_not_converged(
    temperatures: Array, e: Array, weights: Array, values: Array, middles: Array, errors: Array, accuracy: float
) -> int:
    """At the first of the m/T = ``temperatures`` at which the integral is not known, which panel is the worst; or -1.

    ``errors`` are those of the panels around ``middles``; before the nodes of the first are as many that have none.
    """
    n, warm, none = middles.size, 99.0, 750.0  # where there are fast exponentials, and beyond which they are zero
    m, integrals, uncertain, thermal, begin = e.size // (n + 1), np.zeros(n), np.empty(n), np.empty(n), math.inf
    for k in range(-1, n):
        for i in range((k + 1) * m, (k + 2) * m):
            weighted = weights[i] * values[i] * e[i] * (e[i] + 4.0) * (2.0 + e[i]) ** 2
            if weighted > 0.0 and begin == math.inf:
                begin = e[i]
            if k >= 0:
                integrals[k] += weighted
    if begin == math.inf:
        return -1
    for k in range(n):
        uncertain[k] = errors[k] * math.sqrt(middles[k]) * (middles[k] + 4.0) * (2.0 + middles[k]) ** 2
    for x in temperatures:
        total, square, largest, worst = 0.0, 0.0, -1.0, 0
        n_warm, end = np.searchsorted(middles, begin + warm / x), np.searchsorted(middles, begin + none / x)
        for k in range(n_warm):
            thermal[k] = -x * max(middles[k] - begin, 0.0)
        exponentials(thermal, n_warm)
        for k in range(n_warm, end):
            thermal[k] = math.exp(-x * (middles[k] - begin))
        for k in range(end):
            total += integrals[k] * thermal[k]
            part = uncertain[k] * thermal[k]
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
