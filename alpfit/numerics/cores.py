"""How many threads may work at once."""

import os

from alpfit.numerics.arguments import whole_number


def n_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def resolve_threads(n_threads: int | None) -> int:
    """The number of threads, at least one: that of the cores if None."""
    if n_threads is None:
        return n_cores()
    return whole_number("n_threads", n_threads, 1, otherwise=", or None for all cores")
