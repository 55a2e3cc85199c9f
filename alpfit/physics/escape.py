"""The probability that an ALP leaves no visible trace: it decays to dark matter, or beyond the detector."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import (
    B_PLUS_MASS,
    BABAR_RADIUS,
    BABAR_S,
    BELLE2_BOOST,
    BELLE2_RADIUS,
    HBAR,
    K_PLUS_MASS,
    SPEED_OF_LIGHT,
)
from alpfit.numerics.quadrature import Rule, legendre_rule
from alpfit.physics.mesons import kaellen

Array = NDArray[np.float64]


def invisible_probability(invisible_fraction: Array, outside: Array) -> Array:
    """P_inv = BR_inv + (1 - BR_inv) P(decay outside), arrays of one shape."""
    return invisible_fraction + (1.0 - invisible_fraction) * outside


def decay_length_per_momentum(m_a: Array, width: Array) -> Array:
    """c tau/m_a [cm/GeV]: times the momentum [GeV], the mean decay length in the laboratory."""
    return SPEED_OF_LIGHT.value * HBAR.value / (width * m_a)


@cache
def _directions() -> Rule:
    """Rule for the average over (1 + cos(theta))/2, uniform in (0, 1)."""
    return legendre_rule(8)


def outside_belle2(m_a: Array, width: Array) -> Array:
    """Probability that an ALP from B+ -> K+ a decays more than 150 cm from its origin in Belle II.

    ``m_a`` and total ``width`` [GeV] broadcast. Two-body momentum in the rest frame of the B, taken as that of
    the Y(4S), boosted and averaged over the direction (8-point Gauss-Legendre). Above m_B - m_K the ALP is at rest.
    """
    m_b, m_k = B_PLUS_MASS.value, K_PLUS_MASS.value
    momentum = np.sqrt(np.maximum(kaellen(np.asarray(m_b**2), np.asarray(m_k**2), m_a**2), 0.0)) / (2.0 * m_b)
    momentum = np.where(m_a < m_b - m_k, momentum, 0.0)
    energy = np.hypot(momentum, m_a)
    directions = _directions()
    gamma, boost = np.sqrt(1.0 + BELLE2_BOOST.value**2), BELLE2_BOOST.value
    lab_energy = gamma * energy[..., None] + boost * momentum[..., None] * (2.0 * directions.nodes - 1.0)
    lab_momentum = np.sqrt(np.maximum(lab_energy**2 - m_a[..., None] ** 2, 0.0))
    length = decay_length_per_momentum(m_a, width)[..., None] * lab_momentum
    return np.asarray(np.sum(directions.weights * np.exp(-BELLE2_RADIUS.value / length), axis=-1))


def outside_babar(m_a: Array, width: Array) -> Array:
    """Probability that an ALP from e+e- -> gamma a decays more than 50 cm from its origin in BaBar, boost neglected.

    ``m_a`` and total ``width`` [GeV] broadcast; zero where s < m_a^2.
    """
    s = BABAR_S.value
    momentum = np.maximum(s - m_a**2, 0.0) / (2.0 * np.sqrt(s))
    length = np.maximum(decay_length_per_momentum(m_a, width) * momentum, 1e-200)
    return np.asarray(np.exp(-BABAR_RADIUS.value / length))
