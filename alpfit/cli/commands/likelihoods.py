"""``alpfit likelihoods``."""

from typing import TYPE_CHECKING, Annotated

import typer

from alpfit.cli.terminal import say

if TYPE_CHECKING:
    from alpfit.likelihoods import Measurement

COLUMNS = ("name", "experiment", "observable", "scenarios", "CL", "source")


def likelihoods(
    name: Annotated[
        str | None, typer.Argument(help="An entry, or a folder (with a slash), to show in full.", show_default=False)
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="All entries as CSV, to be worked through: numbers, sources, what is unchecked."),
    ] = False,
) -> None:
    """List the catalogue of likelihoods, or check and show one entry."""
    from alpfit import likelihoods as catalogue
    from alpfit.config import check_entry
    from alpfit.errors import ConfigurationError
    from alpfit.likelihoods.audit import superseded

    if name is not None and check:
        raise ConfigurationError("--check is for the whole catalogue: leave the name out")
    if check:
        say(_as_csv().rstrip())
        return
    if name is not None:
        measurement = catalogue.load(name)
        check_entry(measurement)
        say(measurement.describe())
        return
    measurements = [catalogue.load(entry) for entry in catalogue.names()]
    rows, newer = [COLUMNS], superseded(measurements)
    for measurement in measurements:
        entry, source = measurement.name, measurement.source
        rows.append(
            (
                entry
                + (" (projection)" if measurement.projection else "")
                + (f" (superseded by {newer[entry]})" if entry in newer else ""),
                measurement.experiment,
                measurement.observables[0],
                measurement.made_for,
                _level(measurement),
                source.identifier,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _as_csv() -> str:
    """The whole catalogue as CSV."""
    import csv
    import io

    from alpfit.likelihoods.audit import audit

    rows = list(audit())
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _level(measurement: "Measurement") -> str:
    """The confidence level of a limit; what the source says where the form has none."""
    level = getattr(measurement.form, "confidence_level", None)
    return measurement.source.confidence_level if level is None else f"{100 * level:g} %"
