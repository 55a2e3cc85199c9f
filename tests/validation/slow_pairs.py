"""chi chi -> a a, chi a -> chi a and how fast a itself is kept in equilibrium, for r > 1/2: numpy and scipy alone.

Squared matrix elements are the traces of ``dirac``, integrated over the angle numerically. Energies in units of m_chi,
g_achi = 1/m_chi.
"""

import math
from functools import cache

import numpy as np
from dirac import along, annihilation_squared, scattering_squared
from numpy.polynomial.chebyshev import Chebyshev
from numpy.polynomial.legendre import leggauss
from scipy.special import kve
from slow_plasma import bath

FINE_STRUCTURE = 1.0 / 137.035999  # CODATA 2018
LEPTON_MASSES = (0.51099895e-3, 0.1056583755, 1.77686)  # GeV, PDG 2022
SMALL_E = 0.05  # below, traces lose digits where they vanish with the momentum
ANGLES = 32


def pair_threshold(r: float) -> float:
    """Of chi chi -> a a, in e = sqrt(s)/m_chi - 2; negative where it is open at rest."""
    return 2.0 * (1.0 - r) / r


def trace_over_momentum_squared(e, r: float, angles: int):
    """The integral over cos(theta) of sum |M|^2/(g_achi^4 p^2), analytic in e.

    The angle is z with cos(theta) = tanh(z)/b, where the propagators are (s/2 - m_a^2) (1 -+ b cos(theta)).
    """
    half = 0.5 * (2.0 + e)[:, None]
    p = 0.5 * np.sqrt(e * (4.0 + e))[:, None]
    k = np.sqrt((half - 1.0 / r) * (half + 1.0 / r))
    b = 2.0 * p * k / (2.0 * half**2 - 1.0 / r**2)
    nodes, weights = leggauss(angles)
    z = np.arctanh(b) * nodes
    cosine = np.tanh(z) / b
    dcos = np.arctanh(b) / (b * np.cosh(z) ** 2) * weights
    chi, alp = along(half, p, 1.0), along(half, k, cosine)
    other_chi, other_alp = along(half, -p, 1.0), along(half, -k, cosine)
    return np.sum(dcos * annihilation_squared(chi, other_chi, alp, other_alp, 1.0), axis=1) / p[:, 0] ** 2


@cache
def traces_at_small_e(r: float, angles: int) -> Chebyshev:
    lower = max(pair_threshold(r), 0.0)
    return Chebyshev.interpolate(
        lambda e: trace_over_momentum_squared(e, r, angles), 12, domain=[lower, lower + SMALL_E]
    )


def pair_cross_section(e, distance, r: float, angles: int = ANGLES):
    """sigma of chi chi -> a a over g_achi^4 m_chi^2, at ``distance`` = e - threshold, both above zero."""
    small = e - max(pair_threshold(r), 0.0) < SMALL_E
    traces = np.where(small, traces_at_small_e(r, angles)(e), 0.0)
    traces[~small] = trace_over_momentum_squared(e[~small], r, angles)
    p = 0.5 * np.sqrt(e * (4.0 + e))
    k = 0.5 * np.sqrt(distance * (distance + 4.0 / r))
    return traces * p * k / (8.0 * 32.0 * math.pi * (2.0 + e) ** 2)  # 1/4 for the spins, 1/2 for identical a


def transfer_integral(kinetic, r: float, angles: int = ANGLES):
    """The integral over tau = -t of tau sum |M|^2/g_achi^4 for chi a -> chi a, chi at rest, omega = m_a + ``kinetic``.

    Uniform in the logarithm of m_chi^2 - u.
    """
    m_a, kinetic = 1.0 / r, kinetic[:, None]
    s = (1.0 + m_a) ** 2 + 2.0 * kinetic
    k_squared = kinetic * (kinetic + 2.0 * m_a)
    largest = 4.0 * k_squared / s
    forward = 2.0 * kinetic + m_a * (2.0 * r - 1.0) / r  # m_chi^2 - u at t = 0
    nodes, weights = leggauss(angles)
    span = -0.5 * np.log1p(-largest / forward)
    y = span * (nodes + 1.0)
    tau = -forward * np.expm1(-y)
    dtau = forward * np.exp(-y) * span * weights
    momentum = np.sqrt(k_squared / s)
    chi_energy, alp_energy = np.sqrt(1.0 + momentum**2), np.sqrt(m_a**2 + momentum**2)
    cosine = np.clip(1.0 - 2.0 * tau / largest, -1.0, 1.0)
    chi, alp = along(chi_energy, momentum, 1.0), along(alp_energy, -momentum, 1.0)
    chi_out, alp_out = along(chi_energy, momentum, cosine), along(alp_energy, -momentum, cosine)
    return np.sum(dtau * tau * scattering_squared(chi, alp, chi_out, alp_out, 1.0), axis=1)


def charged_density(temperature: float) -> float:
    """n_Q [GeV^3] of e, mu and tau, particles and antiparticles, with Maxwell-Boltzmann statistics."""
    masses = np.array(LEPTON_MASSES)
    x = np.minimum(masses / temperature, 700.0)  # beyond, none are left
    return float(np.sum(4.0 * masses**2 * temperature * kve(2, x) * np.exp(-x))) / (2.0 * math.pi**2)


def primakoff_rate(m_a: float, g_agg: float, temperature: float) -> float:
    """a f -> gamma f [GeV], G. Raffelt, Phys. Rev. D 33 (1986) 897, with Debye screening, at E = m_a + 3 T."""
    density = charged_density(temperature)
    if density < 1e-250:
        return 0.0
    screening = 4.0 * (m_a + 3.0 * temperature) ** 2 * temperature / (4.0 * math.pi * FINE_STRUCTURE * density)
    bracket = (1.0 + 1.0 / screening) * math.log1p(screening) - 1.0
    return FINE_STRUCTURE * g_agg**2 / 8.0 * density * bracket


def alp_rate(m_a: float, g_agg: float, temperature: float) -> float:
    """R, decays and Primakoff scattering of a in a Hubble time."""
    x = m_a / temperature
    slowed = float(kve(1, x) / kve(2, x)) if x < 1e8 else 1.0
    decays = g_agg**2 * m_a**3 / (64.0 * math.pi) * slowed
    return (decays + primakoff_rate(m_a, g_agg, temperature)) / bath(temperature)[1]
