"""How numbers are written in an entry's tables."""

import math
import re

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def number_in(text: str) -> float:
    """The finite number that ``text`` is, as in ``-1.5e-3``, with spaces around it at most.

    Raises :class:`ValueError` for anything else. Python would also take ``1_0``, ``nan`` and digits of other scripts.
    """
    value = float(text) if _NUMBER.fullmatch(text.strip(" \t")) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"'{text}' is not a finite number")
    return value
