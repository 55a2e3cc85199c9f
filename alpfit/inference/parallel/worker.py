"""The worker's side in a process of its own: it is given the problem once, and then chunks of points."""

import pickle
import signal

from alpfit.inference.batches import Batch, evaluate_batch
from alpfit.inference.interrupts import SIGNALS
from alpfit.inference.problem import Problem
from alpfit.inference.session import Array


class Worker:
    """Evaluates chunks of the problem that this process was given; there is one to a process."""

    problem: Problem | None = None


def install(shipment: bytes) -> None:
    """Keep the pickled problem, and leave it to the main process to end: it tells its workers."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    Worker.problem = pickle.loads(shipment)


def evaluate(theta: Array) -> Batch:
    """The batch at ``theta``, shape ``(n, n_dim)``."""
    if Worker.problem is None:
        raise RuntimeError("this worker was given no problem")
    return evaluate_batch(Worker.problem, theta)
