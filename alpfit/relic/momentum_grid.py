"""The functions in which ln f is expanded, and where integrals over one and two energies are evaluated.

f, the occupation of momentum states, is the exponential of a cubic spline u in the kinetic energy K = E - m, natural
at its last knot and a straight line from there on. Straight lines in K are among these splines: a Maxwellian of any
temperature is represented exactly. Knots lie at fixed kappa = K/theta, where the scale theta m follows the expansion.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.numerics.quadrature import Rule, legendre_rule

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Four = tuple[float, float, float, float]


class PairRule(NamedTuple):
    """Quadrature over the pairs of a resonance: over what its energy is above the least, and within each, on (0, 1)."""

    outer: Rule
    inner: Rule


class MomentumGrid(NamedTuple):
    """Splines with ``n`` coefficients on ``c`` cells of kappa, and quadrature.

    Knot number s is at ``first`` s + ``bend`` s^2, the last at ``last``; integrals end at ``reach``. In cell number q,
    which begins at ``knots[q]``, the functions ``starts[q]`` to ``starts[q] + 3`` are not zero, and polynomials in the
    distance from its beginning with the coefficients ``polynomials (c, 4, 4)``; the last cell has no end. ``centres
    (n,)`` are the coefficients of kappa itself, ``fit (n, n)`` makes the coefficients from values there. Integrals over
    one energy are sums over ``kappa (m,)`` with ``weights``, in ``cells``, with ``values``, ``slopes`` and ``bends (m,
    4)`` of the four functions; over the pairs of a resonance, with ``pairs``, where it is one of many, ``few_pairs``.
    """

    first: float
    bend: float
    last: float
    reach: float
    knots: Array
    starts: Whole
    polynomials: Array
    centres: Array
    fit: Array
    kappa: Array
    weights: Array
    cells: Whole
    values: Array
    slopes: Array
    bends: Array
    pairs: PairRule
    few_pairs: PairRule


@cache
def momentum_grid(
    n_cells: int = 26,
    n_outer: int = 32,
    n_inner: int = 12,
    first: float = 0.3,
    last: float = 24.0,
    reach: float = 40.8,
    n_points: int = 4,
    n_few_outer: int = 20,
    n_few_inner: int = 8,
) -> MomentumGrid:
    """The grid that is tested; ``n_points`` are the points of Gauss's rule in each cell."""
    bend = (last - first * n_cells) / n_cells**2
    s = np.arange(n_cells + 1.0)
    knots = first * s + bend * s * s
    knots[-1] = last
    starts, polynomials, centres = _splines(knots)
    fit = np.zeros((centres.size, centres.size))
    for i, centre in enumerate(centres):
        q = min(int(np.searchsorted(knots, centre, side="right")) - 1, n_cells - 1)
        fit[i, starts[q] : starts[q] + 4] = polynomials[q] @ (centre - knots[q]) ** np.arange(4.0)
    n_beyond, rule = 3, legendre_rule(n_points)
    edges = np.sqrt(np.concatenate([knots, last + (reach - last) * np.arange(1, n_beyond + 1) / n_beyond]))
    roots = (edges[:-1, None] + np.diff(edges)[:, None] * rule.nodes).ravel()  # dK = 2 sqrt(K) d sqrt(K)
    weights = (2.0 * np.diff(edges)[:, None] * rule.weights).ravel() * roots
    cells = np.repeat(np.minimum(np.arange(edges.size - 1), n_cells), n_points)
    powers = (roots**2 - knots[cells])[:, None] ** np.arange(4.0)
    local, zero = polynomials[cells], np.zeros((roots.size, 1))
    slopes = np.concatenate([zero, np.arange(1.0, 4.0) * powers[:, :-1]], axis=1)
    bends = np.concatenate([zero, zero, np.array([2.0, 6.0]) * powers[:, :-2]], axis=1)
    return MomentumGrid(
        first,
        bend,
        last,
        reach,
        knots,
        starts,
        polynomials,
        centres,
        np.asarray(np.linalg.inv(fit), dtype=np.float64),
        roots**2,
        weights,
        cells,
        np.einsum("krp,kp->kr", local, powers),
        np.einsum("krp,kp->kr", local, slopes),
        np.einsum("krp,kp->kr", local, bends),
        PairRule(legendre_rule(n_outer), legendre_rule(n_inner)),
        PairRule(legendre_rule(n_few_outer), legendre_rule(n_few_inner)),
    )


class MomentumGrids(NamedTuple):
    """Grids for resonances right at ``threshold``, ``near`` it, and ``far`` from it.

    Those near are made of slow chi. At threshold, the pairs of fast ones that make a resonance are in a narrow band,
    between whose edges f changes fast: it takes more points. Far from it all pairs are fast, to which fewer knots are
    close: there it takes finer ones to hold the edge of the hole that annihilation leaves. The more knots, the more
    points it takes to see between them.
    """

    threshold: MomentumGrid
    near: MomentumGrid
    far: MomentumGrid


@cache
def momentum_grids() -> MomentumGrids:
    """The grids that are tested."""
    return MomentumGrids(
        momentum_grid(26, 48, 18, n_few_outer=24, n_few_inner=10),
        momentum_grid(),
        momentum_grid(44, 52, 20, n_few_outer=32, n_few_inner=12),
    )


@kernel
def grid_for(lowest: float, grids: MomentumGrids) -> MomentumGrid:
    """The grid for a sector whose lowest resonance is at e = sqrt(s)/m - 2 = ``lowest``, zero if it has none."""
    close, far = 0.014, 0.4  # above r = 0.4965, below r = 0.417
    if 0.0 < lowest < close:
        return grids.threshold
    return grids.far if lowest > far else grids.near


def _splines(knots: Array) -> tuple[Whole, Array, Array]:
    """``starts``, ``polynomials`` and ``centres`` of the natural cubic splines on these knots.

    Those of B-splines with threefold knots at the ends, the last of which is eliminated by u'' = 0 at the last knot.
    """
    from scipy.interpolate import BSpline

    n_cells = knots.size - 1
    padded = np.concatenate([[knots[0]] * 3, knots, [knots[-1]] * 3])
    centres = (padded[1:-3] + padded[2:-2] + padded[3:-1]) / 3.0
    ratio = (centres[-1] - centres[-2]) / (centres[-2] - centres[-3])
    coefficients = np.eye(centres.size)[:, :-1]
    coefficients[-1, -2:] = -ratio, 1.0 + ratio
    starts = np.minimum(np.arange(n_cells + 1), n_cells - 2)
    polynomials = np.zeros((n_cells + 1, 4, 4))
    for q in range(n_cells + 1):
        for r in range(4):
            spline = BSpline(padded, coefficients[:, starts[q] + r], 3)
            for power in range(4 if q < n_cells else 2):
                polynomials[q, r, power] = spline(knots[q], nu=power) / math.factorial(power)
    return starts, polynomials, centres[:-1].copy()


@inner_kernel
def cell_of(kappa: float, grid: MomentumGrid) -> int:
    """The number of the cell that holds ``kappa``; at a knot rounding may take either side, where u is the same."""
    s = (math.sqrt(grid.first * grid.first + 4.0 * grid.bend * kappa) - grid.first) / (2.0 * grid.bend)
    return min(int(np.int32(s)), grid.knots.size - 1)


@inner_kernel
def locate(places: Array, cells: Whole, n: int, grid: MomentumGrid) -> None:
    """Write the cells of the first ``n`` kappa into ``cells``, and into ``places`` how far into them they are."""
    for k in range(n):
        cells[k] = cell_of(places[k], grid)
    for k in range(n):
        places[k] -= grid.knots[cells[k]]


@inner_kernel
def values_at(q: int, d: float, grid: MomentumGrid) -> Four:
    """The four functions of cell ``q`` at the distance ``d`` from its beginning."""
    part = grid.polynomials[q]
    return (
        part[0, 0] + d * (part[0, 1] + d * (part[0, 2] + d * part[0, 3])),
        part[1, 0] + d * (part[1, 1] + d * (part[1, 2] + d * part[1, 3])),
        part[2, 0] + d * (part[2, 1] + d * (part[2, 2] + d * part[2, 3])),
        part[3, 0] + d * (part[3, 1] + d * (part[3, 2] + d * part[3, 3])),
    )


@kernel
def polynomials_of(coefficients: Array, grid: MomentumGrid, out: Array) -> None:
    """Write the polynomial that u is in each cell into ``out (c, 4)``."""
    polynomials = grid.polynomials
    for q in range(out.shape[0]):
        i = grid.starts[q]
        for p in range(4):
            out[q, p] = (
                coefficients[i] * polynomials[q, 0, p]
                + coefficients[i + 1] * polynomials[q, 1, p]
                + coefficients[i + 2] * polynomials[q, 2, p]
                + coefficients[i + 3] * polynomials[q, 3, p]
            )


@kernel
def log_f_at(kappa: float, cells: Array, grid: MomentumGrid) -> float:
    """U at ``kappa``, from its polynomials ``cells (c, 4)``."""
    q = cell_of(kappa, grid)
    d = kappa - grid.knots[q]
    return float(cells[q, 0] + d * (cells[q, 1] + d * (cells[q, 2] + d * cells[q, 3])))


@inner_kernel
def stretch(coefficients: Array, ratio: float, cells: Array, grid: MomentumGrid, scratch: Array) -> None:
    """Replace u(kappa) by u(``ratio`` kappa): theta becomes ``ratio`` theta. ``cells (c, 4)`` are of the old u."""
    for i in range(coefficients.size):
        scratch[i] = log_f_at(ratio * grid.centres[i], cells, grid)
    for i in range(coefficients.size):
        total = 0.0
        for j in range(coefficients.size):
            total += grid.fit[i, j] * scratch[j]
        coefficients[i] = total
