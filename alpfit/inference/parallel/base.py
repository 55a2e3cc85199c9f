"""The table ``[parallel]``, and what an executor is."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, Self, final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from alpfit.inference.interrupts import Interrupts
from alpfit.inference.problem import Problem
from alpfit.inference.session import CHUNK, Evaluate
from alpfit.numerics.cores import n_cores


@final
class Parallel(BaseModel):
    """Where likelihood calls are made: on ``workers`` threads or processes, one for each core if None.

    ``scheduler`` is the address of a running dask scheduler, and ``timeout`` how many seconds it has to answer; without
    one dask starts its own on this machine. Under MPI the workers are those of ``mpirun``. Samples depend on none of
    these. At most ``chunk`` points travel together; with more than eight workers and slow likelihoods, take fewer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    executor: Literal["serial", "threads", "processes", "dask", "mpi"] = "threads"
    workers: Annotated[int, Field(ge=1)] | None = None
    scheduler: str | None = None
    timeout: Annotated[float, Field(gt=0.0)] = 30.0
    chunk: Annotated[int, Field(ge=1)] = CHUNK

    @model_validator(mode="after")
    def _options_belong_to_the_executor(self) -> Self:
        if self.scheduler is not None and self.executor != "dask":
            raise ValueError("scheduler needs executor = 'dask'")
        if self.workers is not None and (self.executor in {"serial", "mpi"} or self.scheduler is not None):
            where = {"serial": "a serial run has one", "mpi": "mpirun -n says how many"}
            raise ValueError(f"workers cannot be chosen here: {where.get(self.executor, 'the scheduler has its own')}")
        return self

    @property
    def n_workers(self) -> int:
        """Threads or processes on this machine."""
        if self.executor == "serial":
            return 1
        return self.workers or n_cores()


@dataclass(frozen=True)
class Job:
    """What workers are opened for; ``interrupts`` says when nobody waits for them any more."""

    problem: Problem
    options: Parallel
    interrupts: Interrupts


class Executor(Protocol):
    """Opens workers for a job, gives a way to evaluate chunks of points, and closes them."""

    def __call__(self, job: Job) -> AbstractContextManager[Evaluate]:
        """Raise :class:`~alpfit.errors.ExecutorError` where workers cannot be had, or are lost."""
