"""``alpfit evaluate``."""

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alpfit.cli.arguments import File, Overrides
from alpfit.cli.terminal import say
from alpfit.cli.values import numbers

if TYPE_CHECKING:
    from alpfit.inference.problem import Evaluation


def evaluate(
    file: File,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="NAME=VALUE", help="A parameter's value; once for each that FILE does not fix."),
    ] = None,
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Predictions at one point, and of each likelihood ln L, what it sees, its bound and the pull."""
    from alpfit.chains.records import json_text
    from alpfit.fit import Fit

    fit = Fit.from_file(file, overrides or [])
    evaluation = fit.evaluate(numbers("--at", at or []))
    point = _record(evaluation, fit.diagnose(evaluation), fit.compare(evaluation), fit.remark(evaluation))
    say(json_text(point) if as_json else _table(point))


def _record(
    point: "Evaluation", diagnostics: dict[str, float], comparisons: dict[str, dict[str, float]], remark: str
) -> dict[str, Any]:
    """The point as JSON can hold it: null stands for a number that is not finite."""

    def number(array: Any) -> float | None:
        value = float(array[0])
        return value if math.isfinite(value) else None

    return {
        "parameters": {name: number(values) for name, values in point.parameters.items()},
        "predictions": {name: number(values) for name, values in point.predictions.items()},
        "diagnostics": {name: number([value]) for name, value in diagnostics.items()},
        "likelihoods": {
            name: {what: number([value]) for what, value in comparison.items()}
            for name, comparison in comparisons.items()
        },
        "log_likelihood": {name: number(values) for name, values in point.log_l_by_entry.items()},
        "log_likelihood_total": number(point.log_l),
        "log_prior": number(point.log_prior),
        "remark": remark,
    }


def _table(point: dict[str, Any]) -> str:
    lines = []
    for title in ("parameters", "predictions", "diagnostics"):
        lines += [title] if point[title] else []
        lines += [f"  {name:30s}{_shown(value, 'never')}" for name, value in point[title].items()]
    lines.append(f"{'likelihoods':32s}{'ln L':>16s}{'prediction':>16s}{'bound':>16s}{'pull':>16s}")
    for name, comparison in point["likelihoods"].items():
        lines.append(f"  {name:30s}" + "".join(_shown(value, "-") for value in comparison.values()))
    lines.append(f"  {'total':30s}{point['log_likelihood_total']:16.8g}")
    prior = point["log_prior"]
    lines.append(f"{'log prior':32s}{'outside the prior' if prior is None else format(prior, '16.8g')}")
    lines += ["", point["remark"]] if point["remark"] else []
    return "\n".join(lines)


def _shown(value: float | None, otherwise: str) -> str:
    return f"{otherwise if value is None else format(value, '.8g'):>16s}"
