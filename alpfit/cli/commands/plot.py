"""``alpfit plot``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import RunPath


def plot(
    run: RunPath,
    output: Annotated[Path | None, typer.Option(help="Folder for the figures; the run's own if not given.")] = None,
) -> None:
    """Draw all figures of a run anew."""
    from alpfit.fit import Run

    for path in Run.read(run).plot(output):
        typer.echo(path)
