"""``alpfit explain``."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alpfit.cli.arguments import Overrides
from alpfit.cli.opening import Force, opened
from alpfit.cli.terminal import say

if TYPE_CHECKING:
    from alpfit.inference.explanation import Explanation


SMALLEST_LOSS = 5e-4
"""In ln L: less is shown as zero."""


def explain(
    file: Annotated[Path, typer.Argument(help="The TOML file of a run, or a run folder.", show_default=False)],
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    force: Force = False,
) -> None:
    """Whether the model explains an excess: ln L with and without a signal, and which likelihood speaks against it."""
    from alpfit.chains.records import json_text
    from alpfit.fit import Fit
    from alpfit.fit.freshness import Freshness

    fit = Fit.from_file(file, overrides or [])
    if file.is_dir():
        run = opened(file)
        Freshness(run, run.configuration.build_problem()).check(force)
    explanation = fit.explain()
    if as_json:
        record = {**asdict(explanation), "gain": explanation.gain, "losses": explanation.losses}
        say(json_text(record))
    else:
        say(_table(explanation))


def _table(explanation: "Explanation") -> str:
    columns = {"no signal": explanation.without_signal, "best fit": explanation.best.log_l}
    points = {"best fit": explanation.best.parameters}
    if explanation.explaining is not None:
        columns["explained"] = explanation.explaining.log_l
        points["explained"] = explanation.explaining.parameters
    lines = [f"{'ln L':32s}" + "".join(f"{title:>14s}" for title in columns)]
    for name in explanation.best.log_l:
        cells = (column.get(name) for column in columns.values())
        lines.append(f"  {name:30s}" + "".join(f"{'-' if c is None else _three(c):>14s}" for c in cells))
    totals = (sum(column[name] for name in explanation.entries) for column in columns.values())
    title = "total" if len(explanation.entries) == len(explanation.best.log_l) else "total where both are known"
    lines.append(f"  {title:30s}" + "".join(f"{_three(total):>14s}" for total in totals))
    lines.append("at")
    for name in explanation.best.parameters:
        cells = (points.get(title, {}).get(name) for title in columns)
        lines.append(f"  {name:30s}" + "".join(f"{'-' if c is None else format(c, '.5g'):>14s}" for c in cells))
    return "\n".join([*lines, "", *_sentences(explanation)])


def _sentences(explanation: "Explanation") -> list[str]:
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
