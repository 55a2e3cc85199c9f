"""Steps of ln L in the bins of a profile: which bin holds one, and what is said of it."""

import numpy as np
import pytest

from alpfit.inference.priors import LogUniform, Uniform
from alpfit.inference.profiling import Profile, confidence
from alpfit.inference.profiling.steps import in_words, inside_bins
from alpfit.likelihoods import Step

PRIORS = {
    "m": LogUniform(prior="log-uniform", min=1.0, max=16.0),
    "r": Uniform(prior="uniform", min=0.0, max=3.0),
}
EDGES = {"m": np.array([1.0, 2.0, 4.0, 8.0, 16.0]), "r": np.array([0.0, 1.0, 2.0, 3.0])}
STEPS = {
    "one": (Step("m", 3.0, "begins"), Step("m", 17.0, "ends")),
    "other": (Step("m", 3.5, "ends"), Step("m", 8.0, "begins")),
    "third": (Step("chi", 3.0, "ends"),),
}


def profile_of(*names):
    shape = tuple(EDGES[name].size - 1 for name in names)
    centres = np.meshgrid(*(0.5 * (EDGES[name][1:] + EDGES[name][:-1]) for name in names), indexing="ij")
    log_l = -0.5 * sum((centre - 1.5) ** 2 for centre in centres)
    columns = dict(zip(names, centres, strict=True))
    flags = np.ones(shape, dtype=bool)
    edges = tuple(EDGES[name] for name in names)
    return Profile(names, tuple(name == "m" for name in names), edges, log_l, flags, columns, {}, {}, refined=True)


def test_a_step_lies_inside_of_one_bin_and_at_an_edge_of_none():
    found = inside_bins(profile_of("m"), STEPS)
    assert [(entry, step.place, at) for entry, step, at in found] == [("one", 3.0, 1), ("other", 3.5, 1)]


def test_a_bin_says_what_it_holds():
    words = in_words(profile_of("m"), STEPS)
    assert words.tolist() == ["", "m = 3 (one begins); m = 3.5 (other ends)", "", ""]


@pytest.mark.parametrize("names", [("m", "r"), ("r", "m")])
def test_of_a_pair_all_bins_along_the_other_axis_hold_it(names):
    words = np.moveaxis(in_words(profile_of(*names), STEPS), names.index("m"), 0)
    assert words.shape == (4, 3)
    assert (words[1] == "m = 3 (one begins); m = 3.5 (other ends)").all()
    assert (np.delete(words, 1, axis=0) == "").all()


def test_of_other_quantities_nothing_is_said_of_a_bin():
    assert inside_bins(profile_of("r"), STEPS) == []
    assert set(in_words(profile_of("r"), STEPS)) == {""}


def test_the_notes_name_the_steps_inside_of_bins():
    note = "ln L steps inside of a bin, and is known there on one side, at m = 3 (one begins), m = 3.5 (other ends)"
    assert note in confidence(profile_of("m"), 0.0, PRIORS, STEPS).notes
    assert note in confidence(profile_of("r", "m"), 0.0, PRIORS, STEPS).notes
    assert not any("steps" in said for said in confidence(profile_of("r"), 0.0, PRIORS, STEPS).notes)
    assert not any("steps" in said for said in confidence(profile_of("m"), 0.0, PRIORS).notes)
