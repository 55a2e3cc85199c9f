"""Arguments and options that several verbs share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

File = Annotated[Path, typer.Argument(help="The TOML file of the run.", show_default=False)]
RunPath = Annotated[Path, typer.Argument(help="A run folder.", show_default=False)]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="TABLE.KEY=VALUE",
        help="Replace a value of the file, or with no value leave it out; may be repeated.",
    ),
]

SEVERAL = "--parameters"
"""The option that takes as many values as follow it, which the parser does not know of."""


class SeveralValues(TyperCommand):
    """A verb with the option :data:`SEVERAL`: ``--parameters a b`` means ``--parameters a --parameters b``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line."""
        return TyperCommand.parse_args(self, ctx, repeated(args))


def repeated(args: Sequence[str]) -> list[str]:
    """``args`` with :data:`SEVERAL` repeated before each of the words that follow it."""
    spelled: list[str] = []
    taking = 0
    for word in args:
        if word.startswith("-"):
            taking = 1 if word == SEVERAL else 0
        elif taking:
            spelled += [SEVERAL] if taking > 1 else []
            taking += 1
        spelled.append(word)
    return spelled
