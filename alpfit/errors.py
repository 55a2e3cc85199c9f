"""The errors a user can cause or meet: one sentence each, no traceback, exit code 2."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from reprlib import Repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""What a terminal obeys or hides in place of showing it, and what has no UTF-8; but for the ends of lines, and tabs."""


def visible(text: str) -> str:
    """``text`` with what is :data:`HIDDEN` in it as in a string of Python."""
    return HIDDEN.sub(lambda found: ascii(found.group())[1:-1], text)


def in_one_line(text: str) -> str:
    """``text`` as :func:`visible`, and in a single line."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


class AlpfitError(Exception):
    """Something the user can mend; the message names the place, the value and the way out, in one line.

    Its subclasses are in ``alpfit.errors``: ConfigurationError, PredictionError, ForecastError, which are a ValueError,
    too, and CatalogueError, RunFolderError, ExecutorError.

    >>> import alpfit
    >>> try:
    ...     alpfit.relic_density(0.75, 0.477, 1e-4, 1e-4, engine="cbee")
    ... except alpfit.AlpfitError as error:
    ...     print(f"{type(error).__name__}: {error}")
    ConfigurationError: engine = 'cbee' is not known: did you mean 'cbe'? allowed: cbe, fbe, nbe
    """

    def __str__(self) -> str:
        return in_one_line(Exception.__str__(self))


class ConfigurationError(AlpfitError, ValueError):
    """A value in a run's TOML file, on the command line or in a call, that cannot be used."""


class CatalogueError(AlpfitError):
    """A likelihood entry that is missing, incomplete or inconsistent."""


class RunFolderError(AlpfitError):
    """A run folder that exists already, is incomplete, or cannot be read."""


class ExecutorError(AlpfitError):
    """Workers that cannot be had, or were lost."""


class ForecastError(AlpfitError, ValueError):
    """Future data that cannot be had: of an entry without events, or of less luminosity than there is."""


class PredictionError(AlpfitError, ValueError):
    """A parameter point for which the model has no prediction."""


LONGEST = 200
"""A sentence shows as many characters of a value."""

MANY = 16
"""More choices than this are not all listed in a sentence, only the nearest ones."""


_BRIEF = Repr()
_BRIEF.maxstring = _BRIEF.maxother = _BRIEF.maxlong = 80


def shown(value: Any) -> str:
    """``value`` as a sentence shows it: in one line, and short."""
    return " ".join(_BRIEF.repr(value).split())


def one_of(name: str, allowed: Iterable[str]) -> str:
    """The sentence that says what is allowed in place of ``name``, with a hint at the nearest."""
    choices = sorted(allowed)
    if not choices:
        return "there is none"
    scores = {choice: _likeness(name, choice) for choice in choices}
    nearest = max(choices, key=scores.__getitem__, default="")
    hint = f"did you mean '{nearest}'? " if nearest and scores[nearest] >= 0.6 else ""
    if len(choices) > MANY:
        close = sorted(sorted(choices, key=scores.__getitem__, reverse=True)[: MANY // 2])
        return f"{hint}allowed: {', '.join(close)} and {len(choices) - len(close)} more"
    return f"{hint}allowed: {', '.join(choices)}"


def _likeness(name: str, choice: str) -> float:
    """Likeness of two names, also where ``name`` is only how ``choice`` begins."""
    return max(SequenceMatcher(None, name.lower(), end).ratio() for end in (choice, choice[: len(name) + 1]))


def validation_sentence(error: "ValidationError") -> str:
    """The first problem that pydantic found, as ``place = value: what is allowed``."""
    return validation_sentences(error)[0]


def validation_sentences(error: "ValidationError") -> list[str]:
    """All problems that pydantic found; the names of numbers and strings in a union are no part of the place."""
    return [_problem_sentence(problem) for problem in error.errors(include_url=False)]


def _problem_sentence(problem: "ErrorDetails") -> str:
    hidden = {"float", "str", "constrained-float", "constrained-str"}
    place = ".".join(str(part) for part in problem["loc"] if part not in hidden)
    if problem["type"] == "missing":
        return f"{place} is missing"
    if problem["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        return f"{place} is not known here"
    message = problem["msg"].removeprefix("Value error, ")
    for subject in ("Input", "String", "List"):
        message = message.replace(f"{subject} should", "must")
    if not place:
        return message
    if isinstance(problem["input"], dict):
        return f"{place}: {message}"
    value = " ".join(repr(problem["input"]).split())
    return f"{place} = {value if len(value) <= LONGEST else value[:LONGEST] + '...'}: {message}"
