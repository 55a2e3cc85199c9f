"""``alpfit cite``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.terminal import say


def cite(
    path: Annotated[Path, typer.Argument(help="The TOML file of a run, or a run folder.", show_default=False)],
) -> None:
    """Print the BibTeX entries of everything a fit uses."""
    import alpfit

    say("\n\n".join(reference.bibtex() for reference in alpfit.cite(path)))
