"""Densities that several parameters share: a Gaussian, and the posterior of another run."""

import pickle

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import multivariate_normal, qmc

from alpfit.inference.joint import JOINT, JointNormal, Kernels, log_density, table_around, transform
from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.priors import Uniform

MEAN, SIGMA, CORRELATION = [1.0, -2.0, 0.5], [0.1, 0.5, 2.0], [[1.0, 0.6, 0.0], [0.6, 1.0, -0.3], [0.0, -0.3, 1.0]]


def normal(**changes):
    table = {"prior": "normal", "parameters": ["a", "b", "c"], "mean": MEAN, "sigma": SIGMA, "correlation": CORRELATION}
    return JointNormal.model_validate({**table, **changes})


@pytest.fixture(scope="module")
def kernels():
    rng = np.random.default_rng(1)
    mass = np.exp(rng.normal(0.7, 0.2, 400))
    coupling = rng.normal(3.0, 0.5, 400) + 4.0 * np.log(mass)
    return Kernels.model_validate(
        table_around(["m", "g"], np.column_stack([mass, coupling]), [True, False], run="one", likelihoods=["l"])
    )


@pytest.fixture(params=["normal", "kernels"])
def joint(request, kernels):
    return normal() if request.param == "normal" else kernels


def test_every_kind_is_tested():
    assert set(JOINT) == {"normal", "kernels"}


def test_a_gaussian_has_the_density_of_scipys():
    covariance = np.outer(SIGMA, SIGMA) * CORRELATION
    x = normal().transform(np.random.default_rng(2).random((50, 3)))
    expected = multivariate_normal(MEAN, covariance).logpdf(x)
    np.testing.assert_allclose(normal().log_density(x), expected, rtol=1e-12)
    same = normal(sigma=None, correlation=None, covariance=covariance.tolist())
    np.testing.assert_allclose(same.log_density(x), expected, rtol=1e-12)


def test_the_density_is_that_of_what_is_drawn(joint):
    """For u uniform the density of the drawn points is 1/|dx/du|."""
    k = len(joint.parameters)
    for u in np.random.default_rng(3).uniform(0.1, 0.9, (5, k)):
        steps = 1e-5 * np.eye(k)
        jacobian = (joint.transform(u + steps) - joint.transform(u - steps)) / 2e-5
        expected = -np.log(abs(np.linalg.det(jacobian)))
        np.testing.assert_allclose(joint.log_density(joint.transform(u[None]))[0], expected, atol=1e-5)


def test_a_parameter_alone_has_the_density_integrated_over_the_others(joint):
    x = joint.transform(qmc.Sobol(len(joint.parameters), seed=4).random(1024))
    for i, (name, prior) in enumerate(joint.priors.items()):
        assert joint.parameters[i] == name
        levels = np.array([0.1, 0.5, 0.9])
        below = np.mean(x[:, i] < prior.transform(levels)[:, None], axis=1)
        np.testing.assert_allclose(below, levels, atol=0.01)
        grid = prior.transform(np.linspace(1e-6, 1.0 - 1e-6, 2001))
        density = np.exp(prior.log_density(grid))
        assert np.sum(0.5 * (density[1:] + density[:-1]) * np.diff(grid)) == pytest.approx(1.0, abs=3e-3)
        assert prior.bounds == (-np.inf, np.inf)


def test_the_posterior_of_a_run_keeps_mean_and_covariance(kernels):
    x = kernels.transform(qmc.Sobol(2, seed=5).random(2048))
    logs = np.column_stack([np.log(x[:, 0]), x[:, 1]])
    centres = np.array(kernels.centres)
    np.testing.assert_allclose(logs.mean(axis=0), centres.mean(axis=0), atol=0.003)
    np.testing.assert_allclose(np.cov(logs.T), np.cov(centres.T), rtol=0.01)
    assert kernels.log_density(np.array([[-1.0, 3.0]]))[0] == -np.inf


def test_with_others_it_is_one_block_of_the_unit_cube(joint):
    priors = {"x": Uniform(prior="uniform", min=0.0, max=2.0), **joint.priors}
    order = {name: priors[name] for name in reversed(priors)}  # the block need not be in the table's order
    u = np.random.default_rng(6).random((7, len(priors)))
    theta = transform(order, u)
    columns = dict(zip(order, theta.T, strict=True))
    np.testing.assert_allclose(columns["x"], 2.0 * u[:, list(order).index("x")])
    block = u[:, [list(order).index(name) for name in joint.parameters]]
    np.testing.assert_array_equal(np.column_stack([columns[name] for name in joint.parameters]), joint.transform(block))
    expected = joint.log_density(joint.transform(block)) - np.log(2.0)
    np.testing.assert_allclose(log_density(order, columns, 7), expected, rtol=1e-12)
    coordinates = Coordinates(order)
    z = coordinates.of(theta)
    jacobian = sum(np.log(columns[name]) for name, prior in order.items() if prior.logarithmic)
    np.testing.assert_allclose(coordinates.log_prior(z), expected + jacobian, rtol=1e-9)


def test_it_goes_to_other_processes(joint):
    again = pickle.loads(pickle.dumps(joint.priors))
    u = np.full((1, len(again)), 0.3)
    np.testing.assert_array_equal(transform(again, u), transform(joint.priors, u))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mean": [1.0]}, "mean has 1 numbers for 3 parameters"),
        ({"correlation": None}, "give covariance, or sigma and correlation"),
        ({"covariance": np.eye(3).tolist()}, "give covariance, or sigma and correlation"),
        ({"covariance": np.eye(3).tolist(), "correlation": None}, "give covariance, or sigma and correlation"),
        ({"correlation": np.ones((3, 3)).tolist()}, "is not positive definite"),
        ({"correlation": [[1.0, 0.5, 0.0], [0.4, 1.0, 0.0], [0.0, 0.0, 1.0]]}, "is not symmetric"),
        ({"correlation": (2.0 * np.eye(3)).tolist()}, "must have ones on its diagonal"),
        ({"correlation": [[1.0]]}, "correlation must have 3 rows of 3 numbers"),
        ({"parameters": ["a", "a", "b"]}, "must be two names or more, each once"),
        ({"sigma": [0.1, 0.5, -1.0]}, "greater than 0"),
        ({"width": 1.0}, "not permitted"),
    ],
)
def test_what_is_no_gaussian_is_refused(changes, expected):
    with pytest.raises(ValidationError, match=expected):
        normal(**changes)


def test_samples_that_are_none_are_refused(kernels):
    table = kernels.model_dump()
    for changes, expected in (
        ({"centres": table["centres"][:10]}, "10 centres are too few"),
        ({"centres": [[x, 2.0 * x] for x, _ in table["centres"]]}, "lie in a plane"),
        ({"logarithmic": [True]}, "must have 2 columns"),
    ):
        with pytest.raises(ValidationError, match=expected):
            Kernels.model_validate({**table, **changes})
