"""The profile likelihoods of a run, and the axes of its figures."""

from collections.abc import Iterator
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


def profiles_2d(configuration: Configuration, samples: Samples) -> Iterator[ProfileBin]:
    """Bins of every pair of sampled parameters, those of one pair after the other; none where there is but one."""
    for pair in combinations(samples.parameters, 2):
        yield from profile_of_pair(configuration, samples, pair)


def profile_of_pair(configuration: Configuration, samples: Samples, pair: tuple[str, str]) -> list[ProfileBin]:
    """Bins of two sampled parameters."""
    return profile(samples, pair, tuple(is_logarithmic(configuration, name) for name in pair), BINS_2D)
