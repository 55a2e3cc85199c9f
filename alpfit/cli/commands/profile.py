"""``alpfit profile``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import RunPath
from alpfit.cli.exit_codes import ExitCode
from alpfit.cli.opening import Force, tell_warnings
from alpfit.cli.outcome import interruptible
from alpfit.cli.terminal import say, warn


def profile(
    run: RunPath,
    parameters: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME ...", help="Quantities, each alone and in pairs; all parameters if not given."),
    ] = None,
    grid: Annotated[
        str | None, typer.Option(metavar="NxM", help="Bins of a pair; with one parameter its own, as one number.")
    ] = None,
    refine: Annotated[
        bool | None,
        typer.Option(
            "--refine/--no-refine",
            help="Maximise ln L in each bin with MIGRAD; if neither is given, where it takes less than a minute.",
            show_default=False,
        ),
    ] = None,
    coverage: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Check the intervals with N toy data sets at the best fit.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the profiles; RUN/profile if not given.", show_default=False)
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="parallel.KEY=VALUE", help="Workers, if not this machine's threads; repeatable."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue what was interrupted.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace profiles that are there.")] = False,
    force: Force = False,
) -> ExitCode:
    """Profile likelihood of a run, with confidence intervals and contours; for tables, plots and HEPData.

    Where nothing is maximised the profiles are those of the samples.
    """
    import alpfit
    from alpfit.cli.opening import display
    from alpfit.config import workers_left_out
    from alpfit.fit import fit_of
    from alpfit.fit.profile import refines, with_workers

    finished = with_workers(alpfit.read_run(run), overrides or [])
    works = refines(finished, parameters or (), grid, refine, force)
    if works and fit_of(finished).serve_as_mpi_worker():
        return ExitCode.OK
    tell_warnings(finished)
    if works and (said := workers_left_out(finished.folder.configuration, overrides or [])):
        warn(said)
    with interruptible(), display() as progress:
        made = alpfit.profile(
            finished,
            parameters or (),
            grid=grid,
            refine=refine,
            coverage=coverage,
            output=output,
            overwrite=overwrite,
            resume=resume,
            force=force,
            progress=progress,
        )
    say(made.text)
    if made.coverage is not None:
        say(made.coverage.text)
    say(f"written to {made.folder.path}")
    return ExitCode.OK
