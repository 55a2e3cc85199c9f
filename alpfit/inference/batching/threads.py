"""Many minimisations side by side, so that their likelihood calls come in batches.

Each runs in a thread until it asks for ln L; when all have asked, one call evaluates all their points. The coroutines
beside them cannot carry MINUIT: its bindings (pybind11) need a thread for each stack. Which requests share a batch
depends on the requests alone, not on which thread is first.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ask = Callable[[Array], Array]
"""From points ``(n, n_dim)`` to ln L ``(n,)``."""

T = TypeVar("T")


class Abandoned(BaseException):
    """Nobody waits any more for what a thread works at."""


@dataclass(frozen=True)
class _Letter(Generic[T]):
    """What a thread says: it asks for ``points``, or has its ``result``, or has met an ``error``."""

    sender: int
    points: Array | None = None
    result: tuple[T, ...] = ()
    error: BaseException | None = None


@dataclass(frozen=True)
class _Threads(Generic[T]):
    """The threads, and where their letters and the answers lie."""

    tasks: Sequence[Callable[[Ask], T]]
    letters: SimpleQueue[_Letter[T]] = field(default_factory=SimpleQueue)
    answers: dict[int, SimpleQueue[Array | None]] = field(default_factory=dict)
    running: dict[int, threading.Thread] = field(default_factory=dict)

    def start(self, number: int) -> None:
        """Begin a task."""
        self.answers[number] = SimpleQueue()
        self.running[number] = threading.Thread(target=self._work, args=(number,), daemon=True)
        self.running[number].start()

    def end(self) -> None:
        """Have all threads end that are left."""
        for number in self.running:
            self.answers[number].put(None)
        for thread in self.running.values():
            thread.join()

    def _work(self, number: int) -> None:
        def ask(points: Array) -> Array:
            self.letters.put(_Letter(number, points))
            answer = self.answers[number].get()
            if answer is None:
                raise Abandoned
            return answer

        try:
            self.letters.put(_Letter(number, result=(self.tasks[number](ask),)))
        except BaseException as error:  # raised where it is waited for
            self.letters.put(_Letter(number, error=error))


def together(tasks: Sequence[Callable[[Ask], T]], log_l: Ask, width: int) -> list[T]:
    """The result of each of the ``tasks``, ``width`` of which are under way at a time."""
    threads = _Threads(tasks)
    results: dict[int, T] = {}
    asking: dict[int, Array] = {}
    begun = 0
    try:
        while len(results) < len(tasks):
            awaited = len(asking)
            while len(threads.running) < width and begun < len(tasks):
                threads.start(begun)
                begun, awaited = begun + 1, awaited + 1
            asking = {}
            for _ in range(awaited):
                letter = threads.letters.get()
                if letter.error is not None:
                    raise letter.error
                if letter.points is not None:
                    asking[letter.sender] = letter.points
                else:
                    (results[letter.sender],) = letter.result
                    threads.running.pop(letter.sender).join()
            asking = dict(sorted(asking.items()))
            if asking:
                _answer(threads, asking, log_l)
    finally:
        threads.end()
    return [results[number] for number in range(len(tasks))]


def _answer(threads: _Threads[T], asking: dict[int, Array], log_l: Ask) -> None:
    values = log_l(np.concatenate(list(asking.values())))
    ends = np.cumsum([len(points) for points in asking.values()])[:-1]
    for number, part in zip(asking, np.split(values, ends), strict=True):
        threads.answers[number].put(part)
