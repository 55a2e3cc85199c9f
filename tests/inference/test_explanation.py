"""Does a model explain an excess: in the plane, where the answer can be worked out by hand."""

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


def test_the_same_seed_gives_the_same_answer(build):
    assert explain(build(EXCESS, VETO), seed=3) == explain(build(EXCESS, VETO), seed=3)
