"""What submissions to HEPData are made of (https://hepdata-submission.readthedocs.io)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

LONGEST_NAME = 64
"""Characters of the name of a table, in HEPData's schema 1.1.1."""

DIGITS = 8
"""Significant digits."""


def table_entry(name: str, description: str, phrase: str, file: str) -> dict[str, Any]:
    """The document of a table in ``submission.yaml``."""
    return {
        "name": name[:LONGEST_NAME],
        "location": "",
        "description": description,
        "keywords": [{"name": "phrases", "values": [phrase]}],
        "data_file": file,
    }


def dependent(name: str, values: Sequence[float], qualifiers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A column of numbers, with what holds for all of them."""
    return {
        "header": {"name": name},
        "qualifiers": [dict(qualifier) for qualifier in qualifiers],
        "values": [{"value": value} for value in values],
    }


def digits(value: float) -> float:
    """``value`` with :data:`DIGITS` significant digits."""
    return float(np.format_float_scientific(value, precision=DIGITS - 1))


def documents_text(documents: Sequence[Mapping[str, Any]]) -> str:
    """A file of YAML ``documents``."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump_all(documents, None, Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)
    return text
