"""How a verb ends that has written a run folder, or was interrupted while it wrote one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alpfit.cli.exit_codes import ExitCode
from alpfit.cli.terminal import flush, say, warn

if TYPE_CHECKING:
    from alpfit.runs.run import Run


@contextmanager
def interruptible() -> Iterator[None]:
    """End the program with a sentence and 128 + the signal's number where the block is interrupted."""
    from alpfit.inference.interrupts import Interrupted

    try:
        yield
    except Interrupted as interrupt:
        warn(f"interrupted; {interrupt}")
        sys.exit(128 + interrupt.number)


def tell(run: "Run") -> None:
    """Print the summary of ``run``."""
    say(run.summary_text)
    say(f"written to {run.folder.path}")
    flush()


def exit_code(run: "Run") -> ExitCode:
    """Whether ``run`` has reached its target."""
    return ExitCode.TARGET_MISSED if run.samples.shortfalls else ExitCode.OK
