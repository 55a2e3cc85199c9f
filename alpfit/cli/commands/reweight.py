"""``alpfit reweight``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import Overrides, RunPath
from alpfit.cli.exit_codes import ExitCode
from alpfit.cli.opening import Force, tell_warnings
from alpfit.cli.outcome import exit_code, interruptible, tell
from alpfit.cli.terminal import warn


def reweight(
    run: RunPath,
    add: Annotated[
        list[str] | None, typer.Option(metavar="ENTRY", help="A likelihood to add; may be repeated.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="ENTRY", help="A likelihood to leave out; may be repeated.")
    ] = None,
    overrides: Overrides = None,
    output: Annotated[Path | None, typer.Option(help="Run folder; RUN.reweighted if not given.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run folder that is there.")] = False,
    force: Force = False,
) -> ExitCode:
    """Reweight a run to other likelihoods, or another relic engine (--set relic.engine=nbe): a new run folder.

    Exit code 3 says that too few effective samples are left; the results are kept.
    """
    from alpfit.cli.opening import display
    from alpfit.config import workers_left_out
    from alpfit.fit.reweight import Reweighting

    reweighting = Reweighting.of(run, add or (), drop or (), overrides or ())
    if reweighting.fit.serve_as_mpi_worker():
        return ExitCode.OK
    tell_warnings(reweighting.run)
    if said := workers_left_out(reweighting.run.folder.configuration, overrides or []):
        warn(said)
    choices = {"overwrite": overwrite, "force": force}
    with interruptible(), display() as progress:
        return exit_code(reweighting.write(output, **choices, progress=progress, tell=progress.before(tell)))
