"""``alpfit plot``."""

import typer

from alpfit.cli.arguments import RunPath


def plot(run: RunPath) -> None:
    """Draw all figures of a run anew."""
    from alpfit.fit import Run

    for path in Run.read(run).plot():
        typer.echo(path)
