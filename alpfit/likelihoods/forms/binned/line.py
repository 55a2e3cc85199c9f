"""A two-body decay as events by bin: a line in q^2 through the response of the experiment.

The line at q^2 = m^2 is a Gaussian of the given width. What of it lies below the first bin of q^2 counts in that
bin, so that a light particle keeps all its probability; what lies above the last bin is lost.
"""

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms.base import Predicted
from alpfit.likelihoods.forms.binned.tables import Response
from alpfit.numerics.compile import kernel

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class Line:
    """The branching ratio ``observable`` to a mass ``abscissa`` [GeV], spread by ``width`` [GeV^2]."""

    observable: str
    abscissa: str
    width: float

    @property
    def observables(self) -> tuple[str, ...]:
        """The branching ratio and the mass."""
        return (self.observable, self.abscissa)

    @property
    def spectra(self) -> tuple[str, ...]:
        """None: both are a number at each point."""
        return ()

    def events(self, predictions: Predicted, response: Response) -> Array:
        """Events ``(n, columns)`` in the bins of the ``response``; a mass beyond the range of q^2 gives none."""
        ratios, masses = self._broadcast(predictions)
        return np.asarray(line_events(ratios.ravel(), masses.ravel(), response.edges, response.events, self.width))

    def shape(self, predictions: Predicted) -> tuple[int, ...]:
        """The shape of the points: that of the predictions."""
        return self._broadcast(predictions)[0].shape

    def describe(self) -> str:
        """What is read, in words."""
        return f"{self.observable} as a line at q2 = {self.abscissa}^2"

    def _broadcast(self, predictions: Predicted) -> tuple[Array, Array]:
        ratios, masses = np.broadcast_arrays(*(np.asarray(predictions[name], float) for name in self.observables))
        return ratios, masses


@kernel
def line_events(ratios: Array, masses: Array, edges: Array, response: Array, width: float) -> Array:
    """Events ``(n, bins)`` of ``n`` decays with branching ratios ``ratios`` to ``masses`` [GeV].

    ``response (n_q2, bins)`` is in events for unit branching ratio between neighbours of ``edges (n_q2 + 1,)``
    [GeV^2], ``width`` [GeV^2] the standard deviation of the line. NaN for a ratio or a mass that is NaN or negative.
    """
    events = np.zeros((ratios.size, response.shape[1]))
    for i in range(ratios.size):
        ratio, endless = ratios[i], math.isinf(ratios[i])
        if not (ratio >= 0.0 and masses[i] >= 0.0):
            events[i] = math.nan
            continue
        if endless:
            ratio = 1.0
        below = -1.0
        for j in range(response.shape[0]):
            above = math.erf((edges[j + 1] - masses[i] * masses[i]) / (math.sqrt(2.0) * width))
            share = 0.5 * (above - below) * ratio
            below = above
            if share > 0.0:
                for b in range(response.shape[1]):
                    events[i, b] += share * response[j, b]
        if endless:
            for b in range(response.shape[1]):
                events[i, b] = math.inf if events[i, b] > 0.0 else 0.0
    return events


def within_reach(events: Array, observed: Array) -> tuple[Array, Array]:
    """Events ``(n, bins)`` scaled down to at most five times what is ``observed (bins,)`` (+ 1) in any bin.

    Also returns ln of the factor, ``(n,)``, which a likelihood may subtract so that it keeps falling. More than that
    is far outside of what systematic errors that are known at +-1 standard deviation can tell: beyond, the best
    nuisances would make the signal's efficiency vanish, in several ways, between which the best one jumps. Events
    without end are none, with a factor without end; NaN stays NaN in both.
    """
    excess = np.max(events / (5.0 * (observed + 1.0)), axis=1, initial=1.0)
    if np.isinf(excess).any():
        events = np.where(np.isinf(excess)[:, None], 0.0, events)
    return events / excess[:, None], np.log(excess)
