"""Many walks side by side, so that their likelihood calls come in batches.

A sampler's proposals are functions that call the likelihood one point at a time. Each runs in a coroutine (greenlet) of
its own until it asks for ln L; when all have asked, one call evaluates all their points. What comes out depends on
neither the number of workers nor on who is first.
"""

from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any, TypeVar

import numpy as np
from greenlet import getcurrent, greenlet
from numpy.typing import NDArray

Array = NDArray[np.float64]
T = TypeVar("T")


class Lockstep:
    """A pool of ``size`` walks, as samplers take one; ``evaluate`` maps points ``(n, n_dim)`` to one answer each."""

    def __init__(self, size: int, evaluate: Callable[[Array], Iterable[Any]]) -> None:
        self.size = size
        self._evaluate = evaluate

    def likelihood(self, theta: Array) -> Any:
        """The answer for one point; inside of :meth:`map` it comes with those of the other walks."""
        parent = getcurrent().parent
        if parent is None:
            return next(iter(self._evaluate(theta[None, :])))
        return parent.switch(theta)

    def map(self, function: Callable[[Any], T], items: Iterable[Any]) -> list[T]:
        """``function`` of each of the ``items``."""
        walks, answers = [], []
        for item in items:
            walk = greenlet(function)
            walks.append(walk)
            answers.append(walk.switch(item))
        try:
            while asking := [i for i, walk in enumerate(walks) if not walk.dead]:
                log_l = self._evaluate(np.array([answers[i] for i in asking]))
                for i, value in zip(asking, log_l, strict=True):
                    answers[i] = walks[i].switch(value)
        except BaseException:
            _end(walks)
            raise
        return answers


def _end(walks: Iterable[greenlet]) -> None:
    """End walks that nobody waits for any more; samplers print what is raised in them."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        for walk in walks:
            if not walk.dead:
                walk.throw()
