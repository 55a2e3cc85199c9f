"""Samples of one Gaussian reweighted to another, whose mean, width and evidence are known."""

import dataclasses

import numpy as np
import pytest

from alpfit.errors import AlpfitError
from alpfit.inference.batches import evaluate_batch, samples_of
from alpfit.inference.problem import Problem
from alpfit.inference.reweighting import PARETO_K, pareto_k, reweighted, tail_matters
from alpfit.inference.samples import Samples

CENTRE, SIGMA = np.array([0.2, -0.3]), 0.1


def sampled(problem, log_z, n=20_000):
    """Independent draws from the posterior of the plane problem."""
    theta = np.random.default_rng(4).normal(CENTRE, SIGMA, (n, 2))
    batch = evaluate_batch(problem, theta)
    return theta, Samples(
        **samples_of(problem, theta, batch.columns),
        log_l=batch.log_l,
        log_weights=np.full(n, -np.log(n)),
        log_z=log_z,
        log_z_error=0.02,
        n_calls=3 * n,
        log_l_birth=np.full(n, -np.inf),
        shortfalls=("it was short",),
    )


def moved(problem: Problem, value: float, sigma: float):
    """The same problem with another measurement of the sum."""
    first, second = problem.likelihood.measurements
    measurements = (dataclasses.replace(first, value=value, sigma=sigma), second)
    return dataclasses.replace(problem, likelihood=dataclasses.replace(problem.likelihood, measurements=measurements))


@pytest.fixture
def case(plane_problem, plane_log_z):
    problem = plane_problem()
    return problem, *sampled(problem, plane_log_z)


def test_mean_width_and_evidence_are_those_of_the_other_gaussian(case, plane_log_z):
    problem, theta, samples = case
    other = moved(problem, -0.05, 0.1)
    new = reweighted(samples, other, theta, evaluate_batch(other, theta))
    total = new.parameters["x"] + new.parameters["y"]
    mean = np.average(total, weights=new.weights)
    assert mean == pytest.approx(-0.05, abs=4.0 * 0.1 / np.sqrt(new.n_eff))
    assert np.sqrt(np.average((total - mean) ** 2, weights=new.weights)) == pytest.approx(0.1, rel=0.03)
    expected = plane_log_z + np.log(0.1 / (np.sqrt(2.0) * SIGMA))
    assert new.log_z == pytest.approx(expected, abs=4.0 * np.sqrt(1.0 / new.n_eff))
    np.testing.assert_array_equal(new.log_l, sum(new.log_l_by_entry.values()))


def test_the_error_of_the_evidence_is_the_scatter_of_the_ratio(case):
    """Ten parts of the samples, each reweighted by itself, scatter as each of them claims."""
    problem, theta, samples = case
    other = moved(problem, 0.1, 0.1)
    parts = np.split(np.arange(len(theta)), 10)

    def part(index):
        columns = {name: values[index] for name, values in samples.parameters.items()}
        few = dataclasses.replace(
            samples, parameters=columns, log_l=samples.log_l[index],
            log_weights=np.full(index.size, -np.log(index.size)), log_z_error=0.0,
        )  # fmt: skip
        return reweighted(few, other, theta[index], evaluate_batch(other, theta[index]))

    ratios = [part(index) for index in parts]
    scatter = np.std([new.log_z for new in ratios], ddof=1)
    claimed = np.mean([new.log_z_error for new in ratios])
    assert 0.5 < scatter / claimed < 2.0
    whole = reweighted(samples, other, theta, evaluate_batch(other, theta))
    assert whole.log_z_error == pytest.approx(np.hypot(0.02, claimed / np.sqrt(10.0)), rel=0.1)


def test_no_change_changes_nothing(case, plane_log_z):
    problem, theta, samples = case
    new = reweighted(samples, problem, theta, evaluate_batch(problem, theta))
    np.testing.assert_allclose(new.weights, samples.weights, rtol=1e-12)
    assert (new.log_z, new.log_z_error) == (pytest.approx(plane_log_z, rel=1e-12), pytest.approx(0.02, rel=1e-12))
    assert new.shortfalls == ("it was short",)
    assert (new.log_l_birth, new.n_calls) == (None, len(theta))


def test_a_likelihood_that_lies_elsewhere_is_told(case):
    problem, theta, samples = case
    far = moved(problem, 0.9, 0.05)
    new = reweighted(samples, far, theta, evaluate_batch(far, theta))
    assert new.n_eff < 400.0
    assert [sentence for sentence in new.shortfalls if "effective samples" in sentence]
    assert [sentence for sentence in new.shortfalls if "of the weight" in sentence]
    assert new.diagnostics["effective samples before"] == pytest.approx(len(theta), rel=1e-9)


def test_samples_without_a_likelihood_are_left_out_and_cost_evidence(plane_problem, plane_log_z):
    problem = plane_problem()
    theta, samples = sampled(problem, plane_log_z)
    half = plane_problem(lambda x, y: x < CENTRE[0])
    new = reweighted(samples, half, theta, evaluate_batch(half, theta))
    assert new.parameters["x"].max() < CENTRE[0]
    assert new.log_z == pytest.approx(plane_log_z + np.log(0.5), abs=0.03)


def test_without_an_evidence_there_is_none_afterwards(case):
    problem, theta, samples = case
    samples = dataclasses.replace(samples, log_z=None, log_z_error=None)
    new = reweighted(samples, problem, theta, evaluate_batch(problem, theta))
    assert (new.log_z, new.log_z_error) == (None, None)


def test_no_sample_with_a_likelihood_is_an_error(plane_problem, plane_log_z):
    theta, samples = sampled(plane_problem(), plane_log_z, n=20)
    nowhere = plane_problem(lambda x, y: False)
    with pytest.raises(AlpfitError, match="no sample of the run"):
        reweighted(samples, nowhere, theta, evaluate_batch(nowhere, theta))


def ratios(k, n, rng):
    """Logarithms of weights with a tail of the shape ``k``: of a generalised Pareto distribution."""
    u = rng.random(n)
    return np.log((u**-k - 1.0) / k)


@pytest.mark.parametrize("k", [0.2, 0.5, 0.9])
def test_k_hat_is_the_shape_of_the_weights_tail(k):
    found = [pareto_k(ratios(k, 20_000, np.random.default_rng(seed)))[PARETO_K] for seed in range(5)]
    assert np.mean(found) == pytest.approx(k, abs=0.1)


def test_a_tail_counts_where_the_weights_have_changed(case):
    problem, theta, samples = case
    far = moved(problem, 0.9, 0.02)
    new = reweighted(samples, far, theta, evaluate_batch(far, theta))
    assert new.diagnostics[PARETO_K] > 0.7
    assert any("Pareto k-hat of the weights is" in sentence for sentence in new.shortfalls)
    hardly = dataclasses.replace(
        samples, diagnostics={PARETO_K: 0.9, "effective samples before": samples.n_eff}, shortfalls=()
    )
    assert not tail_matters(hardly)


@pytest.mark.parametrize(
    ("k", "n", "expected"),
    [
        (0.2, 200, 0.39867339557916637),
        (0.9, 200, 0.9214059282035868),
        (0.2, 4761, 0.22812559710310318),
        (0.9, 4761, 0.8343862116176408),
    ],
)
def test_k_hat_is_that_of_arviz_0_23(k, n, expected):
    """Where 3 sqrt(n) is a whole number: else it took one weight more for the tail."""
    assert pareto_k(ratios(k, n, np.random.default_rng(1)))[PARETO_K] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("log_weights", [np.zeros(1), np.zeros(20), np.zeros(1000), np.r_[np.zeros(999), 50.0]])
def test_k_hat_of_few_or_equal_weights_is_not_known(log_weights):
    assert pareto_k(log_weights) == {}
