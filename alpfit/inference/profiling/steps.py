"""Steps of ln L, as where a search ends: those that a prior holds, and in which bins of a profile they are."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.problem import Problem
from alpfit.inference.profiling.binning import prior_ends
from alpfit.inference.profiling.profile import Profile
from alpfit.inference.samples import Samples
from alpfit.likelihoods import Step

Steps = Mapping[str, Sequence[Step]]
"""By the name of the measurement."""

NO_STEPS: Steps = MappingProxyType({})


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


def steps_within(problem: Problem, samples: Samples) -> Steps:
    """The steps of each measurement that lie inside the prior; of a derived quantity, between the ``samples``.

    A quantity that is fixed has none.
    """
    ends = {name: prior_ends(prior) for name, prior in problem.priors.items()}
    ends |= {name: (float(values.min()), float(values.max())) for name, values in samples.derived.items()}
    found = {}
    for entry, steps in problem.likelihood.steps.items():
        inside = [s for s in steps if s.abscissa in ends and ends[s.abscissa][0] < s.place < ends[s.abscissa][1]]
        if inside:
            found[entry] = tuple(sorted(inside))
    return found


def in_a_sentence(steps: Steps) -> str:
    """All ``steps``, and what they mean for minimisation; empty without any."""
    places = sorted((step, entry) for entry, of_entry in steps.items() for step in of_entry)
    if not places:
        return ""
    return (
        f"ln L has steps at {', '.join(step.text(entry) for step, entry in places)}: where the best points of "
        "neighbouring bins lie on both sides of one, a profile steps with it, whatever its quantities are"
    )
