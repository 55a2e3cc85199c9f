"""What an executor is, and what it is given."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from alpfit.inference.interrupts import Interrupts

Function = Callable[[Any], Any]
"""What workers do with one argument; it can be pickled."""

Map = Callable[[Sequence[Any]], Sequence[Any]]
"""The function of each of many arguments, in their order, wherever they are worked out."""


class Workers(Protocol):
    """What the table ``[parallel]`` asks for."""

    @property
    def n_workers(self) -> int:
        """Threads or processes on this machine."""

    @property
    def scheduler(self) -> str | None:
        """The address of a scheduler that runs already."""

    @property
    def timeout(self) -> float:
        """Seconds that it has to answer."""


@dataclass(frozen=True)
class Job:
    """The ``function`` that workers are opened for; ``interrupts`` says when nobody waits for them any more."""

    function: Function
    options: Workers
    interrupts: Interrupts


def serve_nobody(function: Function) -> bool:  # noqa: ARG001
    """This process works for itself."""
    return False


@dataclass(frozen=True)
class Executor:
    """Where likelihood calls are made: ``open`` has workers for a job, and a way to have its function called there.

    It raises :class:`~alpfit.errors.ExecutorError` where workers cannot be had, or are lost. They share the cores of
    this machine where they are ``on_this_machine``, work side by side where they are ``concurrent``, and their number
    can be chosen unless ``fixed_workers`` says why not. ``takes_scheduler`` is whether they can be those of a scheduler
    that runs already. Where the program runs in several processes, ``serve`` works in all but the first for that one
    until it is done, and returns whether it has.
    """

    open: Callable[[Job], AbstractContextManager[Map]]
    on_this_machine: bool = False
    concurrent: bool = True
    fixed_workers: str = ""
    takes_scheduler: bool = False
    serve: Callable[[Function], bool] = serve_nobody

    def __call__(self, job: Job) -> AbstractContextManager[Map]:
        """Open workers for ``job``."""
        return self.open(job)
