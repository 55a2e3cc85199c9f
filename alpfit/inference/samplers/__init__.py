"""Samplers: a problem in, samples out."""

from alpfit.inference.samplers.base import FROM_PRIOR, SamplerOptions
from alpfit.inference.samplers.dynesty import Dynesty
from alpfit.inference.samplers.emcee import Emcee
from alpfit.inference.samplers.minuit import Minuit
from alpfit.inference.samplers.nautilus import Nautilus
from alpfit.numerics.registry import Registry

DEFAULT_SAMPLER = "nautilus"

SAMPLERS: Registry[type[SamplerOptions]] = Registry(
    "sampler",
    {
        "nautilus": Nautilus,
        "dynesty": Dynesty,
        "emcee": Emcee,
        "minuit": Minuit,
    },
)
"""The samplers, by the value of the key ``name`` of their table."""

__all__ = ["DEFAULT_SAMPLER", "FROM_PRIOR", "SAMPLERS", "Dynesty", "Emcee", "Minuit", "Nautilus", "SamplerOptions"]
