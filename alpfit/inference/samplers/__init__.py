"""Samplers: a problem in, samples out."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Discriminator, Tag

from alpfit.inference.samplers.base import Sampler
from alpfit.inference.samplers.dynesty import Dynesty

DEFAULT_SAMPLER = "dynesty"

SAMPLERS: Mapping[str, type[Dynesty]] = MappingProxyType({"dynesty": Dynesty})


def _kind(value: object) -> str:
    """Which sampler a table is meant for."""
    return str(value.get("name", DEFAULT_SAMPLER) if isinstance(value, dict) else getattr(value, "name", ""))


SamplerTable = Annotated[
    Annotated[Dynesty, Tag("dynesty")],
    Discriminator(_kind),
]
"""The table ``[sampler]`` of any of them."""

__all__ = ["DEFAULT_SAMPLER", "SAMPLERS", "Sampler", "SamplerTable"]
