"""Mesons that decay to a lighter one and an ALP, through the ALP's coupling to W bosons.

B decays: Ding et al. 2025, eqs. 3.1-3.5; K decays: E. Izaguirre, T. Lin and B. Shuve, arXiv:1611.09355, with the charm
quark in the loop.
"""

import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import (
    B_PLUS_LIFETIME,
    B_PLUS_MASS,
    B_ZERO_LIFETIME,
    B_ZERO_MASS,
    CHARM_MASS,
    FERMI_CONSTANT,
    HBAR,
    K_LONG_LIFETIME,
    K_PLUS_LIFETIME,
    K_PLUS_MASS,
    K_STAR_MASS,
    K_ZERO_MASS,
    PI_PLUS_MASS,
    PI_ZERO_MASS,
    TOP_MASS_MSBAR,
    TOP_MASS_POLE,
    W_MASS,
)
from alpfit.numerics.compile import kernel
from alpfit.physics.ckm import products
from alpfit.physics.form_factors import A0_B_TO_K_STAR, F_PLUS_K_TO_PI, FORM_FACTORS

Array = NDArray[np.float64]

TOP_MASSES: Mapping[str, float] = MappingProxyType({"msbar": TOP_MASS_MSBAR.value, "pole": TOP_MASS_POLE.value})
"""Choices of the top mass [GeV] in the loop: m_t(m_t), or the pole mass as in Ding et al. 2025."""


@kernel
def _momenta(channels: Array, m_a: Array) -> Array:
    """Momenta [GeV] of the ALP in its parent's frame, ``(len(channels), n)``; zero above threshold."""
    momenta = np.zeros((channels.shape[0], m_a.size))
    for k in range(channels.shape[0]):
        parent, daughter = channels[k]
        for i in range(m_a.size):
            if m_a[i] < parent - daughter:
                above = (parent + daughter) ** 2 - m_a[i] ** 2
                momenta[k, i] = math.sqrt(((parent - daughter) ** 2 - m_a[i] ** 2) * above) / (2.0 * parent)
    return momenta


def loop_function(x: float) -> float:
    """f(x) = x [1 + x (ln x - 1)]/(1 - x)^2 with x = m_q^2/m_W^2 (Ding et al. 2025, eq. 3.5)."""
    return float(x * (1.0 + x * (np.log(x) - 1.0)) / (1.0 - x) ** 2)


def _loops(top_mass: str) -> tuple[float, float]:
    """The loop function of the charm and of the top quark."""
    charm, top = (mass / W_MASS.value for mass in (CHARM_MASS.value, TOP_MASSES[top_mass]))
    return loop_function(charm**2), loop_function(top**2)


def _electroweak() -> float:
    """3 sqrt(2) G_F m_W^2/(16 pi^2)."""
    return float(3.0 * np.sqrt(2.0) * FERMI_CONSTANT.value * W_MASS.value**2 / (16.0 * np.pi**2))


@cache
def bottom_coupling(top_mass: str, ckm: str) -> float:
    """|g_sb|/g_aww, the ALP's coupling to s-bar b (Ding et al. 2025, eq. 3.2, with sqrt(2) G_F = 1/v^2)."""
    return _electroweak() * products(ckm).vtb_vts * _loops(top_mass)[1]


@cache
def strange_coupling(top_mass: str, ckm: str) -> complex:
    """g_sd/g_aww, the ALP's coupling to d-bar s: top and charm quarks in the loop."""
    charm, top = _loops(top_mass)
    mixing = products(ckm)
    return _electroweak() * (mixing.vtd_vts * top + mixing.vcd_vcs * charm)


DECAYS = ("B+->K+ a", "B0->K*0 a", "K+->pi+ a", "KL->pi0 a")
"""The rows of :func:`branching_ratios`."""


def branching_ratios(m_a: Array, *, form_factor: str, top_mass: str, ckm: str) -> Array:
    """BR/g_aww^2 [GeV^2] of :data:`DECAYS`, ``(4, n)``; zero above threshold.

    ``m_a`` [GeV] ``(n,)``; ``form_factor`` is a name of :data:`FORM_FACTORS`, ``top_mass`` of :data:`TOP_MASSES`,
    ``ckm`` of :data:`CKM`. The widths are

        B -> K a     |g_sb|^2 (m_B^2 - m_K^2)^2 f_0^2 p/(32 pi m_B^2)     (Ding et al. 2025, eq. 3.1)
        B -> K* a    |g_sb|^2 A_0^2 p^3/(8 pi)
        K -> pi a    |g_sd|^2 m_K^2 (1 - m_pi^2/m_K^2)^2 f_+(0)^2 p/(32 pi)

    with the ALP's momentum p. pi0 a is CP-even, so that K_L decays through the imaginary part of g_sd. K decays: trust
    them to 30 % (arXiv:1611.09355, without the charm quark, has 37 % more).
    """
    momenta = _momenta(_channels(), m_a)
    momenta[1] **= 3
    q_squared = np.minimum(m_a, B_PLUS_MASS.value - K_PLUS_MASS.value) ** 2
    momenta[0] *= FORM_FACTORS[form_factor](q_squared) ** 2
    momenta[1] *= A0_B_TO_K_STAR(np.minimum(q_squared, (B_ZERO_MASS.value - K_STAR_MASS.value) ** 2)) ** 2
    return momenta * _factors(top_mass, ckm)


@cache
def _channels() -> Array:
    """Masses of parent and daughter [GeV], in the order of :func:`branching_ratios`."""
    pairs = (
        (B_PLUS_MASS, K_PLUS_MASS),
        (B_ZERO_MASS, K_STAR_MASS),
        (K_PLUS_MASS, PI_PLUS_MASS),
        (K_ZERO_MASS, PI_ZERO_MASS),
    )
    return np.array([(parent.value, daughter.value) for parent, daughter in pairs])


@cache
def _factors(top_mass: str, ckm: str) -> Array:
    """What the powers of momentum and the form factors are to be multiplied with, ``(4, 1)``."""
    bottom, strange = bottom_coupling(top_mass, ckm), strange_coupling(top_mass, ckm)
    (m_b, m_k), _, (m_k_plus, m_pi_plus), (m_k_long, m_pi_zero) = _channels()
    widths = np.array(
        [
            (bottom * (m_b**2 - m_k**2) / m_b) ** 2 / 32.0,
            bottom**2 / 8.0,
            (abs(strange) * m_k_plus * (1.0 - (m_pi_plus / m_k_plus) ** 2) * F_PLUS_K_TO_PI) ** 2 / 32.0,
            (strange.imag * m_k_long * (1.0 - (m_pi_zero / m_k_long) ** 2) * F_PLUS_K_TO_PI) ** 2 / 32.0,
        ]
    )
    lifetimes = [t.value for t in (B_PLUS_LIFETIME, B_ZERO_LIFETIME, K_PLUS_LIFETIME, K_LONG_LIFETIME)]
    return (widths / np.pi * lifetimes / HBAR.value)[:, None]


def branching_ratio_b_to_k_alp(m_a: Array, g_aww: Array, *, form_factor: str, top_mass: str, ckm: str) -> Array:
    """BR(B+ -> K+ a) at ``m_a`` [GeV] and ``g_aww`` [1/GeV], which broadcast; choices as in :func:`branching_ratios`.

    Proportional to g_aww^2, and not cut off: a probability only where that is small.
    """
    masses = np.asarray(m_a, dtype=float)
    per_coupling = branching_ratios(masses.ravel(), form_factor=form_factor, top_mass=top_mass, ckm=ckm)[0]
    return np.asarray(np.asarray(g_aww) ** 2 * per_coupling.reshape(masses.shape))
