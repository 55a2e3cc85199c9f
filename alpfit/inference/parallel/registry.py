"""The family of executors, by name."""

from alpfit.inference.parallel.base import Executor
from alpfit.inference.parallel.cluster import DASK
from alpfit.inference.parallel.local import PROCESSES, SERIAL, THREADS
from alpfit.inference.parallel.ranks import MPI
from alpfit.numerics.registry import Registry

EXECUTORS: Registry[Executor] = Registry(
    "executor",
    {
        "serial": SERIAL,
        "threads": THREADS,
        "processes": PROCESSES,
        "dask": DASK,
        "mpi": MPI,
    },
)
"""The executors, by the value of ``executor`` in ``[parallel]``."""
