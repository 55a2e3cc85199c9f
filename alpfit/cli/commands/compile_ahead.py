"""``alpfit compile``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import Overrides
from alpfit.cli.outcome import interruptible
from alpfit.cli.terminal import say


def compile_ahead(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="TOML files of runs.", show_default=False)],
    overrides: Overrides = None,
) -> None:
    """Compile what runs of FILEs call, once for a machine, an image of a container, or all nodes of a cluster.

    Kept in NUMBA_CACHE_DIR, or in the user's cache folder, for processors of the same kind.
    """
    from alpfit.fit import Fit
    from alpfit.numerics.compile import host

    with interruptible():
        for file in files:
            folder = Fit.from_file(file, overrides or []).compile()
            if folder is None:
                say(f"{file} is compiled, for this process alone: there is no folder to keep it in")
                continue
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            say(f"{file} is compiled for {host()}: {folder}, {1e-6 * size:.1f} MB in all")
