"""The Standard Model plasma: effective degrees of freedom, entropy density and Hubble rate.

K. Saikawa and S. Shirai, arXiv:1803.01038, appendix C: fits of g_rho(T) and g_s(T). At 0.12 GeV, where
the two pieces of the fit meet, they differ by less than 0.1 %; the table keeps that step as it is.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import PLANCK_MASS
from alpfit.numerics.compile import kernel

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


class Plasma(NamedTuple):
    """Tables on a uniform grid in ln(T/GeV): everything a kernel needs to know of the bath.

    ``g_rho``, ``g_s`` and ``slope`` = dln(g_s)/dln(T) have shape ``(n,)``.
    """

    start: float
    step: float
    g_rho: Array
    g_s: Array
    slope: Array
    planck_mass: float


class Bath(NamedTuple):
    """The plasma at one temperature: entropy density [GeV^3], Hubble rate H and H-tilde [GeV]."""

    entropy_density: float
    hubble: float
    hubble_tilde: float


def _threshold(x: Array, shape: tuple[float, float, float, float]) -> tuple[Array, Array]:
    """The threshold function and its derivative with respect to ln(x)."""
    k, a, b, c = shape
    polynomial = 1.0 + x * (a + x * (b + x * c))
    decay = np.exp(-k * x)
    return decay * polynomial, x * decay * (a + x * (2.0 * b + x * 3.0 * c) - k * polynomial)


def _below(temperature: Array) -> tuple[Array, Array, Array]:
    """g_rho, g_s and dg_s/dln(T) for T < 0.12 GeV."""
    neutrino, neutrino_slope = _threshold(ELECTRON_MASS / temperature, FERMION_S)
    heating, heating_slope = 1.0 + 1.75 * neutrino, 1.75 * neutrino_slope
    g_rho = 2.030 + 1.353 * heating ** (4.0 / 3.0)
    g_s = 2.008 + 1.923 * heating
    change = -1.923 * heating_slope
    for species, rho_shape, s_shape in ((FERMIONS, FERMION_RHO, FERMION_S), (BOSONS, BOSON_RHO, BOSON_S)):
        for mass, dof_rho, dof_s in species:
            g_rho = g_rho + dof_rho * _threshold(mass / temperature, rho_shape)[0]
            value, slope = _threshold(mass / temperature, s_shape)
            g_s = g_s + dof_s * value
            change = change - dof_s * slope
    return g_rho, g_s, change


def _above(temperature: Array) -> tuple[Array, Array, Array]:
    """g_rho, g_s and dg_s/dln(T) for T >= 0.12 GeV."""
    t = np.log(temperature)
    fits = [np.polynomial.Polynomial(c) for c in (RHO_NUMERATOR, RHO_DENOMINATOR, RATIO_NUMERATOR, RATIO_DENOMINATOR)]
    (a, b, c, d), (da, db, dc, dd) = [p(t) for p in fits], [p.deriv()(t) for p in fits]
    g_rho, ratio = a / b, 1.0 + c / d
    change = g_rho * ((da / a - db / b) - (dc * d - c * dd) / (d * d) / ratio) / ratio
    return g_rho, g_rho / ratio, change


def degrees_of_freedom(temperature: Array) -> tuple[Array, Array, Array]:
    """g_rho, g_s and dln(g_s)/dln(T) at ``temperature`` [GeV], an array of any shape (arXiv:1803.01038, app. C)."""
    temperature = np.asarray(temperature, dtype=float)
    cold = temperature < MATCHING_TEMPERATURE
    low = _below(np.where(cold, temperature, MATCHING_TEMPERATURE))
    high = _above(np.where(cold, MATCHING_TEMPERATURE, temperature))
    g_rho, g_s, change = (np.where(cold, below, above) for below, above in zip(low, high, strict=True))
    return g_rho, g_s, change / g_s


@cache
def saikawa_shirai_2018() -> Plasma:
    """The plasma of arXiv:1803.01038, tabulated from 1e-11 to 1e3 GeV.

    Interpolation error of g_s and g_rho below 1e-5, but for the cell around 0.12 GeV, which bridges the fit's step.
    """
    start, stop, step = math.log(1e-11), math.log(1e3), 0.002
    temperature = np.exp(start + step * np.arange(math.ceil((stop - start) / step) + 1))
    g_rho, g_s, slope = degrees_of_freedom(temperature)
    return Plasma(start, step, g_rho, g_s, slope, PLANCK_MASS.value)


@kernel
def bath_at(temperature: float, plasma: Plasma) -> Bath:
    """Entropy density, H and H-tilde at ``temperature`` [GeV]; the table's end values hold beyond its ends."""
    position = (math.log(temperature) - plasma.start) / plasma.step
    position = min(max(position, 0.0), plasma.g_s.size - 1.000001)
    i = int(position)
    t = position - i
    g_rho = plasma.g_rho[i] + t * (plasma.g_rho[i + 1] - plasma.g_rho[i])
    g_s = plasma.g_s[i] + t * (plasma.g_s[i + 1] - plasma.g_s[i])
    slope = plasma.slope[i] + t * (plasma.slope[i + 1] - plasma.slope[i])
    hubble = math.sqrt(4.0 * math.pi**3 * g_rho / 45.0) * temperature**2 / plasma.planck_mass
    return Bath(2.0 * math.pi**2 / 45.0 * g_s * temperature**3, hubble, hubble / (1.0 + slope / 3.0))
