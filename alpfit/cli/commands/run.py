"""``alpfit run``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import File, Overrides
from alpfit.cli.exit_codes import ExitCode
from alpfit.cli.outcome import exit_code, interruptible, tell


def run(
    file: File,
    output: Annotated[Path | None, typer.Option(help="Run folder; chains/<name of FILE> if not given.")] = None,
    overrides: Overrides = None,
    seed: Annotated[int | None, typer.Option(help="Replace the sampler's seed.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run folder that is there.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Continue it although input, likelihoods or code have changed.")
    ] = False,
    repeat: Annotated[
        int, typer.Option(min=1, help="Run so many seeds side by side, compare them, and merge them.")
    ] = 1,
) -> ExitCode:
    """Sample the posterior, write the run folder, and print the summary.

    Exit code 3 says that the run did not reach its own target; its results are kept.
    """
    import alpfit
    from alpfit.cli.opening import display
    from alpfit.fit import Fit

    seeds = [] if seed is None else [f"sampler.seed={seed}"]
    fit = Fit.from_file(file, [*(overrides or []), *seeds])
    if fit.serve_as_mpi_worker(repeat):
        return ExitCode.OK
    with interruptible(), display() as progress:
        finished = alpfit.run(
            fit,
            output,
            repeat=repeat,
            overwrite=overwrite,
            resume=resume,
            force=force,
            progress=progress,
            tell=progress.before(tell),
        )
    return exit_code(finished)
