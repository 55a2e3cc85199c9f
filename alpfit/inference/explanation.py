"""Does the model explain an excess, and if not, what speaks against it?

Three points in the prior's range: without a signal, the best fit to all measurements, and the best of the points
that explain the excess, which are those where the measurements that want a signal lose less than 1/2 in ln L against
their own best.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError
from alpfit.inference.pool import Objective, Pool
from alpfit.inference.problem import Problem
from alpfit.numerics.notebook import preformatted

Array = NDArray[np.float64]

WANTS_SIGNAL = 2.0
"""A measurement wants a signal where it gains more than this in ln L: two standard deviations."""

MANY, FEW = 12, 4
"""Points at which the search for the best fit begins, and those that begin at its ends, too."""

SMALLEST_LOSS = 5e-4
"""In ln L: less is shown as zero."""


@dataclass(frozen=True)
class Point:
    """Parameters, and ln L by entry."""

    parameters: Mapping[str, float]
    log_l: Mapping[str, float]

    def total(self, entries: Sequence[str]) -> float:
        """ln L of ``entries`` together."""
        return sum(self.log_l[name] for name in entries)


@dataclass(frozen=True)
class Explanation:
    """``without_signal`` is ln L by entry, of those ``entries`` that mean something then; ``best`` the best fit.

    ``wanting`` are the entries that want a signal, ``gain_alone`` what they would gain if they were alone,
    ``explaining`` the best point that explains them (None where nothing wants a signal), and ``gain_without`` what
    the best fit would gain over no signal if one entry were dropped, by its name.
    """

    without_signal: Mapping[str, float]
    best: Point
    wanting: tuple[str, ...]
    gain_alone: float
    explaining: Point | None
    gain_without: Mapping[str, float]

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries that can be compared."""
        return tuple(self.without_signal)

    @property
    def gain(self) -> float:
        """ln L of the best fit over that without a signal."""
        return self.best.total(self.entries) - sum(self.without_signal.values())

    @property
    def losses(self) -> dict[str, float]:
        """What each entry loses against no signal at the point that explains the excess, the worst first."""
        if self.explaining is None:
            return {}
        losses = {name: self.explaining.log_l[name] - self.without_signal[name] for name in self.entries}
        return dict(sorted(losses.items(), key=lambda item: item[1]))

    def as_record(self) -> dict[str, Any]:
        """The explanation as JSON can hold it."""
        return {**asdict(self), "gain": self.gain, "losses": self.losses}

    def as_text(self) -> str:
        """The explanation as a table, and in sentences."""
        columns = {"no signal": self.without_signal, "best fit": self.best.log_l}
        points = {"best fit": self.best.parameters}
        if self.explaining is not None:
            columns["explained"] = self.explaining.log_l
            points["explained"] = self.explaining.parameters
        lines = [f"{'ln L':32s}" + "".join(f"{title:>14s}" for title in columns)]
        for name in self.best.log_l:
            cells = (column.get(name) for column in columns.values())
            lines.append(f"  {name:30s}" + "".join(f"{'-' if c is None else _three(c):>14s}" for c in cells))
        totals = (sum(column[name] for name in self.entries) for column in columns.values())
        title = "total" if len(self.entries) == len(self.best.log_l) else "total where both are known"
        lines.append(f"  {title:30s}" + "".join(f"{_three(total):>14s}" for total in totals))
        lines.append("at")
        for name in self.best.parameters:
            cells = (points.get(title, {}).get(name) for title in columns)
            lines.append(f"  {name:30s}" + "".join(f"{'-' if c is None else format(c, '.5g'):>14s}" for c in cells))
        return "\n".join([*lines, "", *_sentences(self)])

    def _repr_html_(self) -> str:
        """The same, for a notebook."""
        return preformatted(self.as_text())


def _sentences(explanation: Explanation) -> list[str]:
    lines = [f"The best fit gains {_three(explanation.gain)} in ln L over no signal."]
    if explanation.explaining is None:
        return [*lines, "No likelihood wants a signal."]
    lines.append(f"{' and '.join(explanation.wanting)} alone would gain {explanation.gain_alone:.3f}.")
    lost = {name: -loss for name, loss in explanation.losses.items() if loss <= -SMALLEST_LOSS}
    if lost:
        worst, loss = next(iter(lost.items()))
        lines.append(
            f"Of the points that explain it, the best loses {sum(lost.values()):.3f}, "
            f"most of it ({loss:.3f}) to {worst}."
        )
    else:
        lines.append("Of the points that explain it, the best loses nothing: no likelihood speaks against it.")
    ranked = sorted(explanation.gain_without.items(), key=lambda item: -item[1])
    if ranked:
        lines.append("The best fit would gain, if one likelihood were dropped:")
    return lines + [f"  without {name:30s}{_three(gain):>10s}" for name, gain in ranked[:5]]


def _three(value: float) -> str:
    """Three decimals, and no sign of what rounds to zero."""
    return f"{round(value, 3) + 0.0:.3f}"


def explain(problem: Problem, seed: int, known: Array | None = None) -> Explanation:
    """Scan the prior, improve the best points, and compare; the same ``seed`` gives the same answer.

    Beside the scan, searches begin at the parameters ``known (n, n_dim)``, such as the best samples of a run. What one
    of them finds the others see: no point in the answer is better than the best fit.
    """
    pool = Pool(problem, seed, known)
    silent = _without_signal(problem)
    entries = tuple(silent)
    whole = _sum_of(problem.entries)
    without = {
        dropped: _sum_of(kept)
        for dropped in entries
        if (kept := tuple(name for name in problem.entries if name != dropped))
    }
    pool.search([whole], MANY)
    pool.search(list(without.values()), FEW)
    wanting = tuple(name for name in entries if pool.best_of(name) - silent[name] > WANTS_SIGNAL)
    alone, explained = _sum_of(wanting), None
    if wanting:
        pool.search([alone], FEW)
        pool.settle([whole, *without.values()])
        explained = _where_reached(whole, alone, float(alone(pool.log_l).max()) - 0.5)
        pool.search([explained], FEW, smooth=False)
    pool.settle([whole, *without.values()])

    def found(objective: Objective) -> Point:
        at = pool.best(objective)
        point = problem.evaluate(pool.theta[at : at + 1])
        return Point(
            {name: float(values[0]) for name, values in point.parameters.items()},
            {name: float(values[0]) for name, values in point.log_l_by_entry.items()},
        )

    def gain(objective: Objective, compared: Sequence[str]) -> float:
        return found(objective).total(compared) - sum(silent[name] for name in compared)

    return Explanation(
        silent,
        found(whole),
        wanting,
        gain(alone, wanting) if wanting else 0.0,
        found(explained) if explained else None,
        {dropped: gain(kept, [name for name in entries if name != dropped]) for dropped, kept in without.items()},
    )


def _where_reached(whole: Objective, part: Objective, least: float) -> Objective:
    """The ``whole`` where a ``part`` of it is not less than ``least``, and far below anything elsewhere."""
    return lambda log_l: whole(log_l) - 1e6 * np.maximum(least - part(log_l), 0.0)


def _sum_of(entries: Sequence[str]) -> Objective:
    """ln L of ``entries`` together, as a search wants it."""
    return lambda log_l: sum_of(log_l, entries)


def sum_of(log_l: Mapping[str, Array], entries: Sequence[str]) -> Array:
    """ln L of ``entries`` together."""
    return np.asarray(np.sum([log_l[name] for name in entries], axis=0))


def _without_signal(problem: Problem) -> dict[str, float]:
    """ln L of each entry without a signal, of those that mean something then."""
    middle = problem.prior_transform(np.full((1, problem.n_dim), 0.5))[0]
    points = problem.completed({name: np.array([x]) for name, x in zip(problem.names, middle, strict=True)})
    silent = {**points, **problem.scenario.without_signal(problem.of_scenario(points))}
    if problem.scenario.place and not any(set(m.observables) <= set(silent) for m in problem.likelihood.measurements):
        first = problem.likelihood.measurements[0]
        missing = next(name for name in first.observables if name not in silent)
        raise ConfigurationError(
            f"{problem.scenario.place}: without_signal returns no {missing!r}, which {first.name} reads: with no "
            "measurement there is nothing to compare with"
        )
    return {
        m.name: float(m.loglike(silent)[0])
        for m in problem.likelihood.measurements
        if set(m.observables) <= set(silent)
    }
