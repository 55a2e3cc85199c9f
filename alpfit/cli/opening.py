"""How a verb opens the run folder that it is given."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alpfit.cli.terminal import warn

if TYPE_CHECKING:
    from alpfit.fit import Run

Force = Annotated[
    bool, typer.Option("--force", help="Go on although the data or the code have changed since the run was made.")
]


def opened(path: Path) -> "Run":
    """The finished run in the folder ``path``; what everybody should know who reads it is said on stderr."""
    from alpfit.fit import Run

    run = Run.read(path)
    tell_warnings(run)
    return run


def tell_warnings(run: "Run") -> None:
    """Say on stderr what is damaged, has changed, or was missed."""
    for sentence in run.warnings:
        warn(sentence)
