"""``alpfit run``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import File, Overrides


def run(
    file: File,
    output: Annotated[Path | None, typer.Option(help="Run folder; chains/<name of FILE> if not given.")] = None,
    overrides: Overrides = None,
    seed: Annotated[int | None, typer.Option(help="Replace the sampler's seed.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run folder that is there.")] = False,
) -> None:
    """Sample the posterior, write the run folder, and print the summary."""
    from alpfit.cli.progress import ProgressDisplay
    from alpfit.fit import Fit

    seeds = [] if seed is None else [f"sampler.seed={seed}"]
    fit = Fit.from_file(file, [*(overrides or []), *seeds])
    with ProgressDisplay() as display:
        finished = fit.run(output, overwrite=overwrite, progress=display)
    typer.echo(finished.folder.summary_text.read_text(encoding="utf-8"))
    typer.echo(f"written to {finished.folder.path}")
