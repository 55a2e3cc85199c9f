"""Nested sampling of a problem whose evidence and posterior are known."""

import dataclasses

import numpy as np
import pytest
from pydantic import ValidationError

from alpfit.inference.priors import Uniform
from alpfit.inference.samplers import SAMPLERS
from alpfit.inference.session import Session


class Reports:
    """Remembers what it was told."""

    def __init__(self):
        self.received = []

    def update(self, report):
        self.received.append(report)

    def note(self, sentence):
        raise AssertionError(sentence)


def sampler(**options):
    return SAMPLERS["dynesty"](**{"n_live": 80, "dlogz": 0.2, **options})


def right_half(x, y):
    return x > 0.0


@pytest.fixture(scope="module")
def finished():
    """Runs by what they were made with, each made once."""
    return {}


@pytest.fixture
def run(finished, plane_problem):
    def once(seed, works=None):
        key = (seed, works)
        if key not in finished:
            problem = plane_problem() if works is None else plane_problem(works)
            finished[key] = sampler(seed=seed).run(Session(problem))
        return finished[key]

    return once


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_evidence_is_right(run, plane_log_z, seed):
    samples = run(seed)
    assert 0.0 < samples.log_z_error < 0.4
    assert abs(samples.log_z - plane_log_z) < 3.0 * samples.log_z_error


def test_the_posterior_has_the_right_mean_and_width(run):
    samples = run(1)
    for name, mean in (("x", 0.2), ("y", -0.3)):
        values = samples.parameters[name]
        assert np.average(values, weights=samples.weights) == pytest.approx(mean, abs=0.03)
        variance = np.average((values - mean) ** 2, weights=samples.weights)
        assert np.sqrt(variance) == pytest.approx(0.1, rel=0.25)


def test_weights_sum_to_one(run):
    assert run(1).weights.sum() == pytest.approx(1.0, rel=1e-12)


def test_derived_quantities_and_likelihoods_belong_to_their_sample(run):
    samples = run(1)
    x, y = samples.parameters["x"], samples.parameters["y"]
    np.testing.assert_array_equal(samples.derived["sum"], x + y)
    np.testing.assert_array_equal(samples.derived["difference"], x - y)
    assert tuple(samples.log_l_by_entry) == ("sum rule", "splitting")
    np.testing.assert_allclose(sum(samples.log_l_by_entry.values()), samples.log_l, rtol=1e-13)
    expected = -0.5 * ((x - 0.2) ** 2 + (y + 0.3) ** 2) / 0.1**2
    np.testing.assert_allclose(samples.log_l, expected, rtol=1e-9, atol=1e-12)


def test_samples_stay_inside_of_the_prior(run):
    for values in run(1).parameters.values():
        assert (np.abs(values) <= 1.0).all()


def test_the_same_seed_gives_the_same_samples_bit_for_bit(run, plane_problem):
    first, again = run(1), sampler(seed=1).run(Session(plane_problem()))
    np.testing.assert_array_equal(first.log_l, again.log_l)
    np.testing.assert_array_equal(first.log_weights, again.log_weights)
    for name, values in first.parameters.items():
        np.testing.assert_array_equal(values, again.parameters[name])
    assert (first.log_z, first.n_calls) == (again.log_z, again.n_calls)


def test_another_seed_gives_other_samples_and_the_same_evidence(run):
    first, other = run(1), run(2)
    assert first.log_l[-1] != other.log_l[-1]
    assert abs(first.log_z - other.log_z) < 3.0 * np.hypot(first.log_z_error, other.log_z_error)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_region_without_predictions_has_no_evidence(run, plane_problem, seed):
    # to the right of x = 0 lies half of the prior and Phi(0.2/0.1) = 0.97725 of the Gaussian
    samples = run(seed, right_half)
    expected = np.log(2.0 * np.pi * 0.1**2 / 4.0) + np.log(0.97725)
    assert abs(samples.log_z - expected) < 3.0 * samples.log_z_error


def test_no_sample_is_without_a_prediction(run):
    samples = run(1, right_half)
    assert (samples.parameters["x"] > 0.0).all()
    assert np.isfinite(samples.log_l).all()
    assert np.isfinite(samples.derived["sum"]).all()
    assert samples.weights.sum() == pytest.approx(1.0, rel=1e-12)


def test_progress_is_reported_with_rising_calls_and_a_shrinking_remainder(plane_problem):
    reports = Reports()
    samples = sampler(seed=1, n_live=40, dlogz=1.0).run(Session(plane_problem(), progress=reports))
    calls = [report.n_calls for report in reports.received]
    assert len(calls) > 40
    assert calls == sorted(calls)
    assert calls[0] < calls[-1]
    assert calls[-1] == samples.n_calls
    first, last = reports.received[1], reports.received[-1]
    assert first.values["remaining Δ ln Z"] > last.values["remaining Δ ln Z"]
    assert first.fraction_left > last.fraction_left >= 0.0
    assert all(dataclasses.asdict(report).keys() == dataclasses.asdict(last).keys() for report in reports.received)


def test_it_stops_at_the_greatest_number_of_calls(plane_problem):
    limited = sampler(seed=1, n_live=40, max_calls=150).run(Session(plane_problem()))
    unlimited = sampler(seed=1, n_live=40).run(Session(plane_problem()))
    # an iteration that has begun is ended, and so are the walks beside it
    assert limited.n_calls < 150 + 5 * 26 < unlimited.n_calls
    (sentence,) = limited.shortfalls
    assert sentence.startswith("the live points may still add ")
    assert sentence.endswith(" to ln Z, dlogz = 0.2: raise max_calls")
    assert unlimited.shortfalls == ()


@pytest.mark.parametrize("proposal", ["auto", "unif", "rwalk", "slice", "rslice"])
@pytest.mark.parametrize("bound", ["none", "single", "multi"])
def test_every_kind_of_proposal_gives_the_evidence(plane_problem, plane_log_z, proposal, bound):
    options = {"seed": 3, "n_live": 40, "dlogz": 0.5, "sample": proposal, "bound": bound}
    samples = sampler(**options).run(Session(plane_problem()))
    assert abs(samples.log_z - plane_log_z) < 4.0 * samples.log_z_error


def test_a_single_parameter_can_be_sampled(plane_problem):
    samples = sampler(seed=1, n_live=40).run(Session(plane_problem(fixed={"y": -0.3})))
    assert tuple(samples.parameters) == ("x",)
    assert abs(samples.log_z - np.log(np.sqrt(2.0 * np.pi) * 0.1 / 2.0)) < 3.0 * samples.log_z_error


def test_longer_walks_take_more_calls(plane_problem):
    short, long = (
        sampler(seed=1, n_live=40, dlogz=1.0, sample="rwalk", walks=walks).run(Session(plane_problem()))
        for walks in (4, 100)
    )
    # 60 steps took 1.8 to 2.7 times as many in five seeds; at first points are drawn without walks
    assert long.n_calls > 1.2 * short.n_calls


@pytest.mark.parametrize(("proposal", "length"), [("rwalk", "slices"), ("slice", "walks"), ("unif", "walks")])
def test_lengths_are_given_only_with_their_kind_of_proposal(proposal, length):
    with pytest.raises(ValidationError, match=f"{length} needs sample = "):
        sampler(sample=proposal, **{length: 5})


@pytest.mark.parametrize("n_live", [60, 120])
def test_the_queue_does_not_decide_the_evidence(plane_problem, plane_log_z, n_live):
    for queue_size in (1, 3, 40):
        options = {"seed": 4, "n_live": n_live, "dlogz": 0.5, "queue_size": queue_size}
        samples = sampler(**options).run(Session(plane_problem()))
        assert abs(samples.log_z - plane_log_z) < 4.0 * samples.log_z_error, queue_size


def test_a_batch_is_as_large_as_the_queue(plane_problem):
    sizes = []
    session = Session(plane_problem())
    evaluate = session.evaluate
    session.evaluate = lambda theta: (sizes.append(len(theta)), evaluate(theta))[1]
    sampler(seed=1, n_live=80, queue_size=16).run(session)
    assert sizes[0] == 80  # the first live points
    assert max(sizes[1:]) == 16
    # where walks have different lengths the last ones are alone: 7.5 to 9.2 in 15 seeds
    assert np.mean(sizes[1:]) > 5


def test_dynamic_sampling_goes_on_until_there_are_enough_samples(plane_problem, plane_log_z):
    samples = sampler(seed=2, n_live=40, dynamic=True, n_effective=600).run(Session(plane_problem()))
    assert samples.n_eff > 550
    assert abs(samples.log_z - plane_log_z) < 3.0 * samples.log_z_error
    assert samples.shortfalls == ()
    short = sampler(seed=2, n_live=40, dynamic=True, n_effective=600, max_calls=1500).run(Session(plane_problem()))
    assert short.shortfalls[0].endswith("effective samples, n_effective = 600: raise max_calls")


def test_the_second_error_of_the_evidence_is_like_the_first(run):
    samples = run(1)
    # 0.56 to 0.84 in nine seeds
    assert 1.0 / 3.0 < samples.diagnostics["error of ln Z, resampled"] / samples.log_z_error < 3.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_insertion_ranks_are_uniform(run, seed):
    samples = run(seed)
    # one in ten thousand seeds has less by chance; ranks that are not uniform, far less: test_diagnostics.py
    assert samples.diagnostics["insertion rank p-value"] > 1e-4
    born = samples.log_l_birth
    assert (born < samples.log_l).all()
    assert np.count_nonzero(born == -np.inf) == 80


def test_a_periodic_parameter_lets_walks_cross_its_ends(plane_problem):
    # half as wide as the peak, so that many steps of the walks lead out of the prior, and both ends are likely
    narrow = {"x": Uniform(prior="uniform", min=0.15, max=0.25), "y": Uniform(prior="uniform", min=-1.0, max=1.0)}
    problem = dataclasses.replace(plane_problem(), priors=narrow)
    periodic, reflective, plain = (
        sampler(seed=1, n_live=40, dlogz=0.05, **options).run(Session(problem))
        for options in ({"periodic": ("x",)}, {"reflective": ("x",)}, {})
    )
    assert len({tuple(run.log_l) for run in (periodic, reflective, plain)}) == 3
    with pytest.raises(ValidationError, match="x is both periodic and reflective"):
        sampler(periodic=("x",), reflective=("y", "x"))


def test_n_effective_is_for_dynamic_runs():
    with pytest.raises(ValidationError, match="n_effective needs dynamic = true"):
        sampler(n_effective=100)
