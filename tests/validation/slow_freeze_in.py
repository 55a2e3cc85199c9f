"""What annihilation backwards makes of chi from nothing, once more: slowly, with numpy and scipy alone.

dY/dln(x) = n_eq^2 <sigma v>/(s H~) (1 - Y^2/Y_eq^2) for Y itself, from Y = 0 at a given temperature on, by scipy's
Radau, with n_eq^2 <sigma v> = g^2 T/(32 pi^4) int ds sigma(s) (s - 4 m^2) sqrt(s) K_1(sqrt(s)/T) by scipy's quad:
over the resonance in the angle whose tangent is the distance from it over its width, beside it in the logarithm of the
distance from it or from threshold.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import quad, solve_ivp
from scipy.interpolate import CubicSpline
from scipy.special import kve
from slow_averages import Point
from slow_plasma import HIGHEST, hot_plasma
from slow_plasma import bath as tabulated_bath

from alpfit.constants import PLANCK_MASS, RELIC_DENSITY_PER_YIELD

STEP = 0.16  # of the spline in ln(x); half of it changes Omega h^2 by 1e-6
X_END = 1e4


@dataclass(frozen=True)
class Resonant:
    """A particle of ``mass`` [GeV] with ``dof`` states and sigma(s) = numerator/((s - M^2)^2 + (M Gamma)^2).

    ``position`` is M and ``width`` Gamma, both in GeV; the ``numerator`` takes s and s - 4 m^2 [GeV^2].
    """

    mass: float
    dof: float
    position: float
    width: float
    numerator: Callable[[float, float], float]


def portal(point: Point) -> Resonant:
    """sigma = 8 pi Gamma_chi(s) Gamma_gamma(s)/(beta^2 |D|^2), widths as in Ding et al. 2025, eqs. (2.6) and (2.7)."""

    def numerator(s: float, distance: float) -> float:
        return point.strength * point.m_chi**2 * s**2.5 / (8.0 * math.pi * math.sqrt(distance))

    return Resonant(point.m_chi, 2.0, point.m_a, point.width, numerator)


def pieces(function: Callable[[float], float], edges: np.ndarray) -> np.ndarray:
    """The integral over an interval that is cut at ``edges``, and its error; without the warnings of tiny pieces."""
    return np.sum(
        [quad(function, a, b, epsabs=0.0, epsrel=1e-6, full_output=1)[:2] for a, b in pairwise(edges)], axis=0
    )


def logarithmic(function: Callable[[float], float], lower: float, upper: float) -> np.ndarray:
    """The integral from ``lower`` to ``upper`` over the logarithm, two e-folds at a time."""
    edges = np.linspace(math.log(lower), math.log(upper), 2 + int(0.5 * math.log(upper / lower)))
    return pieces(lambda z: math.exp(z) * function(math.exp(z)), edges)


def creation(sector: Resonant, temperature: float) -> float:
    """n_eq^2 <sigma v> [GeV^4], times exp(2 m/T), at ``temperature`` [GeV]."""
    threshold, breadth = 4.0 * sector.mass**2, sector.position * sector.width
    above = (sector.position - 2.0 * sector.mass) * (sector.position + 2.0 * sector.mass)  # of the pole

    def thermal(distance: float) -> float:
        s = threshold + distance
        root = math.sqrt(s)
        decay = math.exp(-distance / (root + 2.0 * sector.mass) / temperature)
        return sector.numerator(s, distance) * distance * root * decay * float(kve(1, root / temperature))

    def off(distance: float) -> float:
        return thermal(distance) / ((distance - above) ** 2 + breadth**2)

    hottest = (max(sector.position, 2.0 * sector.mass) + 60.0 * temperature) ** 2 - threshold
    if above <= 0.0:
        total = logarithmic(off, 1e-10 * min(threshold, hottest), hottest)
    else:
        near, core = 0.5 * above, min(1e3 * breadth, 0.4 * above)
        total = logarithmic(off, 1e-8 * near, near) + logarithmic(off, above + near, max(hottest, 2.0 * (above + near)))
        for side in (-1.0, 1.0):
            total += logarithmic(lambda d: thermal(above + side * d) / (d**2 + breadth**2), core, near)  # noqa: B023
        angle = math.atan(core / breadth)
        edges = np.array([-angle, -1.2, 0.0, 1.2, angle]) if angle > 1.3 else np.array([-angle, 0.0, angle])
        total += pieces(lambda angle: thermal(above + breadth * math.tan(angle)) / breadth, edges)
    integral, error = total
    assert error < 1e-5 * integral
    return sector.dof**2 * temperature / (32.0 * math.pi**4) * float(integral)


def bath(temperature: float) -> tuple[float, float]:
    """Entropy density and H~, at any temperature."""
    if temperature < HIGHEST:
        entropy_density, _, hubble_tilde = tabulated_bath(temperature)
        return entropy_density, hubble_tilde
    h = 1e-4
    g_rho, g_s = hot_plasma(temperature)
    slope = math.log(hot_plasma(temperature * math.exp(h))[1] / hot_plasma(temperature * math.exp(-h))[1]) / (2.0 * h)
    hubble = math.sqrt(4.0 * math.pi**3 * g_rho / 45.0) * temperature**2 / PLANCK_MASS.value
    return 2.0 * math.pi**2 / 45.0 * float(g_s) * temperature**3, hubble / (1.0 + slope / 3.0)


def slow_freeze_in(sector: Resonant, hot: float) -> float:
    """Omega h^2 if there is no chi at the temperature ``hot`` [GeV]."""
    mass, begin, end = sector.mass, math.log(sector.mass / hot), math.log(X_END)
    log_x = np.linspace(begin, end, 1 + math.ceil((end - begin) / STEP))
    made = CubicSpline(log_x, np.log([creation(sector, mass / x) for x in np.exp(log_x)]))

    def rates(z: float) -> tuple[float, float]:
        """What is made, and what is lost for Y = 1."""
        x = math.exp(z)
        entropy, hubble_tilde = bath(mass / x)
        density = sector.dof * mass**3 * float(kve(2, x)) / (2.0 * math.pi**2 * x)  # times exp(x)
        factor = math.exp(float(made(z)))
        return factor * math.exp(-2.0 * x) / (entropy * hubble_tilde), factor * entropy / (density**2 * hubble_tilde)

    scale = max(rates(z)[0] for z in log_x)

    def change(z: float, y: np.ndarray) -> np.ndarray:
        source, loss = rates(z)
        return np.array([source / scale - loss * scale * y[0] ** 2])

    def jacobian(z: float, y: np.ndarray) -> np.ndarray:
        return np.array([[-2.0 * rates(z)[1] * scale * y[0]]])

    solution = solve_ivp(
        change, (begin, end), [0.0], method="Radau", jac=jacobian, rtol=1e-7, atol=1e-14, max_step=0.1, first_step=1e-9
    )
    assert solution.success
    return RELIC_DENSITY_PER_YIELD.value * mass * scale * float(solution.y[0, -1])
