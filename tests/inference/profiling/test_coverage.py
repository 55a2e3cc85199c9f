"""Coverage of intervals where it is known: a Gaussian measurement, away from the end of a prior and on it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from alpfit.inference.batches import evaluate_batch, samples_of
from alpfit.inference.priors import Uniform
from alpfit.inference.problem import Problem
from alpfit.inference.profiling.coverage import Coverage, coverage, not_drawn
from alpfit.inference.samples import Samples
from alpfit.likelihoods import JointLikelihood, Measurement
from alpfit.likelihoods.forms.gaussian import Gaussian
from alpfit.likelihoods.forms.upper_limit import UpperLimit
from alpfit.scenarios import Predictions, Quantity


@dataclass(frozen=True)
class Sums:
    """Predicts x + y and x - y."""

    optional = {}  # noqa: RUF012
    headline = ()
    parameters = {name: Quantity(name, "", name) for name in ("x", "y")}  # noqa: RUF012
    observables = {name: Quantity(name, "", name) for name in ("sum", "difference")}  # noqa: RUF012

    def predict(self, points):
        x, y = points["x"], points["y"]
        return Predictions({"sum": x + y, "difference": x - y}, ("",) * x.size)


def measurement(name, form):
    return Measurement(name, name, "toy", ("sums",), "gaussian", form, source=None, digest="")


def gaussian(observable, sigma=0.2):
    return Gaussian(observable=observable, value=0.0, errors_up=[sigma], errors_down=[sigma])


@pytest.fixture(scope="module")
def problem():
    """Both sums are measured as 0 +- 0.2."""
    both = tuple(measurement(name, gaussian(name)) for name in ("sum", "difference"))
    prior = Uniform(prior="uniform", min=-2.0, max=2.0)
    return Problem(Sums(), JointLikelihood(both), {"x": prior, "y": prior})


@pytest.fixture(scope="module")
def samples(problem):
    theta = np.random.default_rng(2).normal(0.0, 0.2, (300, 2))
    theta = np.clip(theta, -1.9, 1.9)
    batch = evaluate_batch(problem, theta)
    n = len(theta)
    return Samples(
        **samples_of(problem, theta, batch.columns), log_l=batch.log_l, log_weights=np.full(n, -np.log(n)),
        log_z=None, log_z_error=None, n_calls=n,
    )  # fmt: skip


def test_of_a_gaussian_the_coverage_is_what_the_level_says(problem, samples):
    seen = []
    found = coverage(
        problem, samples, {"x": 0.1, "y": -0.1}, [("x",), ("x", "y")], 80, 5, lambda *now: seen.append(now)
    )
    assert [done for done, _ in seen] == list(range(1, 81))
    assert all(10 < after - before < 2000 for (_, before), (_, after) in pairwise(seen))
    assert [(c.names, c.level) for c in found] == [
        (("x",), "68.3 %"), (("x",), "95.4 %"), (("x", "y"), "68.3 %"), (("x", "y"), "95.4 %"),
    ]  # fmt: skip
    for c in found:
        assert c.share == pytest.approx(float(c.level.split()[0]) / 100.0, abs=3.5 * c.error)
        assert c.n_toys == 80
        assert c.losses.min() >= 0.0
    assert np.mean(found[0].losses) == pytest.approx(1.0, abs=0.6)
    assert np.mean(found[2].losses) == pytest.approx(2.0, abs=0.9)


def test_at_the_end_of_a_prior_intervals_hold_the_truth_too_often(problem, samples):
    """The best fit cannot lie beyond the end: half of the losses are zero, and 1 - 0.317/2 is the share."""
    at_end = Problem(
        problem.scenario, problem.likelihood,
        {"x": Uniform(prior="uniform", min=0.0, max=2.0), "y": problem.priors["y"]},
    )  # fmt: skip
    inside = samples.parameters["x"] > 0.0
    few = Samples(
        {name: v[inside] for name, v in samples.parameters.items()},
        {name: v[inside] for name, v in samples.derived.items()},
        {name: v[inside] for name, v in samples.log_l_by_entry.items()},
        samples.log_l[inside], samples.log_weights[inside], None, None, 1,
    )  # fmt: skip
    (narrow, _) = coverage(at_end, few, {"x": 0.0, "y": 0.0}, [("x",)], 60, 3, lambda done, n_calls: None)
    assert np.mean(narrow.losses < 1e-3) == pytest.approx(0.5, abs=0.2)
    assert narrow.share == pytest.approx(0.84, abs=0.14)
    assert narrow.share > 0.7


def test_a_toy_is_the_same_however_many_there_are(problem, samples):
    truth, groups = {"x": 0.0, "y": 0.0}, [("x",)]
    few, more = (coverage(problem, samples, truth, groups, n, 5, lambda done, n_calls: None)[0].losses for n in (2, 4))
    np.testing.assert_array_equal(few, more[:2])
    other = coverage(problem, samples, truth, groups, 2, 6, lambda done, n_calls: None)[0].losses
    assert (few != other).all()


def test_what_is_not_drawn_is_named(problem):
    limit = measurement("limit", UpperLimit(observable="sum", bound=1.0, confidence_level=0.9))
    joint = JointLikelihood((*problem.likelihood.measurements, limit))
    assert not_drawn(Problem(problem.scenario, joint, problem.priors)) == ("limit",)
    assert not_drawn(problem) == ()


def test_the_error_of_a_share_is_binomial_and_never_zero():
    half = Coverage(("x",), "68.3 %", 1.0, np.array([0.5] * 50 + [2.0] * 50))
    assert (half.share, half.error) == (0.5, pytest.approx(0.0495, abs=2e-4))
    assert Coverage(("x",), "95.4 %", 4.0, np.zeros(10)).error > 0.0
