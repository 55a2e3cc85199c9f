"""Goodness of fit: how far the data are from the best fit, and how often they would be further if it were true.

ln L by itself says nothing of that. The deviance does, -2 ln of L over its largest value if each number could be
predicted freely (S. Baker and R. D. Cousins, Nucl. Instrum. Meth. 221 (1984) 437), and the p-value is the part of toy
data sets, drawn at the best fit, with a larger one. The parameters of the model are not fitted to each toy, so that
p-values are too large where they were fitted to the data: by as much as some numbers less would make of chi^2.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.problem import Problem
from alpfit.inference.samples import Samples
from alpfit.likelihoods import Measurement

Array = NDArray[np.float64]

NOTHING_DRAWN = "no toy data: only an interval or a limit is known, and not the data behind it"
NO_DEVIANCE = "a limit: no prediction would fit better than none"
NO_SATURATED = "nobody knows how well anything could fit: the likelihood is somebody else's"


FEW_TOYS, SEED = 200, 1
"""Data sets behind the p-values of a summary and a report: a second for Belle II's, and p is good to 0.03."""


@dataclass(frozen=True)
class Quality:
    """Of a measurement, or of all: the ``deviance`` of ``n_data`` numbers, and its ``p_value`` by ``n_toys`` toys.

    NaN where there is none; ``why`` says so.
    """

    deviance: float
    n_data: int
    p_value: float
    n_toys: int
    why: str = ""

    @property
    def p_value_error(self) -> float:
        """By the number of toys."""
        return math.sqrt(max(self.p_value * (1.0 - self.p_value), 1.0 / self.n_toys) / self.n_toys)


@dataclass(frozen=True)
class FitQuality:
    """Goodness of fit of each measurement, and of ``all_together`` that toy data can be drawn of.

    ``n_parameters`` were fitted.
    """

    by_entry: Mapping[str, Quality]
    all_together: Quality
    n_parameters: int

    @property
    def rows(self) -> Iterator[tuple[str, Quality]]:
        """Those that have a deviance, by name, and what they have together."""
        yield from ((name, quality) for name, quality in self.by_entry.items() if quality.n_data)
        if self.all_together.n_data:
            yield "all with toy data", self.all_together

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "likelihoods": {name: _record(quality) for name, quality in self.by_entry.items()},
            "all_together": _record(self.all_together),
            "n_parameters": self.n_parameters,
        }

    def as_text(self) -> str:
        """A table, and what it means."""
        lines = [f"{'likelihood':32s}{'deviance':>12s}{'numbers':>9s}{'p-value':>16s}"]
        lines += [f"{name:32s}{_cells(quality)}" for name, quality in self.rows]
        silent: dict[str, list[str]] = {}
        for name, quality in self.by_entry.items():
            if quality.why:
                silent.setdefault(quality.why, []).append(name)
        lines += ["", *(f"{', '.join(names)}: {why}" for why, names in silent.items())]
        lines += ["", f"{self.n_parameters} parameters were fitted to the data, and are not to the toys: {TOO_LARGE}"]
        return "\n".join(lines)


TOO_LARGE = "p-values are too large, the more so the fewer numbers there are"


def _record(quality: Quality) -> dict[str, Any]:
    numbers = {"deviance": quality.deviance, "p_value": quality.p_value}
    known = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
    return {**known, "n_data": quality.n_data, "n_toys": quality.n_toys, "why": quality.why}


def _cells(quality: Quality) -> str:
    p = "-" if math.isnan(quality.p_value) else f"{quality.p_value:.3f} ± {quality.p_value_error:.3f}"
    return f"{quality.deviance:12.2f}{quality.n_data:9d}{p:>16s}"


def fit_quality(
    measurements: Sequence[Measurement], predictions: Mapping[str, Array], n_parameters: int, n_toys: int, seed: int
) -> FitQuality:
    """Of ``measurements`` at ``predictions``, arrays ``(1,)``, with ``n_toys`` toys of each; without any, no p-values.

    All together is the sum of those of which toys can be drawn: data are independent of each other in a fit.
    """
    found: dict[str, Quality] = {}
    total, n_data, of_toys = 0.0, 0, np.zeros(n_toys)
    for number, measurement in enumerate(measurements):
        deviance = measurement.deviance(predictions)
        if deviance is None:
            why = NO_SATURATED if measurement.form.measures else NO_DEVIANCE
            found[measurement.name] = Quality(math.nan, 0, math.nan, 0, why)
            continue
        value, n = float(deviance[0]), measurement.form.n_data
        drawn = _deviances(measurement, predictions, n_toys, np.random.default_rng((seed, number)))
        if drawn is None:
            found[measurement.name] = Quality(value, n, math.nan, 0, NOTHING_DRAWN)
            continue
        found[measurement.name] = Quality(value, n, _p_value(value, drawn), n_toys)
        total, n_data, of_toys = total + value, n_data + n, of_toys + drawn
    together = Quality(total, n_data, _p_value(total, of_toys), n_toys) if n_data else Quality(math.nan, 0, math.nan, 0)
    return FitQuality(found, together, n_parameters)


def quality_at_best(problem: Problem, samples: Samples, n_toys: int, seed: int) -> FitQuality:
    """The same of all measurements of the ``problem`` at the best of the ``samples``."""
    point = problem.evaluate_at({name: samples.parameters[name][[samples.best]] for name in problem.names})
    seen = {**point.parameters, **point.predictions}
    return fit_quality(problem.likelihood.measurements, seen, problem.n_dim, n_toys, seed)


def _deviances(
    measurement: Measurement, predictions: Mapping[str, Array], n_toys: int, rng: np.random.Generator
) -> Array | None:
    """Of toys ``(n_toys,)``; None where there are none."""
    drawn = np.empty(n_toys)
    if measurement.toy(predictions, np.random.default_rng(0)) is None:
        return None
    for i in range(n_toys):
        toy: Any = measurement.toy(predictions, rng)
        drawn[i] = toy.deviance(predictions)[0]
    return drawn


def _p_value(deviance: float, drawn: Array) -> float:
    """The part of the toys that are as far away; NaN without any. Equal ones, as of few counts, are so."""
    return float(np.mean(drawn >= deviance * (1.0 - 1e-9))) if drawn.size else math.nan
