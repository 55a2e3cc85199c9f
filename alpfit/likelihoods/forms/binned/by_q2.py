"""Any decay to K+ and nothing seen as events by bin: its spectrum in q^2 through the response of the experiment."""

from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms.base import Predicted, check_spectrum
from alpfit.likelihoods.forms.binned.tables import Response
from alpfit.physics.b_to_k_nunu import Q2_END

Array = NDArray[np.float64]


@final
@dataclass(frozen=True)
class ByQ2:
    """The branching ratios ``observable``, arrays ``(n, k)``, in k equal bins of q^2 from 0 to (m_B+ - m_K+)^2."""

    observable: str

    @property
    def observables(self) -> tuple[str, ...]:
        """The spectrum alone."""
        return (self.observable,)

    @property
    def spectra(self) -> tuple[str, ...]:
        """The same: it has an axis of bins."""
        return (self.observable,)

    def events(self, predictions: Predicted, response: Response) -> Array:
        """Events ``(n, columns)`` in the bins of the ``response``, for predictions ``(n, k)``, or more axes before k.

        Inside of a bin a spectrum is flat. What lies beyond the end of the response is lost. NaN where a branching
        ratio is NaN or negative; without end where one is that counts there.
        """
        ratios = np.asarray(predictions[self.observable], float)
        check_spectrum(self.observable, ratios)
        rows = ratios.reshape(-1, ratios.shape[-1])
        per_ratio = _shares(rows.shape[1], tuple(response.edges.tolist())) @ response.events
        endless = np.isinf(rows)
        events = np.where(endless, 0.0, rows) @ per_ratio
        if endless.any():
            events[endless.astype(float) @ per_ratio > 0.0] = np.inf
        events[~(rows >= 0.0).all(axis=1)] = np.nan
        return np.asarray(events)

    def shape(self, predictions: Predicted) -> tuple[int, ...]:
        """The shape of the points: that of the predictions without their bins."""
        return np.shape(predictions[self.observable])[:-1]

    def describe(self) -> str:
        """What is read, in words."""
        return f"{self.observable} in equal bins up to q2/GeV^2 = {Q2_END:.4g}"


@lru_cache(maxsize=8)
def _shares(bins: int, edges: tuple[float, ...]) -> Array:
    """The share of each of k ``bins`` between neighbours of ``edges`` [GeV^2], ``(k, len(edges) - 1)``.

    It is what the cumulative spectrum gives that is interpolated linearly.
    """
    own, given = np.linspace(0.0, Q2_END, bins + 1), np.asarray(edges)
    low = np.maximum(own[:-1, None], given[None, :-1])
    high = np.minimum(own[1:, None], given[None, 1:])
    return np.asarray(np.maximum(high - low, 0.0) * (bins / Q2_END))
