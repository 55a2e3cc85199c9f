"""The Boltzmann equation of the momentum distribution, once more: numpy and scipy alone, a grid of momenta and BDF.

Ding et al., eqs. (4.1) to (4.4), for a narrow resonance below m_a = 2 m_chi/(2 r), Maxwell-Boltzmann statistics, with
chi scattering off itself through it. f is known at comoving momenta, on which the expansion does nothing; between them
w = ln f + E/T, which vanishes in equilibrium, is a cubic spline in p. With the rapidity eta_r between two chi that make
the resonance, the partners of E = cosh(eta) are those between cosh(eta - eta_r) and cosh(eta + eta_r), and

    d(p E f)/dt = A int dE' { BR_gamma [e^(-(E+E')/T) - f f'] + BR_chi [<f f'>_(E+E') - f f'] },
    A = g_chi W/(16 pi^2), W = 8 pi^2 m_a Gamma_chi/beta,

with the mean over all pairs of the same total energy. Above the resonance, r > 1/2, chi chi -> gamma gamma and a a are

    d(p E f)/dt = g_chi/(8 pi^2) int dE' [C(eta + eta') - C(|eta - eta'|)] [e^(-(E+E')/T) - f f'],
    C(y) = int_0^y dy 2 sinh^2(y) sigma,   sqrt(s) = 2 cosh(y/2),

without self-scattering. Both halves of a bracket are integrated over the same points.
Energies and momenta in units of m_chi. Nothing here conserves energy to better than the error of the integrals: where
chi scatters off itself much more often than it annihilates, the temperature drifts, and the answer cannot be trusted.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline
from slow_averages import Point, Resolution, cross_section, transfer_rate
from slow_pairs import pair_cross_section, pair_threshold
from slow_plasma import bath
from slow_reference import annihilations_per_hubble_time

from alpfit.constants import RELIC_DENSITY_PER_YIELD

X_START, DEGREES = 2.0, 2.0


@dataclass(frozen=True)
class Grid:
    """Momenta, points of the integrals over the partner, energies of the resonance, pairs of each; tolerance of BDF.

    ``highest`` is the largest kinetic energy over T at the start. Momenta fall faster than sqrt(m T) while chi is in
    kinetic equilibrium: of 120 T at x = 2 about 7400/x T are left, of 40 T only 880/x T, where the fast are missed.
    """

    momenta: int = 100
    partners: int = 24
    energies: int = 40
    pairs: int = 20
    highest: float = 120.0
    tolerance: float = 1e-4
    x_end: float = 400.0


def unit_rule(n: int) -> tuple[np.ndarray, np.ndarray]:
    x, weights = leggauss(n)
    return 0.5 * (x + 1.0), 0.5 * weights


class Pairs:
    """The kernel C(eta + eta') - C(|eta - eta'|) [GeV^-2] of chi chi -> gamma gamma and a a, for r > 1/2."""

    def __init__(self, point: Point, highest: float) -> None:
        self.threshold = 2.0 * math.acosh(max(1.0 / point.r, 1.0))  # in y; where that of a a has a kink
        y = np.linspace(1e-9, highest, round(400 * highest))
        e = 4.0 * np.sinh(0.25 * y) ** 2
        change = 2.0 * np.sinh(y) ** 2 * cross_section(e, e - point.peak, point)
        self.photons = CubicSpline(y, change).antiderivative()
        v = np.linspace(1e-9, math.sqrt(highest - self.threshold), round(400 * highest))
        y = self.threshold + v**2
        e, above = 4.0 * np.sinh(0.25 * y) ** 2, 4.0 * np.sinh(0.25 * (y + self.threshold)) * np.sinh(0.25 * v**2)
        sigma = pair_cross_section(e, above - min(pair_threshold(point.r), 0.0), point.r)
        change = 4.0 * v * np.sinh(y) ** 2 * point.g_achi**4 * point.m_chi**2 * sigma
        self.alps = CubicSpline(v, change).antiderivative()

    def cumulative(self, y):
        return self.photons(y) + self.alps(np.sqrt(np.maximum(y - self.threshold, 1e-18)))

    def partners(self, p, hottest: float, rule) -> tuple[np.ndarray, np.ndarray]:
        """E' and weights times the kernel, shape (n, 3 k): from rest, and from where either C begins to count a a."""
        eta = np.arcsinh(p)
        edges = [np.ones(p.size), np.cosh(eta - self.threshold), np.cosh(eta + self.threshold), np.full(p.size, np.inf)]
        partner, weights = [], []
        for lower, upper in pairwise(edges):
            reach = np.sqrt(np.minimum(upper - lower, 45.0 * hottest))
            tau = reach[:, None] * rule[0]
            partner.append(lower[:, None] + tau**2)
            weights.append(2.0 * tau * reach[:, None] * rule[1])
        energy = np.concatenate(partner, axis=1)
        other, eta = np.arccosh(energy), eta[:, None]
        kernel = self.cumulative(eta + other) - self.cumulative(np.abs(eta - other))
        return energy, np.concatenate(weights, axis=1) * kernel


class Equations:
    """dw/dln(x) at the momenta, for one point."""

    def __init__(self, point: Point, self_scattering: bool, grid: Grid) -> None:
        self.point, self.grid, self.scatters = point, grid, self_scattering
        self.transfer = transfer_rate(point, Resolution())
        self.entropy_start = bath(point.m_chi / X_START)[0]
        top = math.sqrt((1.0 + grid.highest / X_START) ** 2 - 1.0)
        self.start = top * ((np.arange(grid.momenta) + 0.3) / grid.momenta) ** 1.6
        self.rule, self.pair_rule = unit_rule(grid.partners), unit_rule(grid.pairs)
        if point.has_pairs:
            assert not self_scattering
            self.annihilation, self.scattering = DEGREES * point.m_chi**3 / (8.0 * math.pi**2), 0.0
            fastest = math.acosh(1.0 + grid.highest / X_START)
            self.pairs = Pairs(point, 2.0 * fastest + 4.0)
            return
        beta = math.sqrt(1.0 - 4.0 * point.r**2)
        photons = point.g_agg**2 * point.m_a**3 / (64.0 * math.pi)
        dark = point.width - photons
        strength = DEGREES * 8.0 * math.pi**2 * point.m_a * dark / beta / (16.0 * math.pi**2) / point.m_chi
        self.annihilation, self.scattering = strength * photons / point.width, strength * dark / point.width
        self.mass = 1.0 / point.r  # of the resonance
        self.rapidity = 2.0 * math.acosh(0.5 / point.r)

    def momenta(self, x: float) -> np.ndarray:
        """Those of the comoving grid at T = m/x."""
        return self.start * (bath(self.point.m_chi / x)[0] / self.entropy_start) ** (1.0 / 3.0)

    def partners(self, p, x: float, hottest: float) -> tuple[np.ndarray, np.ndarray]:
        """E' and weights for each momentum, shape (n, k): quadratic in the distance from the slowest partner."""
        if self.point.has_pairs:
            return self.pairs.partners(p, hottest, self.rule)
        energy = np.sqrt(1.0 + p**2)
        shift = math.sinh(self.rapidity) * p
        least = energy * math.cosh(self.rapidity) - shift
        reach = np.sqrt(np.minimum(2.0 * shift, 45.0 * hottest))
        nodes, weights = self.rule
        tau = reach[:, None] * nodes
        return least[:, None] + tau**2, 2.0 * tau * reach[:, None] * weights

    def mean_of_pairs(self, between, w, hottest: float):
        """tau, ln <exp(w + w')> of pairs with total energy m_a + tau^2, and its derivatives with respect to w."""
        tau = np.linspace(0.0, math.sqrt(60.0 * hottest), self.grid.energies)
        total = self.mass + tau**2
        half = 0.5 * np.sqrt(np.maximum(total**2 - self.mass**2, 0.0)) * math.sqrt(1.0 - 4.0 / self.mass**2)
        nodes, weights = self.pair_rule
        one = 0.5 * total[:, None] + half[:, None] * nodes
        both = between(momentum(one)) + between(momentum(total[:, None] - one))
        values = both @ w
        largest = values.max(axis=1)
        share = np.exp(values - largest[:, None]) * weights
        mean = share.sum(axis=1)
        return tau, largest + np.log(mean), np.einsum("jk,jkn->jn", share / mean[:, None], both)

    def change(self, log_x: float, w) -> tuple[np.ndarray, np.ndarray]:
        """dw/dln(x), and its derivatives with respect to w, but for those through T_chi, which bounds integrals."""
        x = math.exp(log_x)
        _, hubble, hubble_tilde = bath(self.point.m_chi / x)
        p, expansion = self.momenta(x), hubble / hubble_tilde
        energy = np.sqrt(1.0 + p**2)
        between = basis_of(p)
        hottest = 1.5 * max(1.0 / x, temperature(p, w, x))
        partner, weights = self.partners(p, x, hottest)
        at = between(momentum(partner))
        gain = self.annihilation * weights * np.exp(-x * partner - w[:, None])
        loss = weights * np.exp(at @ w - x * partner)
        rate = np.sum(gain, axis=1) - self.annihilation * np.sum(loss, axis=1)
        jacobian = -np.diag(np.sum(gain, axis=1))
        jacobian -= np.einsum("ik,ikn->in", (self.annihilation + self.scattering * self.scatters) * loss, at)
        if self.scatters:
            tau, log_mean, derivative = self.mean_of_pairs(between, w, hottest)
            place = np.sqrt(np.maximum(energy[:, None] + partner - self.mass, 0.0))
            together = CubicSpline(tau, np.eye(tau.size))(place)
            back = self.scattering * weights * np.exp(together @ log_mean - x * partner - w[:, None])
            rate += np.sum(back, axis=1) - self.scattering * np.sum(loss, axis=1)
            jacobian += np.einsum("ik,ikj->ij", back, together) @ derivative - np.diag(np.sum(back, axis=1))
        elastic, elastic_derivative = self.elastic(p, energy, w, x)
        rate = (rate / (p * energy) + elastic) / hubble_tilde
        jacobian = (jacobian / (p * energy)[:, None] + elastic_derivative) / hubble_tilde
        return rate + x * energy - x * expansion * p**2 / energy, jacobian

    def elastic(self, p, energy, w, x: float) -> tuple[np.ndarray, np.ndarray]:
        """(gamma/2 p^2) d/dp [p^2 T E f dw/dp]/f: fluxes between cells around the momenta; derivatives at fixed f."""
        edges = 0.5 * (p[1:] + p[:-1])
        widths = np.diff(np.concatenate([[0.0], edges, [1.5 * p[-1] - 0.5 * p[-2]]]))
        middle = np.sqrt(1.0 + edges**2)
        conduction = edges**2 * middle / x / np.diff(p)
        between = 0.5 * (w[1:] + w[:-1])
        lower = conduction * np.exp(between - w[:-1] - x * (middle - energy[:-1])) / (p**2 * widths)[:-1]
        upper = conduction * np.exp(between - w[1:] - x * (middle - energy[1:])) / (p**2 * widths)[1:]
        matrix = np.diag(lower, 1) + np.diag(upper, -1)
        matrix -= np.diag(np.concatenate([lower, [0.0]]) + np.concatenate([[0.0], upper]))
        matrix *= 0.5 * self.transfer(math.log(x))
        return matrix @ w, matrix


def momentum(energy):
    return np.sqrt(np.maximum(energy**2 - 1.0, 0.0))


def basis_of(p):
    """What w at other momenta is of w at those of the grid: a spline, even in p; beyond the last it stays as it is."""
    unit = np.eye(p.size)
    values = np.concatenate([unit[:1], unit])
    flat = (1, np.zeros(p.size)), (2, np.zeros(p.size))
    spline = CubicSpline(np.concatenate([[0.0], p]), values, bc_type=flat)
    return lambda at: spline(np.minimum(at, p[-1]))


def fine(p, w, x: float):
    """Momenta between those of the grid, and f there times the width of their cell and p^2."""
    nodes, weights = unit_rule(6)
    edges = np.concatenate([[0.0], p])
    at = (edges[:-1, None] + np.diff(edges)[:, None] * nodes).ravel()
    f = np.exp(basis_of(p)(at) @ w - x * np.sqrt(1.0 + at**2))
    return at, f * at**2 * (np.diff(edges)[:, None] * weights).ravel()


def temperature(p, w, x: float) -> float:
    """<p^2/3E>."""
    at, f = fine(p, w, x)
    return float(np.sum(f * at**2 / (3.0 * np.sqrt(1.0 + at**2))) / np.sum(f))


def slow_distribution(point: Point, self_scattering: bool, grid: Grid | None = None) -> float:
    """Omega h^2."""
    grid = grid or Grid()
    equations = Equations(point, self_scattering, grid)
    with np.errstate(over="ignore", invalid="ignore"):  # Newton's method may try anything
        solution = solve_ivp(
            lambda log_x, w: equations.change(log_x, w)[0], (math.log(X_START), math.log(grid.x_end)),
            np.zeros(grid.momenta), method="BDF", jac=lambda log_x, w: equations.change(log_x, w)[1],
            rtol=1e-3 * grid.tolerance, atol=grid.tolerance, first_step=1e-4,
        )  # fmt: skip
    assert solution.success, solution.message
    x = grid.x_end
    _, f = fine(equations.momenta(x), solution.y[:, -1], x)
    density = DEGREES * point.m_chi**3 * float(np.sum(f)) / (2.0 * math.pi**2)
    return RELIC_DENSITY_PER_YIELD.value * point.m_chi * density / bath(point.m_chi / x)[0]


TABLE = Path(__file__).with_name("reference") / "slow_momentum_distribution.csv"
NARROW = 2e-5
"""Width over mass above which the tails of the resonance matter: 2 % of Omega h^2 at 1e-4."""

PREAMBLE = f"""\
# Omega h^2 from the momentum distribution, without chi scattering off itself: an independent, slow solution, written by
# tests/validation/slow_phase_space.py with numpy and scipy alone, for a narrow resonance. m_a [GeV], r = m_chi/m_a,
# g_agg and g_achi [1/GeV]. Relative numerical error below 3e-3; that the resonance has a width is left out, which is
# below {NARROW:g} of its mass in all rows with r < 1/2. The rows with r > 1/2, at the end, are off the resonance, with
# chi chi -> gamma gamma and a a, chi gamma -> chi gamma and chi a -> chi a. They need the engine's pair channel.
m_a,r,g_agg,g_achi,omega_h2
"""

ABOVE_THE_RESONANCE = (
    (1.0, 0.75, 3e-4, 0.2), (2.0, 0.85, 3e-4, 0.05), (3.0, 0.95, 1e-4, 0.012),
    (1.0, 1.1, 1e-4, 0.01), (3.0, 1.5, 3e-5, 0.003), (0.2, 5.0, 1e-4, 0.006),
)  # fmt: skip
"""m_a, r, g_agg and g_achi where chi chi -> a a dominates, the first three below its threshold at rest."""

LATE = Grid(x_end=2000.0, tolerance=5e-6)
"""Off the resonance annihilation ends slowly. A fifth of the tolerance changes Omega h^2 by 1e-4, 40 partners by 3e-6,
140 momenta by 1e-4 and the end at x = 6000 by 2e-4; half a minute a point, but two at r = 0.75.
"""


def row_of(point: Point, known: dict, grid: Grid | None = None) -> str:
    key = ",".join(f"{value:.6g}" for value in (point.m_a, point.r, point.g_agg, point.g_achi))
    return known.get(key) or f"{key},{slow_distribution(point, self_scattering=False, grid=grid):.6e}"


def main(wanted: int = 44) -> None:
    """Write the table, keeping the rows that it has: points of the fit's box where chi is in equilibrium at x = 2."""
    rng, lines = np.random.default_rng(15), TABLE.read_text().splitlines() if TABLE.exists() else []
    known = {line.rpartition(",")[0]: line for line in lines if line[:1].isdigit()}
    with TABLE.open("w") as file:
        file.write(PREAMBLE)
        while wanted:
            m_a, r = rng.uniform(0.6, 4.8), rng.uniform(0.455, 0.4965)
            g_agg, g_achi = (10.0 ** rng.uniform(*ends) for ends in ((-5.0, -3.0), (-6.0, -1.0)))
            point = Point(*(float(f"{value:.6g}") for value in (m_a, r, g_agg, g_achi)))
            if annihilations_per_hubble_time(point, X_START) < 1e3 or point.width > NARROW * m_a:
                continue
            file.write(row_of(point, known) + "\n")
            file.flush()
            wanted -= 1
        for values in ABOVE_THE_RESONANCE:
            file.write(row_of(Point(*values), known, LATE) + "\n")
            file.flush()


if __name__ == "__main__":
    main()
