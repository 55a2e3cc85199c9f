"""The one door to the terminal: what stands in files, which may be anybody's, gives it no orders and forges no line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from alpfit.errors import in_one_line, visible

STDOUT = "standard output"
"""In the place of a file's name, where that cannot be written."""


def say(text: object = "") -> None:
    """Print ``text``, which may have several lines, to standard output."""
    with _named():
        typer.echo(visible(str(text)))


def warn(sentence: object) -> None:
    """Print ``sentence`` to standard error as a line of the program's own."""
    typer.echo(f"alpfit: {in_one_line(str(sentence))}", err=True)


def flush() -> None:
    """Have all that was said where it belongs."""
    with _named():
        sys.stdout.flush()


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        error.filename = STDOUT
        raise
