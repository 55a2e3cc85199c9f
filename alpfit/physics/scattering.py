"""Elastic scattering chi gamma -> chi gamma through a t-channel ALP: the momentum transfer rate.

Ding et al. 2025, eqs. (4.5), (4.6) and (A.4) with its last two terms inside the factor (4/3) k^2 m_chi, and the
sum over all spins (16) in place of their average (8), since eq. (4.5) divides by g_chi. For scattering on
the ALPs of the plasma see :mod:`alpfit.physics.alp_scattering`; for m_a > 2 m_chi it is left out.
"""

import math

import numpy as np
from numpy.polynomial.laguerre import laggauss
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel
from alpfit.numerics.quadrature import Rule

Array = NDArray[np.float64]


def photon_rule(n: int) -> Rule:
    """Rule for the integral over q = k/T of f(1 + f) F(q), with f the photons' Bose-Einstein distribution."""
    q, weights = laggauss(n)
    return Rule(q, weights / (-np.expm1(-q)) ** 2)


@inner_kernel
def transfer_moment(z: float) -> float:
    """z^3/3 - z^2 + 3z - 4 ln(1 + z) + z/(1 + z) = z^5/5 - z^6/3 + 3z^7/7 - ...: the integral over t of (-t) |M|^2."""
    if z > 0.05:
        return z**3 / 3.0 - z * z + 3.0 * z - 4.0 * math.log1p(z) + z / (1.0 + z)
    total = 0.0
    for n in range(15, 4, -1):
        total = (n - 4.0) / n - z * total
    return total * z**5


@inner_kernel
def momentum_transfer(temperature: float, m_chi: float, m_a: float, strength: float, photons: Rule) -> float:
    """gamma(T) [GeV] for g_chi = 2; ``strength`` is g_achi^2 g_agg^2 [GeV^-4], temperature and masses in GeV."""
    total = 0.0
    for i in range(photons.nodes.size):
        k = temperature * photons.nodes[i]
        total += photons.weights[i] * transfer_moment(4.0 * k * k * m_chi / ((m_chi + 2.0 * k) * m_a * m_a))
    return strength * m_a**6 / (48.0 * math.pi**3 * m_chi) * total


@inner_kernel
def momentum_transfers(temperature: Array, m_chi: Array, m_a: Array, strength: Array, photons: Rule) -> Array:
    """:func:`momentum_transfer` for arrays of one shape ``(n,)``."""
    rates = np.empty(temperature.size)
    for i in range(temperature.size):
        rates[i] = momentum_transfer(temperature[i], m_chi[i], m_a[i], strength[i], photons)
    return rates
