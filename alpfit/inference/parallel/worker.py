"""The worker's side in a process of its own: it is given the problem once, and then chunks of points."""

import pickle
import signal

from alpfit.inference.batches import Batch, evaluate_batch
from alpfit.inference.interrupts import SIGNALS
from alpfit.inference.parallel.orphans import end_with, vanish
from alpfit.inference.problem import Problem
from alpfit.inference.session import Array

OWN = "own"
"""The run of a worker that works for one alone."""


class Worker:
    """Evaluates chunks of the problems that this process was given, by the names of the runs that they belong to."""

    problems: dict[str, Problem] = {}  # noqa: RUF012 - what a process holds


def install(shipment: bytes, parent: int | None = None) -> None:
    """Keep the pickled problem, and leave it to the main process to end: it tells its workers.

    Where that is gone without a word, which the ``parent`` shows, this process ends, too.
    """
    leave_signals_to_the_main_process()
    if parent is not None:
        end_with(parent, vanish)
    Worker.problems[OWN] = pickle.loads(shipment)


def leave_signals_to_the_main_process() -> None:
    """Ignore what asks the whole group of processes to end."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def evaluate(theta: Array, run: str = OWN) -> Batch:
    """The batch at ``theta``, shape ``(n, n_dim)``."""
    if run not in Worker.problems:
        raise RuntimeError("this worker was given no problem")
    return evaluate_batch(Worker.problems[run], theta)
