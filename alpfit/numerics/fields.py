"""Types of fields that tables of several kinds share."""

from typing import Annotated

from pydantic import Field

Names = Annotated[tuple[str, ...], Field(strict=False)]
"""Several names, which TOML has as a list."""
