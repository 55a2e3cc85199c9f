"""Executors: where likelihood calls are made."""

from alpfit.inference.parallel.base import Executor, Job
from alpfit.inference.parallel.registry import EXECUTORS
from alpfit.inference.parallel.table import Parallel

__all__ = ["EXECUTORS", "Executor", "Job", "Parallel"]
