"""B+ -> K+ chi chi through an ALP on or off its mass shell, in bins of q^2, the squared mass of the pair.

The phase space of K+ chi chi is that of K+ a* and of a* -> chi chi, so that

    dBR/dq^2 = BR(B+ -> K+ a; q^2) sqrt(q^2) Gamma_chi(q^2)/pi / [(q^2 - m_a^2)^2 + m_a^2 Gamma_a^2],

each with q^2 in place of m_a^2: Gamma_chi = g_achi^2 m_chi^2 sqrt(q^2) sqrt(1 - 4 m_chi^2/q^2)/pi, as the ALP couples
to on-shell chi like 2 m_chi g_achi at any q^2. The width in the propagator is that on the mass shell. Where the ALP is
narrow, and between 2 m_chi and m_B - m_K, the sum is BR(B+ -> K+ a) BR(a -> chi chi). The mixing of the ALP with mesons
is left out.
"""

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.lorentzian import lorentzian_parts
from alpfit.physics.b_to_k_nunu import Q2_END, q2_edges
from alpfit.physics.mesons import branching_ratio_b_to_k_alp
from alpfit.physics.widths import alp_widths

Array = NDArray[np.float64]

STEPS = 1000
"""Parts of the whole range, or a few more. In each of them all but the propagator is a straight line."""

NEAR_THRESHOLD = np.geomspace(1e-7, 1.0, 48)
"""Where the parts are divided once more, above 4 m_chi^2 [GeV^2]: the velocity of chi begins as a root there."""

NARROWEST = 1e-30
"""The least m_a Gamma_a [GeV^2], in place of an ALP that cannot decay."""


def branching_ratios_by_q2(
    m_a: Array,
    r: Array,
    g_agg: Array,
    g_achi: Array,
    g_aww: Array,
    *,
    form_factor: str,
    top_mass: str,
    ckm: str,
    bins: int = 100,
) -> Array:
    """Branching ratios ``(n, bins)`` of B+ -> K+ chi chi in equal bins of q^2, from zero to the largest.

    ``m_a`` [GeV], ``r`` = m_chi/m_a and the couplings [1/GeV] are ``(n,)``; choices as in
    :func:`alpfit.physics.mesons.branching_ratios`. The sum is good to 1e-3. Proportional
    to g_aww^2 and not cut off: a probability only where that is small.
    """
    m_a, r, g_agg, g_achi, g_aww = (
        c[:, None] for c in np.broadcast_arrays(*map(np.atleast_1d, (m_a, r, g_agg, g_achi, g_aww)))
    )
    threshold = 4.0 * (r * m_a) ** 2
    edges = _edges(threshold, bins)
    with np.errstate(invalid="ignore"):  # the fraction of nothing, where it cannot decay
        width = np.maximum(m_a * alp_widths(m_a, r, g_agg, g_achi).total, NARROWEST)
    weight, distance = lorentzian_parts(edges - m_a**2, width)
    q_squared = np.clip(distance + m_a**2, edges[:, :-1], edges[:, 1:])
    velocity = np.sqrt(np.maximum(1.0 - threshold / q_squared, 0.0))
    decay = (0.5 * g_achi / np.pi) ** 2 * threshold * q_squared * velocity
    made = branching_ratio_b_to_k_alp(np.sqrt(q_squared), g_aww, form_factor=form_factor, top_mass=top_mass, ckm=ckm)
    number = np.minimum((0.5 * (edges[:, 1:] + edges[:, :-1]) * (bins / Q2_END)).astype(int), bins - 1)
    place = number + bins * np.arange(m_a.size)[:, None]
    sums = np.bincount(place.ravel(), (weight * decay * made).ravel(), minlength=bins * m_a.size)
    return np.asarray(sums.reshape(m_a.size, bins))


def _edges(threshold: Array, bins: int) -> Array:
    """Edges ``(n, k)`` of the parts, from ``threshold (n, 1)`` to the end, those of the ``bins`` among them."""
    equal = np.broadcast_to(q2_edges(bins * -(-STEPS // bins)), (threshold.size, bins * -(-STEPS // bins) + 1))
    found = np.concatenate([equal, threshold + NEAR_THRESHOLD], axis=1)
    return np.sort(np.clip(found, np.minimum(threshold, Q2_END), Q2_END), axis=1)
