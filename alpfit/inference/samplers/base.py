"""What a sampler is, and what it tells while it runs."""

from dataclasses import dataclass
from typing import Protocol

from alpfit.inference.problem import Problem
from alpfit.inference.samples import Samples


@dataclass(frozen=True)
class ProgressReport:
    """Where a nested sampling run stands; ``delta_log_z`` is what the live points could still add to ln Z.

    ``fraction_left`` estimates the iterations still to come over those done.
    """

    n_calls: int
    log_z: float
    delta_log_z: float
    fraction_left: float


class Progress(Protocol):
    """Somebody who wants to know."""

    def update(self, report: ProgressReport) -> None:
        """Called after each iteration."""


class NoProgress:
    """Nobody wants to know."""

    def update(self, report: ProgressReport) -> None:
        """Do nothing."""


class Sampler(Protocol):
    """A sampler is its options, and one verb."""

    def run(self, problem: Problem, progress: Progress) -> Samples:
        """Sample the posterior of ``problem``."""
