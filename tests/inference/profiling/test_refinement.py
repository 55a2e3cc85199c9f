"""Refined profiles of problems whose profile is known."""

from functools import partial

import numpy as np
import pytest
from toys import Correlated, Memory, Twins, correlated, crescents, gaussian, line, rough, twins

from alpfit.inference.batches import evaluate_batch
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.parallel import EXECUTORS, Job, Parallel
from alpfit.inference.profiling import Plan, refined_profiles, sampled_profiles
from alpfit.inference.session import Session

PLANS = [
    Plan(("x", "g"), (False, True), (12, 10)),
    Plan(("x",), (False,), (20,)),
    Plan(("g",), (True,), (20,)),
]
AXES = {"x": 0, "g": 1, "u": 2}


@pytest.fixture(scope="module")
def refined(samples_from_prior):
    problem = correlated()
    samples = samples_from_prior(problem)
    return samples, refined_profiles(Session(problem), samples, PLANS)


def assert_equal(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.log_l, b.log_l)
        np.testing.assert_array_equal(a.converged, b.converged)
        for name in a.parameters:
            np.testing.assert_array_equal(a.parameters[name], b.parameters[name])


@pytest.mark.parametrize("which", range(len(PLANS)), ids=lambda k: "-".join(PLANS[k].names))
def test_the_profile_of_a_gaussian_is_that_of_the_marginal_covariance(refined, which):
    profile = refined[1][which]
    axes = [(AXES[name], x) for name, x in zip(profile.names, profile.coordinates, strict=True)]
    expected = Correlated().minus_two_delta(*axes)
    inside = np.abs(profile.parameters["u"]) < 0.98  # beyond, the prior of u ends before the maximum
    assert inside.mean() > 0.6
    assert profile.converged[inside].all()
    np.testing.assert_allclose(profile.minus_two_delta(0.0)[inside], expected[inside], atol=1e-3)
    assert (profile.minus_two_delta(0.0) >= expected - 1e-9).all()


def test_it_is_never_below_the_samples(refined):
    samples, profiles = refined
    for profile, sampled in zip(profiles, sampled_profiles(samples, PLANS, correlated().priors), strict=True):
        for one, other in zip(profile.edges, sampled.edges, strict=True):
            np.testing.assert_array_equal(one, other)
        assert (profile.log_l >= np.nan_to_num(sampled.log_l, nan=-np.inf)).all()
        assert np.nanmedian(profile.log_l - sampled.log_l) > 0.1


def test_each_point_lies_in_its_bin_and_has_the_likelihood_that_it_says(refined):
    problem = correlated()
    for profile in refined[1]:
        theta = np.stack([profile.parameters[name].ravel() for name in problem.names], axis=1)
        np.testing.assert_allclose(problem.evaluate(theta).log_l, profile.log_l.ravel(), rtol=1e-12)
        for k, (edge, position) in enumerate(zip(profile.edges, profile.positions, strict=True)):
            along = np.moveaxis(position, k, 0).reshape(edge.size - 1, -1)
            assert (along >= edge[:-1, None] - 1e-12).all()
            assert (along <= edge[1:, None] + 1e-12).all()


def test_the_best_fit_is_found_from_any_samples_and_is_in_every_profile(samples_from_prior):
    problem = correlated()
    for seed in (1, 2, 3):
        profiles = refined_profiles(Session(problem), samples_from_prior(problem, 300, seed), PLANS[1:])
        for profile in profiles:
            assert profile.top == pytest.approx(0.0, abs=1e-3)


def test_the_better_of_two_modes_spreads_from_the_one_bin_that_knows_it(samples_at):
    problem = twins()
    x = np.linspace(-1.9, 1.9, 200)
    left = np.stack([x, np.full(200, -1.05)], axis=1)
    samples = samples_at(problem, np.concatenate([left, [[1.5, 1.0]]]))
    (profile,) = refined_profiles(Session(problem), samples, [Plan(("x",), (False,), (31,))])
    np.testing.assert_allclose(profile.log_l, Twins().profile(profile.positions[0]), atol=2e-3)
    assert (np.sign(profile.parameters["y"]) == np.sign(profile.positions[0]))[
        np.abs(profile.positions[0]) > 0.01
    ].all()


def test_bins_without_a_sample_are_filled(samples_at):
    problem = correlated()
    theta = np.array([[-0.9, np.exp(-2.9), -0.9], [0.0, 0.4, 0.0], [0.9, np.exp(0.9), 0.9]])
    (profile,) = refined_profiles(Session(problem), samples_at(problem, theta), PLANS[:1])
    assert profile.known.all()
    centres = 0.5 * (profile.edges[0][1:] + profile.edges[0][:-1])
    assert np.isclose(profile.positions[0], centres[:, None], rtol=1e-9).mean() > 0.9
    expected = Correlated().minus_two_delta(*zip((0, 1), profile.coordinates, strict=True))
    near = expected < 9.0
    np.testing.assert_allclose(profile.minus_two_delta(0.0)[near], expected[near], atol=1e-3)


def test_where_there_is_no_likelihood_there_is_no_point(samples_from_prior):
    problem = correlated(wall=0.3)
    samples = samples_from_prior(problem)
    samples.parameters["x"][0] = 0.999  # so that the grid reaches beyond the wall
    (profile,) = refined_profiles(Session(problem), samples, [Plan(("x",), (False,), (20,))])
    beyond = profile.edges[0][:-1] > 0.3
    assert np.isnan(profile.log_l[beyond][:-1]).all()
    assert not profile.converged[beyond].any()
    assert profile.converged[profile.edges[0][1:] < 0.3].all()


def test_a_minimum_that_is_none_has_not_converged(samples_from_prior):
    problem = rough()
    (profile,) = refined_profiles(Session(problem), samples_from_prior(problem, 200), [Plan(("x",), (False,), (8,))])
    assert profile.known.all()
    assert not profile.converged.any()


@pytest.mark.parametrize(("problem", "names"), [(line(), ("x",)), (gaussian(), ("x", "y"))], ids=["one", "two"])
def test_with_nothing_left_to_vary_the_likelihood_itself_is_the_profile(problem, names, samples_from_prior):
    plan = Plan(names, tuple(problem.priors[name].logarithmic for name in names), (6,) * len(names))
    (profile,) = refined_profiles(Session(problem), samples_from_prior(problem, 400), [plan])
    assert profile.converged.all()
    assert profile.top == pytest.approx(0.0, abs=1e-3)


# Interrupts, workers


class After(Interrupts):
    """Arrives when it has been looked at ``n`` times."""

    def __init__(self, n):
        super().__init__()
        self.left = n

    @property
    def arrived(self):
        self.left -= 1
        if self.left < 0:
            self._number = 15
        return self.left < 0


def test_interrupted_again_and_again_it_ends_as_if_left_alone(samples_from_prior):
    problem, plans = crescents(), [Plan(("x",), (False,), (15,)), Plan(("x", "y"), (False, False), (4, 4))]
    samples, alone, memory = samples_from_prior(problem, 200), Session(crescents()), Memory()
    expected, legs = refined_profiles(alone, samples, plans), 0
    while True:
        session = Session(problem, store=memory, interrupts=After(30))
        try:
            found = refined_profiles(session, samples, plans)
            break
        except Interrupted:
            legs += 1
    assert legs > 2
    assert_equal(found, expected)
    assert session.account.n_calls == alone.account.n_calls


@pytest.mark.parametrize(("executor", "workers"), [("threads", 1), ("threads", 3), ("processes", 2)])
def test_the_number_of_workers_makes_no_difference(executor, workers, samples_from_prior):
    problem, parallel = correlated(), Parallel(executor=executor, workers=workers)
    samples, plans = samples_from_prior(problem, 200), [Plan(("x", "g"), (False, True), (4, 3))]
    with EXECUTORS[executor](Job(partial(evaluate_batch, problem), parallel, Interrupts())) as evaluate:
        found = refined_profiles(Session(problem, evaluate=evaluate), samples, plans)
    assert_equal(found, refined_profiles(Session(problem), samples, plans))
