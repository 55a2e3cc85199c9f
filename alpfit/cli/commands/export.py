"""``alpfit export``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import RunPath
from alpfit.cli.opening import opened
from alpfit.cli.terminal import say


def export(
    run: RunPath,
    kind: Annotated[
        str,
        typer.Option("--format", help="One of getdist, anesthetic, csv, parquet and hdf5.", show_default=False),
    ],
    output: Annotated[
        Path | None,
        typer.Option(help="Where to make a folder for the format; the run's own folder if not given."),
    ] = None,
) -> None:
    """Write the samples of a run for another program."""
    import alpfit

    for path in alpfit.export(opened(run), kind, output):
        say(path)
