"""Where the model has no relic density: what is refused before anything is calculated, and why."""

import math

import numpy as np
from numpy.typing import NDArray

from alpfit.physics.widths import Widths
from alpfit.relic.base import Engine
from alpfit.relic.results import Status

Array = NDArray[np.float64]

STRONGEST = math.sqrt(math.pi)
"""g_achi m_chi, for chi chi -> a a: there the coupling 2 g_achi m_chi of a pseudoscalar is sqrt(4 pi), and the lowest
order reaches the limit of unitarity not far above threshold (:mod:`alpfit.physics.pair_annihilation`)."""

FEWEST_MADE, SMALLEST_SHARE = 1.0, 0.01
"""ALPs made in a Hubble time at freeze-out below which they are not in equilibrium, where chi chi -> a a is at least
that share of the annihilation: of less, the relic density knows nothing."""

LARGEST_WIDTH = 0.5
"""Of the ALP, over its mass. Its propagator has a constant width, which holds for a narrow resonance; beyond this the
cross-section is that of no particle."""


NEAREST_RATIO = 2e-5
"""How near r may be to 1/2 where the momentum distribution is followed: nearer than that its number depends by up to a
factor of 2 on how many resonances stand for the cross-section."""


def refusals(points: Array, widths: Widths, engine: Engine) -> NDArray[np.int64]:
    """A :class:`Status` for each of the ``points (4, n)``, rows m_a, r, g_agg, g_achi: OK where there is an answer."""
    m_a, r, _, g_achi = points
    status = np.zeros(r.size, dtype=np.int64)
    status[widths.total > LARGEST_WIDTH * m_a] = Status.WIDE_RESONANCE
    if engine.resolved:
        status[np.abs(r - 0.5) < NEAREST_RATIO] = Status.UNRESOLVED
    status[(r > 0.5) & (g_achi * r * m_a > STRONGEST)] = Status.STRONG_COUPLING
    return status


def alps_are_missing(alp_rate: Array, alp_share: Array) -> NDArray[np.bool_]:
    """Where ALPs, whose rate over H and share of annihilation at freeze-out are given, should be in equilibrium."""
    return (alp_rate < FEWEST_MADE) & (alp_share > SMALLEST_SHARE)
