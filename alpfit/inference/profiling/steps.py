"""Steps of ln L, as where a search ends, in the bins of a profile."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.profiling.profile import Profile
from alpfit.likelihoods import Step

Steps = Mapping[str, Sequence[Step]]
"""By the name of the measurement."""


def inside_bins(profile: Profile, steps: Steps) -> list[tuple[str, Step, int]]:
    """The steps that lie inside of a bin of one of the axes: measurement, step, and the index of the bin."""
    found = []
    for name, edges in zip(profile.names, profile.edges, strict=True):
        for entry, of_entry in steps.items():
            for step in of_entry:
                at = int(np.searchsorted(edges, step.place)) - 1
                if step.abscissa == name and 0 <= at < edges.size - 1 and step.place < edges[at + 1]:
                    found.append((entry, step, at))
    return found


def in_words(profile: Profile, steps: Steps) -> NDArray[np.object_]:
    """For each bin of ``profile`` the steps inside of it; empty where there is none."""
    words: NDArray[np.object_] = np.full(profile.shape, "", dtype=object)
    for entry, step, at in inside_bins(profile, steps):
        here = np.moveaxis(words, profile.names.index(step.abscissa), 0)[at : at + 1]
        here[...] = np.where(here == "", "", here + "; ") + step.text(entry)
    return words
