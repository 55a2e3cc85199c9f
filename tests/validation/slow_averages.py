"""Thermal averages of chi chi -> gamma gamma, chi chi -> a a and the elastic rates, once more: numpy and scipy alone.

The integral over the energy of the collision is split at the pole: 12 Gauss-Legendre points in each decade of the
distance from it, and of the distance from threshold; for a pair of ALPs, of the distance from theirs if that is higher.
Energies are in units of m_chi, sqrt(s) = 2 + e. ALPs in the final state or in the bath are there for r > 1/2 alone.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.interpolate import CubicSpline
from scipy.special import kve
from slow_pairs import alp_rate, pair_cross_section, pair_threshold, transfer_integral

LARGEST_E = 60.0  # where exp(-x e) ends the integral, even at x = 1
LARGEST_X = 1e14  # the splines' end; chi cools to m_chi/T_chi = 4e12 by x = 1e6 if decoupled at x = 2


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
        velocity = math.sqrt(max((1.0 - 2.0 * self.r) * (1.0 + 2.0 * self.r), 0.0))
        return light + self.g_achi**2 * self.m_a * self.m_chi**2 * velocity / math.pi

    @property
    def peak(self) -> float:
        """Where the pole is in e; negative for r > 1/2."""
        return (1.0 - 2.0 * self.r) / self.r

    @property
    def has_pairs(self) -> bool:
        """Whether a is in the final state and in the bath; for r <= 1/2 that is what the resonance counts."""
        return self.r > 0.5

    @property
    def half_width(self) -> float:
        """Of the pole, in e."""
        return 0.5 * self.width / self.m_chi


@dataclass(frozen=True)
class Resolution:
    """Numerical settings: quadrature, splines in ln(x), equations."""

    per_decade: int = 12
    rapidity_step: float = 0.5
    coarse: float = 0.05
    fine: float = 0.01
    tolerance: float = 1e-9
    largest_step: float = 0.05


def logarithmic(lower: float, upper: float, per_decade: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights between ``lower`` and ``upper``: Gauss-Legendre in the logarithm, decade by decade."""
    n = math.ceil(math.log10(upper / lower))
    x, w = leggauss(per_decade)
    span = math.log(upper / lower) / n
    nodes = lower * np.exp(span * (np.arange(n)[:, None] + 0.5 * (x + 1.0)).ravel())
    return nodes, nodes * 0.5 * span * np.tile(w, n)


def pole_nodes(peak: float, half_width: float, per_decade: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """e, e - peak and weights for the integral over e from 0 to ``LARGEST_E``."""
    smallest = min(1e-22, 1e-10 * max(abs(peak), half_width))
    if peak <= 0.0:
        e, weights = logarithmic(smallest, LARGEST_E, per_decade)
        return e, e - peak, weights
    core = 1e-4 * min(half_width, peak)  # there nothing changes but linearly
    threshold, w_threshold = logarithmic(smallest, 0.5 * peak, per_decade)
    below, w_below = logarithmic(core, 0.5 * peak, per_decade)
    above, w_above = logarithmic(core, LARGEST_E - peak, per_decade)
    distance = np.concatenate([threshold - peak, -below, [0.0], above])
    e = np.concatenate([threshold, peak - below, [peak], peak + above])
    return e, distance, np.concatenate([w_threshold, w_below, [2.0 * core], w_above])


def cross_section(e, distance, point: Point):
    """sigma [GeV^-2] where sqrt(s) = m_chi (2 + e) and sqrt(s) - m_a = m_chi ``distance``.

    8 pi Gamma_chi(s) Gamma_gamma(s)/(beta^2 |D|^2) with the widths of Ding et al. 2025, eqs. (2.6) and (2.7).
    """
    root_s = point.m_chi * (2.0 + e)
    relative_momentum = point.m_chi * np.sqrt(e * (4.0 + e))
    propagator = (point.m_chi * distance * (root_s + point.m_a)) ** 2 + (point.m_a * point.width) ** 2
    return point.strength * point.m_chi**2 * root_s**5 / (8.0 * math.pi * relative_momentum * propagator)


def energy_bracket(e, theta):
    """E_+ a - 2 ln((E_+ + a)/(E_+ - a)) of Ding et al. 2025, eq. (4.13), integrated over the angle, E_+ = (2 + e) cosh.

    With z = tanh(theta) sqrt(1 - 4/s) it is z (e (4 + e) + s sinh^2) - 4 (artanh(z) - z), where nothing cancels.
    """
    z = np.tanh(theta) * np.sqrt(e * (4.0 + e)) / (2.0 + e)
    series = z**3 * (1.0 / 3.0 + z**2 * (1.0 / 5.0 + z**2 * (1.0 / 7.0 + z**2 * (1.0 / 9.0 + z**2 / 11.0))))
    excess = np.where(z < 0.02, series, np.arctanh(z) - z)
    return z * (e * (4.0 + e) + ((2.0 + e) * np.sinh(theta)) ** 2) - 4.0 * excess


def energy_integral(e, x: float, step: float):
    """exp(x (2 + e)) times the integral over E_+ of exp(-x E_+) and the bracket.

    By the trapezoidal rule in the rapidity, E_+ = sqrt(s) cosh(theta), which converges geometrically.
    """
    root_s = 2.0 + e[:, None]
    unit = step / np.sqrt(x * root_s)
    theta = unit * np.arange(1, math.ceil(8.5 / step) + 1)
    decay = np.exp(-2.0 * x * root_s * np.sinh(0.5 * theta) ** 2)
    return np.sum(decay * root_s * np.sinh(theta) * energy_bracket(e[:, None], theta), axis=1) * unit[:, 0]


def scaled_bessel_k(order: int, u):
    """exp(u) K_order(u); beyond 1e8, where scipy's gives up, the first two terms of the asymptotic series."""
    asymptotic = np.sqrt(0.5 * math.pi / u) * (1.0 + (4.0 * order**2 - 1.0) / (8.0 * u))
    return np.where(u < 1e8, kve(order, np.minimum(u, 1e8)), asymptotic)


def both_averages(x: float, e, sigma_weighted, rapidity_step: float, least: float = 0.0) -> tuple[float, float]:
    """<sigma v> and <sigma v>_2 [GeV^-2] at T = m_chi/x (Ding et al. 2025, eqs. 4.12 and 4.13 with p.p for p.q).

    Without a factor exp(-x ``least``).
    """
    reached = x * (e - least) < 120.0  # exp(-120) is beyond what a resonance could make up for
    e, sigma_weighted = e[reached], sigma_weighted[reached]
    root_s = 2.0 + e
    flux = np.sqrt(e * (4.0 + e)) * root_s  # sqrt(s (s - 4 m^2))
    ds = sigma_weighted * 2.0 * root_s * np.exp(-x * (e - least))
    first = x / 8.0 * np.sum(ds * flux**2 / root_s * scaled_bessel_k(1, x * root_s))
    second = x**3 / 48.0 * np.sum(ds * flux * energy_integral(e, x, rapidity_step))
    normalisation = scaled_bessel_k(2, np.float64(x)) ** 2
    return float(first / normalisation), float(second / normalisation)


def photon_averages(point: Point, x, resolution: Resolution | None = None) -> np.ndarray:
    """<sigma v> and <sigma v>_2 [GeV^-2] of chi chi -> gamma gamma at each T = m_chi/x, shape ``(n, 2)``."""
    resolution = resolution or Resolution()
    e, distance, weights = pole_nodes(point.peak, point.half_width, resolution.per_decade)
    sigma = cross_section(e, distance, point) * weights
    return np.array([both_averages(float(at), e, sigma, resolution.rapidity_step) for at in x])


@cache
def pair_nodes(r: float, per_decade: int) -> tuple[np.ndarray, np.ndarray]:
    """e and weights times sigma of chi chi -> a a over g_achi^4 m_chi^2."""
    threshold = pair_threshold(r)
    above, weights = logarithmic(1e-22, LARGEST_E, per_decade)  # what is higher, rest or the threshold
    e = above + max(threshold, 0.0)
    return e, weights * pair_cross_section(e, above - min(threshold, 0.0), r)


def pair_averages(point: Point, x, resolution: Resolution) -> np.ndarray:
    """Those of chi chi -> a a [GeV^-2], without the factor exp(-x times the threshold) if it is not open at rest."""
    e, sigma = pair_nodes(point.r, resolution.per_decade)
    least = max(pair_threshold(point.r), 0.0)
    strength = point.g_achi**4 * point.m_chi**2
    return strength * np.array([both_averages(float(at), e, sigma, resolution.rapidity_step, least) for at in x])


def averages_at(point: Point, x, resolution: Resolution | None = None) -> np.ndarray:
    """<sigma v> and <sigma v>_2 [GeV^-2] at each T = m_chi/x, shape ``(n, 2)``."""
    resolution, x = resolution or Resolution(), np.asarray(x, dtype=float)
    total = photon_averages(point, x, resolution)
    if point.has_pairs:
        closed = np.exp(-x * max(pair_threshold(point.r), 0.0))
        total = total + closed[:, None] * pair_averages(point, x, resolution)
    return total


class LogSum:
    """The logarithm of a sum of exponentials, exp(f(ln x) - b x) each, of splines f with their numbers b."""

    def __init__(self, *terms: tuple[CubicSpline, float]):
        self.terms = [(spline, spline.derivative(), exponent) for spline, exponent in terms]
        self.x = terms[0][0].x

    def __call__(self, log_x: float) -> np.ndarray:
        return self.with_slope(log_x)[0]

    def with_slope(self, log_x: float) -> tuple[np.ndarray, np.ndarray]:
        x = math.exp(log_x)
        logs = np.array([spline(log_x) - exponent * x for spline, _, exponent in self.terms])
        slopes = np.array([slope(log_x) - exponent * x for _, slope, exponent in self.terms])
        largest = logs.max(axis=0)
        shares = np.exp(logs - largest)
        total = shares.sum(axis=0)
        return largest + np.log(total), (shares * slopes).sum(axis=0) / total


@cache
def average_spline(point: Point, resolution: Resolution) -> LogSum:
    """(ln<sigma v>, ln<sigma v>_2) against ln(x), fine where a resonance may freeze out: 0.3 < x peak < 100."""
    log_x = coarse = np.arange(math.log(0.9), math.log(LARGEST_X), resolution.coarse)
    if point.peak > point.half_width:
        lower, upper = math.log(0.3 / point.peak), math.log(100.0 / point.peak)
        bends = np.arange(max(lower, log_x[0]), min(upper, log_x[-1]), resolution.fine)
        log_x = np.concatenate([log_x[log_x < bends[0] - 1e-6], bends, log_x[log_x > bends[-1] + 1e-6]])
    photons = CubicSpline(log_x, np.log(photon_averages(point, np.exp(log_x), resolution)))
    if not point.has_pairs:
        return LogSum((photons, 0.0))
    pairs = CubicSpline(coarse, np.log(pair_averages(point, np.exp(coarse), resolution)))
    return LogSum((photons, 0.0), (pairs, max(pair_threshold(point.r), 0.0)))


@cache
def correction_spline() -> CubicSpline:
    """ln(1 - w) against ln(x), 1 - w = <p^4/E^3>/(6 T), from the integral over rapidity."""
    log_x = np.arange(math.log(0.9), math.log(LARGEST_X), 0.02)
    values = []
    for x in np.exp(log_x):
        theta = np.linspace(0.0, 10.0 / math.sqrt(x), 400) if x > 20.0 else np.linspace(0.0, 5.0, 400)
        decay = np.exp(-2.0 * x * np.sinh(0.5 * theta) ** 2) * np.sinh(theta) ** 2 * np.cosh(theta)
        p4_over_e3 = np.sinh(theta) ** 4 / np.cosh(theta) ** 3
        values.append(x * np.sum(decay * p4_over_e3) / np.sum(decay) / 6.0)
    return CubicSpline(log_x, np.log(values))


@cache
def photon_transfer(point: Point, resolution: Resolution) -> CubicSpline:
    """ln(gamma/GeV) against ln(x): chi gamma, Ding et al. 2025 eqs. (4.5) and (4.6), integrated over t numerically."""
    x, w = leggauss(5 * resolution.per_decade)
    tau, w_tau = 0.5 * (x + 1.0), 0.5 * w
    q, w_q = 40.0 * (x + 1.0), 40.0 * w
    log_x = np.arange(math.log(0.9), math.log(2e6), resolution.coarse)
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


@cache
def alp_transfer(r: float, resolution: Resolution) -> CubicSpline:
    """ln(gamma/(g_achi^4 m_chi^5)) + x m_a/m_chi of chi a against ln(x), for a in equilibrium.

    The same formula, where k and omega, in units of m_chi, differ.
    """
    m_a = 1.0 / r
    kinetic, weights = logarithmic(1e-12, 200.0, resolution.per_decade)
    omega, k = m_a + kinetic, np.sqrt(kinetic * (kinetic + 2.0 * m_a))
    inner = transfer_integral(kinetic, r) / (64.0 * math.pi * k * omega)
    volume = weights * 4.0 * math.pi * k * omega / (2.0 * math.pi) ** 3 * inner
    log_x = np.arange(math.log(0.9), math.log(2e6), resolution.coarse)
    values = [x / 6.0 * np.sum(volume * np.exp(-x * kinetic) / np.expm1(-x * omega) ** 2) for x in np.exp(log_x)]
    return CubicSpline(log_x, np.log(values))


@cache
def transfer_rate(point: Point, resolution: Resolution) -> Callable[[float], float]:
    """gamma/GeV of ln(x): chi gamma, and chi a times R/(1 + R), the share of a that the plasma keeps up."""
    photons = photon_transfer(point, resolution)
    if not point.has_pairs:
        return lambda log_x: math.exp(photons(log_x))
    alps = alp_transfer(point.r, resolution)
    strength = point.g_achi**4 * point.m_chi**5

    def gamma(log_x: float) -> float:
        x = math.exp(log_x)
        rate = alp_rate(point.m_a, point.g_agg, point.m_chi / x)
        return math.exp(photons(log_x)) + rate / (1.0 + rate) * strength * math.exp(alps(log_x) - x / point.r)

    return gamma
