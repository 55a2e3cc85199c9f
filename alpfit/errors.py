"""The errors a user can cause or meet: one sentence each, no traceback, exit code 2."""

from collections.abc import Iterable
from difflib import get_close_matches


class AlpfitError(Exception):
    """Something the user can mend; the message names the place, the value and the way out."""


class ConfigurationError(AlpfitError):
    """A value in a run's TOML file, or on the command line, that cannot be used."""


class CatalogueError(AlpfitError):
    """A likelihood entry that is missing, incomplete or inconsistent."""


class RunFolderError(AlpfitError):
    """A run folder that exists already, is incomplete, or cannot be read."""


class PredictionError(AlpfitError):
    """A parameter point for which the model has no prediction."""


def one_of(name: str, allowed: Iterable[str]) -> str:
    """The sentence that says what is allowed in place of ``name``, nearest first."""
    choices = sorted(allowed)
    close = get_close_matches(name, choices, n=1, cutoff=0.5)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{hint}allowed: {', '.join(choices)}"
