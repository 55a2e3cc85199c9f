"""``alpfit forecast``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import Overrides
from alpfit.cli.opening import Force, display, opened
from alpfit.cli.outcome import interruptible
from alpfit.cli.terminal import say
from alpfit.cli.values import numbers
from alpfit.errors import ConfigurationError


def forecast(
    file: Annotated[Path, typer.Argument(help="The TOML file of a run, or a run folder.", show_default=False)],
    luminosities: Annotated[
        list[float],
        typer.Option("--luminosity", metavar="L", help="In the unit of the entry, such as 1/ab; may be repeated."),
    ],
    likelihood: Annotated[
        str | None, typer.Option(metavar="ENTRY", help="The measurement, where several can be scaled.")
    ] = None,
    truth: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=VALUE]",
            help="What data are expected with: none, standard-model, best (of a run), or a point, once for each "
            "parameter.",
        ),
    ] = None,
    policy: Annotated[
        str, typer.Option(help="Which errors become smaller: statistical (all), scaled (from data), frozen (none).")
    ] = "scaled",
    masses: Annotated[
        str | None, typer.Option(metavar="LOW:HIGH:N", help="Of the limits, in GeV; the prior's range if not given.")
    ] = None,
    toys: Annotated[
        int, typer.Option(min=0, metavar="N", help="Toy data sets, with which a significance counts all masses.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the toys.")] = 1,
    output: Annotated[
        Path | None, typer.Option(help="Folder for tables, the figure, and entries of the expected data.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a forecast that is there.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue what was interrupted in the folder.")] = False,
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    force: Force = False,
) -> None:
    """What more data would say: expected limits with their bands, significances, and the luminosity they take."""
    from alpfit.chains.records import json_text
    from alpfit.fit.forecast import Forecasting
    from alpfit.numerics.arguments import path_of

    with interruptible(), display() as progress:
        chosen = Forecasting.of(
            opened(file) if path_of("FILE", file).is_dir() else file,
            luminosities,
            likelihood=likelihood,
            truth=_truth(truth),
            policy=policy,  # type: ignore[arg-type]  # it is checked there
            masses=_masses(masses),
            toys=toys,
            seed=seed,
            overrides=overrides or [],
            force=force,
        )
        if chosen.serve_as_mpi_worker():
            return
        made = chosen.make(output, resume=resume, overwrite=overwrite, progress=progress)
    say(json_text(made.as_record()) if as_json else made.as_text())
    if output is not None:
        say(f"written to {output}")


def _truth(words: Sequence[str] | None) -> str | Mapping[str, float] | None:
    """A name, or a point."""
    if not words:
        return None
    names = [word for word in words if "=" not in word]
    if names and len(words) > 1:
        raise ConfigurationError(f"--truth {names[0]}: it stands alone; give it without the others, or a point alone")
    if names:
        return names[0]
    return numbers("--truth", words)


def _masses(text: str | None) -> list[float] | None:
    """Evenly spaced, from LOW to HIGH."""
    if text is None:
        return None
    import numpy as np

    parts = text.split(":")
    try:
        low, high, n = float(parts[0]), float(parts[1]), int(parts[2])
    except (ValueError, IndexError):
        n, low, high = 0, 0.0, 0.0
    if len(parts) != 3 or not 0.0 < low <= high < np.inf or not 1 <= n <= 10_000:
        raise ConfigurationError(
            f"--masses {text}: write it as LOW:HIGH:N, in GeV, 0 < LOW <= HIGH and N up to 10000, such as 0.5:4.4:60"
        )
    masses: list[float] = np.linspace(low, high, n).tolist()
    return masses
