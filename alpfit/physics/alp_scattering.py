"""Elastic scattering chi a -> chi a through chi in the s and u channels: the momentum transfer rate to a bath of ALPs.

With the vertices of :mod:`alpfit.physics.pair_annihilation`, m the mass of chi, S = s - m^2, tau = -t,
q = m_a^2 + tau/2 and P = (s - m^2)(m^2 - u) = S (S - 2 m_a^2 - tau), crossing gives

    sum |M|^2 = 2048 g_achi^4 m^2 {(tau/4) [s (tau_max - tau) - m_a^4]/P + m^2 m_a^4 q^2/P^2},

summed over all spins, where tau_max = 4 m^2 k^2/s for an ALP of momentum k and energy w that meets chi at rest. With
tau = tau_max x, v = tau_max/W and W = S - 2 m_a^2 the integral of tau {...} over tau is, termwise,

    J = s tau_max^4/(4 S W) (A_2 - A_3) - m_a^4 tau_max^3/(4 S W) A_2
        + m^2 m_a^4 tau_max^2/(S W)^2 (m_a^4 B_1 + m_a^2 tau_max B_2 + tau_max^2 B_3/4),

A_n and B_n the integrals over x from 0 to 1 of x^n/(1 - v x) and x^n/(1 - v x)^2. As for photons
(:mod:`alpfit.physics.scattering`), in the limit of a slow chi,

    gamma = 1/(3 g_chi m T) int d^3k/(2 pi)^3 f (1 + f) [int dtau tau sum |M|^2]/(64 pi k w m^2),    g_chi = 2,
          = 8 g_achi^4/(3 pi^3 m T) int dw f (1 + f) J.

Own calculation, tested against explicit Dirac traces.

For m_a < 2 m alone: above, P has a zero among the physical momenta, and what is there is the decay and
inverse decay of an ALP on its shell, which the annihilation counts. At m_a = 2 m the rate has a finite limit from
below. The ALPs are taken to be a gas in equilibrium at T, and as stable.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import PredictionError
from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.numerics.quadrature import Rule

Array = NDArray[np.float64]


def kinetic_rule(step: float) -> Rule:
    """Rule for the integral over y = (w - m_a)/T of exp(-y) F(y), equidistant in ln(y); ``weights`` hold the exp(-y).

    What F depends on are scales of y, such as m_a/T and 2 - m_a/m, which may be anywhere: this rule does not see them.
    The rate has a relative error of 2e-8 at most with a ``step`` of 0.3, and of 1e-5 with 0.4.
    """
    y = np.exp(np.arange(math.log(1e-7), math.log(110.0), step))
    return Rule(y, step * y * np.exp(-y))


@inner_kernel
def exchange_integrals(v: float, one_minus_v: float) -> tuple[float, float, float, float, float]:
    """(A_2, A_2 - A_3, B_1, B_2, B_3) above, for v from 0 up to 1."""
    if v > 0.3:
        a_0 = -math.log(one_minus_v) / v
        a_1 = (a_0 - 1.0) / v
        a_2 = (a_1 - 0.5) / v
        a_3 = (a_2 - 1.0 / 3.0) / v
        b_1 = (1.0 / one_minus_v - a_0) / v
        b_2 = (b_1 - a_1) / v
        return a_2, a_2 - a_3, b_1, b_2, (b_2 - a_2) / v
    a_2, difference, b_1, b_2, b_3, power = 0.0, 0.0, 0.0, 0.0, 0.0, 1.0
    for n in range(30):
        a_2 += power / (n + 3.0)
        difference += power / ((n + 3.0) * (n + 4.0))
        b_1 += power * (n + 1.0) / (n + 2.0)
        b_2 += power * (n + 1.0) / (n + 3.0)
        b_3 += power * (n + 1.0) / (n + 4.0)
        power *= v
    return a_2, difference, b_1, b_2, b_3


@inner_kernel
def alp_transfer_moment(kinetic: float, m_chi: float, m_a: float) -> float:
    """J [GeV^6] to 1e-12 for an ALP of ``kinetic`` energy w - m_a > 0 on a chi at rest, all in GeV.

    NaN for m_a >= 2 m_chi.
    """
    gap = 2.0 * m_chi - m_a
    if not gap > 0.0:
        return math.nan
    fourth = m_a**4
    big_s = m_a * (2.0 * m_chi + m_a) + 2.0 * m_chi * kinetic  # S
    big_w = m_a * gap + 2.0 * m_chi * kinetic  # W
    s = (m_chi + m_a) ** 2 + 2.0 * m_chi * kinetic
    tau = 4.0 * m_chi**2 * kinetic * (kinetic + 2.0 * m_a) / s
    nearest = (m_a * gap * (m_chi + m_a) ** 2 + 2.0 * m_chi**3 * kinetic) / s  # W - tau_max, where nothing cancels
    a_2, difference, b_1, b_2, b_3 = exchange_integrals(tau / big_w, nearest / big_w)
    single = tau**3 * (s * tau * difference - fourth * a_2) / (4.0 * big_s * big_w)
    double = fourth * b_1 + m_a**2 * tau * b_2 + 0.25 * tau**2 * b_3
    return single + fourth * double * (m_chi * tau / (big_s * big_w)) ** 2


@inner_kernel
def alp_momentum_transfer(temperature: float, m_chi: float, m_a: float, strength: float, kinetic: Rule) -> float:
    """gamma(T) [GeV] for g_chi = 2; ``strength`` is g_achi^4 [GeV^-4], temperature and masses in GeV.

    NaN for m_a >= 2 m_chi. Zero where exp(-m_a/T) is too small a number, from m_a/T = 700 on.
    """
    total = 0.0
    for i in range(kinetic.nodes.size):
        y = kinetic.nodes[i]
        enhanced = kinetic.weights[i] / math.expm1(-y - m_a / temperature) ** 2
        total += enhanced * alp_transfer_moment(temperature * y, m_chi, m_a)
    return 8.0 * strength / (3.0 * math.pi**3 * m_chi) * math.exp(-m_a / temperature) * total


@kernel
def _momentum_transfers(temperature: Array, m_chi: Array, m_a: Array, strength: Array, kinetic: Rule) -> Array:
    """:func:`alp_momentum_transfer` for arrays of one shape ``(n,)``."""
    rates = np.empty(temperature.size)
    for i in range(temperature.size):
        rates[i] = alp_momentum_transfer(temperature[i], m_chi[i], m_a[i], strength[i], kinetic)
    return rates


@cache
def _default_rule() -> Rule:
    return kinetic_rule(0.3)


def alp_momentum_transfers(temperature: Array, m_chi: Array, m_a: Array, g_achi: Array) -> Array:
    """gamma(T) [GeV] of a chi with g_chi = 2; ``temperature`` and masses in GeV, ``g_achi`` in 1/GeV, all broadcast.

    Raises :class:`~alpfit.errors.PredictionError` where m_a >= 2 m_chi.
    """
    arrays = np.broadcast_arrays(temperature, m_chi, m_a, np.asarray(g_achi, dtype=float) ** 4)
    t, chi, alp, strength = (np.ravel(array).astype(float) for array in arrays)
    if np.any(decays := alp >= 2.0 * chi):
        first = int(np.argmax(decays))
        raise PredictionError(
            f"m_a = {alp[first]:g} must be below 2 m_chi = {2.0 * chi[first]:g} GeV: above, chi a -> chi a is "
            "the inverse decay of the ALP, which the annihilation counts"
        )
    return _momentum_transfers(t, chi, alp, strength, _default_rule()).reshape(arrays[0].shape)


def alp_matrix_element_squared(s: Array, t: Array, m_chi: Array, m_a: Array, g_achi: Array) -> Array:
    """sum |M|^2 of chi a -> chi a over all spins, without dimension; ``s`` and ``t`` in GeV^2, all arguments broadcast.

    Masses in GeV, ``g_achi`` in 1/GeV; for t from -tau_max to 0 and m_a < 2 m_chi, where it is positive.
    """
    tau, fourth = -np.asarray(t, dtype=float), np.asarray(m_a, dtype=float) ** 4
    poles = (s - m_chi**2) * (s - m_chi**2 - 2.0 * m_a**2 - tau)
    triangle = (s - (m_chi + m_a) ** 2) * (s - (m_chi - m_a) ** 2)  # s tau_max
    both = 0.25 * tau * (triangle - s * tau - fourth) / poles + fourth * (m_chi * (m_a**2 + 0.5 * tau) / poles) ** 2
    return np.asarray(2048.0 * np.asarray(g_achi) ** 4 * m_chi**2 * both)
