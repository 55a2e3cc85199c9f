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

from alpfit.numerics.compile import kernel
from alpfit.relic.momentum_grid import MomentumGrid, cell_of

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class Pairs(NamedTuple):
    """Scratch for the pairs of one E_a: their cells and places in them, f f', and sums over cells ``(c, 4)``."""

    cells: Whole
    others: Whole
    places: Array
    other_places: Array
    products: Array
    sums: Array
    gain: Array
    loss: Array


@kernel
def pair_scratch(grid: MomentumGrid) -> Pairs:
    """Memory for :func:`collide`."""
    m, n = grid.inner.nodes.size, grid.centres.size
    return Pairs(
        np.empty(m, dtype=np.int64),
        np.empty(m, dtype=np.int64),
        np.empty(m),
        np.empty(m),
        np.empty(m),
        np.empty((grid.starts.size, 4)),
        np.empty(n),
        np.empty(n),
    )


class Floor(NamedTuple):
    """Pairs are created as if there were ``least`` f f' of a Maxwellian exp(``log_f`` - ``x_chi`` K) at least."""

    least: float
    log_f: float
    x_chi: float


@kernel
def _highest(e: float, theta: float, grid: MomentumGrid) -> float:
    """E_a - M up to which resonances count: where the partner of a chi at the last knot is the slowest, and some."""
    last = grid.last * theta
    rapidity = math.acosh(1.0 + last) - 2.0 * math.acosh(1.0 + 0.5 * e)
    return min(last + math.cosh(rapidity) - 1.0 + 4.0 * theta, 1.96 * grid.reach * theta) - e


@kernel
def _pairs_at(
    excess: float, e: float, theta: float, cells: Array, grid: MomentumGrid, pairs: Pairs
) -> tuple[float, float]:
    """Fill in the pairs of energy E_a = M + ``excess``; half the range of their energies, and the mean of f f'."""
    root_s = 2.0 + e
    beta = math.sqrt(e * (e + 4.0)) / root_s
    middle = 0.5 * (e + excess)
    half = min(0.5 * beta * math.sqrt(excess * (excess + 2.0 * root_s)), grid.reach * theta - middle)
    inverse, mean = 1.0 / theta, 0.0
    for i in range(grid.inner.nodes.size):
        offset = half * grid.inner.nodes[i]
        kappa, other = (middle + offset) * inverse, max(middle - offset, 0.0) * inverse
        q, r = cell_of(kappa, grid), cell_of(other, grid)
        d, t = kappa - grid.knots[q], other - grid.knots[r]
        u = cells[q, 0] + d * (cells[q, 1] + d * (cells[q, 2] + d * cells[q, 3]))
        u += cells[r, 0] + t * (cells[r, 1] + t * (cells[r, 2] + t * cells[r, 3]))
        product = math.exp(u)
        pairs.cells[i], pairs.others[i], pairs.places[i], pairs.other_places[i] = q, r, d, t
        pairs.products[i] = product
        mean += grid.inner.weights[i] * product
    return half, mean


@kernel
def collide(
    cells: Array,
    x: float,
    theta: float,
    e: float,
    annihilation: float,
    scattering: float,
    floor: Floor,
    grid: MomentumGrid,
    pairs: Pairs,
    force: Array,
) -> float:
    """Add the resonance at sqrt(s) = m (2 + ``e``) to the ``force (n,)``; returns the change of the number.

    ``annihilation`` and ``scattering`` are a and s over H~ at T = m/``x``.
    """
    top = _highest(e, theta, grid)
    if top <= 0.0:
        return 0.0
    sums, root, change = pairs.sums, math.sqrt(top), 0.0
    sums[:] = 0.0
    for j in range(grid.outer.nodes.size):
        node = root * grid.outer.nodes[j]
        excess = node * node
        half, mean = _pairs_at(excess, e, theta, cells, grid, pairs)
        kinetic = e + excess
        created = math.exp(-x * (2.0 + kinetic))
        least = floor.least * math.exp(2.0 * floor.log_f - floor.x_chi * kinetic) - floor.least * created
        gain = annihilation * (created + max(0.0, least)) + scattering * mean
        weight = 2.0 * node * root * grid.outer.weights[j] * half
        for i in range(grid.inner.nodes.size):
            net = weight * grid.inner.weights[i] * (gain - (annihilation + scattering) * pairs.products[i])
            change += 2.0 * net
            q, r, d, t = pairs.cells[i], pairs.others[i], pairs.places[i], pairs.other_places[i]
            sums[q, 0] += net
            sums[r, 0] += net
            sums[q, 1] += net * d
            sums[r, 1] += net * t
            sums[q, 2] += net * d * d
            sums[r, 2] += net * t * t
            sums[q, 3] += net * d * d * d
            sums[r, 3] += net * t * t * t
    for q in range(sums.shape[0]):
        i = grid.starts[q]
        for r in range(4):
            part = grid.polynomials[q, r]
            force[i + r] += part[0] * sums[q, 0] + part[1] * sums[q, 1] + part[2] * sums[q, 2] + part[3] * sums[q, 3]
    return change


@kernel
def collision_derivative(
    cells: Array,
    theta: float,
    e: float,
    annihilation: float,
    scattering: float,
    grid: MomentumGrid,
    pairs: Pairs,
    jacobian: Array,
) -> None:
    """Add what :func:`collide` adds to the force, derived with respect to the coefficients, to the ``jacobian``."""
    top = _highest(e, theta, grid)
    if top <= 0.0:
        return
    root, total, values = math.sqrt(top), annihilation + scattering, np.empty(8)
    gain, loss, n = pairs.gain, pairs.loss, jacobian.shape[0]
    for j in range(grid.outer.nodes.size):
        node = root * grid.outer.nodes[j]
        half, _ = _pairs_at(node * node, e, theta, cells, grid, pairs)
        weight = 2.0 * node * root * grid.outer.weights[j] * half
        gain[:] = 0.0
        loss[:] = 0.0
        for i in range(grid.inner.nodes.size):
            q, r, d, t = pairs.cells[i], pairs.others[i], pairs.places[i], pairs.other_places[i]
            _values_at(q, d, grid, values, 0)
            _values_at(r, t, grid, values, 4)
            one, other = grid.starts[q], grid.starts[r]
            share = grid.inner.weights[i]
            lost = share * pairs.products[i]
            for a in range(4):
                first, second = weight * total * lost * values[a], weight * total * lost * values[4 + a]
                for b in range(4):
                    jacobian[one + a, one + b] -= first * values[b]
                    jacobian[one + a, other + b] -= first * values[4 + b]
                    jacobian[other + a, one + b] -= second * values[b]
                    jacobian[other + a, other + b] -= second * values[4 + b]
                gain[one + a] += share * values[a]
                gain[other + a] += share * values[4 + a]
                loss[one + a] += lost * values[a]
                loss[other + a] += lost * values[4 + a]
        if scattering > 0.0:
            for a in range(n):
                if gain[a] != 0.0:
                    back = scattering * weight * gain[a]
                    for b in range(n):
                        jacobian[a, b] += back * loss[b]


@kernel
def _values_at(q: int, d: float, grid: MomentumGrid, out: Array, start: int) -> None:
    """Write the four functions of cell ``q`` at the distance ``d`` from its beginning into ``out``."""
    for r in range(4):
        part = grid.polynomials[q, r]
        out[start + r] = part[0] + d * (part[1] + d * (part[2] + d * part[3]))
