"""``alpfit plot``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import RunPath
from alpfit.cli.opening import Force, opened
from alpfit.cli.terminal import say, warn


def plot(
    run: RunPath,
    output: Annotated[Path | None, typer.Option(help="Folder for the figures; the run's own if not given.")] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="FIGURE", help="Draw this figure; may be repeated.")
    ] = None,
    other: Annotated[
        Path | None,
        typer.Option("--with", metavar="RUN", help="A second run, drawn over the corner plot.", show_default=False),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="NAME=VALUE", help="For the plane: a parameter's value, else the best fit's."),
    ] = None,
    range_: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="NAME=LOW:HIGH", help="For the plane: ends of m_a or g_agg, else the prior's."),
    ] = None,
    captions: Annotated[
        bool, typer.Option("--captions", help="Say what each figure shows and how it was made, as a paper would.")
    ] = False,
    force: Force = False,
) -> None:
    """Draw the figures of a run: posterior, profile likelihood, pulls, all limits in the plane, spectrum, history.

    The names of the files are those of the figures.
    """
    import alpfit
    from alpfit.cli.values import numbers, ranges

    def tell(name: str, reason: str) -> None:
        warn(f"no figure '{name}': {reason}")

    said: list[str] = []

    def caption(name: str, text: str) -> None:
        said.append(f"{name}. {text}")

    written = alpfit.plot(
        opened(run),
        only or None,
        output,
        other=None if other is None else opened(other),
        at=numbers("--at", at or []),
        ranges=ranges("--range", range_ or []),
        left_out=tell,
        captioned=caption if captions else None,
        force=force,
    )
    for path in written:
        say(path)
    for text in said:
        say()
        say(text)
