"""On a dask cluster: one of its own on this machine, or one that runs already."""

import pickle
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from alpfit.errors import ConfigurationError, ExecutorError
from alpfit.inference.parallel.base import Executor, Job, Map
from alpfit.inference.parallel.lines import HANDSHAKE_S, Lines, answer
from alpfit.inference.parallel.worker import Worker, call, leave_signals_to_the_main_process

POLL_S = 1.0
"""Seconds between two looks at whether there are still workers."""

LET_IN_S = 0.05
"""Seconds between two looks at whether a worker that was called has failed to come."""


@contextmanager
def _dask(job: Job) -> Iterator[Map]:
    """Arguments go to the workers of a dask cluster."""
    try:
        import dask.config
        from cloudpickle import dumps
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ConfigurationError("[parallel] executor = 'dask' needs dask: pip install alpfit[dask]") from error
    shipment, options = dumps(job.function), job.options
    if options.scheduler is not None:
        with (
            _connect(Client, options.scheduler, options.timeout) as client,
            _given(client, shipment, False) as run,
            _called_on(client, run, options.timeout) as call_there,
        ):
            yield call_there
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
        _called_on(client, run, options.timeout) as call_there,
    ):
        yield call_there


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


@contextmanager
def _called_on(client: Any, run: str, timeout: float) -> Iterator[Map]:
    """Calls by ``client``, whose workers hold the function of the ``run``: on lines, or as tasks where there are none.

    Where workers are lost those that are left have their arguments; where none is left dask may have others.
    """
    address = urlsplit(client.scheduler.address)
    if address.scheme != "tcp" or address.hostname is None:  # what is to be encrypted is left to dask
        yield lambda arguments: _as_tasks(client, run, timeout, arguments)
        return
    staff = _Staff(client, run, Lines(_own_address(address.hostname)))

    def call_there(arguments: Sequence[Any]) -> Sequence[Any]:
        if not staff.lines.names:
            staff.look()
        answers = staff.lines.call(arguments, staff.look)
        left = [i for i in range(len(arguments)) if i not in answers]
        if left:
            staff.lines.keep(())  # else nobody had time for tasks
            answers |= zip(left, _as_tasks(client, run, timeout, [arguments[i] for i in left]), strict=True)
        return [answers[i] for i in range(len(arguments))]

    try:
        yield call_there
    finally:
        staff.lines.close()


def _own_address(there: str) -> str:
    """This machine's address, as it is seen by ``there``."""
    from distributed.utils import get_ip

    return str(get_ip(there))  # type: ignore[no-untyped-call]


class _Staff:
    """Sees to it that each thread of each worker is on the line, with a task that lasts as long as the line."""

    def __init__(self, client: Any, run: str, lines: Lines) -> None:
        self.lines, self._client, self._run = lines, client, run
        self._calling: list[tuple[str, Any]] = []
        self._deaf: set[str] = set()

    def look(self) -> None:
        """Have those that are new on the line, if they can be, and hang up on those that are gone."""
        try:
            threads = self._client.nthreads()
        except Exception:  # what has become of the cluster is told where tasks are sent to it
            return
        self.lines.keep(threads)
        self._calling = [
            (name, task) for name, task in self._calling if name in threads and not self._has_ended(name, task)
        ]
        busy = Counter(name for name, _ in self._calling)
        new = [name for name, n in threads.items() if name not in self._deaf for _ in range(n - busy[name])]
        for name in new:
            task = self._client.submit(
                answer, self.lines.door, name, self._run, workers=[name], allow_other_workers=False, pure=False
            )
            self._calling.append((name, task))
        start = time.monotonic()
        while new and len(self._calling) > self.lines.names.total() and time.monotonic() - start < HANDSHAKE_S:
            self.lines.let_in(LET_IN_S)
            self._forget_the_ended()

    def _forget_the_ended(self) -> None:
        self._calling = [(name, task) for name, task in self._calling if not self._has_ended(name, task)]

    def _has_ended(self, name: str, task: Any) -> bool:
        """Whether the worker ``name`` is not on the line any more; one that has not found it need not try again."""
        if not task.done():
            return False
        if task.status != "finished" or not task.result():
            self._deaf.add(name)
        return True


def _as_tasks(client: Any, run: str, timeout: float, arguments: Sequence[Any]) -> Sequence[Any]:
    """The function of the ``run`` as tasks of dask, which gives those of a worker that died to another one."""
    import distributed

    lost = (distributed.KilledWorker, distributed.CancelledError, OSError)
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
                    raise ExecutorError(f"the dask cluster has had no worker for {timeout:g} s: start some") from None
    except lost as error:
        raise ExecutorError(f"the dask cluster was lost ({type(error).__name__}): start it again") from error
