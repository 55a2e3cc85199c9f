"""The Standard Model's degrees of freedom after K. Saikawa and S. Shirai, arXiv:1803.01038, appendix C.

Two fits, good up to 1e16 GeV, meet at 0.12 GeV. There g_rho steps by -2e-4, g_s by -4e-4 and dln(g_s)/dln(T)
from 0.685 to 0.702; the fits are blended instead.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Numerators and denominators of the rational fits above 0.12 GeV, table 1 of arXiv:1803.01038
RHO_NUMERATOR = (
    1.0, 1.11724, 3.12672e-1, -4.68049e-2, -2.65004e-2, -1.19760e-3,
    1.82812e-4, 1.36436e-4, 8.55051e-5, 1.22840e-5, 3.82259e-7, -6.87035e-9,
)  # fmt: skip
RHO_DENOMINATOR = (
    1.43382e-2, 1.37559e-2, 2.92108e-3, -5.38533e-4, -1.62496e-4, -2.87906e-5,
    -3.84278e-6, 2.78776e-6, 7.40342e-7, 1.17210e-7, 3.72499e-9, -6.74107e-11,
)  # fmt: skip
RATIO_NUMERATOR = (
    1.0, 6.07869e-1, -1.54485e-1, -2.24034e-1, -2.82147e-2, 2.90620e-2,
    6.86778e-3, -1.00005e-3, -1.69104e-4, 1.06301e-5, 1.69528e-6, -9.33311e-8,
)  # fmt: skip
RATIO_DENOMINATOR = (
    7.07388e1, 9.18011e1, 3.31892e1, -1.39779, -1.52558, -1.97857e-2,
    -1.60146e-1, 8.22615e-5, 2.02651e-2, -1.82134e-5, 7.83943e-5, 7.13518e-5,
)  # fmt: skip

# Threshold functions exp(-k x) (1 + a x + b x^2 + c x^3) below 0.12 GeV, eqs. (C.5-C.8): (k, a, b, c)
FERMION_RHO = (1.04855, 1.03757, 0.508630, 0.0893988)
FERMION_S = (1.04190, 1.03400, 0.456426, 0.0595249)
BOSON_RHO = (1.03149, 1.03317, 0.398264, 0.0648056)
BOSON_S = (1.03365, 1.03397, 0.342548, 0.0506182)

# Masses [GeV] and degrees of freedom in g_rho and g_s of what is in the plasma below 0.12 GeV, eqs. (C.3, C.4)
ELECTRON_MASS = 511e-6
FERMIONS = ((ELECTRON_MASS, 3.495, 3.442), (0.1056, 3.446, 3.468))
BOSONS = ((0.135, 1.05, 1.034), (0.140, 2.08, 2.068), (0.5, 4.165, 4.16), (0.77, 30.55, 30.55), (1.2, 89.4, 90.0),
          (2.0, 8209.0, 6209.0))  # fmt: skip

MATCHING_TEMPERATURE = 0.12
HALF_WINDOW = 0.04
"""Of the blend around the matching temperature, in ln(T). At its ends the fits differ by 0.3 % already, so no wider."""

BENDS = (math.log(MATCHING_TEMPERATURE) - HALF_WINDOW, math.log(MATCHING_TEMPERATURE) + HALF_WINDOW)
"""ln(T/GeV) where the blend begins and ends."""


def _threshold(x: Array, shape: tuple[float, float, float, float]) -> Array:
    """A species' share of its degrees of freedom at ``x`` = m/T."""
    k, a, b, c = shape
    return np.exp(-k * x) * (1.0 + x * (a + x * (b + x * c)))


def _cold(temperature: Array) -> Array:
    """g_rho and g_s by the fit for T < 0.12 GeV, eqs. (C.3, C.4)."""
    heating = 1.0 + 1.75 * _threshold(ELECTRON_MASS / temperature, FERMION_S)
    g_rho = 2.030 + 1.353 * heating ** (4.0 / 3.0)
    g_s = 2.008 + 1.923 * heating
    for species, rho_shape, s_shape in ((FERMIONS, FERMION_RHO, FERMION_S), (BOSONS, BOSON_RHO, BOSON_S)):
        for mass, dof_rho, dof_s in species:
            g_rho = g_rho + dof_rho * _threshold(mass / temperature, rho_shape)
            g_s = g_s + dof_s * _threshold(mass / temperature, s_shape)
    return np.stack([g_rho, g_s])


def _hot(temperature: Array) -> Array:
    """g_rho and g_s by the fit for T > 0.12 GeV, table 1."""
    coefficients = (RHO_NUMERATOR, RHO_DENOMINATOR, RATIO_NUMERATOR, RATIO_DENOMINATOR)
    a, b, c, d = (np.polynomial.Polynomial(each)(np.log(temperature)) for each in coefficients)
    return np.stack([a / b, a / b / (1.0 + c / d)])


def blend(z: Array, start: float, stop: float, before: Array, after: Array) -> Array:
    """``before`` up to z = ``start``, ``after`` from ``stop`` on, mixed in between without a jump or a bend (C2)."""
    t = np.clip((z - start) / (stop - start), 0.0, 1.0)
    weight = t**3 * (10.0 - 15.0 * t + 6.0 * t**2)
    return (1.0 - weight) * before + weight * after


def degrees_of_freedom(temperature: Array) -> Array:
    """g_rho and g_s at ``temperature`` [GeV] of any shape; the result has shape ``(2, *temperature.shape)``."""
    temperature = np.asarray(temperature, dtype=float)
    centre = math.log(MATCHING_TEMPERATURE)
    start, stop = centre - HALF_WINDOW, centre + HALF_WINDOW
    # Neither fit is evaluated further out than it counts
    cold = _cold(np.minimum(temperature, math.exp(stop)))
    hot = _hot(np.maximum(temperature, math.exp(start)))
    return blend(np.log(temperature), start, stop, cold, hot)
