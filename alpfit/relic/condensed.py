"""Few nodes in the place of many: what stands for a cross-section in the tables of its thermal averages.

Nodes that were halved until a cross-section is a polynomial between them are far denser than what its thermal averages
see of it: those are integrals over sigma(s) ds as a measure, of functions as smooth as exp(-e x). In a group of
neighbours such a function is its polynomial through few points, and each of these has for a weight the integral of its
Lagrange polynomial over the measure, which may be negative. A group is the shorter, the closer it is to threshold, or
to the lowest resonance: all temperatures at which it counts see it as short. Those are more where a cross-section rises
by orders of magnitude, for then it counts when it is colder, too.
"""

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.relic.average_table import tabulate
from alpfit.relic.averages import Nodes, Shape, ThermalRules

Array = NDArray[np.float64]


@inner_kernel
def condense(nodes: Nodes, rules: ThermalRules) -> Nodes:
    """The averages of the result are those of ``nodes`` to 1e-6; a group has the points of ``rules``."""
    e, flux, shape, m = nodes.e, nodes.flux, nodes.shape, rules.points.size
    few_e, few_flux, moments = np.empty(e.size), np.empty(e.size), np.empty(m)
    n, n_low, first = 0, 0, 0
    while first < e.size:
        end = _end_of_group(e, first, shape)
        if end - first <= m:
            few_e[n : n + end - first], few_flux[n : n + end - first] = e[first:end], flux[first:end]
            n += end - first
        else:
            middle, half = 0.5 * (e[first] + e[end - 1]), 0.5 * (e[end - 1] - e[first])
            _fill_moments(e[first:end], flux[first:end], middle, half, moments)
            for k in range(m):
                point = m - 1 - k  # Chebyshev's points descend
                few_e[n + k], few_flux[n + k] = middle + half * rules.points[point], 0.0
                for j in range(m):
                    few_flux[n + k] += rules.matrix[j, point] * moments[j]
            n += m
        first = end
        if first == shape.n_low:
            n_low = n
    kept = Shape(n_low, shape.suppression, shape.smooth, shape.hidden, shape.dead)
    return Nodes(few_e[:n].copy(), few_flux[:n].copy(), kept)


@kernel
def tabulate_condensed(start: float, step: float, nodes: Nodes, both: bool, rules: ThermalRules, table: Array) -> None:
    """:func:`~alpfit.relic.average_table.tabulate` from few nodes in the place of the ``nodes``."""
    tabulate(start, step, condense(nodes, rules), both, rules, table)


@inner_kernel
def _end_of_group(e: Array, first: int, shape: Shape) -> int:
    """After the last node of the group that begins with number ``first``."""
    calm, along, around = 1.2, 0.3, 0.04  # of e, of the distance from what e is measured from, and of its own position
    modest = 30.0  # what sqrt(e) sigma rises by at e of as many times ``smooth``
    if first < shape.n_low:
        last, limit = shape.n_low, (1.0 + (calm if e[first] < modest * shape.smooth else along)) * e[first]
    else:
        reach = max(along * (e[first] - shape.suppression), around * shape.suppression)
        last, limit = e.size, e[first] + (reach if shape.suppression > 0.0 else along * e[first])
    end = first + 1
    while end < last and e[end] <= limit:
        end += 1
    return end


@inner_kernel
def _fill_moments(e: Array, flux: Array, middle: float, half: float, moments: Array) -> None:
    """Write the sums of ``flux`` times the powers of (e - ``middle``)/``half``."""
    for j in range(moments.size):
        moments[j] = 0.0
    for i in range(e.size):
        t, power = (e[i] - middle) / half, flux[i]
        for j in range(moments.size):
            moments[j] += power
            power *= t
