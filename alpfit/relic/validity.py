"""Where the model has no relic density: what is refused before anything is calculated, and why."""

import numpy as np
from numpy.typing import NDArray

from alpfit.physics.widths import Widths
from alpfit.relic.base import Engine
from alpfit.relic.results import Status

Array = NDArray[np.float64]

LARGEST_RATIO = 0.65
"""r up to which chi chi -> a a, which is not calculated, may be left out: below it adds 2 % at most, at r = 0.7 it adds
20 %, and at 0.95 it is 2000 times the rest (for g_achi = 0.1/GeV; sigma(s) from explicit Dirac traces)."""

LARGEST_WIDTH = 0.5
"""Of the ALP, over its mass. Its propagator has a constant width, which holds for a narrow resonance; beyond this the
cross-section is that of no particle."""


NEAREST_RATIO = 2e-5
"""How near r may be to 1/2 where the momentum distribution is followed: nearer than that its number depends by up to a
factor of 2 on how many resonances stand for the cross-section."""


def refusals(points: Array, widths: Widths, engine: Engine) -> NDArray[np.int64]:
    """A :class:`Status` for each of the ``points (4, n)``, rows m_a, r, g_agg, g_achi: OK where there is an answer."""
    m_a, r = points[0], points[1]
    status = np.zeros(r.size, dtype=np.int64)
    status[widths.total > LARGEST_WIDTH * m_a] = Status.WIDE_RESONANCE
    if engine.resolved:
        status[np.abs(r - 0.5) < NEAREST_RATIO] = Status.UNRESOLVED
    status[r > LARGEST_RATIO] = Status.CHANNEL_MISSING
    return status
