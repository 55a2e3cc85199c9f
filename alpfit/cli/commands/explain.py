"""``alpfit explain``."""

from pathlib import Path
from typing import Annotated

import typer

from alpfit.cli.arguments import Overrides
from alpfit.cli.opening import Force, opened
from alpfit.cli.terminal import say


def explain(
    file: Annotated[Path, typer.Argument(help="The TOML file of a run, or a run folder.", show_default=False)],
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    force: Force = False,
) -> None:
    """Whether the model explains an excess: ln L with and without a signal, and which likelihood speaks against it."""
    import alpfit
    from alpfit.chains.records import json_text
    from alpfit.numerics.arguments import path_of

    fit = opened(file) if path_of("FILE", file).is_dir() else file
    explanation = alpfit.explain(fit, overrides=overrides or [], force=force)
    say(json_text(explanation.as_record()) if as_json else explanation.as_text())
