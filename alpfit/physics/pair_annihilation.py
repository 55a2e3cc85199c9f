"""Annihilation of dark matter into two ALPs, chi chi -> a a, through chi in the t and u channels.

With L = -g_achi d_mu a chi-bar gamma^mu gamma^5 chi and a Majorana chi (1/2 chi-bar i d-slash chi) each vertex is
2 g_achi k-slash gamma^5. The Dirac equation takes the two diagrams together into

    M = 16 g_achi^2 m v-bar {1 + (m/2) (k1 - k2)-slash [1/(t - m^2) - 1/(u - m^2)]} u,
    sum |M|^2 = 2048 g_achi^4 m^2 {p^2 - m^2 y^2/(1 - y^2) - m^2 mu^2 y^2/(1 - y^2)^2},

m the mass of chi, p and k the momenta of chi and a in the centre of mass, Q = s/2 - m_a^2, y = 2 p k cos(theta)/Q and
mu = m_a^2/Q. With z = (2 p k/Q)^2 and L = artanh(sqrt(z))/sqrt(z), the mean over directions gives

    sigma = (16/pi) g_achi^4 m^2 (k p/s) {1 - (2 m k/Q)^2 [l_1 + mu^2 l_2]},
    l_1 = (L - 1)/z = 1/3 + z/5 + z^2/7 + ...,    l_2 = [1/(1 - z) - L]/(2 z) = 1/3 + 2 z/5 + 3 z^2/7 + ...,

with 1/2 for two identical ALPs and the mean over the four spin states. In 1 - z = (m_a^4 + 4 m^2 k^2)/Q^2 nothing
cancels, and the curly bracket is between 2/3 and 1. Own calculation, tested against explicit Dirac traces.

Lowest order in g_achi, and the ALP stable: at high energy sigma is (4/pi) g_achi^4 m^2, which says nothing any more
where it nears the limit of unitarity, s ~ 1/(g_achi^4 m^2).
"""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import HALO_VELOCITY, SIGMA_V
from alpfit.numerics.compile import inner_kernel, kernel

Array = NDArray[np.float64]


@inner_kernel
def exchange_functions(z: float, one_minus_z: float) -> tuple[float, float]:
    """l_1 and l_2 above, for z from 0 up to 1; their absolute error is below 1e-14."""
    if z > 0.1:
        root = math.sqrt(z)
        artanh = math.atanh(root) if z < 0.5 else 0.5 * math.log((1.0 + root) ** 2 / one_minus_z)
        logarithm = artanh / root
        return (logarithm - 1.0) / z, (1.0 / one_minus_z - logarithm) / (2.0 * z)
    first, second, power = 0.0, 0.0, 1.0
    for n in range(15):
        first += power / (2.0 * n + 3.0)
        second += (n + 1.0) * power / (2.0 * n + 3.0)
        power *= z
    return first, second


@inner_kernel
def pair_cross_section_at(e: float, opening: float, m_chi: float, m_a: float, strength: float) -> float:
    """sigma(chi chi -> a a) [GeV^-2] at sqrt(s) = m_chi (2 + e), where ``opening`` = (sqrt(s) - 2 m_a)/m_chi.

    ``strength`` is g_achi^4 [GeV^-4], masses in GeV; zero where either of e and ``opening`` is not positive. Given the
    two distances from threshold exactly, the relative error is below 1e-14.
    """
    if not (e > 0.0 and opening > 0.0):
        return 0.0
    mass_squared = (m_a / m_chi) ** 2  # everything in units of m_chi
    s = (2.0 + e) ** 2
    p_squared = 0.25 * e * (4.0 + e)
    k_squared = 0.25 * opening * (2.0 + e + 2.0 * m_a / m_chi)
    q_squared = (0.5 * s - mass_squared) ** 2
    z = 4.0 * p_squared * k_squared / q_squared
    mu_squared = mass_squared * mass_squared / q_squared
    l_1, l_2 = exchange_functions(z, mu_squared + 4.0 * k_squared / q_squared)
    bracket = 1.0 - 4.0 * k_squared / q_squared * (l_1 + mu_squared * l_2)
    return 16.0 / math.pi * strength * m_chi**2 * math.sqrt(k_squared * p_squared) / s * bracket


@inner_kernel
def pair_cross_section_at_nodes(e: Array, opening: Array, m_chi: float, m_a: float, strength: float) -> Array:
    """:func:`pair_cross_section_at` for arrays ``e`` and ``opening`` ``(n,)``, as the thermal averages take it."""
    sigma = np.empty(e.size)
    for i in range(e.size):
        sigma[i] = pair_cross_section_at(e[i], opening[i], m_chi, m_a, strength)
    return sigma


@kernel
def _pair_cross_sections(s: Array, m_chi: Array, m_a: Array, strength: Array) -> Array:
    """sigma(chi chi -> a a) [GeV^-2] for arrays of one shape ``(n,)``."""
    sigma = np.empty(s.size)
    for i in range(s.size):
        root_s = math.sqrt(s[i])
        e = (s[i] - 4.0 * m_chi[i] ** 2) / (m_chi[i] * (root_s + 2.0 * m_chi[i]))
        opening = (s[i] - 4.0 * m_a[i] ** 2) / (m_chi[i] * (root_s + 2.0 * m_a[i]))
        sigma[i] = pair_cross_section_at(e, opening, m_chi[i], m_a[i], strength[i])
    return sigma


def pair_cross_section(s: Array, m_chi: Array, m_a: Array, g_achi: Array) -> Array:
    """sigma(chi chi -> a a) [GeV^-2], averaged over initial spins; all arguments broadcast.

    ``s`` in GeV^2, masses in GeV, ``g_achi`` in 1/GeV. Zero up to s = 4 m_chi^2 and up to 4 m_a^2. As far above
    threshold as s can tell, the relative error is below 1e-14; nearer, that of the rounding of s - 4 m^2.
    """
    arrays = np.broadcast_arrays(s, m_chi, m_a, np.asarray(g_achi, dtype=float) ** 4)
    flat = [np.ravel(array).astype(float) for array in arrays]
    return _pair_cross_sections(*flat).reshape(arrays[0].shape)


def inverse_pair_cross_section(s: Array, m_chi: Array, m_a: Array, g_achi: Array) -> Array:
    """sigma(a a -> chi chi) [GeV^-2], summed over final spins; all arguments as in :func:`pair_cross_section`.

    Detailed balance, 4 (p/k)^2 sigma(chi chi -> a a): each has its factor 1/2 for identical final particles. It grows
    like 1/k where two ALPs at rest make dark matter, and is zero up to s = 4 m_a^2.
    """
    s, sigma = np.asarray(s, dtype=float), pair_cross_section(s, m_chi, m_a, g_achi)
    closed = sigma == 0.0
    momenta = (s - 4.0 * np.square(m_chi)) / np.where(closed, 1.0, s - 4.0 * np.square(m_a))
    return np.where(closed, 0.0, 4.0 * momenta * sigma)


def pair_p_wave(m_chi: Array, m_a: Array, g_achi: Array) -> Array:
    """b [GeV^-2] of sigma v = b v^2 for slow chi of relative velocity v; all arguments broadcast.

    b = (2/(3 pi)) g_achi^4 m_chi k (2 + mu^4), with k^2 = m_chi^2 - m_a^2 and mu = m_a^2/(2 m_chi^2 - m_a^2): the limit
    of the cross-section at threshold. <sigma v> tends to 6 b/x, as long as T is small against m_chi - m_a too; zero for
    m_a >= m_chi. Masses in GeV, ``g_achi`` in 1/GeV.
    """
    m_chi, m_a = np.asarray(m_chi, dtype=float), np.asarray(m_a, dtype=float)
    momentum = np.sqrt(np.maximum((m_chi - m_a) * (m_chi + m_a), 0.0))
    mu = np.minimum(m_a, m_chi) ** 2 / (2.0 * m_chi**2 - np.minimum(m_a, m_chi) ** 2)
    coefficient: Array = 2.0 / (3.0 * np.pi) * np.asarray(g_achi) ** 4 * m_chi * momentum * (2.0 + mu**4)
    return coefficient


def pair_rate_today(m_chi: Array, m_a: Array, g_achi: Array) -> Array:
    """<sigma v> [cm^3/s] of chi chi -> a a in the Milky Way: b <v^2>; all arguments broadcast, as for the p-wave.

    Zero for m_a >= m_chi, where it is forbidden at rest. Each ALP decays to two photons, whose energies make a box. It
    is 3e-6 of the rate at freeze-out, and was another 1e-10 of that at recombination, when chi was colder than in any
    galaxy: for Omega h^2 = 0.12 and m_chi = 1 GeV, 3e-31 cm^3/s, where Planck's bound on a rate at that time is
    6e-28 cm^3/s (arXiv:1807.06209), of which it is less than 1e-12.
    """
    return np.asarray(SIGMA_V.value * HALO_VELOCITY.value**2 * pair_p_wave(m_chi, m_a, g_achi))
