"""``alpfit fit-quality``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.opening import Force, opened
from alpfit.cli.terminal import say


def fit_quality(
    run: Annotated[Path, typer.Argument(help="A run folder.", show_default=False)],
    toys: Annotated[
        int, typer.Option(help="How many data sets to draw at the best fit; p-values are as exact.", min=0)
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Of the toys.", min=0)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    force: Force = False,
) -> None:
    """How well the best fit fits: the deviance of each likelihood that has one, and its p-value by toy data."""
    import alpfit
    from alpfit.chains.records import json_text

    quality = alpfit.fit_quality(opened(run), toys=toys, seed=seed, force=force)
    say(json_text(quality.as_record()) if as_json else quality.as_text())
