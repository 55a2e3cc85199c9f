"""Both Boltzmann equations once more, slowly, with numpy and scipy alone, and compared with the engines.

Nothing here is shared with the engine but the constants of nature: the averages are integrated over the pole in
the logarithm of the distance from it and over the pair's energy with the trapezoidal rule, the plasma is
evaluated from the published fits, and scipy's Radau solves the equations to 1e-8.
"""

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss
from scipy.integrate import quad, solve_ivp
from scipy.interpolate import CubicSpline
from scipy.special import kve

from alpfit.constants import PLANCK_MASS, RELIC_DENSITY_PER_YIELD
from alpfit.numerics.radau import radau_iia_5
from alpfit.physics.plasma import saikawa_shirai_2018
from alpfit.relic import ENGINES
from alpfit.relic.base import Accuracy
from alpfit.relic.portal import default_grids, portal_sector

X_START, X_END = 2.0, 1e5
TEMPERATURE_STEP = 2e-3  # of the plasma's splines, in ln(T)


@dataclass(frozen=True)
class Point:
    """m_a [GeV], r and the couplings [1/GeV]."""

    m_a: float
    r: float
    g_agg: float
    g_achi: float

    @property
    def m_chi(self) -> float:
        return self.r * self.m_a

    @property
    def strength(self) -> float:
        return (self.g_agg * self.g_achi) ** 2

    @property
    def width(self) -> float:
        light = self.g_agg**2 * self.m_a**3 / (64.0 * math.pi)
        velocity = math.sqrt(max(1.0 - 4.0 * self.r**2, 0.0))
        return light + self.g_achi**2 * self.m_a * self.m_chi**2 * velocity / math.pi


POINTS = {
    "r=0.360": Point(1.0, 0.36, 0.04302, 0.01),
    "r=0.410": Point(1.0, 0.41, 0.001337, 0.01),
    "r=0.440, 3 GeV": Point(3.0, 0.44, 5e-4, 3e-3),
    "r=0.477": Point(0.75, 0.477, 9.037e-5, 6.93e-5),
    "r=0.490": Point(1.0, 0.49, 1.118e-5, 0.01),
    "r=0.505": Point(1.0, 0.505, 0.001622, 0.01),
    "r=0.550": Point(1.0, 0.55, 0.008128, 0.01),
}
each_point = pytest.mark.parametrize("point", POINTS.values(), ids=POINTS.keys())


# The plasma: K. Saikawa and S. Shirai, arXiv:1803.01038, appendix C. Columns a, b, c, d of table 1, rows i = 0 ... 11.
FIT = np.array([
    [1.0, 1.43382e-2, 1.0, 7.07388e1],
    [1.11724, 1.37559e-2, 6.07869e-1, 9.18011e1],
    [3.12672e-1, 2.92108e-3, -1.54485e-1, 3.31892e1],
    [-4.68049e-2, -5.38533e-4, -2.24034e-1, -1.39779],
    [-2.65004e-2, -1.62496e-4, -2.82147e-2, -1.52558],
    [-1.19760e-3, -2.87906e-5, 2.90620e-2, -1.97857e-2],
    [1.82812e-4, -3.84278e-6, 6.86778e-3, -1.60146e-1],
    [1.36436e-4, 2.78776e-6, -1.00005e-3, 8.22615e-5],
    [8.55051e-5, 7.40342e-7, -1.69104e-4, 2.02651e-2],
    [1.22840e-5, 1.17210e-7, 1.06301e-5, -1.82134e-5],
    [3.82259e-7, 3.72499e-9, 1.69528e-6, 7.83943e-5],
    [-6.87035e-9, -6.74107e-11, -9.33311e-8, 7.13518e-5],
])  # fmt: skip
# Mass [GeV], degrees of freedom in g_rho, in g_s, and whether a fermion
SPECIES = (
    (511e-6, 3.495, 3.442, True), (0.1056, 3.446, 3.468, True), (0.135, 1.05, 1.034, False),
    (0.140, 2.08, 2.068, False), (0.5, 4.165, 4.16, False), (0.77, 30.55, 30.55, False),
    (1.2, 89.4, 90.0, False), (2.0, 8209.0, 6209.0, False),
)  # fmt: skip


def fermion_rho(x):
    return np.exp(-1.04855 * x) * np.polyval([0.0893988, 0.508630, 1.03757, 1.0], x)


def boson_rho(x):
    return np.exp(-1.03149 * x) * np.polyval([0.0648056, 0.398264, 1.03317, 1.0], x)


def fermion_s(x):
    return np.exp(-1.04190 * x) * np.polyval([0.0595249, 0.456426, 1.03400, 1.0], x)


def boson_s(x):
    return np.exp(-1.03365 * x) * np.polyval([0.0506182, 0.342548, 1.03397, 1.0], x)


def hot_plasma(temperature):
    """g_rho and g_s above 0.12 GeV."""
    a, b, c, d = (np.polyval(column[::-1], np.log(temperature)) for column in FIT.T)
    return a / b, a / b / (1.0 + c / d)


def cold_plasma(temperature):
    """g_rho and g_s below 0.12 GeV."""
    heating = 1.0 + 1.75 * fermion_s(511e-6 / temperature)
    g_rho, g_s = 2.030 + 1.353 * heating ** (4.0 / 3.0), 2.008 + 1.923 * heating
    for mass, dof_rho, dof_s, fermion in SPECIES:
        x = mass / temperature
        g_rho = g_rho + dof_rho * (fermion_rho(x) if fermion else boson_rho(x))
        g_s = g_s + dof_s * (fermion_s(x) if fermion else boson_s(x))
    return g_rho, g_s


@cache
def plasma_splines() -> dict[str, CubicSpline]:
    """(ln g_rho, ln g_s) against ln(T), on either side of 0.12 GeV."""
    splines = {}
    for name, piece, lower, upper in (("cold", cold_plasma, 1e-6, 0.12), ("hot", hot_plasma, 0.12, 10.0)):
        n = math.ceil(math.log(upper / lower) / TEMPERATURE_STEP)
        log_t = np.linspace(math.log(lower), math.log(upper), n)
        splines[name] = CubicSpline(log_t, np.log(piece(np.exp(log_t))).T)
    return splines


def bath(temperature: float) -> tuple[float, float, float]:
    """Entropy density, H and H-tilde."""
    spline = plasma_splines()["hot" if temperature >= 0.12 else "cold"]
    g_rho, g_s = np.exp(spline(math.log(temperature)))
    slope = spline(math.log(temperature), 1)[1]
    hubble = math.sqrt(4.0 * math.pi**3 * g_rho / 45.0) * temperature**2 / PLANCK_MASS.value
    return 2.0 * math.pi**2 / 45.0 * g_s * temperature**3, hubble, hubble / (1.0 + slope / 3.0)


# Thermal averages, in units of m_chi: sqrt(s) = 2 + e.


def logarithmic(lower: float, upper: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights between ``lower`` and ``upper``: 16 Gauss-Legendre points in each decade."""
    n = math.ceil(math.log10(upper / lower))
    x, w = leggauss(16)
    span = math.log(upper / lower) / n
    nodes = lower * np.exp(span * (np.arange(n)[:, None] + 0.5 * (x + 1.0)).ravel())
    return nodes, nodes * 0.5 * span * np.tile(w, n)


def pole_nodes(peak: float, half_width: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """e, e - peak and weights for the integral over e from 0 to 60."""
    threshold, w_threshold = logarithmic(1e-15, 0.5 * peak if peak > 0.0 else 60.0)
    if peak <= 0.0:
        return threshold, threshold - peak, w_threshold
    core = 1e-6 * half_width  # there the Breit-Wigner is constant
    below, w_below = logarithmic(core, 0.5 * peak)
    above, w_above = logarithmic(core, 60.0 - peak)
    distance = np.concatenate([threshold - peak, -below, [0.0], above])
    e = np.concatenate([threshold, peak - below, [peak], peak + above])
    return e, distance, np.concatenate([w_threshold, w_below, [2.0 * core], w_above])


def cross_section(e, distance, point: Point):
    """sigma [GeV^-2] where sqrt(s) = m_chi (2 + e) and sqrt(s) - m_a = m_chi ``distance``."""
    root_s = point.m_chi * (2.0 + e)
    relative_momentum = point.m_chi * np.sqrt(e * (4.0 + e))
    propagator = (point.m_chi * distance * (root_s + point.m_a)) ** 2 + (point.m_a * point.width) ** 2
    return point.strength * point.m_chi**2 * root_s**5 / (8.0 * math.pi * relative_momentum * propagator)


def energy_integral(e, x: float):
    """exp(x (2 + e)) times the integral over E_+ of exp(-x E_+) [E_+ a - 2 ln((E_+ + a)/(E_+ - a))].

    By the trapezoidal rule in the rapidity, E_+ = sqrt(s) cosh(theta), which converges geometrically.
    """
    root_s, beta = 2.0 + e[:, None], np.sqrt(e * (4.0 + e))[:, None] / (2.0 + e[:, None])
    step = 0.5
    theta = step * np.arange(1, 18) / np.sqrt(x * root_s)
    bracket = root_s**2 * beta * np.sinh(theta) * np.cosh(theta) - 4.0 * np.arctanh(beta * np.tanh(theta))
    decay = np.exp(-2.0 * x * root_s * np.sinh(0.5 * theta) ** 2)
    return np.sum(decay * root_s * np.sinh(theta) * bracket, axis=1) * step / np.sqrt(x * root_s[:, 0])


def scaled_bessel_k(order: int, u):
    """exp(u) K_order(u); beyond 1e8, where scipy's gives up, the first two terms of the asymptotic series."""
    asymptotic = np.sqrt(0.5 * math.pi / u) * (1.0 + (4.0 * order**2 - 1.0) / (8.0 * u))
    return np.where(u < 1e8, kve(order, np.minimum(u, 1e8)), asymptotic)


def both_averages(x: float, e, sigma_weighted) -> tuple[float, float]:
    """<sigma v> and <sigma v>_2 [GeV^-2] at T = m_chi/x."""
    root_s = 2.0 + e
    flux = np.sqrt(e * (4.0 + e)) * root_s  # sqrt(s (s - 4 m^2))
    ds = sigma_weighted * 2.0 * root_s * np.exp(-x * e)
    first = x / 8.0 * np.sum(ds * flux**2 / root_s * scaled_bessel_k(1, x * root_s))
    second = x**3 / 48.0 * np.sum(ds * flux * energy_integral(e, x))
    normalisation = scaled_bessel_k(2, np.float64(x)) ** 2
    return first / normalisation, second / normalisation


@cache
def average_splines(point: Point) -> CubicSpline:
    """(ln<sigma v>, ln<sigma v>_2) against ln(x), fine where resonances freeze out."""
    e, distance, weights = pole_nodes(1.0 / point.r - 2.0, 0.5 * point.width / point.m_chi)
    sigma = cross_section(e, distance, point) * weights
    log_x = np.concatenate([np.linspace(0.0, math.log(2e4), 500), np.linspace(math.log(2.2e4), math.log(1e11), 120)])
    return CubicSpline(log_x, np.log([both_averages(math.exp(z), e, sigma) for z in log_x]))


@cache
def correction_spline() -> CubicSpline:
    """ln(1 - w) against ln(x), 1 - w = <p^4/E^3>/(6 T), from the integral over rapidity."""
    log_x = np.linspace(0.0, math.log(1e11), 500)
    values = []
    for x in np.exp(log_x):
        theta = np.linspace(0.0, 10.0 / math.sqrt(x), 400) if x > 20.0 else np.linspace(0.0, 5.0, 400)
        decay = np.exp(-2.0 * x * np.sinh(0.5 * theta) ** 2) * np.sinh(theta) ** 2 * np.cosh(theta)
        p4_over_e3 = np.sinh(theta) ** 4 / np.cosh(theta) ** 3
        values.append(x * np.sum(decay * p4_over_e3) / np.sum(decay) / 6.0)
    return CubicSpline(log_x, np.log(values))


@cache
def transfer_spline(point: Point) -> CubicSpline:
    """ln(gamma/GeV) against ln(x): the elastic rate, with the integral over t done numerically."""
    x, w = leggauss(60)
    tau, w_tau = 0.5 * (x + 1.0), 0.5 * w
    q, w_q = 40.0 * (x + 1.0), 40.0 * w
    log_x = np.linspace(0.0, math.log(2e5), 200)
    values = []
    for temperature in point.m_chi / np.exp(log_x):
        k = q * temperature
        t_max = 4.0 * k**2 * point.m_chi / (point.m_chi + 2.0 * k)
        t = t_max[:, None] * tau
        matrix_element = 16.0 * point.strength * point.m_chi**2 * t**3 / (point.m_a**2 + t) ** 2
        inner = t_max * np.sum(w_tau * t * matrix_element, axis=1) / (64.0 * math.pi * k**2 * point.m_chi**2)
        bose = np.exp(-q) / np.expm1(-q) ** 2
        thermal = np.sum(w_q * temperature * 4.0 * math.pi * k**2 / (2.0 * math.pi) ** 3 * bose * inner)
        values.append(thermal / (3.0 * 2.0 * point.m_chi * temperature))
    return CubicSpline(log_x, np.log(values))


# The equations


def log_equilibrium_yield(x: float, entropy_density: float, m_chi: float) -> float:
    return math.log(2.0 * m_chi**3 / (2.0 * math.pi**2 * x) * kve(2, x) / entropy_density) - x


def slow_omega_h2(point: Point, coupled: bool) -> float:
    averages, transfer, correction = average_splines(point), transfer_spline(point), correction_spline()
    m_chi = point.m_chi

    def rates(log_x: float, state):
        x, state = math.exp(log_x), np.clip(state, -60.0, 20.0)  # Newton's method may try anything
        temperature = m_chi / x
        entropy, hubble, hubble_tilde = bath(temperature)
        rate = entropy * math.exp(state[0]) / hubble_tilde
        creation = math.exp(2.0 * (log_equilibrium_yield(x, entropy, m_chi) - state[0]))
        first, second = np.exp(averages(log_x))
        if not coupled:
            return [rate * first * (creation - 1.0)]
        chi_temperature = math.exp(state[1]) * entropy ** (2.0 / 3.0) / m_chi
        log_x_chi = min(max(math.log(m_chi / chi_temperature), 0.0), math.log(1e11))
        chi_first, chi_second = np.exp(averages(log_x_chi))
        one_minus_w = math.exp(correction(log_x_chi))
        ratio = temperature / chi_temperature
        elastic = math.exp(transfer(log_x)) / hubble_tilde * (1.0 - one_minus_w) * (ratio - 1.0)
        inelastic = rate * (chi_first - chi_second) + rate * creation * (ratio * second - first)
        expansion = 2.0 * one_minus_w * hubble / hubble_tilde
        return [rate * (creation * first - chi_first), elastic + inelastic + expansion]

    def jacobian(log_x: float, state):
        """Central differences: with scipy's own, whose increment shrinks with the state, Newton's method stalls."""
        shifts = 1e-6 * np.eye(len(state))
        columns = [(np.array(rates(log_x, state + h)) - np.array(rates(log_x, state - h))) / 2e-6 for h in shifts]
        return np.stack(columns, axis=1)

    entropy = bath(m_chi / X_START)[0]
    start = [
        log_equilibrium_yield(X_START, entropy, m_chi),
        math.log(m_chi**2 / X_START) - 2.0 / 3.0 * math.log(entropy),
    ][: 2 if coupled else 1]
    span = (math.log(X_START), math.log(X_END))
    solution = solve_ivp(rates, span, start, method="Radau", jac=jacobian, rtol=1e-8, atol=1e-8, first_step=1e-4)
    assert solution.success
    return RELIC_DENSITY_PER_YIELD.value * m_chi * math.exp(solution.y[0, -1])


def engine_omega_h2(point: Point, engine: str) -> float:
    """The engine's answer, stopped where the slow one stops."""
    sector = portal_sector(
        point.m_a, point.r, point.strength, point.width, 1.0, 2.0, saikawa_shirai_2018(), default_grids()
    )
    solution = ENGINES[engine](sector, Accuracy(x_end=X_END), radau_iia_5())
    return RELIC_DENSITY_PER_YIELD.value * sector.mass * math.exp(solution.y[-1, 0])


@each_point
def test_the_coupled_engine_agrees_with_the_slow_implementation(point):
    assert engine_omega_h2(point, "cbe") == pytest.approx(slow_omega_h2(point, coupled=True), rel=1e-4)


@each_point
def test_the_density_engine_agrees_with_the_slow_implementation(point):
    assert engine_omega_h2(point, "nbe") == pytest.approx(slow_omega_h2(point, coupled=False), rel=1e-4)


@pytest.mark.parametrize("x", [3.0, 20.0, 200.0])
def test_the_slow_averages_are_those_of_adaptive_quadrature_split_at_the_pole(x):
    """At r = 0.36 the pole is wide enough, Gamma_a/m_a = 1.2e-5, for nested quad to find it when told where it is."""
    point = POINTS["r=0.360"]
    peak, half_width = 1.0 / point.r - 2.0, 0.5 * point.width / point.m_chi

    def integrate(function, *edges: float) -> float:
        return sum(quad(function, a, b, epsabs=0.0, epsrel=1e-8, limit=500)[0] for a, b in pairwise(edges))

    def common(root_e: float) -> tuple[float, float, float]:
        e = root_e**2
        root_s = 2.0 + e
        flux = math.sqrt(e * (4.0 + e)) * root_s
        return e, root_s, 2.0 * root_e * 2.0 * root_s * cross_section(e, e - peak, point) * flux * math.exp(-x * e)

    def first(root_e: float) -> float:
        e, root_s, weight = common(root_e)
        return weight * math.sqrt(e * (4.0 + e)) * kve(1, x * root_s)

    def second(root_e: float) -> float:
        e, root_s, weight = common(root_e)
        velocity = math.sqrt(e * (4.0 + e)) / root_s

        def over_energy(excess: float) -> float:
            energy = root_s + excess
            a = velocity * math.sqrt(excess * (energy + root_s))
            return math.exp(-x * excess) * (energy * a - 2.0 * math.log((energy + a) / (energy - a)))

        return weight * quad(over_energy, 0.0, 40.0 / x, epsabs=0.0, epsrel=1e-8)[0]

    around = [math.sqrt(peak + k * half_width) for k in (-1e3, -30.0, 0.0, 30.0, 1e3)]
    edges = (1e-9, math.sqrt(1.0 / x), *around, max(2.0, math.sqrt(40.0 / x)))
    normalisation = 8.0 * kve(2, x) ** 2
    expected = x * integrate(first, *sorted(edges)), x**3 / 6.0 * integrate(second, *sorted(edges))
    computed = np.exp(average_splines(point)(math.log(x)))
    np.testing.assert_allclose(computed, np.array(expected) / normalisation, rtol=1e-6)
