"""A finished run's input with some of it changed, where what is asked of the run allows that."""

from collections.abc import Sequence
from typing import Any

from alpfit.config import apply_override
from alpfit.errors import ConfigurationError
from alpfit.numerics.arguments import words


def revise(document: dict[str, Any], overrides: Sequence[str], tables: Sequence[str], way_out: str) -> None:
    """Set the ``table.key=value`` of ``overrides`` in ``document``.

    Raises :class:`ConfigurationError` for another table than ``tables``, with the ``way_out``.
    """
    for override in words("overrides", overrides):
        table = override.partition("=")[0].split(".")[0].strip()
        if table not in tables:
            allowed = ", ".join(f"[{name}]" for name in tables)
            raise ConfigurationError(f"--set {override}: only {allowed} may change here; for other [{table}] {way_out}")
        apply_override(document, override)
