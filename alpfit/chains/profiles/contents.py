"""What the files of a profile likelihood are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from alpfit.chains.exports.base import ENTRY_PREFIX
from alpfit.chains.exports.names import plain_names
from alpfit.inference.profiling import Confidence, Contour, Profile
from alpfit.inference.profiling.profile import Array
from alpfit.inference.profiling.steps import Steps
from alpfit.scenarios import Quantity


@dataclass(frozen=True)
class ProfileContents:
    """Profiles against the best fit ``best``, whose ln L is ``top``; what they say, and what their quantities are.

    ``likelihoods`` are the names of the measurements, ``remarks`` sentences on how far to trust all of it. ``steps``
    are those of ln L by measurement, where they are known.
    """

    profiles: tuple[Profile, ...]
    best: Mapping[str, float]
    top: float
    confidences: tuple[Confidence, ...]
    contours: tuple[Contour, ...]
    quantities: Mapping[str, Quantity]
    likelihoods: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    steps: Steps = field(default_factory=dict)


def stems(profiles: tuple[Profile, ...]) -> list[str]:
    """What the files of each profile are called: its quantities as words."""
    plain = plain_names(dict.fromkeys(name for profile in profiles for name in profile.names))
    return ["-".join(plain[name] for name in profile.names) for profile in profiles]


def columns(profile: Profile) -> dict[str, Array]:
    """The points of a profile by the names of their columns."""
    by_entry = {ENTRY_PREFIX + name: values for name, values in profile.log_l_by_entry.items()}
    return {**profile.parameters, **profile.derived, **by_entry}


def bin_ends(profile: Profile) -> list[tuple[Array, Array]]:
    """Lower and upper ends of the bins along each axis, on the grid."""
    lower = np.meshgrid(*(edge[:-1] for edge in profile.edges), indexing="ij")
    upper = np.meshgrid(*(edge[1:] for edge in profile.edges), indexing="ij")
    return list(zip(lower, upper, strict=True))
