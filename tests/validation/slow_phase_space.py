"""The Boltzmann equation of the momentum distribution, once more: numpy and scipy alone, a grid of momenta and BDF.

Ding et al., eqs. (4.1) to (4.4), for a narrow resonance below m_a = 2 m_chi/(2 r), Maxwell-Boltzmann statistics, with
chi scattering off itself through it. f is known at comoving momenta, on which the expansion does nothing; between them
w = ln f + E/T, which vanishes in equilibrium, is a cubic spline in p. With the rapidity eta_r between two chi that make
the resonance, the partners of E = cosh(eta) are those between cosh(eta - eta_r) and cosh(eta + eta_r), and

    d(p E f)/dt = A int dE' { BR_gamma [e^(-(E+E')/T) - f f'] + BR_chi [<f f'>_(E+E') - f f'] },
    A = g_chi W/(16 pi^2), W = 8 pi^2 m_a Gamma_chi/beta,

with the mean over all pairs of the same total energy. Both halves of a bracket are integrated over the same points.
Energies and momenta in units of m_chi.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline
from slow_averages import Point, Resolution, transfer_spline
from slow_plasma import bath

from alpfit.constants import RELIC_DENSITY_PER_YIELD

X_START, DEGREES = 2.0, 2.0


@dataclass(frozen=True)
class Grid:
    """Momenta, points of the integrals over the partner, energies of the resonance, pairs of each; tolerance of BDF."""

    momenta: int = 110
    partners: int = 28
    energies: int = 50
    pairs: int = 24
    highest: float = 40.0
    tolerance: float = 1e-5
    x_end: float = 400.0


def unit_rule(n: int) -> tuple[np.ndarray, np.ndarray]:
    x, weights = leggauss(n)
    return 0.5 * (x + 1.0), 0.5 * weights


class Equations:
    """dw/dln(x) at the momenta, for one point."""

    def __init__(self, point: Point, self_scattering: bool, grid: Grid) -> None:
        self.point, self.grid, self.scatters = point, grid, self_scattering
        beta = math.sqrt(1.0 - 4.0 * point.r**2)
        photons = point.g_agg**2 * point.m_a**3 / (64.0 * math.pi)
        dark = point.width - photons
        strength = DEGREES * 8.0 * math.pi**2 * point.m_a * dark / beta / (16.0 * math.pi**2) / point.m_chi
        self.annihilation, self.scattering = strength * photons / point.width, strength * dark / point.width
        self.transfer = transfer_spline(point, Resolution())
        self.mass = 1.0 / point.r  # of the resonance
        self.rapidity = 2.0 * math.acosh(0.5 / point.r)
        self.entropy_start = bath(point.m_chi / X_START)[0]
        top = math.sqrt((1.0 + grid.highest / X_START) ** 2 - 1.0)
        self.start = top * ((np.arange(grid.momenta) + 0.3) / grid.momenta) ** 1.6
        self.rule, self.pair_rule = unit_rule(grid.partners), unit_rule(grid.pairs)

    def momenta(self, x: float) -> np.ndarray:
        """Those of the comoving grid at T = m/x."""
        return self.start * (bath(self.point.m_chi / x)[0] / self.entropy_start) ** (1.0 / 3.0)

    def partners(self, p, x: float, hottest: float) -> tuple[np.ndarray, np.ndarray]:
        """E' and weights for each momentum, shape (n, k): quadratic in the distance from the slowest partner."""
        energy = np.sqrt(1.0 + p**2)
        shift = math.sinh(self.rapidity) * p
        least = energy * math.cosh(self.rapidity) - shift
        reach = np.sqrt(np.minimum(2.0 * shift, 45.0 * hottest))
        nodes, weights = self.rule
        tau = reach[:, None] * nodes
        return least[:, None] + tau**2, 2.0 * tau * reach[:, None] * weights

    def mean_of_pairs(self, spline, x: float, hottest: float) -> CubicSpline:
        """ln <exp(w + w')> of pairs with total energy m_a + tau^2, as a spline in tau."""
        tau = np.linspace(0.0, math.sqrt(60.0 * hottest), self.grid.energies)
        total = self.mass + tau**2
        half = 0.5 * np.sqrt(np.maximum(total**2 - self.mass**2, 0.0)) * math.sqrt(1.0 - 4.0 / self.mass**2)
        nodes, weights = self.pair_rule
        one = 0.5 * total[:, None] + half[:, None] * nodes
        both = spline(momentum(one)) + spline(momentum(total[:, None] - one))
        largest = both.max(axis=1)
        return CubicSpline(tau, largest + np.log(np.exp(both - largest[:, None]) @ weights))

    def change(self, log_x: float, w) -> np.ndarray:
        x = math.exp(log_x)
        _, hubble, hubble_tilde = bath(self.point.m_chi / x)
        p, expansion = self.momenta(x), hubble / hubble_tilde
        energy = np.sqrt(1.0 + p**2)
        spline = spline_of(p, w)
        hottest = 1.5 * max(1.0 / x, temperature(p, w, x))
        partner, weights = self.partners(p, x, hottest)
        at = spline(momentum(partner))
        with np.errstate(over="ignore", invalid="ignore"):
            gain = self.annihilation * np.exp(-x * partner - w[:, None])
            loss = np.exp(at - x * partner)
            rate = np.sum(weights * (gain - self.annihilation * loss), axis=1)
            if self.scatters:
                mean = self.mean_of_pairs(spline, x, hottest)
                together = mean(np.sqrt(np.maximum(energy[:, None] + partner - self.mass, 0.0)))
                back = np.exp(together - x * partner - w[:, None])
                rate += self.scattering * np.sum(weights * (back - loss), axis=1)
            elastic = self.elastic(p, energy, w, x)
        rate = (rate / (p * energy) + elastic) / hubble_tilde
        return rate + x * energy - x * expansion * p**2 / energy

    def elastic(self, p, energy, w, x: float) -> np.ndarray:
        """(gamma/2 p^2) d/dp [p^2 T E f dw/dp]/f: fluxes between cells around the momenta."""
        edges = 0.5 * (p[1:] + p[:-1])
        widths = np.diff(np.concatenate([[0.0], edges, [1.5 * p[-1] - 0.5 * p[-2]]]))
        middle = np.sqrt(1.0 + edges**2)
        slope = np.diff(w) / np.diff(p)
        flux = edges**2 * middle / x * slope
        between = 0.5 * (w[1:] + w[:-1])
        lower = flux * np.exp(between - w[:-1] - x * (middle - energy[:-1]))
        upper = flux * np.exp(between - w[1:] - x * (middle - energy[1:]))
        net = np.concatenate([lower, [0.0]]) - np.concatenate([[0.0], upper])
        return 0.5 * math.exp(float(self.transfer(math.log(x)))) * net / (p**2 * widths)


def momentum(energy):
    return np.sqrt(np.maximum(energy**2 - 1.0, 0.0))


def spline_of(p, w):
    """w between the momenta, even in p; beyond the last it stays what it is there."""
    spline = CubicSpline(np.concatenate([[0.0], p]), np.concatenate([[w[0]], w]), bc_type=((1, 0.0), (2, 0.0)))
    return lambda at: spline(np.minimum(at, p[-1]))


def fine(p, w, x: float):
    """Momenta between those of the grid, and f there times the width of their cell and p^2."""
    nodes, weights = unit_rule(6)
    edges = np.concatenate([[0.0], p])
    at = (edges[:-1, None] + np.diff(edges)[:, None] * nodes).ravel()
    f = np.exp(spline_of(p, w)(at) - x * np.sqrt(1.0 + at**2))
    return at, f * at**2 * (np.diff(edges)[:, None] * weights).ravel()


def temperature(p, w, x: float) -> float:
    """<p^2/3E>."""
    at, f = fine(p, w, x)
    return float(np.sum(f * at**2 / (3.0 * np.sqrt(1.0 + at**2))) / np.sum(f))


def slow_distribution(point: Point, self_scattering: bool, grid: Grid | None = None) -> float:
    """Omega h^2."""
    grid = grid or Grid()
    equations = Equations(point, self_scattering, grid)
    solution = solve_ivp(
        equations.change, (math.log(X_START), math.log(grid.x_end)), np.zeros(grid.momenta), method="BDF",
        rtol=grid.tolerance, atol=grid.tolerance, first_step=1e-4,
    )  # fmt: skip
    assert solution.success, solution.message
    x = grid.x_end
    _, f = fine(equations.momenta(x), solution.y[:, -1], x)
    density = DEGREES * point.m_chi**3 * float(np.sum(f)) / (2.0 * math.pi**2)
    return RELIC_DENSITY_PER_YIELD.value * point.m_chi * density / bath(point.m_chi / x)[0]
