"""The Standard Model's degrees of freedom after Sz. Borsanyi et al., Nature 539 (2016) 69, arXiv:1606.07494.

Lattice QCD with the hadron gas below and perturbation theory above, from 1 MeV to 282 GeV; colder, the electrons
and positrons annihilate as in arXiv:1803.01038.
"""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.physics import saikawa_shirai

Array = NDArray[np.float64]

# log10(T/MeV), g_rho and g_rho/g_s: supplementary table S2
TABLE = (
    (0.00, 10.71, 1.00228), (0.50, 10.74, 1.00029), (1.00, 10.76, 1.00048), (1.25, 11.09, 1.00505),
    (1.60, 13.68, 1.02159), (2.00, 17.61, 1.02324), (2.15, 24.07, 1.05423), (2.20, 29.84, 1.07578),
    (2.40, 47.83, 1.06118), (2.50, 53.04, 1.04690), (3.00, 73.48, 1.01778), (4.00, 83.10, 1.00123),
    (4.30, 85.56, 1.00389), (4.60, 91.97, 1.00887), (5.00, 102.17, 1.00750), (5.45, 104.98, 1.00023),
)  # fmt: skip

# The table starts 1.6 % (g_rho) and 1.3 % (g_s) above Saikawa and Shirai, who let the neutrinos cool apart from
# the photons. The blend ends at 1 MeV, which keeps the whole table, and starts at the electron's mass: in a
# narrower window the step, in a wider one the annihilation that the table does not know, would be the steeper.
JOIN = (math.log(saikawa_shirai.ELECTRON_MASS), math.log(1e-3))

BENDS = (JOIN[0], *((decades - 3.0) * math.log(10.0) for decades, _, _ in TABLE))
"""ln(T/GeV) where the blend begins, and where the cubics between the table's entries join; there it ends as well."""


def _interpolated(log_temperature: Array) -> Array:
    """g_rho and g_s between the table's entries, and constant beyond its ends, against ln(T/GeV).

    The cubic spline that the authors recommend, with flat ends. By itself it would let g_s sink by 5e-4 around
    10 MeV; so its slopes at the entries are limited to what keeps a cubic monotone, three times the smaller of the
    neighbouring secants (J. Hyman, SIAM J. Sci. Stat. Comput. 4 (1983) 645). That moves the g's by less than 1e-3.
    """
    from scipy.interpolate import CubicHermiteSpline, CubicSpline

    decades, g_rho, ratio = np.array(TABLE).T
    knots = (decades - 3.0) * math.log(10.0)
    g = np.stack([g_rho, g_rho / ratio])
    secants = np.diff(g) / np.diff(knots)
    slopes = np.zeros_like(g)
    limits = 3.0 * np.minimum(secants[:, :-1], secants[:, 1:])
    slopes[:, 1:-1] = np.clip(CubicSpline(knots, g, axis=1, bc_type="clamped")(knots[1:-1], 1), 0.0, limits)
    spline = CubicHermiteSpline(knots, g, slopes, axis=1)
    return np.asarray(spline(np.clip(log_temperature, knots[0], knots[-1])))


def degrees_of_freedom(temperature: Array) -> Array:
    """g_rho and g_s at ``temperature`` [GeV] of any shape; the result has shape ``(2, *temperature.shape)``."""
    log_temperature = np.log(np.asarray(temperature, dtype=float))
    start, stop = JOIN
    annihilating = saikawa_shirai.degrees_of_freedom(np.exp(np.minimum(log_temperature, stop)))
    return saikawa_shirai.blend(log_temperature, start, stop, annihilating, _interpolated(log_temperature))
