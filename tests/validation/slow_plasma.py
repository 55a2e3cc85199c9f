"""The plasma of K. Saikawa and S. Shirai, arXiv:1803.01038, appendix C, once more: numpy and scipy alone.

Where the two pieces of the fit meet, at 0.12 GeV, they differ by 0.02 % in g_rho and 0.04 % in g_s. Within 0.04 of
there in ln(T) they are blended, g = (1 - w) g_cold + w g_hot for g_rho and for g_s, with w the polynomial of degree 5
in ln(T) whose first and second derivatives vanish at both ends.
"""

import math
from functools import cache

import numpy as np
from scipy.interpolate import CubicSpline

from alpfit.constants import PLANCK_MASS

MEETING, BLEND = 0.12, 0.04  # GeV, and half the width in ln(T)
LOWEST, HIGHEST = 1e-10, 1e3  # GeV, the range of the splines

# Columns a, b, c, d of table 1, rows i = 0 ... 11.
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
# Mass [GeV], degrees of freedom in g_rho, in g_s, and whether a fermion; eqs. (C.3) and (C.4)
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
    """g_rho and g_s above 0.12 GeV, shape ``(2, n)``."""
    a, b, c, d = (np.polyval(column[::-1], np.log(temperature)) for column in FIT.T)
    return np.array([a / b, a / b / (1.0 + c / d)])


def cold_plasma(temperature):
    """g_rho and g_s below 0.12 GeV, shape ``(2, n)``."""
    heating = 1.0 + 1.75 * fermion_s(511e-6 / temperature)
    g_rho, g_s = 2.030 + 1.353 * heating ** (4.0 / 3.0), 2.008 + 1.923 * heating
    for mass, dof_rho, dof_s, fermion in SPECIES:
        x = mass / temperature
        g_rho = g_rho + dof_rho * (fermion_rho(x) if fermion else boson_rho(x))
        g_s = g_s + dof_s * (fermion_s(x) if fermion else boson_s(x))
    return np.array([g_rho, g_s])


def blended_plasma(temperature):
    """g_rho and g_s within the blend, shape ``(2, n)``."""
    t = 0.5 * (np.log(temperature / MEETING) / BLEND + 1.0)
    w = t**3 * (10.0 - 15.0 * t + 6.0 * t**2)
    return (1.0 - w) * cold_plasma(temperature) + w * hot_plasma(temperature)


@cache
def plasma_splines() -> tuple[tuple[float, CubicSpline, CubicSpline], ...]:
    """(ln g_rho, ln g_s) against ln(T) and its derivative: below, within and above the blend, each with its end."""
    cold, hot = math.log(MEETING) - BLEND, math.log(MEETING) + BLEND
    splines = []
    for piece, lower, upper, step in (
        (cold_plasma, math.log(LOWEST), cold, 2e-3),
        (blended_plasma, cold, hot, 1e-4),
        (hot_plasma, hot, math.log(HIGHEST), 2e-3),
    ):
        log_t = np.linspace(lower, upper, math.ceil((upper - lower) / step))
        spline = CubicSpline(log_t, np.log(piece(np.exp(log_t))).T)
        splines.append((upper, spline, spline.derivative()))
    return tuple(splines)


def bath(temperature: float) -> tuple[float, float, float]:
    """Entropy density, H and H-tilde = H/(1 + dln(g_s)/dln(T)/3)."""
    log_t = math.log(temperature)
    spline, derivative = next((spline, slope) for end, spline, slope in plasma_splines() if log_t <= end)
    g_rho, g_s = np.exp(spline(log_t))
    slope = float(derivative(log_t)[1])
    hubble = math.sqrt(4.0 * math.pi**3 * g_rho / 45.0) * temperature**2 / PLANCK_MASS.value
    return 2.0 * math.pi**2 / 45.0 * float(g_s) * temperature**3, hubble, hubble / (1.0 + slope / 3.0)
