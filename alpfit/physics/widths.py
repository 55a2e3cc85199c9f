"""Decay of the ALP into two photons and into two dark matter particles (Ding et al. 2025, eqs. 2.6, 2.7, A.2, A.3)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Widths(NamedTuple):
    """Partial and total widths [GeV] and the branching ratio to dark matter, arrays of one shape."""

    photons: Array
    dark_matter: Array
    total: Array
    invisible_fraction: Array


def photon_width(m_a: Array, g_agg: Array) -> Array:
    """Gamma(a -> gamma gamma) = g_agg^2 m_a^3/(64 pi) [GeV]; ``m_a`` [GeV] and ``g_agg`` [1/GeV] broadcast."""
    width: Array = g_agg**2 * m_a**3 / (64.0 * np.pi)
    return width


def alp_widths(m_a: Array, r: Array, g_agg: Array, g_achi: Array) -> Widths:
    """Widths of the ALP; all arguments broadcast.

    ``m_a`` [GeV], ``r`` = m_chi/m_a, couplings [1/GeV] with L = -g_agg/4 a F F~ - g_achi d_mu a chi-bar
    gamma^mu gamma^5 chi for a Majorana chi. The width to dark matter vanishes for r >= 1/2.
    """
    if not (np.shape(m_a) == np.shape(r) == np.shape(g_agg) == np.shape(g_achi)):
        m_a, r, g_agg, g_achi = np.broadcast_arrays(m_a, r, g_agg, g_achi)
    photons = photon_width(m_a, g_agg)
    velocity = np.sqrt(np.maximum((1.0 - 2.0 * r) * (1.0 + 2.0 * r), 0.0))
    dark_matter = g_achi**2 * m_a * (r * m_a) ** 2 * velocity / np.pi
    total = photons + dark_matter
    return Widths(photons, dark_matter, total, dark_matter / total)
