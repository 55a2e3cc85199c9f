"""Compiling ahead, in processes side by side: numba compiles one kernel after the other in each of them."""

import logging
from collections.abc import Sequence
from functools import partial

from alpfit.inference.parallel.tasks import Task
from alpfit.numerics.cores import n_cores
from alpfit.numerics.rehearsal import Rehearsal, make_all, seconds_of, shares

WORTH_IT = 5.0
"""Seconds of compiling, below which processes would take longer to begin."""

tried: set[str] = set()
"""Names of what this process has looked after: it does so once, whatever became of it, and not at each evaluation."""

log = logging.getLogger("alpfit")


def compile_ahead(rehearsals: Sequence[Rehearsal]) -> None:
    """Make those of the ``rehearsals`` that are needed, on all cores; what is left is compiled when it is called.

    What they compile is kept for all processes. A fault is left to who calls the same in earnest.
    """
    needed = [rehearsal for rehearsal in rehearsals if rehearsal.name not in tried and rehearsal.is_needed]
    tried.update(rehearsal.name for rehearsal in rehearsals)
    parts = shares(needed, n_cores())
    if len(parts) < 2 or seconds_of(needed) < WORTH_IT:
        return
    longest = max(map(seconds_of, parts))
    log.warning("alpfit: compiling for this machine, once: %.0f seconds or so, in %d processes", longest, len(parts))
    tasks = [Task(partial(make_all, part)) for part in parts]
    try:
        for task in tasks:
            task.wait()
    finally:
        for task in tasks:
            if task.poll() is None:
                task.terminate()
