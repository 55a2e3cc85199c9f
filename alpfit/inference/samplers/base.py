"""What a sampler is."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from alpfit.inference.problem import Problem
from alpfit.inference.samples import Samples
from alpfit.inference.session import Session
from alpfit.numerics.rehearsal import Rehearsal

MOST_POINTS = 1_000_000
"""Points that a sampler holds at once: with parameters, predictions and ln L by entry (some 50 numbers of 8 bytes), and
as much again for the sampler's own, a GB."""

MOST_CALLS = 10**12
"""Likelihood calls or steps that a limit may allow: at 1 us a call eleven days."""


def _whole(value: object) -> object:
    """A number like 1e3 as the integer that it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _fits_into_memory(n: int) -> int:
    if n > MOST_POINTS:
        raise ValueError(f"so many points would need {n // MOST_POINTS:.3g} GB of memory: {MOST_POINTS} at most")
    return n


def _ends(n: int) -> int:
    if n > MOST_CALLS:
        raise ValueError(f"so many likelihood calls have no end: {MOST_CALLS} at most")
    return n


Whole = Annotated[int, BeforeValidator(_whole)]

Points = Annotated[Whole, AfterValidator(_fits_into_memory)]
"""How many points a sampler holds at once."""

Calls = Annotated[Whole, AfterValidator(_ends)]
"""How many likelihood calls, or steps, there may be."""


class AtOnce(NamedTuple):
    """The ``option`` that says how many points are evaluated at once, ``n`` of them, and how many do not cost more."""

    option: str
    n: int
    most: int


FROM_PRIOR = "prior"
"""The ``start`` of a sampler that is no path."""


class SamplerOptions(BaseModel):
    """A sampler is its options, a TOML table whose key ``name`` is its own, and one verb: :meth:`run`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)] = 1
    name: str

    @abstractmethod
    def run(self, session: Session) -> Samples:
        """Sample the posterior of the session's problem; the same seed gives the same samples."""

    @property
    def named_parameters(self) -> Mapping[str, Sequence[str]]:
        """The options that name parameters, and the ones that they name."""
        return {}

    @property
    def at_once(self) -> AtOnce | None:
        """How many points are evaluated at once; None where no option says so."""
        return None

    @property
    def rehearsals(self) -> Sequence[Rehearsal]:
        """Calls that compile what :meth:`run` calls beside the problem's evaluation."""
        return ()

    @property
    def start_run(self) -> str:
        """The run or the posterior that sampling starts from; empty where it starts from the prior."""
        return ""


def indices(problem: Problem, names: Sequence[str]) -> list[int] | None:
    """Where the parameters ``names`` stand, as samplers want it: None where there are none."""
    return [problem.names.index(name) for name in names] or None
