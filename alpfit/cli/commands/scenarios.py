"""``alpfit scenarios``."""

from typing import Annotated

import typer

from alpfit.cli.terminal import say


def scenarios(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME | FILE | package.module:Name]",
            help="A scenario to check, of which one of your own is run.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """List the scenarios of this program and of installed packages, or check one: your own is a file."""
    import alpfit
    from alpfit.scenarios import SCENARIOS
    from alpfit.scenarios.registry import widest_scenario

    if name is not None:
        say(alpfit.check_scenario(name).as_text())
        return
    rows = [
        ("name", "parameters", "from"),
        *(
            (each, ", ".join(widest_scenario(each).parameters), SCENARIOS.package_of(each) or "alpfit")
            for each in SCENARIOS
        ),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
