"""Ensembles of walkers: where they start, and what they say when they have not arrived."""

import numpy as np
import pytest
from toys import gaussian, line, ridges

from alpfit.errors import AlpfitError, ConfigurationError
from alpfit.inference.problem import Problem
from alpfit.inference.samplers import Emcee
from alpfit.inference.session import Session


def test_it_says_that_it_has_not_found_its_way_between_the_ridges():
    # walkers hardly ever cross from one mode to another: 10 000 steps of 64 walkers are not enough either
    samples = Emcee(seed=1, n_walkers=16, max_steps=300).run(Session(ridges()))
    assert any("R-hat" in sentence for sentence in samples.shortfalls)
    assert any("autocorrelation time" in sentence for sentence in samples.shortfalls)


class StartingSession(Session):
    """A session that knows the samples of another run."""

    def __init__(self, problem, points):
        Session.__init__(self, problem)
        self.points = points

    def start_points(self, path):
        assert path == "chains/first"
        return self.points


def test_walkers_start_at_the_best_distinct_points_of_another_run():
    rng = np.random.default_rng(1)
    x, y = rng.normal(0.2, 0.1, 40), np.exp(rng.normal(-0.3, 0.2, 40))
    session = StartingSession(gaussian(), {"x": np.repeat(x, 2), "y": np.repeat(y, 2)})
    options = {"n_walkers": 16, "max_steps": 10, "start": "chains/first"}
    samples = Emcee(**options).run(session)
    assert samples.n_chains == 16
    assert session.account.n_calls <= 16 * 11

    with pytest.raises(AlpfitError, match="10 of 10 points in chains/first have a likelihood, n_walkers = 16"):
        Emcee(**options).run(StartingSession(gaussian(), {"x": x[:10], "y": y[:10]}))
    with pytest.raises(ConfigurationError, match="has no samples of y"):
        Emcee(**options).run(StartingSession(gaussian(), {"x": x}))


def test_too_few_walkers_are_an_error():
    with pytest.raises(ConfigurationError, match=r"n_walkers = 8: .* 5 parameters, 10 or more"):
        Emcee(n_walkers=8).run(Session(_many()))


def _many():
    problem = line()
    return Problem(problem.scenario, problem.likelihood, {f"x{i}": problem.priors["x"] for i in range(5)})
