"""``alpfit check``."""

import typer

from alpfit.cli.arguments import File, Overrides


def check(file: File, overrides: Overrides = None) -> None:
    """Check FILE without running it; show the completed input and the time of a likelihood call."""
    from alpfit.fit import Fit

    fit = Fit.from_file(file, overrides or [])
    typer.echo(fit.configuration.to_toml())
    typer.echo(f"# {file} is good; one likelihood call takes {1e3 * fit.seconds_per_call():.2f} ms")
