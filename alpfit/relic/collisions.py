"""Two of chi meet in a narrow resonance: annihilation and its inverse, and scattering off each other.

A pair of energies E and E' is one resonance of energy E_a = E + E' and mass M, which comes from E_a in equal parts in
[E_-, E_+], E_+- = cosh(y +- eta_r/2) with E_a = M cosh(y) and M = 2 cosh(eta_r/2), in units of m. Of the distribution

    d(p E f)/dt = int dE_a { a [exp(-E_a/T) - f f'] + s [<f f'> - f f'] },

a for annihilation, s for scattering, with the mean over [E_-, E_+]: the resonance decays isotropically. Both sides of
either bracket are summed over the same pairs, whose logarithms of f are added: equilibrium is stationary, a Maxwellian
of any temperature does not change by scattering, and scattering conserves number and energy, all to rounding.

With the notation of :mod:`alpfit.relic.transport`, F_i = int dE_a int dE b_i(E) {...}, by symmetry over E > E_a/2 with
b_i(E) + b_i(E_a - E).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel
from alpfit.numerics.exponential import exponentials
from alpfit.relic.momentum_grid import Four, MomentumGrid, PairRule, locate, values_at
from alpfit.relic.spectrum import Groups

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class Pairs(NamedTuple):
    """Scratch for the pairs of one resonance, at most ``j`` of E_a times ``i`` of each, in one row: arrays (j i,).

    ``cells`` and ``places`` in them of the greater energy, ``others`` and ``other_places`` of the smaller. What is to
    be exponentiated together in ``exponents (j i + 2 j,)``: ln(f f') of the pairs, what equilibrium would have of each
    E_a, and what a Maxwellian would. ``excess``, ``weights (j,)`` are E_a - M and the weight of each E_a; sums over
    cells, of all resonances, ``sums (c, 4)``; ``gain``, ``loss (n,)``; of the loss' derivative, which is symmetric,
    ``half (n, n)``.
    """

    cells: Whole
    others: Whole
    places: Array
    other_places: Array
    exponents: Array
    excess: Array
    weights: Array
    sums: Array
    gain: Array
    loss: Array
    half: Array


@inner_kernel
def pair_scratch(grid: MomentumGrid) -> Pairs:
    """Memory for :func:`collide`."""
    outer, n = grid.pairs.outer.nodes.size, grid.centres.size
    m = outer * grid.pairs.inner.nodes.size
    return Pairs(
        np.empty(m, dtype=np.int64),
        np.empty(m, dtype=np.int64),
        np.empty(m),
        np.empty(m),
        np.empty(m + 2 * outer),
        np.empty(outer),
        np.empty(outer),
        np.empty((grid.starts.size, 4)),
        np.empty(n),
        np.empty(n),
        np.empty((n, n)),
    )


@inner_kernel
def _rule_for(share: float, grid: MomentumGrid) -> PairRule:
    """How finely to sum over the pairs of a resonance in which that ``share`` of the annihilation is."""
    substantial = 0.1
    return grid.pairs if share > substantial else grid.few_pairs


class Floor(NamedTuple):
    """Pairs are created as if there were ``least`` f f' of a Maxwellian exp(``log_f`` - ``x_chi`` K) at least."""

    least: float
    log_f: float
    x_chi: float


@inner_kernel
def _highest(e: float, theta: float, grid: MomentumGrid) -> float:
    """E_a - M up to which resonances count: where the partner of a chi at the last knot is the slowest, and some."""
    last = grid.last * theta
    rapidity = math.acosh(1.0 + last) - 2.0 * math.acosh(1.0 + 0.5 * e)
    return min(last + math.cosh(rapidity) - 1.0 + 4.0 * theta, 1.96 * grid.reach * theta) - e


@inner_kernel
def _place_pairs(root: float, e: float, theta: float, rule: PairRule, grid: MomentumGrid, pairs: Pairs) -> None:
    """Fill in where the pairs are, of E_a up to M + ``root``^2."""
    outer, n, root_s, inverse = rule.outer.nodes.size, rule.inner.nodes.size, 2.0 + e, 1.0 / theta
    beta = math.sqrt(e * (e + 4.0)) / root_s
    for j in range(outer):
        node = root * rule.outer.nodes[j]
        excess = node * node
        middle = 0.5 * (e + excess)
        half = min(0.5 * beta * math.sqrt(excess * (excess + 2.0 * root_s)), grid.reach * theta - middle)
        pairs.excess[j], pairs.weights[j] = excess, 2.0 * node * root * rule.outer.weights[j] * half
        for i in range(n):
            offset = half * rule.inner.nodes[i]
            pairs.places[j * n + i] = (middle + offset) * inverse
            pairs.other_places[j * n + i] = max(middle - offset, 0.0) * inverse
    locate(pairs.places, pairs.cells, outer * n, grid)
    locate(pairs.other_places, pairs.others, outer * n, grid)


@inner_kernel
def _fill_pairs(
    root: float,
    e: float,
    x: float,
    theta: float,
    floor: Floor,
    cells: Array,
    rule: PairRule,
    grid: MomentumGrid,
    pairs: Pairs,
) -> None:
    """Fill in the pairs and all exponentials.

    They are all taken by one routine: gain and loss, which differ by far less than either, err alike.
    """
    _place_pairs(root, e, theta, rule, grid, pairs)
    outer, exponents = rule.outer.nodes.size, pairs.exponents
    m = outer * rule.inner.nodes.size
    for k in range(m):
        q, r, d, t = pairs.cells[k], pairs.others[k], pairs.places[k], pairs.other_places[k]
        u = cells[q, 0] + d * (cells[q, 1] + d * (cells[q, 2] + d * cells[q, 3]))
        u += cells[r, 0] + t * (cells[r, 1] + t * (cells[r, 2] + t * cells[r, 3]))
        exponents[k] = u
    for j in range(outer):
        kinetic = e + pairs.excess[j]
        exponents[m + j] = -x * (2.0 + kinetic)
        exponents[m + outer + j] = 2.0 * floor.log_f - floor.x_chi * kinetic
    lowest = -700.0
    for k in range(m + 2 * outer):
        exponents[k] = max(exponents[k], lowest)
    exponentials(exponents, m + 2 * outer)


@inner_kernel
def collide(
    cells: Array,
    x: float,
    theta: float,
    time: float,
    few: Groups,
    floor: Floor,
    derive: bool,
    grid: MomentumGrid,
    pairs: Pairs,
    force: Array,
    jacobian: Array,
) -> float:
    """Add the resonances ``few`` to the ``force (n,)``, at T = m/``x``; returns the change of the number.

    ``time`` is 1/H~ [1/GeV]. With ``derive`` what is added is added, derived with respect to the coefficients, to the
    ``jacobian (n, n)``, too.
    """
    sums, half, change, n = pairs.sums, pairs.half, 0.0, force.size
    sums[:] = 0.0
    if derive:
        half[:] = 0.0
    for k in range(few.size):
        top = _highest(few.e[k], theta, grid)
        if top > 0.0:
            rule, annihilation = _rule_for(few.share[k], grid), few.strength[k] * time
            scattering = annihilation * few.scattering[k]
            _fill_pairs(math.sqrt(top), few.e[k], x, theta, floor, cells, rule, grid, pairs)
            change += _sum_pairs(annihilation, scattering, floor, rule, pairs)
            if derive:
                _derive_pairs(annihilation, scattering, rule, grid, pairs, jacobian)
    for q in range(sums.shape[0]):
        i = grid.starts[q]
        for r in range(4):
            part = grid.polynomials[q, r]
            force[i + r] += part[0] * sums[q, 0] + part[1] * sums[q, 1] + part[2] * sums[q, 2] + part[3] * sums[q, 3]
    if derive:
        for a in range(n):
            for b in range(n):
                jacobian[a, b] -= half[a, b] + half[b, a]
    return change


@inner_kernel
def _sum_pairs(annihilation: float, scattering: float, floor: Floor, rule: PairRule, pairs: Pairs) -> float:
    """Add what becomes of the pairs of one resonance to their sums; returns the change of the number.

    ``annihilation`` and ``scattering`` are a and s over H~.
    """
    sums, change, total = pairs.sums, 0.0, annihilation + scattering
    outer, n = rule.outer.nodes.size, rule.inner.nodes.size
    m = outer * n
    for j in range(outer):
        first, mean = j * n, 0.0
        for i in range(n):
            mean += rule.inner.weights[i] * pairs.exponents[first + i]
        created = pairs.exponents[m + j]
        least = floor.least * (pairs.exponents[m + outer + j] - created)
        gain = annihilation * (created + max(0.0, least)) + scattering * mean
        for i in range(n):
            net = pairs.weights[j] * rule.inner.weights[i] * (gain - total * pairs.exponents[first + i])
            change += 2.0 * net
            _add_powers(sums, pairs.cells[first + i], net, pairs.places[first + i])
            _add_powers(sums, pairs.others[first + i], net, pairs.other_places[first + i])
    return change


@inner_kernel
def _add_powers(sums: Array, q: int, net: float, d: float) -> None:
    """Add ``net`` times the powers of ``d`` to row ``q``."""
    linear = net * d
    square = linear * d
    sums[q, 0] += net
    sums[q, 1] += linear
    sums[q, 2] += square
    sums[q, 3] += square * d


@inner_kernel
def _derive_pairs(
    annihilation: float, scattering: float, rule: PairRule, grid: MomentumGrid, pairs: Pairs, jacobian: Array
) -> None:
    """Add what :func:`_sum_pairs` adds, derived, to half of the loss and to the ``jacobian``."""
    gain, loss, half, m, n = pairs.gain, pairs.loss, pairs.half, jacobian.shape[0], rule.inner.nodes.size
    for j in range(rule.outer.nodes.size):
        gain[:] = 0.0
        loss[:] = 0.0
        for i in range(n):
            k = j * n + i
            q, r, share = pairs.cells[k], pairs.others[k], rule.inner.weights[i]
            one, other = values_at(q, pairs.places[k], grid), values_at(r, pairs.other_places[k], grid)
            first, second, lost = grid.starts[q], grid.starts[r], share * pairs.exponents[k]
            factor = pairs.weights[j] * (annihilation + scattering) * lost
            _add_products(half, first, first, 0.5 * factor, one, one)
            _add_products(half, first, second, factor, one, other)
            _add_products(half, second, second, 0.5 * factor, other, other)
            if scattering > 0.0:
                _add_values(gain, first, share, one)
                _add_values(gain, second, share, other)
                _add_values(loss, first, lost, one)
                _add_values(loss, second, lost, other)
        if scattering > 0.0:
            for a in range(m):
                if gain[a] != 0.0:  # the pairs that scattering returns, in proportion to the mean of f f'
                    back = scattering * pairs.weights[j] * gain[a]
                    for b in range(m):
                        jacobian[a, b] += back * loss[b]


@inner_kernel
def _add_values(out: Array, i: int, factor: float, values: Four) -> None:
    """Add ``factor`` times the four values from number ``i`` on."""
    out[i] += factor * values[0]
    out[i + 1] += factor * values[1]
    out[i + 2] += factor * values[2]
    out[i + 3] += factor * values[3]


@inner_kernel
def _add_products(matrix: Array, i: int, j: int, factor: float, rows: Four, columns: Four) -> None:
    """Add ``factor`` times the products of both to the block that begins at ``i``, ``j``."""
    _add_values(matrix[i], j, factor * rows[0], columns)
    _add_values(matrix[i + 1], j, factor * rows[1], columns)
    _add_values(matrix[i + 2], j, factor * rows[2], columns)
    _add_values(matrix[i + 3], j, factor * rows[3], columns)
