"""Executors: where likelihood calls are made."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.inference.parallel.base import Executor, Job, Parallel
from alpfit.inference.parallel.cluster import dask
from alpfit.inference.parallel.local import processes, serial, threads
from alpfit.inference.parallel.ranks import mpi

EXECUTORS: Mapping[str, Executor] = MappingProxyType(
    {"serial": serial, "threads": threads, "processes": processes, "dask": dask, "mpi": mpi}
)
"""The executors, by the value of ``executor`` in ``[parallel]``."""

__all__ = ["EXECUTORS", "Executor", "Job", "Parallel"]
