"""JSON in run folders: any program can read what is written, and what cannot be read is named."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alpfit.errors import RunFolderError
from alpfit.numerics.files import read_ordinary

LARGEST = 2**26
"""Bytes of a record: thousands of times those of a run."""


def json_text(record: Mapping[str, Any], indent: int | None = 2) -> str:
    """``record`` as JSON; null stands for a number that is not finite, for which JSON has no word (RFC 8259)."""
    return json.dumps(_finite(record), indent=indent, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(member) for name, member in value.items()}
    return [_finite(member) for member in value] if isinstance(value, list | tuple) else value


def read_text(path: Path, way_out: str) -> str:
    """The text in the file ``path``; errors as for :func:`read_json`."""
    try:
        return read_ordinary(path, LARGEST).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise RunFolderError(f"{path} cannot be read: {reason}; {way_out}") from error


def read_json(path: Path, way_out: str) -> dict[str, Any]:
    """The table in the file ``path``; what earlier versions wrote as NaN or Infinity is None.

    Raises :class:`RunFolderError`, whose sentence ends with ``way_out``, where there is none.
    """
    try:
        record = json.loads(read_ordinary(path, LARGEST).decode("utf-8"), parse_constant=lambda _: None)
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no JSON"
        raise RunFolderError(f"{path} cannot be read: {reason}; {way_out}") from error
    if not isinstance(record, dict):
        raise RunFolderError(f"{path} cannot be read: it holds no table; {way_out}")
    return record
