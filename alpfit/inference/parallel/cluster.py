"""On a dask cluster: one of its own on this machine, or one that runs already."""

import pickle
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import Any

from alpfit.errors import ConfigurationError, ExecutorError
from alpfit.inference.parallel.base import Executor, Job, Map
from alpfit.inference.parallel.worker import Worker, call, leave_signals_to_the_main_process

POLL_S = 1.0
"""Seconds between two looks at whether there are still workers."""


@contextmanager
def _dask(job: Job) -> Iterator[Map]:
    """Arguments as tasks of a dask cluster, which gives those of a worker that died to another one."""
    try:
        import dask.config
        from cloudpickle import dumps
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ConfigurationError("[parallel] executor = 'dask' needs dask: pip install alpfit[dask]") from error
    shipment, options = dumps(job.function), job.options
    if options.scheduler is not None:
        with _connect(Client, options.scheduler, options.timeout) as client, _given(client, shipment, False) as run:
            yield _map_on(client, run, options.timeout)
        return
    start: Any = LocalCluster
    no_pages: dict[str, list[str]] = {f"distributed.{who}.http.routes": [] for who in ("scheduler", "worker")}
    with (
        dask.config.set(no_pages),
        start(
            n_workers=options.n_workers,
            threads_per_worker=1,
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # dask takes port 8787 if there is none
        ) as cluster,
        _connect(Client, cluster, options.timeout) as client,
        _given(client, shipment, True) as run,
    ):
        yield _map_on(client, run, options.timeout)


DASK = Executor(_dask, takes_scheduler=True)


@contextmanager
def _given(client: Any, shipment: bytes, own: bool) -> Iterator[str]:
    """The function with each worker, also with those that come later, under the name of the run that is yielded.

    Of a cluster of one's ``own`` the workers leave Ctrl-C to the main process.
    """
    from distributed import WorkerPlugin

    class Given(WorkerPlugin):
        def setup(self, worker: Any) -> None:  # noqa: ARG002 - passed by name
            Worker.functions[run] = pickle.loads(shipment)
            if own:
                leave_signals_to_the_main_process()

        def teardown(self, worker: Any) -> None:  # noqa: ARG002 - passed by name
            Worker.functions.pop(run, None)

    run = f"alpfit-{token_hex(8)}"
    try:
        client.register_plugin(Given(), name=run)
    except Exception as error:  # whatever a worker says that has another alpfit, or none
        raise ExecutorError(f"dask's workers cannot read the problem ({error}): give them this environment") from error
    try:
        yield run
    finally:
        if client.status == "running":
            with suppress(Exception):  # a cluster that is lost by now, which has been told
                client.unregister_worker_plugin(run)


def _connect(client: Any, address: Any, timeout: float) -> Any:
    """A client of the scheduler at ``address``."""
    try:
        return client(address, timeout=timeout)
    except (OSError, ValueError) as error:
        raise ExecutorError(
            f"[parallel] scheduler = '{address}' does not answer within {timeout:g} s: start it, or mend the address"
        ) from error


def _map_on(client: Any, run: str, timeout: float) -> Map:
    """Calls by ``client``, whose workers hold the function of the ``run``."""
    import distributed

    lost = (distributed.KilledWorker, distributed.CancelledError, OSError)

    def call_there(arguments: Sequence[Any]) -> Sequence[Any]:
        tasks, last_seen = client.map(call, arguments, run=run, pure=False), time.monotonic()
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

    return call_there
