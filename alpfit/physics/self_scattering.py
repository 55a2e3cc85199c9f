"""Dark matter that scatters on itself through the ALP."""

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import CLUSTER_VELOCITY, GEV3_PER_CM2_PER_GRAM

Array = NDArray[np.float64]


def self_scattering_per_mass(m_a: Array, r: Array, g_achi: Array, width: Array) -> Array:
    """sigma(chi chi -> a* -> chi chi)/m_chi [cm^2/g] at the relative velocity of dark matter in clusters of galaxies.

    The unitarity relation of the annihilation with Gamma_chi in both places, sigma = 8 pi Gamma_chi^2/(beta^2 |D|^2) at
    s = 4 m_chi^2 (1 + v^2/4) with v = 1000 km/s; exchange in the other channels, which vanishes with the velocity, is
    left out: it adds 1 % at r = 20 and less below (explicit spinors in the tests). Resonant where abs(1 - 2r) < 1e-5
    alone: there one velocity does not stand for all.

    ``m_a`` and total ``width`` in GeV, ``r`` = m_chi/m_a, ``g_achi`` in 1/GeV; arguments broadcast.
    """
    m_chi, velocity = r * m_a, CLUSTER_VELOCITY.value
    s = 4.0 * m_chi**2 * (1.0 + velocity**2 / 4.0)
    off_shell = m_a**2 * ((2.0 * r - 1.0) * (2.0 * r + 1.0) + (r * velocity) ** 2)
    propagator = off_shell**2 + (m_a * width) ** 2
    sigma = 8.0 * g_achi**4 * s * m_chi**4 / (np.pi * propagator)
    return np.asarray(sigma / m_chi / GEV3_PER_CM2_PER_GRAM.value)
