"""B+ -> K+ nu nu in the weak effective theory: branching ratios in bins of q^2, the squared mass of the neutrinos.

With massless neutrinos the vector, scalar and tensor operators do not interfere (T. Felkl, S. L. Li and M. A. Schmidt,
arXiv:2111.04327, eq. 8, in the normalisation of EOS, as in arXiv:2402.08417 and in Belle II's arXiv:2507.12393):

    dGamma/dq^2 = 3 N^2 lambda^(1/2)/(4 pi m_B)^3 { lambda/24 f_+^2 |C_VL + C_VR|^2
                    + q^2/8 (m_B^2 - m_K^2)^2/(m_b - m_s)^2 f_0^2 |C_SL + C_SR|^2
                    + 2/3 q^2 lambda/(m_B + m_K)^2 f_T^2 |C_TL|^2 }

with N^2 = (4 G_F alpha |V_tb V_ts|/(2 pi))^2/2 and three flavours of neutrinos alike; lambda(m_B^2, m_K^2, q^2).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import B_PLUS_LIFETIME, B_PLUS_MASS, FERMI_CONSTANT, HBAR, K_PLUS_MASS
from alpfit.numerics.quadrature import legendre_rule
from alpfit.physics.form_factors import b_to_k_form_factors

Array = NDArray[np.float64]

Q2_END = (B_PLUS_MASS.value - K_PLUS_MASS.value) ** 2
"""The largest q^2 of B+ -> K+ and anything [GeV^2]."""

C_VL_STANDARD_MODEL = 6.613
"""C_VL of the Standard Model (EOS 1.0.21, sbnunu::Re{cVL} = 6.6131); all others are zero."""

ALPHA = 1.0 / 133.0
"""alpha at m_b, to which the coefficients are normalised (EOS 1.0.21)."""

VTB_VTS = 0.041175
"""|V_tb V_ts*| of EOS 1.0.21: 0.99911 * 0.041212."""

QUARK_MASSES = 4.0903
"""m_b - m_s in the MSbar scheme at 4.2 GeV [GeV] (EOS 1.0.21)."""


def q2_edges(bins: int) -> Array:
    """Edges ``(bins + 1,)`` of equal bins of q^2 [GeV^2], from zero to the largest."""
    return np.linspace(0.0, Q2_END, bins + 1)


def branching_ratios_by_q2(
    vector: Array, scalar: Array, tensor: Array, *, bins: int = 100, vtb_vts: float = VTB_VTS
) -> Array:
    """Branching ratios ``(n, bins)`` in equal bins of q^2, see :func:`q2_edges`.

    ``vector``, ``scalar`` and ``tensor`` are |C_VL + C_VR|, |C_SL + C_SR| and |C_TL| at 4.2 GeV, ``(n,)``, real.
    Form factors are at their central values: 6 % in the vector's rate, 12 % in the tensor's.
    """
    squares = np.stack(np.broadcast_arrays(*(np.square(np.atleast_1d(c)) for c in (vector, scalar, tensor))), axis=-1)
    return np.asarray(squares @ shapes(bins, vtb_vts))


@lru_cache(maxsize=8)
def shapes(bins: int, vtb_vts: float = VTB_VTS) -> Array:
    """Branching ratios ``(3, bins)`` of each operator for a coefficient of one."""
    rule, edges = legendre_rule(8), q2_edges(bins)
    q_squared = edges[:-1, None] + (edges[1] - edges[0]) * rule.nodes
    rates = branching_ratio_densities(q_squared.ravel(), vtb_vts).reshape(3, bins, -1)
    found: Array = np.asarray(rates @ rule.weights * (edges[1] - edges[0]))
    found.setflags(write=False)
    return found


def branching_ratio_densities(q_squared: Array, vtb_vts: float = VTB_VTS) -> Array:
    """dBR/dq^2 [1/GeV^2] ``(3, n)`` of each operator for a coefficient of one, at ``q_squared`` [GeV^2] ``(n,)``."""
    m_b, m_k = B_PLUS_MASS.value, K_PLUS_MASS.value
    kallen = np.maximum((Q2_END - q_squared) * ((m_b + m_k) ** 2 - q_squared), 0.0)
    coupling = 4.0 * FERMI_CONSTANT.value * ALPHA * vtb_vts / (2.0 * np.pi)
    common = 1.5 * coupling**2 * np.sqrt(kallen) / (4.0 * np.pi * m_b) ** 3 * B_PLUS_LIFETIME.value / HBAR.value
    kinematic = (
        kallen / 24.0,
        q_squared / 8.0 * ((m_b**2 - m_k**2) / QUARK_MASSES) ** 2,
        q_squared * kallen / (1.5 * (m_b + m_k) ** 2),
    )
    return np.asarray(common * np.stack(kinematic) * b_to_k_form_factors(q_squared) ** 2)
