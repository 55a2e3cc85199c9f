"""How often intervals from Wilks' thresholds hold the truth: toy data sets drawn at the best fit, and fitted anew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.minimisation.migrad import Descents
from alpfit.inference.problem import Problem
from alpfit.inference.profiling.profile import Array
from alpfit.inference.profiling.thresholds import THRESHOLDS
from alpfit.inference.samples import Samples
from alpfit.inference.session import Session
from alpfit.likelihoods import JointLikelihood

N_CANDIDATES = 400
"""So many of the best samples, and of the others: among them starts are looked for."""

N_STARTS = 4
"""Descents for each fit, besides the one from the truth."""


@dataclass(frozen=True)
class Coverage:
    """How often intervals or regions of ``names`` at the ``level``, those below its ``threshold``, hold the truth.

    ``losses`` ``(n_toys,)`` are -2 Delta ln L at the truth of each toy.
    """

    names: tuple[str, ...]
    level: str
    threshold: float
    losses: Array

    @property
    def n_toys(self) -> int:
        """Number of toys."""
        return int(self.losses.size)

    @property
    def share(self) -> float:
        """Share of the intervals that hold the truth."""
        return float(np.mean(self.losses <= self.threshold))

    @property
    def error(self) -> float:
        """Its binomial standard error, with one more toy on either side so that it is never zero."""
        share = (self.share * self.n_toys + 1.0) / (self.n_toys + 2.0)
        return float(np.sqrt(share * (1.0 - share) / (self.n_toys + 2.0)))


@dataclass(frozen=True)
class CoverageCheck:
    """How often intervals hold the truth; ``kept`` names measurements that no toy changes."""

    coverages: tuple[Coverage, ...]
    kept: tuple[str, ...]

    @property
    def text(self) -> str:
        """A line for each interval or region, and what was not drawn."""
        lines = ["share of toys whose interval holds the truth"]
        lines += [
            f"{', '.join(c.names)}, {c.level}: {100.0 * c.share:.1f} +- {100.0 * c.error:.1f} % of {c.n_toys} toys"
            for c in self.coverages
        ]
        kept = f"limits whose data are not known were kept as they are: {', '.join(self.kept)}"
        return "\n".join([*lines, *([kept] if self.kept else [])])


def not_drawn(problem: Problem) -> tuple[str, ...]:
    """Names of the measurements whose data are not known, so that toys keep them as they are."""
    nothing = {name: np.ones(1) for name in problem.likelihood.observables}
    rng = np.random.default_rng(0)
    return tuple(m.name for m in problem.likelihood.measurements if m.toy(nothing, rng) is None)


def coverage(
    problem: Problem,
    samples: Samples,
    truth: Mapping[str, float],
    groups: Sequence[tuple[str, ...]],
    n_toys: int,
    seed: int,
    step: Callable[[int, int], None],
) -> tuple[Coverage, ...]:
    """Coverage of the intervals or regions of each of ``groups`` of parameters, ``truth`` being that of all of them.

    Toy k is the same whatever ``n_toys`` is; ``step`` is told how many are done, and the likelihood calls.
    """
    losses, n_calls = {names: np.empty(n_toys) for names in groups}, 0
    candidates = _Candidates.of(problem, samples, seed)
    for k in range(n_toys):
        rng = np.random.default_rng([seed, k])
        fitted = _Fitted(_with_toys(problem, truth, rng), candidates, np.array([truth[name] for name in problem.names]))
        found, calls = fitted.losses(groups)
        for names, loss in found.items():
            losses[names][k] = loss
        n_calls += calls
        step(k + 1, n_calls)
    return tuple(
        Coverage(names, level, threshold, losses[names])
        for names in groups
        for level, threshold in THRESHOLDS[len(names)].items()
    )


def _with_toys(problem: Problem, truth: Mapping[str, float], rng: np.random.Generator) -> Problem:
    """The problem with toy data in the place of all that can be drawn."""
    point = problem.evaluate_at({name: np.array([value]) for name, value in truth.items()})
    seen = {**point.parameters, **point.predictions}
    drawn = tuple(m.toy(seen, rng) or m for m in problem.likelihood.measurements)
    return replace(problem, likelihood=JointLikelihood(drawn))


@dataclass(frozen=True)
class _Candidates:
    """Samples among which starts are looked for: coordinates ``(n, n_dim)``, and all that measurements read."""

    coordinates: Coordinates
    z: Array
    seen: Mapping[str, Array]

    @classmethod
    def of(cls, problem: Problem, samples: Samples, seed: int) -> "_Candidates":
        """The best samples, and others."""
        order = np.argsort(-samples.log_l, kind="stable")
        rest = np.random.default_rng(seed).permutation(order[N_CANDIDATES:])[:N_CANDIDATES]
        chosen = np.concatenate([order[:N_CANDIDATES], rest])
        columns = {**samples.parameters, **samples.derived}
        theta = samples.theta(problem.names)[chosen]
        fixed = {name: np.full(chosen.size, value) for name, value in problem.fixed.items()}
        coordinates = Coordinates(problem.priors)
        seen = fixed | {name: v[chosen] for name, v in columns.items()}
        if not set(problem.likelihood.observables) <= set(seen):  # spectra are not stored
            point = problem.evaluate(theta)
            seen = {**point.parameters, **point.predictions}
        return cls(coordinates, coordinates.of(theta), seen)

    def best(self, problem: Problem) -> Array:
        """The best few for ``problem``, whose predictions are those of the samples."""
        by_entry = problem.likelihood.loglike_by_entry({name: np.array(v) for name, v in self.seen.items()})
        log_l = sum(by_entry.values(), np.zeros(len(self.z)))
        return np.asarray(self.z[np.argsort(-np.nan_to_num(log_l, nan=-np.inf), kind="stable")[:N_STARTS]])


@dataclass(frozen=True)
class _Fitted:
    """A toy's ``problem``, whose truth lies at the parameters ``truth (n_dim,)``."""

    problem: Problem
    candidates: _Candidates
    truth: Array

    def losses(self, groups: Sequence[tuple[str, ...]]) -> tuple[dict[tuple[str, ...], float], int]:
        """-2 Delta ln L of the best fit with the parameters of each group held at the truth; likelihood calls."""
        session = Session(self.problem)
        descents = Descents(lambda theta: session.evaluate(theta).log_l, self.candidates.coordinates)
        true_z = self.candidates.coordinates.of(self.truth[None, :])
        starts = np.concatenate([true_z, self.candidates.best(self.problem)])
        best = min(descents.run(starts), key=lambda end: end.cost)
        found = {}
        for names in groups:
            axes = [self.problem.names.index(name) for name in names]
            held = np.concatenate([starts, best.z[None, :]])
            held[:, axes] = true_z[0, axes]
            found[names] = min(end.cost for end in descents.run(held, axes))
        # a fit that is held may come out better than the free one, which then has been too early content
        top = min(best.cost, *found.values())
        return {names: 2.0 * (cost - top) for names, cost in found.items()}, session.account.n_calls
