"""The probability that an ALP leaves no visible trace: it decays to dark matter, or beyond the detector."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import (
    B_PLUS_MASS,
    B_ZERO_MASS,
    BABAR_BOOST,
    BABAR_RADIUS,
    BABAR_S,
    BELLE2_BOOST,
    BELLE2_RADIUS,
    BELLE2_S,
    BELLE_BOOST,
    BELLE_RADIUS,
    HBAR,
    K_PLUS_MASS,
    K_STAR_MASS,
    KOTO_LENGTH,
    KOTO_MOMENTUM,
    LEP_RADIUS,
    LEP_S,
    SPEED_OF_LIGHT,
)
from alpfit.numerics.compile import kernel
from alpfit.numerics.quadrature import Rule, legendre_rule

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FromMeson:
    """ALPs from a B -> daughter + a at an asymmetric collider: masses [GeV], beta gamma, radius [cm]."""

    parent: float
    daughter: float
    boost: float
    radius: float


@dataclass(frozen=True)
class WithPhoton:
    """ALPs from e+e- -> gamma a: s [GeV^2] and radius [cm]."""

    s: float
    radius: float


BELLE2 = FromMeson(B_PLUS_MASS.value, K_PLUS_MASS.value, BELLE2_BOOST.value, BELLE2_RADIUS.value)
BABAR = FromMeson(B_PLUS_MASS.value, K_PLUS_MASS.value, BABAR_BOOST.value, BABAR_RADIUS.value)
BELLE = FromMeson(B_PLUS_MASS.value, K_PLUS_MASS.value, BELLE_BOOST.value, BELLE_RADIUS.value)
BABAR_K_STAR = FromMeson(B_ZERO_MASS.value, K_STAR_MASS.value, BABAR_BOOST.value, BABAR_RADIUS.value)
BELLE_K_STAR = FromMeson(B_ZERO_MASS.value, K_STAR_MASS.value, BELLE_BOOST.value, BELLE_RADIUS.value)
BABAR_PHOTON = WithPhoton(BABAR_S.value, BABAR_RADIUS.value)
BELLE2_PHOTON = WithPhoton(BELLE2_S.value, BELLE2_RADIUS.value)
LEP_PHOTON = WithPhoton(LEP_S.value, LEP_RADIUS.value)


def invisible_probability(invisible_fraction: Array, outside: Array) -> Array:
    """P_inv = BR_inv + (1 - BR_inv) P(decay outside), arrays of one shape."""
    return invisible_fraction + (1.0 - invisible_fraction) * outside


def decay_length_per_momentum(m_a: Array, width: Array) -> Array:
    """c tau/m_a [cm/GeV]: times the momentum [GeV], the mean decay length in the laboratory."""
    return SPEED_OF_LIGHT.value * HBAR.value / (width * m_a)


@cache
def _directions() -> Rule:
    """Rule for the average over (1 + cos(theta))/2, uniform in (0, 1)."""
    return legendre_rule(24)


@cache
def _sources(sources: tuple[FromMeson, ...]) -> Array:
    """The numbers of ``sources``, a row each."""
    return np.array([(s.parent, s.daughter, s.boost, s.radius) for s in sources])


def outside_after_decay(sources: tuple[FromMeson, ...], m_a: Array, width: Array) -> Array:
    """Probability that an ALP from each of ``sources`` decays beyond the radius, ``(len(sources), n)``.

    ``m_a`` and total ``width`` [GeV], arrays ``(n,)``. Two-body momentum in the rest frame of the B, taken as that of
    the Y(4S), boosted and averaged over the direction: to 1e-6 with 24 points, and to 3e-4 where the boost can bring
    the ALP to rest. Above threshold the ALP is at rest in the frame of the B.
    """
    directions = _directions()
    per_momentum = decay_length_per_momentum(m_a, width)
    return _escaped(_sources(sources), m_a, per_momentum, directions.nodes, directions.weights)


@kernel
def _escaped(sources: Array, m_a: Array, per_momentum: Array, nodes: Array, weights: Array) -> Array:
    """Shares of ALPs that decay beyond the radius; ``per_momentum`` [cm/GeV] is the decay length over the momentum."""
    escaped = np.zeros((sources.shape[0], m_a.size))
    for i in range(sources.shape[0]):
        parent, daughter, boost, radius = sources[i]
        for j in range(m_a.size):
            mass = m_a[j]
            open_by = (parent - daughter) ** 2 - mass * mass
            momentum = 0.0
            if open_by > 0.0 and mass < parent - daughter:
                momentum = math.sqrt(open_by * ((parent + daughter) ** 2 - mass * mass)) / (2.0 * parent)
            energy = math.sqrt(momentum * momentum + mass * mass)
            gamma = math.sqrt(1.0 + boost * boost)
            for k in range(nodes.size):
                lab_energy = gamma * energy + boost * momentum * (2.0 * nodes[k] - 1.0)
                squared = (lab_energy - mass) * (lab_energy + mass)
                if squared > 0.0:
                    escaped[i, j] += weights[k] * math.exp(-radius / (per_momentum[j] * math.sqrt(squared)))
    return escaped


def outside_with_photon(sources: tuple[WithPhoton, ...], m_a: Array, width: Array) -> Array:
    """Probability that an ALP from e+e- -> gamma a decays beyond the radius, boost neglected, ``(len(sources), n)``.

    ``m_a`` and total ``width`` [GeV], arrays ``(n,)``; zero where s < m_a^2.
    """
    return _escaped_with_photon(_machines(sources), m_a, decay_length_per_momentum(m_a, width))


@cache
def _machines(sources: tuple[WithPhoton, ...]) -> Array:
    """The numbers of ``sources``, a row each."""
    return np.array([(source.s, source.radius) for source in sources])


@kernel
def _escaped_with_photon(machines: Array, m_a: Array, per_momentum: Array) -> Array:
    """Shares of ALPs that decay beyond the radius; ``per_momentum`` as in :func:`_escaped`."""
    escaped = np.zeros((machines.shape[0], m_a.size))
    for i in range(machines.shape[0]):
        s, radius = machines[i]
        for j in range(m_a.size):
            if m_a[j] * m_a[j] < s:
                momentum = (s - m_a[j] * m_a[j]) / (2.0 * math.sqrt(s))
                escaped[i, j] = math.exp(-radius / (per_momentum[j] * momentum))
    return escaped


def outside_koto(m_a: Array, width: Array) -> Array:
    """Probability that an ALP from K_L -> pi0 a leaves KOTO's vetoed volume; arguments broadcast."""
    return np.asarray(np.exp(-KOTO_LENGTH.value / (decay_length_per_momentum(m_a, width) * KOTO_MOMENTUM.value)))
