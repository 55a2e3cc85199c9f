"""TOML as every reader of it takes it: what a file can say and no program can use is an error like any other."""

import tomllib
from typing import Any

LONGEST_INTEGER = 1024
"""Bits: more is beyond every float, and Python shows only some thousand digits."""


def tables_in(text: str) -> dict[str, Any]:
    """The tables of a TOML document; raises :class:`ValueError` that says why, where it is none."""
    try:
        document = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("its tables or lists are nested too deeply") from error
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # of a number with too many digits
        raise ValueError(TOO_LONG) from error
    _check_integers(document)
    return document


TOO_LONG = "an integer in it has too many digits"


def _check_integers(value: Any) -> None:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, int) and value.bit_length() > LONGEST_INTEGER:
            raise ValueError(TOO_LONG)
