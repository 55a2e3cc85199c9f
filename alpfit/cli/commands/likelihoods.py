"""``alpfit likelihoods``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from alpfit.cli.terminal import say

if TYPE_CHECKING:
    from alpfit.likelihoods.listing import Listed

COLUMNS = ("name", "experiment", "observable", "scenarios", "CL", "source")


def likelihoods(
    name: Annotated[
        str | None, typer.Argument(help="An entry, or a folder (with a slash), to show in full.", show_default=False)
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="All entries as CSV, to be worked through: numbers, sources, what is unchecked."),
    ] = False,
    template: Annotated[
        str,
        typer.Option(
            metavar="FORM", help="Write a commented entry of this form into the folder NAME, to be filled in."
        ),
    ] = "",
) -> None:
    """List the catalogue of likelihoods, check and show one entry, or begin one of your own."""
    from alpfit.errors import ConfigurationError

    if name is not None and check:
        raise ConfigurationError("--check is for the whole catalogue: leave the name out")
    if template and (check or name is None):
        raise ConfigurationError(f"--template {template} needs the folder to write, as in ./my_entry, and nothing else")
    if template:
        say("\n".join(_written(template, str(name))))
    elif check:
        say(_as_csv().rstrip())
    elif name is not None:
        say(_in_full(name))
    else:
        say("\n".join(_lines()))


def _written(form: str, folder: str) -> Iterator[str]:
    """The files of a new entry, and what to do with them."""
    from pathlib import Path

    from alpfit.likelihoods.template import write_template
    from alpfit.numerics.arguments import path_of

    path: Path = path_of("name", folder)
    yield from (f"written {file}" for file in write_template(form, path))
    there = path if path.is_absolute() else f"./{path}"
    yield f"fill it in, check it with 'alpfit likelihoods {there}', and name it in a fit: likelihoods = [\"{there}\"]"


def _lines() -> Iterator[str]:
    """The catalogue as a table."""
    from alpfit.likelihoods.listing import listed, superseded

    entries = list(listed())
    newer = superseded(entries)
    rows = [COLUMNS, *(_row(entry, newer.get(entry.name, "")) for entry in entries)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(entry: "Listed", newer: str) -> tuple[str, ...]:
    """An entry in the order of :data:`COLUMNS`; ``newer`` supersedes it."""
    name = entry.name + (" (projection)" if entry.projection else "") + (f" (superseded by {newer})" if newer else "")
    source = entry.source.identifier
    return name, entry.experiment, entry.observable, entry.made_for, entry.confidence_level, source


def _in_full(name: str) -> str:
    """All that the entry ``name`` says, checked."""
    from alpfit.config import check_entry
    from alpfit.likelihoods import load

    measurement = load(name)
    check_entry(measurement)
    return measurement.describe()


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
