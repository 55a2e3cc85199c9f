"""Points drawn from the prior before a run: is there a likelihood at all, and in how much of the volume?"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alpfit.errors import ConfigurationError
from alpfit.inference.batches import reasons
from alpfit.inference.problem import Problem

BATCH, ENOUGH, AT_MOST = 32, 256, 1024
"""Points at once, as many as give the share to a few percent, and as many as are tried where none has a likelihood."""

SECONDS = 6.0
"""After this no further batch is begun."""

SHOWN = 10
"""Reasons of the first points are told where no point has a likelihood."""


@dataclass(frozen=True)
class PriorCheck:
    """Of ``n`` points, those ``without_likelihood`` by reason; ``first_call_s`` took the first one, compiling."""

    n: int
    without_likelihood: Mapping[str, int]
    first_call_s: float

    @property
    def share(self) -> float:
        """Share of the prior's volume that has no likelihood."""
        return sum(self.without_likelihood.values()) / self.n


def check_prior(problem: Problem, seed: int) -> PriorCheck:
    """Evaluate points drawn from the prior.

    Raises :class:`ConfigurationError` where none of them has a likelihood.
    """
    rng = np.random.default_rng(seed)
    start = time.perf_counter()
    problem.evaluate(problem.prior_transform(np.full((1, problem.n_dim), 0.5)))
    first_call_s = time.perf_counter() - start
    start, n = time.perf_counter(), 0
    found: list[str] = []
    while n < (ENOUGH if len(found) < n else AT_MOST) and (n == 0 or time.perf_counter() - start < SECONDS):
        points = rng.random((BATCH if n else SHOWN, problem.n_dim))
        found += reasons(problem.evaluate(problem.prior_transform(points)))
        n += len(points)
    if len(found) == n:
        told = ", ".join(f"{count} x {reason}" for reason, count in _counted(found[:SHOWN]).items())
        raise ConfigurationError(
            f"[parameters] none of {n} points drawn from the prior has a likelihood, the first {SHOWN} because: "
            f"{told}; change the priors"
        )
    return PriorCheck(n, _counted(found), first_call_s)


def _counted(sentences: list[str]) -> dict[str, int]:
    return {sentence: sentences.count(sentence) for sentence in dict.fromkeys(sentences)}
