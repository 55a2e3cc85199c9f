"""Does a model explain an excess: in the plane, where the answer can be worked out by hand."""

import numpy as np
import pytest

from alpfit.inference.explanation import explain
from alpfit.inference.priors import Uniform
from alpfit.inference.problem import Problem


@pytest.fixture
def build(plane_problem):
    """Problems in the plane with Gaussian measurements ``(name, observable, value, sigma)``."""
    plane = plane_problem()
    measurement, likelihood = type(plane.likelihood.measurements[0]), type(plane.likelihood)

    def problem(*entries):
        priors = {name: Uniform(prior="uniform", min=-1.0, max=1.0) for name in ("x", "y")}
        return Problem(plane.scenario, likelihood(tuple(measurement(*entry) for entry in entries)), priors)

    return problem


EXCESS, VETO = ("excess", "sum", 0.5, 0.1), ("veto", "sum", 0.0, 0.1)


def test_a_measurement_that_is_contradicted_is_explained_half_way(build):
    # without a signal the sum is 0: ln L = -12.5; half way, at 0.25, both lose 3.125
    answer = explain(build(EXCESS, VETO), seed=1)
    assert answer.without_signal == pytest.approx({"excess": -12.5, "veto": 0.0})
    assert answer.best.log_l == pytest.approx({"excess": -3.125, "veto": -3.125}, abs=1e-2)
    assert answer.gain == pytest.approx(6.25, abs=1e-3)


def test_what_wants_a_signal_is_found_and_what_it_would_gain_alone(build):
    answer = explain(build(EXCESS, VETO), seed=1)
    assert answer.wanting == ("excess",)
    assert answer.gain_alone == pytest.approx(12.5, abs=1e-3)


def test_the_point_that_explains_it_names_what_speaks_against(build):
    # within 1/2 of its best, at a sum of 0.4, where the veto has -8
    answer = explain(build(EXCESS, VETO), seed=1)
    assert answer.explaining.log_l["veto"] == pytest.approx(-8.0, abs=0.05)
    assert next(iter(answer.losses)) == "veto"
    assert answer.losses["veto"] == pytest.approx(-8.0, abs=0.05)


def test_dropping_the_veto_gives_the_whole_gain_and_dropping_the_excess_none(build):
    answer = explain(build(EXCESS, VETO), seed=1)
    assert answer.gain_without["veto"] == pytest.approx(12.5, abs=1e-3)
    assert answer.gain_without["excess"] == pytest.approx(0.0, abs=1e-3)


def test_without_an_excess_nothing_wants_a_signal(build):
    answer = explain(build(VETO), seed=1)
    assert answer.wanting == ()
    assert answer.explaining is None
    assert answer.losses == {}
    assert answer.gain == pytest.approx(0.0, abs=1e-3)


def test_what_means_nothing_without_a_signal_is_not_compared(build):
    answer = explain(build(EXCESS, ("splitting", "difference", 0.3, 0.1)), seed=1)
    assert answer.entries == ("excess",)
    assert answer.best.log_l["splitting"] == pytest.approx(0.0, abs=1e-3)


NARROW = [("ridge", "sum", 0.5, 1e-5), ("place", "difference", 0.3, 1e-5)]
"""As a relic density that is known to a per mille: of a scan no point is near it."""

IDLE = ("idle", "sum", 0.5, 1e3)
"""It has no preference."""


@pytest.mark.parametrize("seed", range(4))
def test_no_point_of_the_answer_is_better_than_the_best_fit(build, seed):
    problem = build(EXCESS, VETO, *NARROW, IDLE)
    answer = explain(problem, seed)
    best = answer.best.total(problem.entries)
    assert best >= answer.explaining.total(problem.entries)
    assert best == pytest.approx(-12.5, abs=1e-3)  # the veto's: all others are met
    for dropped, gain in answer.gain_without.items():
        kept = [name for name in answer.entries if name != dropped]
        assert gain >= answer.best.total(kept) - sum(answer.without_signal[name] for name in kept)


def test_dropping_what_has_no_preference_changes_nothing(build):
    answer = explain(build(EXCESS, VETO, *NARROW, IDLE), seed=1)
    assert answer.gain_without["idle"] == pytest.approx(answer.gain, abs=1e-4)


def test_what_is_known_before_is_not_lost(build):
    """Two needles that no scan finds: the better one is known."""
    problem = build(EXCESS, ("needle", "difference", 0.3, 1e-9))
    known = np.array([[0.4, 0.1]])  # whose sum is 0.5, and whose difference is 0.3
    assert explain(problem, 1, known).best.total(problem.entries) == pytest.approx(0.0, abs=1e-6)


def test_the_same_seed_gives_the_same_answer(build):
    assert explain(build(EXCESS, VETO), seed=3) == explain(build(EXCESS, VETO), seed=3)
