"""Samplers: a problem in, samples out."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Discriminator, Tag

from alpfit.inference.samplers.base import Sampler
from alpfit.inference.samplers.dynesty import Dynesty
from alpfit.inference.samplers.emcee import Emcee
from alpfit.inference.samplers.minuit import Minuit
from alpfit.inference.samplers.nautilus import Nautilus

DEFAULT_SAMPLER = "nautilus"

SAMPLERS: Mapping[str, type[Dynesty | Nautilus | Emcee | Minuit]] = MappingProxyType(
    {"nautilus": Nautilus, "dynesty": Dynesty, "emcee": Emcee, "minuit": Minuit}
)
"""The samplers, by the value of the key ``name`` of their table."""


def _kind(value: object) -> str:
    """Which sampler a table is meant for."""
    return str(value.get("name", DEFAULT_SAMPLER) if isinstance(value, dict) else getattr(value, "name", ""))


SamplerTable = Annotated[
    Annotated[Dynesty, Tag("dynesty")]
    | Annotated[Nautilus, Tag("nautilus")]
    | Annotated[Emcee, Tag("emcee")]
    | Annotated[Minuit, Tag("minuit")],
    Discriminator(_kind),
]
"""The table ``[sampler]`` of any of them."""

__all__ = ["DEFAULT_SAMPLER", "SAMPLERS", "Dynesty", "Emcee", "Minuit", "Nautilus", "Sampler", "SamplerTable"]
