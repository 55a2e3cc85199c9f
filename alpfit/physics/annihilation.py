"""Annihilation of dark matter into two photons through the ALP.

The cross-section is fixed by unitarity from the two widths of :mod:`alpfit.physics.widths`,
sigma = 8 pi Gamma_chi(s) Gamma_gamma(s) / (beta^2 |D|^2). Two facts about Ding et al. 2025: its eq. (A.1)
is four times larger, against its own widths, and its Table 1 is reproduced with 0.543 times. Hence
``annihilation_scale``, one of :data:`ANNIHILATION_SCALES` or a number.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import SIGMA_V
from alpfit.numerics.compile import inner_kernel

Array = NDArray[np.float64]

ANNIHILATION_SCALES: Mapping[str, float] = MappingProxyType({"unitary": 1.0, "printed": 4.0, "table1": 0.543})
"""Named factors on the cross-section: unitarity; Ding et al. 2025's eq. (A.1); what its Table 1 implies."""


@inner_kernel
def cross_section_at_nodes(e: Array, distance: Array, m_chi: float, m_a: float, width: float, strength: float) -> Array:
    """sigma(s) [GeV^-2] at sqrt(s) = m_chi (2 + e), where ``distance`` = (sqrt(s) - m_a)/m_chi; shape ``(n,)``.

    ``strength`` is annihilation_scale g_achi^2 g_agg^2 [GeV^-4], ``width`` the ALP's total width [GeV].
    """
    sigma = np.empty(e.size)
    for i in range(e.size):
        root_s = m_chi * (2.0 + e[i])
        momentum = m_chi * math.sqrt(e[i] * (e[i] + 4.0))  # sqrt(s - 4 m_chi^2)
        off_shell = m_chi * distance[i] * (root_s + m_a)  # s - m_a^2
        propagator = off_shell * off_shell + (m_a * width) ** 2
        sigma[i] = strength * m_chi**2 * root_s**5 / (8.0 * math.pi * momentum * propagator)
    return sigma


def sigma_v_today(m_a: Array, r: Array, g_agg: Array, g_achi: Array, width: Array, annihilation_scale: float) -> Array:
    """sigma v [cm^3/s] of chi at rest; all arguments broadcast.

    ``m_a`` and the total ``width`` in GeV, couplings in 1/GeV. The limit v -> 0 of (s = 4 m_chi^2 (1 + v^2/4)),
    which holds as long as v^2 is small against abs(1 - 2r) or the width over the mass.
    """
    m_chi = r * m_a
    s = 4.0 * m_chi**2
    propagator = (m_a**2 * (2.0 * r - 1.0) * (2.0 * r + 1.0)) ** 2 + (m_a * width) ** 2
    rate: Array = annihilation_scale * (g_achi * g_agg * m_chi * s) ** 2 / (4.0 * np.pi * propagator)
    return SIGMA_V.value * rate
