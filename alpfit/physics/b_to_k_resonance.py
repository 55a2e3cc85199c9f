"""B+ -> K+ X with an X that has a width: the share of each bin of q^2, the squared mass of what X becomes.

A relativistic Breit-Wigner of constant width (Particle Data Group, PTEP 2022 083C01, review "Resonances") times the
phase space of K+ and X*, the momentum of the K+ in the rest frame of the B+,

    dGamma/dq^2 ~ p_K(q^2) m Gamma/[(q^2 - m^2)^2 + m^2 Gamma^2],    0 < q^2 < (m_B - m_K)^2,

normalised to one. What X is made by and decays to is left open: a form factor f_0(q^2), or a width that grows with
q^2, would tilt a broad line: for 0.5 GeV the most likely mass of Belle II's excess moves by up to 0.2 GeV.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from alpfit.constants import B_PLUS_MASS, K_PLUS_MASS
from alpfit.numerics.lorentzian import lorentzian_parts
from alpfit.physics.b_to_k_nunu import Q2_END, q2_edges

Array = NDArray[np.float64]

PARTS = 10
"""Of each bin; in each of them the momentum is a straight line."""

NARROWEST = 1e-30
"""The least m Gamma [GeV^2]."""


def shares_by_q2(masses: Array, widths: Array, *, spread: float = 0.0, bins: int = 100) -> Array:
    """The share ``(n, bins)`` of B+ -> K+ X in each of the equal bins of q^2, see :func:`q2_edges`.

    ``masses`` [GeV] below m_B - m_K and ``widths`` [GeV] are ``(n,)``. With a ``spread`` [GeV^2] the line is smeared by
    a Gaussian of that standard deviation; what that takes below zero counts in the first bin, and what it takes beyond
    the end is lost. Rows sum to one but for that.
    """
    masses, widths = (c[:, None] for c in np.broadcast_arrays(*map(np.atleast_1d, (masses, widths))))
    edges = q2_edges(bins * PARTS)
    weights, distances = lorentzian_parts(edges - masses**2, np.maximum(masses * widths, NARROWEST))
    q_squared = np.clip(distances + masses**2, edges[:-1], edges[1:])
    parts = weights * _momentum(q_squared)
    parts /= parts.sum(axis=1, keepdims=True)
    if spread == 0.0:
        return np.asarray(parts.reshape(-1, bins, PARTS).sum(axis=2))
    above = parts * (q_squared - edges[:-1]) / (edges[1] - edges[0])
    ends = np.pad(parts - above, ((0, 0), (0, 1))) + np.pad(above, ((0, 0), (1, 0)))  # continuous in the mass
    return np.asarray(ends @ _smearing(spread, bins))


def _momentum(q_squared: Array) -> Array:
    """That of the K+ in the rest frame of the B+ [GeV]."""
    m_b, m_k = B_PLUS_MASS.value, K_PLUS_MASS.value
    return np.asarray(np.sqrt((Q2_END - q_squared) * ((m_b + m_k) ** 2 - q_squared)) / (2.0 * m_b))


@lru_cache(maxsize=8)
def _smearing(spread: float, bins: int) -> Array:
    """What each bin gets from each edge of a part, ``(bins * PARTS + 1, bins)``."""
    below = ndtr((q2_edges(bins) - q2_edges(bins * PARTS)[:, None]) / spread)
    below[:, 0] = 0.0
    return np.asarray(np.diff(below, axis=1))
