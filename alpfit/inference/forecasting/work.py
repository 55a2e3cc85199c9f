"""Many independent tasks: what is known already is not worked out again, and nothing done is lost."""

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from alpfit.inference.interrupts import Interrupts
from alpfit.inference.progress import NoProgress, Progress, ProgressReport


class Named(Protocol):
    """A task."""

    @property
    def name(self) -> str:
        """By which its result is known."""


def forget(name: str, result: list[float]) -> None:
    """Keep nothing."""


@dataclass
class Work:
    """Results ``known`` by the names of their tasks, of which there are ``total``; ``keep`` gets each new one.

    ``call`` works out many tasks, ``at_once`` of them, wherever that is; none depends on another.
    """

    call: Callable[[Sequence[Any]], Sequence[list[float]]]
    known: MutableMapping[str, list[float]] = field(default_factory=dict)
    keep: Callable[[str, list[float]], None] = forget
    progress: Progress = field(default_factory=NoProgress)
    interrupts: Interrupts = field(default_factory=Interrupts)
    total: int = 1
    at_once: int = 1

    def results(self, tasks: Sequence[Named]) -> list[list[float]]:
        """Those of all ``tasks``, in their order. Raises :class:`Interrupted` between two rounds of them."""
        missing = [task for task in tasks if task.name not in self.known]
        for start in range(0, len(missing), self.at_once):
            part = missing[start : start + self.at_once]
            for task, result in zip(part, self.call(part), strict=True):
                self.known[task.name] = result
                self.keep(task.name, result)
            self._report()
            self.interrupts.raise_if_arrived()
        return [self.known[task.name] for task in tasks]

    def _report(self) -> None:
        done = len(self.known)
        self.progress.update(ProgressReport(done, {"of": float(self.total)}, max(self.total - done, 0) / done))
