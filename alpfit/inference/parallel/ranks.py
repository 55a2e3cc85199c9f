"""Under ``mpirun``: the first process samples, the others work for it."""

import math
import pickle
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alpfit.errors import ConfigurationError
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.parallel.base import Executor, Function, Job, Map
from alpfit.inference.parallel.worker import OWN, Worker, answered, leave_signals_to_the_main_process, opened

PATIENCE = 0.3
"""Seconds in which points must come back once the run is to end: mpirun kills it after one."""

TAG = 2026
"""Of the messages that are this program's, and not a library's."""

SHORTEST_PAUSE, LONGEST_PAUSE, PAUSED = 1e-5, 1e-3, 0.003
"""Seconds between two looks for a message, and their share of the time that was waited for it so far.

MPI's own way to wait keeps a core busy, which another process may need. So a message lies for a hundredth of what the
call has taken, whether that is milliseconds or minutes.
"""


def serve_as_worker(function: Function) -> bool:
    """In all processes but the first: call the ``function`` for that one until it is done. In that one False."""
    world = _world()
    if int(world.Get_rank()) == 0:
        return False
    leave_signals_to_the_main_process()
    Worker.functions[OWN] = function
    sent = None
    while (letter := _letter(world, _Patience(Interrupts()))) is not None and (message := letter[1]) is not None:
        answer = answered(message)
        if sent is not None:
            sent.wait()  # long ago: the first process has sent the next argument since
        sent = world.isend(answer, dest=0, tag=TAG)
    return True


@contextmanager
def _mpi(job: Job) -> Iterator[Map]:
    """Arguments go to the other processes of ``mpirun``, which have made the function themselves."""
    world = _world()
    if world.Get_size() < 2:
        raise ConfigurationError(
            "[parallel] executor = 'mpi' needs two processes or more: mpirun -n 8 alpfit run FILE, or another executor"
        )
    ranks = _Ranks(world, job)
    try:
        yield ranks.call
    finally:
        ranks.close()


MPI = Executor(_mpi, fixed_workers="mpirun -n says how many", serve=serve_as_worker)


class _Ranks:
    """The other processes, as the first one sees them."""

    def __init__(self, world: Any, job: Job) -> None:
        self._world, self._interrupts = world, job.interrupts
        self._idle = deque(range(1, world.Get_size()))
        self._sent: dict[int, Any] = {}

    def call(self, arguments: Sequence[Any]) -> list[Any]:
        """The function of all ``arguments``, each of which goes to the first rank that has nothing to do."""
        waiting, asked, answers = deque(enumerate(arguments)), dict[int, int](), dict[int, bytes]()
        while len(answers) < len(arguments):
            while waiting and self._idle:
                rank = self._idle.popleft()
                asked[rank], argument = waiting.popleft()
                self._send(rank, pickle.dumps(argument))
            if (letter := _letter(self._world, _Patience(self._interrupts))) is None:
                self._interrupts.raise_if_arrived()
            else:
                rank, answer = letter
                self._idle.append(rank)
                if rank in asked:  # and not at work for a call that was given up
                    answers[asked.pop(rank)] = answer
        return [opened(answers[i]) for i in range(len(arguments))]

    def close(self) -> None:
        """Tell all that they are done; those that are still busy, after an interrupt, are not waited for."""
        for rank in range(1, self._world.Get_size()):
            self._send(rank, None)
        for rank in self._idle:
            self._sent[rank].wait()

    def _send(self, rank: int, message: bytes | None) -> None:
        """Without waiting until it is read, for which Open MPI takes a tenth of a millisecond or more."""
        self._sent[rank] = self._world.isend(message, dest=rank, tag=TAG)


class _Patience:
    """Ends :data:`PATIENCE` after an interrupt was seen first."""

    def __init__(self, interrupts: Interrupts) -> None:
        self._interrupts, self._seen = interrupts, math.inf

    def is_over(self) -> bool:
        """Whether nobody waits any more."""
        if self._interrupts.arrived:
            self._seen = min(self._seen, time.monotonic())
        return time.monotonic() - self._seen > PATIENCE


def _letter(world: Any, patience: _Patience) -> tuple[int, Any] | None:
    """Whom the next message is from, and what it says; None where the ``patience`` is over before there is one."""
    from mpi4py import MPI

    status, start = MPI.Status(), time.monotonic()
    while not world.iprobe(MPI.ANY_SOURCE, TAG, status):
        if patience.is_over():
            return None
        time.sleep(min(max(SHORTEST_PAUSE, PAUSED * (time.monotonic() - start)), LONGEST_PAUSE))
    return status.source, world.recv(source=status.source, tag=TAG)


def _world() -> Any:
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise ConfigurationError(
            "[parallel] executor = 'mpi' needs mpi4py and an MPI library: pip install alpfit[mpi]"
        ) from error
    return MPI.COMM_WORLD
