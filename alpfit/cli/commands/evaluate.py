"""``alpfit evaluate``."""

from typing import Annotated

import typer

from alpfit.cli.arguments import File, Overrides
from alpfit.cli.terminal import say
from alpfit.cli.values import numbers


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
    import alpfit
    from alpfit.chains.records import json_text

    point = alpfit.evaluate(file, numbers("--at", at or []), overrides=overrides or [])
    say(json_text(point.as_record()) if as_json else point.as_text())
