"""How many threads may work at once."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from alpfit.numerics.arguments import whole_number

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def n_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def resolve_threads(n_threads: int | None) -> int:
    """The number of threads, at least one: that of the cores if None."""
    if n_threads is None:
        return n_cores()
    return whole_number("n_threads", n_threads, 1, otherwise=", or None for all cores")


def in_threads(work: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """What ``work`` makes of each of the ``items``, on a thread for each core; for kernels, which leave Python free."""
    waiting = list(items)
    if (workers := min(n_cores(), len(waiting))) < 2:
        return [work(item) for item in waiting]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, waiting))
