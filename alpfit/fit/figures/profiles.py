"""The profile likelihoods of a run, and the axes of its figures."""

from itertools import combinations

from alpfit.config import Configuration
from alpfit.inference.profile import ProfileBin, profile
from alpfit.inference.samples import Samples

BINS_1D, BINS_2D = 50, 40
"""Bins of the profile likelihood from samples, along each axis."""


def is_logarithmic(configuration: Configuration, name: str) -> bool:
    """How to bin and draw a quantity: parameters as their prior says, derived ones as the scenario does."""
    priors = configuration.priors
    return priors[name].logarithmic if name in priors else configuration.build_scenario().observables[name].logarithmic


def profiles_1d(configuration: Configuration, samples: Samples) -> list[ProfileBin]:
    """Bins of every sampled parameter and derived quantity."""
    names = (*samples.parameters, *samples.derived)
    return [b for name in names for b in profile(samples, (name,), (is_logarithmic(configuration, name),), BINS_1D)]


def profiles_2d(configuration: Configuration, samples: Samples) -> list[ProfileBin]:
    """Bins of every pair of sampled parameters; none where there is but one."""
    pairs = list(combinations(samples.parameters, 2))
    bins = []
    for pair in pairs:
        logarithmic = tuple(is_logarithmic(configuration, name) for name in pair)
        bins += profile(samples, pair, logarithmic, BINS_2D)
    return bins
