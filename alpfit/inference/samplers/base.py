"""What a sampler is."""

from collections.abc import Sequence
from typing import Annotated, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from alpfit.inference.problem import Problem
from alpfit.inference.samples import Samples
from alpfit.inference.session import Session

Array = NDArray[np.float64]


class SamplerOptions(BaseModel):
    """A sampler's table: frozen, and with no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: Annotated[int, Field(ge=0)] = 1


class Sampler(Protocol):
    """A sampler is its options, and one verb."""

    def run(self, session: Session) -> Samples:
        """Sample the posterior of the session's problem; the same seed gives the same samples."""


class NamedArrays(TypedDict):
    """Three of the fields of :class:`Samples`."""

    parameters: dict[str, Array]
    derived: dict[str, Array]
    log_l_by_entry: dict[str, Array]


def samples_of(problem: Problem, theta: Array, columns: Array) -> NamedArrays:
    """The named arrays of :class:`Samples`, of parameters ``(n, n_dim)`` and what was kept with them ``(n, k)``."""
    n_derived = len(problem.derived)
    return {
        "parameters": _named(problem.names, theta),
        "derived": _named(problem.derived, columns[:, :n_derived]),
        "log_l_by_entry": _named(problem.entries, columns[:, n_derived:]),
    }


def _named(names: Sequence[str], columns: Array) -> dict[str, Array]:
    return {name: columns[:, i].copy() for i, name in enumerate(names)}


def indices(problem: Problem, names: Sequence[str]) -> list[int] | None:
    """Where the parameters ``names`` stand, as samplers want it: None where there are none."""
    return [problem.names.index(name) for name in names] or None
