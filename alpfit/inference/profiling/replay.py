"""Every ln L that a refinement has asked for, in order: what it can be taken up from.

A refinement is determined by the answers that it gets. Taken up again it asks the same questions, which are answered
from the record as far as that goes, so that it goes on as if nothing had happened.
"""

import pickle

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import RunFolderError
from alpfit.inference.progress import ProgressReport
from alpfit.inference.session import Session, unpickled

Array = NDArray[np.float64]

CALLS_FOR_EACH_BIN = 80
"""About what a bin costs in fits of four parameters, less on fine grids, for the estimate of the time left."""


class ReplayLog:
    """ln L from ``session``, recorded; ``n_bins`` is how many there are to refine in all."""

    def __init__(self, session: Session, n_bins: int) -> None:
        self._session, self._expected = session, CALLS_FOR_EACH_BIN * n_bins
        self._answers: list[Array] = unpickled(session.restored) if session.restored else []
        self._given = 0
        self._best = max((float(answer.max()) for answer in self._answers if answer.size), default=-np.inf)

    def log_l(self, theta: Array) -> Array:
        """ln L at parameters ``(n, n_dim)``.

        Raises :class:`~alpfit.inference.interrupts.Interrupted` where the session is to end here, and
        :class:`RunFolderError` where what was recorded is not the answer to this question.
        """
        if not len(theta):
            return np.empty(0)
        if self._given == len(self._answers):
            self._answers.append(self._session.evaluate(theta).log_l)
            self._best = max(self._best, float(self._answers[-1].max()))
            self._session.step(self._report(), lambda: pickle.dumps(self._answers))
        answer = self._answers[self._given]
        if len(answer) != len(theta):
            raise RunFolderError("the checkpoint does not fit to what is asked for: begin anew with overwrite=True")
        self._given += 1
        return answer

    def _report(self) -> ProgressReport:
        calls = max(self._session.account.n_calls, 1)
        return ProgressReport(calls, {"best ln L": self._best}, max(self._expected / calls - 1.0, 0.0))
