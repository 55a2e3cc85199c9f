"""B+ -> K+ a through the ALP's coupling to W bosons (seed paper, eqs. 3.1-3.5)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import (
    B_PLUS_LIFETIME,
    B_PLUS_MASS,
    FERMI_CONSTANT,
    HBAR,
    K_PLUS_MASS,
    TOP_MASS_MSBAR,
    TOP_MASS_POLE,
    VTB_VTS,
    W_MASS,
)

Array = NDArray[np.float64]
FormFactor = Callable[[Array], Array]

TOP_MASSES: Mapping[str, float] = MappingProxyType({"msbar": TOP_MASS_MSBAR.value, "pole": TOP_MASS_POLE.value})
"""Choices of the top mass [GeV] in the loop: m_t(m_t), or the pole mass as in the seed paper."""


def kaellen(a: Array, b: Array, c: Array) -> Array:
    """The triangle function a^2 + b^2 + c^2 - 2(ab + bc + ca) (seed paper, eq. 3.4)."""
    return a * a + b * b + c * c - 2.0 * (a * b + b * c + c * a)


def exponential_form_factor(q_squared: Array) -> Array:
    """f_0(B -> K) at ``q_squared`` [GeV^2], the seed paper's eq. (3.3) (P. Ball and R. Zwicky, hep-ph/0406232)."""
    q = q_squared / B_PLUS_MASS.value**2
    return np.asarray(0.33 * np.exp(q * (0.63 + q * (-0.095 + q * 0.591))))


def hpqcd_2022_form_factor(q_squared: Array) -> Array:
    """f_0(B -> K) at ``q_squared`` [GeV^2], HPQCD lattice QCD, arXiv:2207.12468, central values of table V."""
    pole, logarithm = 5.729495, 1.3036556717286227
    coefficients = (0.2546162729845652, 0.211016713841977, 0.02690776720598433)
    threshold = (5.279495 + 0.495644) ** 2
    root = np.sqrt(threshold - q_squared)
    z = (root - np.sqrt(threshold)) / (root + np.sqrt(threshold))
    series = coefficients[0] + z * (coefficients[1] + z * coefficients[2])
    return np.asarray(logarithm / (1.0 - q_squared / pole**2) * series)


FORM_FACTORS: Mapping[str, FormFactor] = MappingProxyType(
    {"hpqcd2022": hpqcd_2022_form_factor, "exponential": exponential_form_factor}
)
"""Scalar form factors of B -> K by name."""


def loop_function(x: float) -> float:
    """f(x) = x [1 + x (ln x - 1)]/(1 - x)^2 with x = m_q^2/m_W^2 (seed paper, eq. 3.5)."""
    return float(x * (1.0 + x * (np.log(x) - 1.0)) / (1.0 - x) ** 2)


def flavour_changing_coupling(g_aww: Array, top_mass: str) -> Array:
    """g_sb [1/GeV], the ALP's coupling to s-bar b (seed paper, eq. 3.2, with sqrt(2) G_F = 1/v^2); its modulus."""
    loop = loop_function((TOP_MASSES[top_mass] / W_MASS.value) ** 2)
    prefactor = 3.0 * np.sqrt(2.0) * FERMI_CONSTANT.value * W_MASS.value**2 / (16.0 * np.pi**2)
    return np.asarray(g_aww * prefactor * VTB_VTS.value * loop)


def branching_ratio_b_to_k_alp(m_a: Array, g_aww: Array, *, form_factor: str, top_mass: str) -> Array:
    """BR(B+ -> K+ a) (seed paper, eq. 3.1); zero where ``m_a`` [GeV] exceeds m_B - m_K. Arguments broadcast.

    ``form_factor`` is a name of :data:`FORM_FACTORS`, ``top_mass`` of :data:`TOP_MASSES`. The number is a
    probability below 1 only where g_aww [1/GeV] is small; it is not cut off.
    """
    m_b, m_k = B_PLUS_MASS.value, K_PLUS_MASS.value
    open_channel = np.asarray(m_a < m_b - m_k)
    mass = np.where(open_channel, m_a, 0.0)
    phase_space = np.sqrt(np.maximum(kaellen(np.asarray(m_b**2), np.asarray(m_k**2), mass**2), 0.0))
    coupling = flavour_changing_coupling(np.asarray(g_aww), top_mass)
    amplitude = coupling * (m_b**2 - m_k**2) * FORM_FACTORS[form_factor](mass**2)
    width = amplitude**2 * phase_space / (64.0 * np.pi * m_b**3)
    return np.where(open_channel, width * B_PLUS_LIFETIME.value / HBAR.value, 0.0)
