"""``alpfit compare``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.opening import Force
from alpfit.cli.terminal import say
from alpfit.errors import RunFolderError


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Two run folders or more; the first is what others are held to.")],
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for compare.txt, compare.json and figures; without it there is only the table."),
    ] = None,
    force: Force = False,
) -> None:
    """Compare runs: evidence and Bayes factors, best fits, intervals, and their posteriors in common figures."""
    from alpfit.chains.files import check_place, write_durably
    from alpfit.chains.layout import check_no_other_run
    from alpfit.chains.records import json_text
    from alpfit.fit import Run
    from alpfit.fit.comparison import compare_runs
    from alpfit.fit.figures import save_figures
    from alpfit.fit.figures.compared import compared_figures

    finished = [Run.read(path) for path in runs]
    comparison = compare_runs(finished, force=force)
    say(comparison.as_text())
    if output is None:
        return
    check_place(output)
    check_no_other_run(output)
    try:
        output.mkdir(parents=True, exist_ok=True)
        table, record = output / "compare.txt", output / "compare.json"
        write_durably(table, f"{comparison.as_text()}\n".encode())
        write_durably(record, f"{json_text(comparison.as_record())}\n".encode())
        say("")
        for path in (table, record, *save_figures(compared_figures(finished), output)):
            say(path)
    except OSError as error:
        raise RunFolderError(
            f"{output} cannot be written: {error.strerror}; choose another with --output DIR"
        ) from error
