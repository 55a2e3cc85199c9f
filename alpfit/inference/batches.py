"""Many points at once: what a sampler gets back for them, wherever they were evaluated."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.problem import Evaluation, Problem

Array = NDArray[np.float64]

VALUE = re.compile(r" = \S+(?= must be )")
"""What differs between two points that fail for the same reason: the value of a parameter that is out of its range."""

RAISED = re.compile(r"^predict raises \w+(?: in line \d+)?")
"""Of what a scenario of one's own has raised, what does not depend on the point."""

NUMBER = re.compile(r"[-+]?\d[\d.]*(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Batch:
    """ln L ``(n,)`` of ``n`` points, and ``columns`` ``(n, k)``: derived quantities, then ln L by entry.

    ``failures`` counts the points that have no likelihood, by reason.
    """

    log_l: Array
    columns: Array
    failures: Mapping[str, int]


def evaluate_batch(problem: Problem, theta: Array) -> Batch:
    """All that samplers keep of the points ``theta``, shape ``(n, n_dim)``."""
    point = problem.evaluate(theta)
    columns = [*(point.column(name) for name in problem.derived), *point.log_l_by_entry.values()]
    return Batch(point.log_l, np.stack(columns, axis=1), Counter(reasons(point)))


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


def join(batches: Sequence[Batch]) -> Batch:
    """The batches as one."""
    if len(batches) == 1:
        return batches[0]
    failures: Counter[str] = Counter()
    for batch in batches:
        failures.update(batch.failures)
    return Batch(np.concatenate([b.log_l for b in batches]), np.concatenate([b.columns for b in batches]), failures)


def reasons(point: Evaluation) -> list[str]:
    """Why points have no likelihood, one sentence for each that has none, without the values that differ."""
    return [_reason(point, int(i)) for i in np.flatnonzero(~np.isfinite(point.log_l))]


def _reason(point: Evaluation, i: int) -> str:
    if point.failures[i]:
        raised = RAISED.match(point.failures[i])
        if raised is None:
            return VALUE.sub("", point.failures[i])
        return raised.group() + NUMBER.sub("...", point.failures[i][raised.end() :])
    without = next(name for name, log_l in point.log_l_by_entry.items() if not np.isfinite(log_l[i]))
    return f"{without} has no likelihood"
