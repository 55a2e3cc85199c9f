"""A point that was evaluated: what is predicted there, what each likelihood sees of it, and how far to trust it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import numpy as np

from alpfit.inference.problem import Evaluation, Problem
from alpfit.numerics.notebook import html_table


@dataclass(frozen=True)
class EvaluatedPoint(Evaluation):
    """One point of a ``problem``: all of an :class:`Evaluation`, arrays ``(1,)``, and what is worked out from it.

    ``parameters``, ``predictions`` and ``log_l_by_entry`` are dictionaries, ``log_l`` is the total ln L.

    >>> import alpfit
    >>> point = alpfit.evaluate("examples/displaced.toml", {"m_a": 1.9, "g_agg": 1e-5})
    >>> print(f"B(B+ -> K+ a) = {point.predictions['BR(B+->K+ a)'][0]:.2e}, ln L {point.log_l.shape}")
    B(B+ -> K+ a) = 1.86e-07, ln L (1,)
    >>> excluded = point.comparisons["babar_bkgg_2021"]
    >>> print(f"{excluded['prediction']:.2e} above the limit of {excluded['bound']:.2e}: {excluded['pull']:.1f} sigma")
    1.86e-07 above the limit of 9.67e-08: 3.2 sigma
    >>> point.diagnostics, point.remark  # of a relic density, and of what its calculation assumes
    ({}, '')
    >>> point.as_record()["parameters"]
    {'m_a': 1.9, 'g_agg': 1e-05}
    >>> print(point.as_text().splitlines()[1])
      m_a                                        1.9
    """

    problem: Problem

    @classmethod
    def of(cls, problem: Problem, evaluation: Evaluation) -> Self:
        """The point of an ``evaluation`` of ``problem``.

        >>> import numpy as np
        >>> import alpfit
        >>> problem = alpfit.Fit.from_file("examples/displaced.toml").problem
        >>> found = problem.evaluate_at({"m_a": np.array([1.9]), "g_agg": np.array([1e-5])})
        >>> len(alpfit.EvaluatedPoint.of(problem, found).comparisons) == len(problem.entries)
        True
        """
        return cls(**{field.name: getattr(evaluation, field.name) for field in fields(evaluation)}, problem=problem)

    @cached_property
    def diagnostics(self) -> dict[str, float]:
        """How far the predictions can be trusted, name to number."""
        found = self.problem.scenario.diagnose(self.problem.of_scenario(self.parameters))
        return {name: float(array[0]) for name, array in found.items()}

    @cached_property
    def remark(self) -> str:
        """What a prediction assumes here; empty where it is nothing unusual."""
        return self.problem.scenario.remarks(self.problem.of_scenario(self.parameters))[0]

    @cached_property
    def comparisons(self) -> dict[str, dict[str, float]]:
        """By likelihood: log_likelihood, prediction, bound and pull.

        What they are, :class:`~alpfit.likelihoods.Comparison` says.
        """
        seen = {**self.parameters, **self.predictions}
        table = {}
        for m in self.problem.likelihood.measurements:
            comparison = {name: float(array[0]) for name, array in m.compare(seen)._asdict().items()}
            table[m.name] = {"log_likelihood": float(self.log_l_by_entry[m.name][0]), **comparison}
        return table

    def as_record(self) -> dict[str, Any]:
        """The point as JSON can hold it: None stands for a number that is not finite."""
        return {
            "parameters": _numbers(self.parameters),
            "predictions": _numbers(self.predictions),
            "diagnostics": {name: _number(value) for name, value in self.diagnostics.items()},
            "likelihoods": {
                name: {what: _number(value) for what, value in comparison.items()}
                for name, comparison in self.comparisons.items()
            },
            "log_likelihood": _numbers(self.log_l_by_entry),
            "log_likelihood_total": _number(self.log_l[0]),
            "log_prior": _number(self.log_prior[0]),
            "remark": self.remark,
        }

    def as_text(self) -> str:
        """The point as a table."""
        point, lines = self.as_record(), []
        for title in ("parameters", "predictions", "diagnostics"):
            lines += [title] if point[title] else []
            lines += [f"  {name:30s}{_cell(value, 'never')}" for name, value in point[title].items()]
        lines.append(f"{'likelihoods':32s}{'ln L':>16s}{'prediction':>16s}{'bound':>16s}{'pull':>16s}")
        for name, comparison in point["likelihoods"].items():
            lines.append(f"  {name:30s}" + "".join(_cell(value, "-") for value in comparison.values()))
        lines.append(f"  {'total':30s}{point['log_likelihood_total']:16.8g}")
        prior = point["log_prior"]
        lines.append(f"{'log prior':32s}{'outside the prior' if prior is None else format(prior, '16.8g')}")
        lines += ["", point["remark"]] if point["remark"] else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Predictions and likelihoods, for a notebook."""
        point = self.as_record()
        values = [(name, _cell(value, "never").strip()) for name, value in point["predictions"].items()]
        rows = [
            (name, *(_cell(value, "-").strip() for value in comparison.values()))
            for name, comparison in point["likelihoods"].items()
        ]
        rows.append(("total", _cell(point["log_likelihood_total"], "-").strip(), "", "", ""))
        header = ("likelihood", "ln L", "prediction", "bound", "pull")
        return html_table("Predictions", values) + html_table("Likelihoods", rows, header)


def _numbers(columns: Mapping[str, Any]) -> dict[str, float | None]:
    """Those that are numbers: a spectrum is not shown."""
    return {name: _number(values[0]) for name, values in columns.items() if np.ndim(values) == 1}


def _number(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _cell(value: float | None, otherwise: str) -> str:
    return f"{otherwise if value is None else format(value, '.8g'):>16s}"
