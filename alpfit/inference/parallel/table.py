"""The table ``[parallel]``."""

from typing import Annotated, Self, final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from alpfit.errors import one_of
from alpfit.inference.chunks import CHUNK
from alpfit.inference.parallel.registry import EXECUTORS
from alpfit.numerics.cores import n_cores


def _known(executor: str) -> str:
    if executor not in EXECUTORS:
        raise ValueError(one_of(executor, EXECUTORS))
    return executor


@final
class Parallel(BaseModel):
    """Where likelihood calls are made: on ``workers`` threads or processes, one for each core if None.

    ``scheduler`` is the address of a running dask scheduler, and ``timeout`` how many seconds it has to answer; without
    one dask starts its own on this machine. Under MPI the workers are those of ``mpirun``. Samples depend on none of
    these. At most ``chunk`` points travel together; with more than eight workers and slow likelihoods, take fewer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    executor: Annotated[str, AfterValidator(_known)] = "threads"
    workers: Annotated[int, Field(ge=1)] | None = None
    scheduler: str | None = None
    timeout: Annotated[float, Field(gt=0.0)] = 30.0
    chunk: Annotated[int, Field(ge=1)] = CHUNK

    @model_validator(mode="after")
    def _options_belong_to_the_executor(self) -> Self:
        chosen = EXECUTORS[self.executor]
        if self.scheduler is not None and not chosen.takes_scheduler:
            able = (repr(name) for name, executor in EXECUTORS.items() if executor.takes_scheduler)
            raise ValueError(f"scheduler needs executor = {' or '.join(able)}")
        fixed = chosen.fixed_workers or ("" if self.scheduler is None else "the scheduler has its own")
        if self.workers is not None and fixed:
            raise ValueError(f"workers cannot be chosen here: {fixed}")
        return self

    @property
    def n_workers(self) -> int:
        """Threads or processes on this machine."""
        if not EXECUTORS[self.executor].concurrent:
            return 1
        return self.workers or n_cores()
