"""``alpfit compare``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.opening import Force
from alpfit.cli.terminal import say


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Two run folders or more; the first is what others are held to.")],
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for compare.txt, compare.json and figures; without it there is only the table."),
    ] = None,
    force: Force = False,
) -> None:
    """Compare runs: evidence and Bayes factors, best fits, intervals, and their posteriors in common figures."""
    import alpfit

    comparison = alpfit.compare(runs, output=output, force=force)
    say(comparison.as_text())
    if comparison.files:
        say("")
    for path in comparison.files:
        say(path)
