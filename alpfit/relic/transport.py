"""What happens to f(p) without two of chi meeting: the expansion, and elastic scattering off the plasma.

u = ln f is a spline (:mod:`alpfit.relic.momentum_grid`) whose coefficients c_j obey

    sum_j M_ij dc_j/dln(x) = F_i,    M_ij = int b_i b_j f p E dE,    F_i = int b_i df/dln(x) p E dE:

what f does is projected on the functions b_i themselves, weighted with f. Of all splines this is the closest to du/dt
on average over the particles; the sum over i is the number of particles, and that with the coefficients of E is their
energy, so that what the rates conserve is conserved on any grid. In units of m.

Ding et al. 2025, eqs. (4.1) and (4.4), the latter as (1/2p^2) d/dp [gamma p^2 (T E df/dp + p f)].
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.relic.momentum_grid import MomentumGrid

Array = NDArray[np.float64]


class Tail(NamedTuple):
    """How u is kept smooth where there is nearly nothing, in units of T_chi.

    From K = ``smooth_from`` on an additional term, which is none for a straight line, damps its second derivative at
    ``smoothing`` times the Hubble rate; from ``limit_from`` on its slope is kept between 0 and -``steepest``, and where
    f is below exp(-14) of its maximum no steeper. Pairs are created as if there were ``floor`` times a Maxwellian's at
    least, so that holes in f have a bottom.
    """

    smooth_from: float
    smoothing: float
    limit_from: float
    steepest: float
    floor: float


class Background(NamedTuple):
    """At one temperature, rates over H~: x = m/T, H/H~, gamma/H~, and 1/H~ [1/GeV]."""

    x: float
    expansion: float
    elastic_rate: float
    time: float


class Scale(NamedTuple):
    """``theta`` = K/kappa, its -dln(theta)/dln(x)/2, and theta/T_chi where the step begins."""

    theta: float
    shrinking: float
    theta_over_t: float


@inner_kernel
def _particles_at(k: int, cells: Array, theta: float, grid: MomentumGrid) -> tuple[float, float]:
    """K at point ``k`` of the quadrature over one energy, and f p E dE there, in units of m."""
    q = grid.cells[k]
    d = grid.kappa[k] - grid.knots[q]
    u = cells[q, 0] + d * (cells[q, 1] + d * (cells[q, 2] + d * cells[q, 3]))
    kinetic = theta * grid.kappa[k]
    phase_space = math.sqrt(kinetic * (kinetic + 2.0)) * (1.0 + kinetic)
    return kinetic, phase_space * grid.weights[k] * theta * math.exp(u)


@kernel
def moments(cells: Array, theta: float, grid: MomentumGrid) -> tuple[float, float]:
    """The integral of f p E dE, and T_chi = <p^2/3E>, in units of m."""
    number, pressure = 0.0, 0.0
    for k in range(grid.kappa.size):
        kinetic, particles = _particles_at(k, cells, theta, grid)
        number += particles
        pressure += particles * kinetic * (kinetic + 2.0) / (3.0 * (1.0 + kinetic))
    return number, pressure / number


@inner_kernel
def number_and_energy(cells: Array, theta: float, grid: MomentumGrid) -> tuple[float, float, float]:
    """The integrals of f p E dE, f K p E dE and f K^2 p E dE, in units of m."""
    number, energy, squares = 0.0, 0.0, 0.0
    for k in range(grid.kappa.size):
        kinetic, particles = _particles_at(k, cells, theta, grid)
        number += particles
        energy += particles * kinetic
        squares += particles * kinetic * kinetic
    return number, energy, squares


@kernel
def maxwellian(x_chi: float, theta: float, grid: MomentumGrid) -> float:
    """The integral of exp(-x_chi K) p E dE: the first of :func:`moments` for a Maxwellian at T = m/x_chi."""
    number = 0.0
    for k in range(grid.kappa.size):
        kinetic = theta * grid.kappa[k]
        phase_space = math.sqrt(kinetic * (kinetic + 2.0)) * (1.0 + kinetic)
        number += phase_space * grid.weights[k] * theta * math.exp(-x_chi * kinetic)
    return number


@inner_kernel
def transport(
    cells: Array,
    background: Background,
    scale: Scale,
    tail: Tail,
    derivative: bool,
    grid: MomentumGrid,
    force: Array,
    mass: Array,
    jacobian: Array,
) -> None:
    """Set the ``force (n,)`` F and the band of the ``mass (n, 7)`` M; with the ``derivative`` dF/dc, too.

    At fixed kappa, not K: theta changes, and with it the particles that a quadrature point stands for. If not
    ``derivative``, the ``jacobian (n, n)`` is left alone.
    """
    force[:] = 0.0
    mass[:] = 0.0
    if derivative:
        jacobian[:] = 0.0
    theta, shrinking = scale.theta, scale.shrinking
    for k in range(grid.kappa.size):
        q = grid.cells[k]
        i = grid.starts[q]
        d = grid.kappa[k] - grid.knots[q]
        u = cells[q, 0] + d * (cells[q, 1] + d * (cells[q, 2] + d * cells[q, 3]))
        slope = (cells[q, 1] + d * (2.0 * cells[q, 2] + d * 3.0 * cells[q, 3])) / theta
        kinetic = theta * grid.kappa[k]
        energy = 1.0 + kinetic
        squared = kinetic * (kinetic + 2.0)
        momentum = math.sqrt(squared)
        occupied = math.exp(u) * grid.weights[k] * theta
        particles = momentum * energy * occupied
        # d/dt of the particles at a point beyond the 1/a^3, and how they move against the grid
        geometry = 2.0 * shrinking * (energy * kinetic / squared + kinetic / energy + 1.0) - 3.0 * background.expansion
        drift = 2.0 * shrinking * kinetic - background.expansion * squared / energy
        friction = 0.5 * background.elastic_rate * squared * momentum * occupied
        source = particles * geometry
        flux = (particles * drift - friction * (slope / background.x + 1.0)) / theta
        diffusion = friction / background.x / (theta * theta)
        damping, bend = 0.0, 0.0
        depth = (scale.theta_over_t * grid.kappa[k] - tail.smooth_from) / 6.0
        if depth > 0.0 and q < grid.starts.size - 1:
            depth = min(1.0, depth)
            damping = tail.smoothing * depth * depth * (3.0 - 2.0 * depth) * particles
            bend = damping * (2.0 * cells[q, 2] + 6.0 * d * cells[q, 3])
        for r in range(4):
            change = source * grid.values[k, r] + flux * grid.slopes[k, r] - bend * grid.bends[k, r]
            force[i + r] += change
            weighted = particles * grid.values[k, r]
            for s in range(4):
                mass[i + r, s - r + 3] += weighted * grid.values[k, s]
            if derivative:
                diffused, damped = diffusion * grid.slopes[k, r], damping * grid.bends[k, r]
                for s in range(4):
                    jacobian[i + r, i + s] += (
                        change * grid.values[k, s] - diffused * grid.slopes[k, s] - damped * grid.bends[k, s]
                    )


@inner_kernel
def mass_derivative(cells: Array, rates: Array, theta: float, grid: MomentumGrid, band: Array) -> None:
    """Write d(M dc/dt)/dc at fixed dc/dt = ``rates (n,)`` into the ``band (n, 7)``: M with weights du/dt."""
    band[:] = 0.0
    for k in range(grid.kappa.size):
        i = grid.starts[grid.cells[k]]
        _, weight = _particles_at(k, cells, theta, grid)
        change = 0.0
        for r in range(4):
            change += rates[i + r] * grid.values[k, r]
        for r in range(4):
            for s in range(4):
                band[i + r, s - r + 3] += weight * change * grid.values[k, r] * grid.values[k, s]


@inner_kernel
def limit_tail(coefficients: Array, theta_over_t: float, tail: Tail, grid: MomentumGrid) -> None:
    """Keep the slope of u between 0 and -``steepest``/T_chi far above T_chi, and no steeper than that in deep holes."""
    deep, highest = 14.0, np.max(coefficients)
    for i in range(1, coefficients.size):
        most = (grid.centres[i] - grid.centres[i - 1]) * theta_over_t * tail.steepest
        if grid.centres[i] * theta_over_t > tail.limit_from:
            coefficients[i] = min(max(coefficients[i], coefficients[i - 1] - most), coefficients[i - 1])
        elif coefficients[i] < highest - deep:
            coefficients[i] = max(coefficients[i], min(coefficients[i - 1] - most, highest - deep))
