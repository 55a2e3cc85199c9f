"""Under ``mpirun``: the first process samples, the others work for it."""

from collections.abc import Iterator, Sequence
from concurrent.futures import wait
from contextlib import contextmanager
from typing import Any

from alpfit.errors import ConfigurationError
from alpfit.inference.parallel.base import Executor, Function, Job, Map
from alpfit.inference.parallel.worker import OWN, Worker, call, leave_signals_to_the_main_process

PATIENCE = 0.3
"""Seconds in which points must come back once the run is to end: mpirun kills it after one."""


def serve_as_worker(function: Function) -> bool:
    """In all processes but the first: call the ``function`` for that one until it is done. In that one False."""
    if int(_world().Get_rank()) == 0:
        return False
    from mpi4py.futures import MPICommExecutor

    leave_signals_to_the_main_process()
    Worker.functions[OWN] = function
    with MPICommExecutor(_world(), root=0):
        pass
    return True


@contextmanager
def _mpi(job: Job) -> Iterator[Map]:
    """Arguments go to the other processes of ``mpirun``, which have made the function themselves."""
    world = _world()
    if world.Get_size() < 2:
        raise ConfigurationError(
            "[parallel] executor = 'mpi' needs two processes or more: mpirun -n 8 alpfit run FILE, or another executor"
        )
    from mpi4py.futures import MPICommExecutor

    ranks = MPICommExecutor(world, root=0)
    pool: Any = ranks.__enter__()
    lost = False

    def call_there(arguments: Sequence[Any]) -> list[Any]:
        nonlocal lost
        futures = [pool.submit(call, argument) for argument in arguments]
        while (open_ := wait(futures, timeout=PATIENCE).not_done) and not job.interrupts.arrived:
            pass
        if open_ and wait(futures, timeout=PATIENCE).not_done:
            lost = True
            job.interrupts.raise_if_arrived()
        return [future.result() for future in futures]

    try:
        yield call_there
    finally:
        if not lost:  # those that are would be waited for until mpirun kills this process, too
            ranks.__exit__(None, None, None)


MPI = Executor(_mpi, fixed_workers="mpirun -n says how many", serve=serve_as_worker)


def _world() -> Any:
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise ConfigurationError(
            "[parallel] executor = 'mpi' needs mpi4py and an MPI library: pip install alpfit[mpi]"
        ) from error
    return MPI.COMM_WORLD
