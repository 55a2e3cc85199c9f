"""``alpfit report``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import RunPath
from alpfit.cli.opening import Force, opened
from alpfit.cli.terminal import say


def report(
    run: RunPath,
    output: Annotated[Path | None, typer.Option(help="The file; RUN/report.html if not given.")] = None,
    force: Force = False,
) -> None:
    """Write a run as one web page: results, whether to trust them, figures, input, provenance, bibliography."""
    import alpfit

    say(alpfit.report(opened(run), output, force=force))
