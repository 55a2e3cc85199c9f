"""``alpfit explain``."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from alpfit.cli.arguments import File, Overrides

if TYPE_CHECKING:
    from alpfit.inference.explanation import Explanation


def explain(
    file: File,
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Whether the model explains an excess: ln L with and without a signal, and which likelihood speaks against it."""
    from alpfit.fit import Fit

    explanation = Fit.from_file(file, overrides or []).explain()
    if as_json:
        record = {**asdict(explanation), "gain": explanation.gain, "losses": explanation.losses}
        typer.echo(json.dumps(record, indent=2))
    else:
        typer.echo(_table(explanation))


def _table(explanation: "Explanation") -> str:
    columns = {"no signal": explanation.without_signal, "best fit": explanation.best.log_l}
    points = {"best fit": explanation.best.parameters}
    if explanation.explaining is not None:
        columns["explained"] = explanation.explaining.log_l
        points["explained"] = explanation.explaining.parameters
    lines = [f"{'ln L':32s}" + "".join(f"{title:>14s}" for title in columns)]
    for name in explanation.best.log_l:
        cells = (column.get(name) for column in columns.values())
        lines.append(f"  {name:30s}" + "".join(f"{'-' if c is None else format(c, '.3f'):>14s}" for c in cells))
    totals = (sum(column[name] for name in explanation.entries) for column in columns.values())
    title = "total" if len(explanation.entries) == len(explanation.best.log_l) else "total where both are known"
    lines.append(f"  {title:30s}" + "".join(f"{total:14.3f}" for total in totals))
    lines.append("at")
    for name in explanation.best.parameters:
        cells = (points.get(title, {}).get(name) for title in columns)
        lines.append(f"  {name:30s}" + "".join(f"{'-' if c is None else format(c, '.5g'):>14s}" for c in cells))
    return "\n".join([*lines, "", *_sentences(explanation)])


def _sentences(explanation: "Explanation") -> list[str]:
    lines = [f"The best fit gains {explanation.gain:.3f} in ln L over no signal."]
    if explanation.explaining is None:
        return [*lines, "No likelihood wants a signal."]
    losses = explanation.losses
    worst, loss = next(iter(losses.items()))
    lines += [
        f"{' and '.join(explanation.wanting)} alone would gain {explanation.gain_alone:.3f}.",
        f"Of the points that explain it, the best loses {-sum(min(x, 0.0) for x in losses.values()):.3f}, "
        f"most of it ({-loss:.3f}) to {worst}.",
        "The best fit would gain, if one likelihood were dropped:",
    ]
    ranked = sorted(explanation.gain_without.items(), key=lambda item: -item[1])
    return lines + [f"  without {name:30s}{gain:10.3f}" for name, gain in ranked[:5]]
