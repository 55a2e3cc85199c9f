"""What a run tells while it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class ProgressReport:
    """Where a run stands: likelihood calls, and ``values`` by name, such as ln Z and what is still missing of it.

    ``fraction_left`` estimates the steps still to come over those done.
    """

    n_calls: int
    values: Mapping[str, float]
    fraction_left: float


class Progress(Protocol):
    """Somebody who wants to know."""

    def update(self, report: ProgressReport) -> None:
        """Called after each step."""

    def note(self, sentence: str) -> None:
        """Called with what a user should see although the run goes on."""


class NoProgress:
    """Nobody wants to know."""

    def update(self, report: ProgressReport) -> None:
        """Do nothing."""

    def note(self, sentence: str) -> None:
        """Do nothing."""
