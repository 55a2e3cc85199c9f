"""``alpfit report``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import RunPath


def report(
    run: RunPath,
    output: Annotated[Path | None, typer.Option(help="The file; RUN/report.html if not given.")] = None,
) -> None:
    """Write a run as one web page: results, whether to trust them, figures, input, provenance, bibliography."""
    from alpfit.fit import Run
    from alpfit.fit.reporting import write_report

    typer.echo(write_report(Run.read(run), output))
