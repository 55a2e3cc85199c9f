"""How a verb ends that has written a run folder, or was interrupted while it wrote one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from alpfit.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from alpfit.fit import Run


@contextmanager
def interruptible() -> Iterator[None]:
    """End the program with a sentence and 128 + the signal's number where the block is interrupted."""
    from alpfit.inference.interrupts import Interrupted

    try:
        yield
    except Interrupted as interrupt:
        typer.echo(f"alpfit: interrupted; {interrupt}", err=True)
        sys.exit(128 + interrupt.number)


def tell(run: "Run") -> None:
    """Print the summary of ``run``."""
    typer.echo(run.folder.summary_text.read_text(encoding="utf-8"))
    typer.echo(f"written to {run.folder.path}")
    sys.stdout.flush()


def exit_code(run: "Run") -> ExitCode:
    """Whether ``run`` has reached its target."""
    return ExitCode.TARGET_MISSED if run.samples.shortfalls else ExitCode.OK
