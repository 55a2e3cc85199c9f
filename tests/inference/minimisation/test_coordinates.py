"""Coordinates in which samplers take steps."""

import numpy as np
import pytest
from scipy.integrate import trapezoid

from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.priors import LogNormal, LogUniform, Normal, Uniform

PRIORS = {
    "m_a": LogUniform(prior="log-uniform", min=0.6, max=4.7),
    "r": Uniform(prior="uniform", min=0.44, max=0.4999),
    "f0_scale": Normal(prior="normal", mean=1.0, sigma=0.05),
    "tau": LogNormal(prior="log-normal", median=2.0, sigma=0.3),
}


@pytest.fixture
def coordinates():
    return Coordinates(PRIORS)


@pytest.fixture
def theta():
    u = np.random.default_rng(4).random((50, 4))
    return np.stack([prior.transform(u[:, i]) for i, prior in enumerate(PRIORS.values())], axis=1)


def test_there_and_back(coordinates, theta):
    np.testing.assert_allclose(coordinates.parameters(coordinates.of(theta)), theta, rtol=1e-14)


def test_logarithmic_priors_have_logarithmic_coordinates(coordinates, theta):
    expected = np.stack([np.log(theta[:, 0]), theta[:, 1], theta[:, 2], np.log(theta[:, 3])], axis=1)
    np.testing.assert_array_equal(coordinates.of(theta), expected)


def test_the_ends_are_those_of_the_priors(coordinates):
    np.testing.assert_allclose(coordinates.lower, [np.log(0.6), 0.44, -np.inf, -np.inf])
    np.testing.assert_allclose(coordinates.upper, [np.log(4.7), 0.4999, np.inf, np.inf])


def test_the_ends_lie_inside_in_spite_of_rounding(coordinates):
    for end in (coordinates.lower, coordinates.upper):
        z = np.where(np.isfinite(end), end, 0.5)[None, :]
        assert np.isfinite(coordinates.log_prior(z)).all()


def test_the_scale_is_half_of_the_central_68_percent(coordinates):
    central = 0.8413447460685429 - 0.15865525393145707
    np.testing.assert_allclose(
        coordinates.scale, [0.5 * central * np.log(4.7 / 0.6), 0.5 * central * 0.0599, 0.05, 0.3], rtol=1e-9
    )


@pytest.mark.parametrize("name", PRIORS)
def test_the_density_in_the_coordinate_integrates_to_one(name):
    one = Coordinates({name: PRIORS[name]})
    centre, width = one.of(np.array([[float(PRIORS[name].transform(0.5))]]))[0, 0], one.scale[0]
    low, high = max(one.lower[0], centre - 9.0 * width), min(one.upper[0], centre + 9.0 * width)
    z = np.linspace(low, high, 20_001)
    assert trapezoid(np.exp(one.log_prior(z[:, None])), z) == pytest.approx(1.0, rel=1e-6)


def test_outside_of_the_prior_there_is_no_density(coordinates, theta):
    z = coordinates.of(theta)
    z[:, 1] = 0.6
    assert (coordinates.log_prior(z) == -np.inf).all()
