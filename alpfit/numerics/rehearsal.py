"""Calls that are made for what they compile, before anybody waits for their answers."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpfit.numerics.compile import cache_folder, host
from alpfit.numerics.memory import give_back, seldom_searched


@dataclass(frozen=True)
class Rehearsal:
    """A ``call`` that takes about so many ``seconds`` to compile, and no longer anything where it has been made once.

    The ``name`` says what is called, and with which types. It can be pickled.
    """

    name: str
    seconds: float
    call: Callable[[], Any]

    @property
    def is_needed(self) -> bool:
        """Whether it has not been made with the present sources on this machine, and what it compiles can be kept."""
        return (mark := self._mark) is not None and not mark.exists()

    def make(self) -> None:
        """Make the call; what it returns or raises is nobody's business before somebody makes it in earnest."""
        with suppress(Exception):
            self.call()
        if (mark := self._mark) is not None:
            mark.touch()

    @property
    def _mark(self) -> Path | None:
        folder = cache_folder()
        return None if folder is None else folder / f"{self.name}.{host()}.rehearsed"


def each_once(*rehearsals: Rehearsal) -> tuple[Rehearsal, ...]:
    """One of each name."""
    return tuple({rehearsal.name: rehearsal for rehearsal in rehearsals}.values())


def make_all(rehearsals: Sequence[Rehearsal]) -> None:
    """One after the other."""
    with seldom_searched():
        for rehearsal in rehearsals:
            rehearsal.make()
    give_back()


def shares(rehearsals: Sequence[Rehearsal], n: int, handicap: float = 0.0) -> list[list[Rehearsal]]:
    """At most ``n`` parts that end at about the same time, where all but the first begin ``handicap`` seconds late."""
    parts: list[list[Rehearsal]] = [[] for _ in range(n)]
    ends = [0.0, *(handicap,) * (n - 1)]
    for rehearsal in sorted(rehearsals, key=lambda one: one.seconds, reverse=True):
        earliest = ends.index(min(ends))
        parts[earliest].append(rehearsal)
        ends[earliest] += rehearsal.seconds
    return [part for part in parts if part]


def seconds_of(rehearsals: Sequence[Rehearsal]) -> float:
    """How long they take one after the other."""
    return sum(rehearsal.seconds for rehearsal in rehearsals)
