"""How numbers are written in an entry's files, and how large they may be."""

import math
import re
from collections.abc import Iterator, Mapping

ENDS = (1e-75, 1e75)
"""Between which the numbers of an entry lie, but for zero: squares of their ratios are numbers, and ln L is one."""

ENDS_OF_COUNTS = (1e-12, 1e15)
"""The same for numbers of events with systematic errors, where also products of several count."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def number_in(text: str) -> float:
    """The finite number that ``text`` is, as in ``-1.5e-3``, with spaces around it at most.

    Raises :class:`ValueError` for anything else. Python would also take ``1_0``, ``nan`` and digits of other scripts.
    """
    value = float(text) if _NUMBER.fullmatch(text.strip(" \t")) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"'{text}' is not a finite number")
    return value


def check_size(place: str, value: float, ends: tuple[float, float] = ENDS) -> None:
    """Raise :class:`ValueError`, which names the ``place``, for a ``value`` that is not zero and not between ``ends``.

    What is not finite is for others to refuse.
    """
    if value == 0.0 or ends[0] <= abs(value) <= ends[1] or not -math.inf < value < math.inf:
        return
    much, way_out = ("large", "") if abs(value) > ends[1] else ("small", "write 0, or ")
    shown = f"{value:g}" if isinstance(value, float) else f"{str(value)[:12]}..., {len(str(abs(value)))} digits"
    raise ValueError(
        f"{place} = {shown} is too {much}: numbers beyond {ends[0]:g} to {ends[1]:g} leave ln L without a value; "
        f"{way_out}give it in another unit"
    )


def check_sizes(document: object, place: str = "", ends: tuple[float, float] = ENDS) -> None:
    """:func:`check_size` for every number in nested tables and lists; their keys, joined by dots, are the place."""
    for where, value in _numbers_of(document, place):
        check_size(where, value, ends)


def _numbers_of(document: object, place: str) -> Iterator[tuple[str, float]]:
    members: Iterator[tuple[object, object]]
    if isinstance(document, Mapping):
        members = iter(document.items())
    elif isinstance(document, list | tuple):
        members = iter(enumerate(document))
    else:
        if isinstance(document, int | float) and not isinstance(document, bool):
            yield place, document
        return
    for key, member in members:
        yield from _numbers_of(member, f"{place}.{key}" if place else str(key))
