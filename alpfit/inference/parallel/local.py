"""On this machine: one after the other, on threads, or in processes."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from alpfit.errors import ExecutorError
from alpfit.inference.parallel.base import Executor, Function, Job, Map
from alpfit.inference.parallel.worker import call, install

N_RESTARTS = 3
"""How often in a row the processes are started anew when one of them has died."""


@contextmanager
def _serial(job: Job) -> Iterator[Map]:
    """In this thread."""
    yield lambda arguments: [job.function(argument) for argument in arguments]


@contextmanager
def _threads(job: Job) -> Iterator[Map]:
    """On threads: compiled code does not hold the interpreter's lock."""
    with ThreadPoolExecutor(job.options.n_workers) as pool:
        yield lambda arguments: list(pool.map(job.function, arguments))


@contextmanager
def _processes(job: Job) -> Iterator[Map]:
    """In processes of their own (loky), which need no guard in the user's script and are replaced when they die."""
    pool = _Processes(job.function, job.options.n_workers)
    try:
        yield pool.call
    finally:
        pool.close()


SERIAL = Executor(_serial, on_this_machine=True, concurrent=False, fixed_workers="a serial run has one")
THREADS = Executor(_threads, on_this_machine=True)
PROCESSES = Executor(_processes, on_this_machine=True)


class _Processes:
    """Processes that hold the function."""

    def __init__(self, function: Function, n_workers: int) -> None:
        from cloudpickle import dumps

        self._shipment, self._n_workers = dumps(function), n_workers
        self._pool = self._start()

    def _start(self) -> Any:
        from loky import ProcessPoolExecutor

        return ProcessPoolExecutor(
            self._n_workers, timeout=None, initializer=install, initargs=(self._shipment, os.getpid())
        )

    def call(self, arguments: Sequence[Any]) -> list[Any]:
        """The function of all ``arguments``; what a worker that died took with it is worked out again."""
        done: dict[int, Any] = {}
        for _ in range(N_RESTARTS + 1):
            waiting = [i for i in range(len(arguments)) if i not in done]
            try:
                futures = {i: self._pool.submit(call, arguments[i]) for i in waiting}
                for i, future in futures.items():
                    done[i] = future.result()
            except BrokenProcessPool:
                self.close()
                self._pool = self._start()
            else:
                return [done[i] for i in range(len(arguments))]
        raise ExecutorError(
            f"a worker process died {N_RESTARTS + 1} times at the same points (out of memory?): "
            "take fewer with [parallel] workers"
        )

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=True, kill_workers=True)
