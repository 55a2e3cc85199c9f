"""What figures are made of: a run's input and samples, and what the user has chosen."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Self

import numpy as np
from numpy.typing import NDArray

from alpfit.config import Configuration
from alpfit.errors import in_one_line
from alpfit.inference.problem import Problem, completed
from alpfit.inference.profiling import N_BINS, Profile, sampled_profiles
from alpfit.inference.samples import Samples
from alpfit.plots.style import Axis, axis
from alpfit.runs.profile import RunProfile, own_profile
from alpfit.runs.profile_request import plan_of
from alpfit.runs.run import Run

Array = NDArray[np.float64]

DRAWS = 200
"""Equally weighted samples at which measurements are compared anew."""


@dataclass(frozen=True)
class FigureInput:
    """A run called ``name``.

    ``other`` is a second run to draw over the corner plot. ``at`` holds values of parameters in place of the best
    fit's, ``ranges`` the ends of the axes m_a [GeV] and g_agg [1/GeV] in place of the priors', both for the plane.
    ``profile`` is the run's finished profile likelihood.
    """

    name: str
    configuration: Configuration
    samples: Samples
    other: Self | None = None
    at: Mapping[str, float] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    profile: RunProfile | None = None

    @classmethod
    def of(
        cls,
        run: Run,
        *,
        other: Run | None = None,
        at: Mapping[str, float] | None = None,
        ranges: Mapping[str, tuple[float, float]] | None = None,
    ) -> Self:
        """What the figures of ``run`` are made of; the rest as in the class."""
        second = None if other is None else cls.of(other)
        name = run.name if other is None or run.name != other.name else in_one_line(str(run.folder.path))
        return cls(name, run.configuration, run.samples, second, at or {}, ranges or {}, own_profile(run))

    @property
    def problem(self) -> Problem:
        """The run's inference problem."""
        return self.configuration.problem

    @property
    def best(self) -> dict[str, float]:
        """All parameters at the best sample, the fixed ones among them."""
        configuration, best = self.configuration, self.samples.best
        sampled = {name: values[best : best + 1] for name, values in self.samples.parameters.items()}
        found = completed(configuration.fixed, configuration.ordered_formulas, sampled)
        return {name: float(values[0]) for name, values in found.items()}

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The axes of the sampled parameters."""
        return self.axes_of(tuple(self.samples.parameters))

    @property
    def pairs(self) -> list[tuple[Axis, Axis]]:
        """Every pair of sampled parameters."""
        return list(combinations(self.axes, 2))

    def sampled_profile(self, samples: Samples, *axes: Axis) -> Profile:
        """The profile likelihood of ``samples`` over the ``axes``."""
        plan = plan_of(self.configuration, tuple(axis.name for axis in axes))
        return next(sampled_profiles(samples, [plan], self.configuration.priors))

    def better_profiles(self, n_axes: int) -> tuple[Profile, ...]:
        """The finished profiles that are refined, or have more bins along each axis than those of the samples."""
        finished = () if self.profile is None else self.profile.profiles
        return tuple(found for found in finished if found.refined or min(found.shape) > N_BINS[n_axes])

    def axes_of(self, names: Sequence[str]) -> tuple[Axis, ...]:
        """The axes of the quantities ``names``."""
        quantities, logarithmic = self.configuration.quantities, self.configuration.is_logarithmic
        return tuple(axis(self.samples, n, quantities[n], logarithmic(n), self.ends_of(n)) for n in names)

    def ends_of(self, name: str) -> tuple[float, float]:
        """Where the prior of ``name`` ends; infinite for what has none, or one that only fades away."""
        prior = self.configuration.priors.get(name)
        return (-math.inf, math.inf) if prior is None else prior.bounds

    def evaluated_draws(self) -> tuple[dict[str, Array], dict[str, Array]]:
        """Parameters and predictions, arrays ``(n,)``: of equally weighted samples, and (n = 1) of the best one."""
        drawn = self.samples.equally_weighted(np.random.default_rng(self.configuration.sampler.seed))
        chosen = drawn[np.linspace(0, drawn.size - 1, min(DRAWS, drawn.size)).astype(int)]
        return self._seen(chosen), self._seen(np.array([self.samples.best]))

    def _seen(self, index: NDArray[np.int64]) -> dict[str, Array]:
        """All that is stored of the samples ``index``; what no measurement of the run reads is not."""
        columns = {**self.samples.parameters, **self.samples.derived}
        stored = {name: values[index] for name, values in columns.items()}
        seen = {**{name: np.full(index.size, value) for name, value in self.configuration.fixed.items()}, **stored}
        if set(self.problem.likelihood.observables) <= set(seen):
            return seen
        point = self.problem.evaluate(self.samples.theta(self.problem.names)[index])  # spectra are not stored
        return {**point.parameters, **point.predictions}
