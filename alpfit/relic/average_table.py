"""The thermal averages of a cross-section as a table against the temperature."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inlined_kernel, inner_kernel
from alpfit.numerics.interpolation import evaluate_spline, fill_slopes, spline_with_slope
from alpfit.relic.averages import Nodes, Scratch, ThermalRules, scratch_for, thermal_averages

Array = NDArray[np.float64]


class Averages(NamedTuple):
    """Splines of ln<sigma v> and ln<sigma v>_2 [GeV^-2] against ln(m/T) on a uniform grid: a ``table (n, 4, 2)``.

    Functions 0 and 1 are the two averages of the cross-section around the resonances and above them, 2 and 3 those of
    the part below. Either part is smooth, while the sum has a kink where the resonance freezes out and the other part
    takes over. The first part is stored without its factor exp(-``suppression`` m/T), with the position of the
    lowest resonance in e as ``suppression``.
    """

    start: float
    step: float
    table: Array
    suppression: float


@inner_kernel
def tabulate(start: float, step: float, nodes: Nodes, both: bool, rules: ThermalRules, table: Array) -> None:
    """Write the ``table (n, 4, 2)`` of :class:`Averages`. If not ``both``, <sigma v>_2 means nothing."""
    for i in range(table.shape[0]):
        for k in range(4):
            table[i, k, 0], table[i, k, 1] = -690.0, 0.0
    scratch, shape, n = scratch_for(nodes, rules), nodes.shape, table.shape[0]
    dead, hidden = max(2, _points_below(shape.dead, start, step, n)), _points_below(shape.hidden, start, step, n - 4)
    constant = max(hidden + 3, _points_below(300.0 / shape.smooth, start, step, n))
    for part in range(2):
        first, last = (0, dead) if part == 0 else (hidden, min(constant, n))
        begin, end = (shape.n_low, nodes.e.size) if part == 0 else (0, shape.n_low)
        suppression = shape.suppression if part == 0 else 0.0
        for i in range(first, last):
            _average(i, 2 * part, suppression, begin, end, start, step, nodes, both, rules, scratch, table)
    for i in range(constant, n):
        _continue_cold(table, i, step)
    for k in range(2 if both else 1):
        for i in range(dead, n):  # a straight line: a kink would show in the spline before it
            table[i, k, 0] = 2.0 * table[i - 1, k, 0] - table[i - 2, k, 0]
        for i in range(hidden - 1, -1, -1):  # both parts grow with the density of slow pairs, x^(3/2)
            table[i, 2 + k, 0] = table[i + 1, 2 + k, 0] - 1.5 * step
    fill_slopes(table, step)


@inner_kernel
def _points_below(x: float, start: float, step: float, most: int) -> int:
    """How many points of the grid lie below ``x``, at most ``most``."""
    if x <= math.exp(start):
        return 0
    return int(min((math.log(x) - start) / step + 1.0, float(most)))


@inlined_kernel
def _average(
    i: int,
    k: int,
    suppression: float,
    begin: int,
    end: int,
    start: float,
    step: float,
    nodes: Nodes,
    both: bool,
    rules: ThermalRules,
    scratch: Scratch,
    table: Array,
) -> None:
    """Functions ``k`` and ``k + 1`` of the table at point ``i`` of its grid, from nodes ``begin`` to ``end``."""
    floor, x = 1e-300, math.exp(start + i * step)
    first_node, last_node = _window(nodes.e, begin, end, x, suppression, nodes.shape.smooth)
    first, second = thermal_averages(x, nodes, first_node, last_node, suppression, both, rules, scratch)
    table[i, k, 0] = math.log(max(first, floor))
    if both:
        table[i, k + 1, 0] = math.log(max(second, floor))


@inlined_kernel
def _window(e: Array, begin: int, end: int, x: float, suppression: float, smooth: float) -> tuple[int, int]:
    """Which of the nodes count at T = m/x: from far below T, where sqrt(e) sigma is constant, to far above."""
    far_above, far_below = 40.0, 1e-4
    last = _first_above(suppression + far_above / x, e, begin, end)
    if last == begin:
        return begin, begin
    return _first_above(far_below * min(1.0 / x, smooth, e[last - 1]), e, begin, last), last


@inner_kernel
def _first_above(value: float, e: Array, begin: int, end: int) -> int:
    """The first of the ascending nodes from ``begin`` to ``end`` that is not below ``value``; ``end`` if none is."""
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if e[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@inner_kernel
def _continue_cold(table: Array, i: int, step: float) -> None:
    """Point ``i`` of the part below the resonances from the two before: a constant and a term in 1/x."""
    fall = math.exp(-step)  # of 1/x from one point to the next
    for k in range(2, 4):
        change = math.expm1(table[i - 1, k, 0] - table[i - 2, k, 0])
        table[i, k, 0] = table[i - 1, k, 0] + math.log1p(fall * change / (1.0 + change))


@inlined_kernel
def averages_at(log_x: float, x: float, averages: Averages) -> tuple[float, float]:
    """<sigma v> and <sigma v>_2 [GeV^-2] at m/T = ``x``."""
    start, step, table, exponent = averages.start, averages.step, averages.table, averages.suppression * x
    first, average = 0.0, 0.0
    for k in range(2):
        first, average = average, math.exp(evaluate_spline(log_x, start, step, table, 2 + k))
        if exponent < 150.0:
            average += math.exp(evaluate_spline(log_x, start, step, table, k) - exponent)
    return first, average


@inlined_kernel
def averages_with_slopes(log_x: float, x: float, averages: Averages) -> tuple[float, float, float, float]:
    """<sigma v>, <sigma v>_2 [GeV^-2] at m/T = ``x``, and the derivatives of both with respect to ln(x)."""
    start, step, table, exponent = averages.start, averages.step, averages.table, averages.suppression * x
    first, first_slope, average, slope = 0.0, 0.0, 0.0, 0.0
    for k in range(2):
        first, first_slope = average, slope
        value, change = spline_with_slope(log_x, start, step, table, 2 + k)
        average = math.exp(value)
        slope = average * change
        if exponent < 150.0:
            value, change = spline_with_slope(log_x, start, step, table, k)
            resonant = math.exp(value - exponent)
            average += resonant
            slope += resonant * (change - exponent)
    return first, average, first_slope, slope


@inner_kernel
def first_average_at(log_x: float, x: float, averages: Averages) -> float:
    """<sigma v> [GeV^-2] at m/T = ``x``, alone."""
    start, step, table = averages.start, averages.step, averages.table
    below = math.exp(evaluate_spline(log_x, start, step, table, 2))
    exponent = averages.suppression * x
    return below + math.exp(evaluate_spline(log_x, start, step, table, 0) - exponent)
