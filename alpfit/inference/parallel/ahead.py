"""Compiling ahead, in processes side by side: numba compiles one kernel after the other in each of them."""

from collections.abc import Sequence
from functools import partial

from alpfit.inference.parallel.copies import can_copy, in_copies
from alpfit.inference.parallel.tasks import Task
from alpfit.numerics.compile import first_compilation
from alpfit.numerics.cores import n_cores
from alpfit.numerics.rehearsal import Rehearsal, make_all, seconds_of, shares

WORTH_IT = 5.0
"""Seconds of compiling, below which processes would take longer to begin."""

START_UP = 2.0
"""Seconds until another process has imported what it compiles."""

tried: set[str] = set()
"""Names of what this process has looked after: it does so once, whatever became of it, and not at each evaluation."""


def compile_ahead(rehearsals: Sequence[Rehearsal]) -> None:
    """Make those of the ``rehearsals`` that are needed, on all cores; what is left is compiled when it is called.

    In copies of this process, or where there can be none this process takes a part, and others the rest; what they
    compile is kept for all processes. A fault is left to who calls the same in earnest.
    """
    needed = [rehearsal for rehearsal in rehearsals if rehearsal.name not in tried and rehearsal.is_needed]
    tried.update(rehearsal.name for rehearsal in rehearsals)
    if seconds_of(needed) < WORTH_IT or n_cores() < 2:
        return
    if can_copy():
        parts = shares(needed, n_cores())
        _say(max(map(seconds_of, parts)), len(parts))
        in_copies([partial(make_all, part) for part in parts])
        return
    own, *others = shares(needed, n_cores(), START_UP)
    if not others:
        return
    _say(max(seconds_of(own), START_UP + max(map(seconds_of, others))), 1 + len(others))
    tasks = [Task(partial(make_all, part)) for part in others]
    try:
        make_all(own)
        for task in tasks:
            task.wait()
    finally:
        for task in tasks:
            if task.poll() is None:
                task.terminate()


def _say(seconds: float, n: int) -> None:
    first_compilation.tell(f"{seconds:.0f} seconds or so, in {n} processes")
