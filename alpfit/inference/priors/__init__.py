"""Prior densities of one parameter; :mod:`alpfit.inference.joint` has those of several."""

from alpfit.inference.priors.base import NARROWEST, Bounded, Finite, Positive, Prior
from alpfit.inference.priors.beta import Beta
from alpfit.inference.priors.normal import HalfNormal, LogNormal, Normal, TruncatedNormal
from alpfit.inference.priors.tabulated import Tabulated
from alpfit.inference.priors.uniform import LogUniform, Uniform
from alpfit.numerics.registry import Registry

PRIORS: Registry[type[Prior]] = Registry(
    "prior",
    {
        "uniform": Uniform,
        "log-uniform": LogUniform,
        "normal": Normal,
        "log-normal": LogNormal,
        "truncated-normal": TruncatedNormal,
        "half-normal": HalfNormal,
        "beta": Beta,
        "tabulated": Tabulated,
    },
)
"""The priors, by the value of the key ``prior`` of their table."""

__all__ = [
    "NARROWEST",
    "PRIORS",
    "Beta",
    "Bounded",
    "Finite",
    "HalfNormal",
    "LogNormal",
    "LogUniform",
    "Normal",
    "Positive",
    "Prior",
    "Tabulated",
    "TruncatedNormal",
    "Uniform",
]
