"""On a dask cluster: one of its own on this machine, or one that runs already."""

import pickle
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alpfit.errors import ConfigurationError, ExecutorError
from alpfit.inference.batches import Batch, evaluate_batch
from alpfit.inference.interrupts import SIGNALS
from alpfit.inference.parallel.base import Job
from alpfit.inference.problem import Problem
from alpfit.inference.session import Array, Evaluate

POLL_S = 1.0
"""Seconds between two looks at whether there are still workers."""


@contextmanager
def dask(job: Job) -> Iterator[Evaluate]:
    """Chunks as tasks of a dask cluster, which gives those of a worker that died to another one."""
    try:
        from cloudpickle import dumps
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ConfigurationError("[parallel] executor = 'dask' needs dask: pip install alpfit[dask]") from error
    shipment, options = dumps(job.problem), job.options
    if options.scheduler is not None:
        with _connect(Client, options.scheduler, options.timeout) as client:
            yield _evaluate_on(client, shipment, options.timeout)
        return
    start: Any = LocalCluster
    with (
        start(n_workers=options.n_workers, threads_per_worker=1, dashboard_address=None) as cluster,
        _connect(Client, cluster, options.timeout) as client,
    ):
        client.register_plugin(_deaf())
        yield _evaluate_on(client, shipment, options.timeout)


def _connect(client: Any, address: Any, timeout: float) -> Any:
    """A client of the scheduler at ``address``."""
    try:
        return client(address, timeout=timeout)
    except (OSError, ValueError) as error:
        raise ExecutorError(
            f"[parallel] scheduler = '{address}' does not answer within {timeout:g} s: start it, or mend the address"
        ) from error


def _deaf() -> Any:
    """A plugin for workers on this machine: Ctrl-C is for the main process, which tells them when to end."""
    from distributed import WorkerPlugin

    class Deaf(WorkerPlugin):
        def setup(self, worker: Any) -> None:  # noqa: ARG002 - passed by name
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)

    return Deaf()


def _evaluate_on(client: Any, shipment: bytes, timeout: float) -> Evaluate:
    """Evaluation of chunks by ``client``; the problem is a task's result, of which each worker fetches a copy once."""
    import distributed

    lost = (distributed.KilledWorker, distributed.CancelledError, OSError)
    problem = client.submit(pickle.loads, shipment, pure=False)

    def evaluate(chunks: Sequence[Array]) -> Sequence[Batch]:
        tasks, last_seen = client.map(_evaluate, [problem] * len(chunks), chunks, pure=False), time.monotonic()
        try:
            while True:
                try:
                    distributed.wait(tasks, timeout=POLL_S)  # type: ignore[no-untyped-call]
                    return client.gather(tasks)  # type: ignore[no-any-return]
                except distributed.TimeoutError:
                    if client.nthreads():
                        last_seen = time.monotonic()
                    elif time.monotonic() - last_seen > timeout:
                        raise ExecutorError(
                            f"the dask cluster has had no worker for {timeout:g} s: start some"
                        ) from None
        except lost as error:
            raise ExecutorError(f"the dask cluster was lost ({type(error).__name__}): start it again") from error

    return evaluate


def _evaluate(problem: Problem, theta: Array) -> Batch:
    return evaluate_batch(problem, theta)
