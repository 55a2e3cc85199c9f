"""``alpfit status``."""

import typer

from alpfit.cli.arguments import RunPath


def status(run: RunPath) -> None:
    """Show how far a run is, whether it is running, interrupted or finished."""
    from alpfit.chains.unfinished import UnfinishedRun
    from alpfit.cli.progress import described
    from alpfit.fit import Run

    unfinished = UnfinishedRun(run)
    if not unfinished.path.exists():
        finished = Run.read(run)
        typer.echo(f"finished: {described(finished.samples.n_calls, finished.headline)}")
        return
    at = unfinished.last_status()
    if unfinished.is_running():
        typer.echo(f"running: process {at.get('process', 'unknown')} on {at.get('host', 'this machine')}")
    else:
        typer.echo(f"interrupted: continue with alpfit run FILE --output {run} --resume")
    if at:
        typer.echo(described(at["n_calls"], at["values"]))
        typer.echo(f"{100.0 / (1.0 + at['fraction_left']):.0f} % done; begun {at['begun']}, last seen {at['updated']}")
    checkpoints = unfinished.checkpoints()
    typer.echo(f"last checkpoint: {checkpoints[-1] if checkpoints else 'none yet'}")
