"""``alpfit likelihoods``."""

from typing import Annotated

import typer


def likelihoods(
    name: Annotated[str | None, typer.Argument(help="An entry to show in full.", show_default=False)] = None,
) -> None:
    """List the catalogue of likelihoods, or show one entry."""
    from alpfit import likelihoods as catalogue

    if name is not None:
        typer.echo(catalogue.load(name).describe())
        return
    for entry in catalogue.names():
        measurement = catalogue.load(entry)
        observable = measurement.observables[0]
        typer.echo(f"{entry:24s} {measurement.experiment:9s} {measurement.form_name:14s} {observable:20s} "
                   f"{','.join(measurement.scenarios):10s} arXiv:{measurement.source.arxiv}")  # fmt: skip
