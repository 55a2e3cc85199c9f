"""How a verb opens the run folder that it is given, and shows how far it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alpfit.cli.terminal import on_the_command_line, warn

if TYPE_CHECKING:
    from alpfit.fit.progress import ProgressDisplay
    from alpfit.runs.run import Run

Force = Annotated[
    bool, typer.Option("--force", help="Go on although the data or the code have changed since the run was made.")
]


def opened(path: Path) -> "Run":
    """The finished run in the folder ``path``; what everybody should know who reads it is said on stderr."""
    from alpfit.runs.run import Run

    run = Run.read(path)
    tell_warnings(run)
    return run


def tell_warnings(run: "Run") -> None:
    """Say on stderr what is damaged, has changed, or was missed."""
    for sentence in run.warnings:
        warn(sentence)


def display() -> "ProgressDisplay":
    """The progress display, which speaks as the command line does."""
    from alpfit.fit.progress import ProgressDisplay

    return ProgressDisplay(on_the_command_line)
