"""Priors: normalised densities, and transformations that invert their integrals."""

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.integrate import quad
from scipy.stats import lognorm, norm, truncnorm

from alpfit.inference.priors import PRIORS, LogNormal, LogUniform, Normal, TruncatedNormal, Uniform

EXAMPLES = {
    "uniform": {"min": -2.0, "max": 3.0},
    "log-uniform": {"min": 1e-6, "max": 1e-1},
    "normal": {"mean": 1.5, "sigma": 0.4},
    "log-normal": {"median": 3e-4, "sigma": 0.7},
    "truncated-normal": {"mean": 0.0, "sigma": 1.0, "min": -0.5, "max": 2.5},
    "half-normal": {"sigma": 0.7, "min": 0.2},
    "beta": {"a": 2.5, "b": 1.3, "min": -1.0, "max": 4.0},
    "tabulated": {"x": [-1.0, 0.5, 1.0, 3.0], "density": [0.0, 2.0, 0.5, 1.0]},
}

BOUNDED = ["uniform", "log-uniform", "truncated-normal", "beta", "tabulated"]


def build(name, **changes):
    return PRIORS[name](prior=name, **{**EXAMPLES[name], **changes})


def refusal(name, **changes):
    """What is said about the values of a prior that cannot be."""
    with pytest.raises(ValidationError) as caught:
        build(name, **changes)
    return caught.value.errors()[0]["msg"]


def cumulative(prior, x):
    """Integral of the density up to ``x``, in quantiles so that every part of it is seen."""
    nodes = prior.transform(np.array([1e-9, 1e-4, 0.05, 0.3, 0.6, 0.9, 1.0 - 1e-4, 1.0 - 1e-9]))
    edges = [*nodes[nodes < x], x]
    pieces = [
        quad(lambda t: float(np.exp(prior.log_density(t))), low, high, epsabs=1e-12)[0] for low, high in pairwise(edges)
    ]
    return 1e-9 + sum(pieces)


def test_every_prior_is_tested():
    assert set(EXAMPLES) == set(PRIORS)


@pytest.mark.parametrize("name", PRIORS)
def test_the_density_integrates_to_one(name):
    prior = build(name)
    assert cumulative(prior, float(prior.transform(1.0 - 1e-9))) == pytest.approx(1.0, abs=1e-8)


@pytest.mark.parametrize("name", PRIORS)
@pytest.mark.parametrize("u", [0.01, 0.2, 0.5, 0.77, 0.999])
def test_the_transformation_inverts_the_integral_of_the_density(name, u):
    prior = build(name)
    assert cumulative(prior, float(prior.transform(u))) == pytest.approx(u, abs=1e-8)


@pytest.mark.parametrize("name", PRIORS)
def test_the_transformation_rises(name):
    assert (np.diff(build(name).transform(np.linspace(0.001, 0.999, 500))) > 0.0).all()


@pytest.mark.parametrize("name", PRIORS)
def test_arrays_keep_their_shape(name):
    prior = build(name)
    u = np.linspace(0.1, 0.9, 6).reshape(2, 3)
    x = prior.transform(u)
    assert x.shape == prior.log_density(x).shape == (2, 3)
    np.testing.assert_allclose(x[1, 2], prior.transform(u[1, 2]), rtol=1e-14)


@pytest.mark.parametrize("name", BOUNDED)
def test_the_unit_interval_covers_a_bounded_prior_from_end_to_end(name):
    prior = build(name)
    ends = prior.transform(np.array([0.0, 1.0]))
    np.testing.assert_allclose(ends, prior.bounds, rtol=1e-12)


@pytest.mark.parametrize("name", BOUNDED)
def test_outside_of_its_bounds_there_is_no_density(name):
    prior = build(name)
    low, high = prior.bounds
    outside = np.array([low - 1e-9, high + 1e-9, -1e3, 1e3])
    np.testing.assert_array_equal(prior.log_density(outside), -np.inf)
    assert np.isfinite(prior.log_density([low + 1e-3 * (high - low), high - 1e-3 * (high - low)])).all()


@pytest.mark.parametrize("name", PRIORS)
def test_the_bounds_are_where_the_density_is_cut_off(name):
    prior = build(name)
    ends = {"tabulated": (-1.0, 3.0), "half-normal": (0.2, np.inf)}
    if name not in ends:
        ends[name] = (prior.min, prior.max) if name in BOUNDED else (-np.inf, np.inf)
    assert prior.bounds == ends[name]


@pytest.mark.parametrize("name", ["log-uniform", "log-normal"])
def test_a_prior_of_the_logarithm_has_no_density_at_zero_and_below(name):
    np.testing.assert_array_equal(build(name).log_density([0.0, -1.0]), -np.inf)


def test_logarithmic_priors_are_drawn_logarithmically():
    assert {name for name, prior in PRIORS.items() if prior.logarithmic} == {"log-uniform", "log-normal"}


def test_a_log_uniform_prior_gives_every_decade_the_same():
    decades = LogUniform(prior="log-uniform", min=1e-5, max=1e-1).transform(np.array([0.25, 0.5, 0.75]))
    np.testing.assert_allclose(decades, [1e-4, 1e-3, 1e-2], rtol=1e-12)


def test_a_uniform_prior_is_flat():
    prior = Uniform(prior="uniform", min=2.0, max=6.0)
    np.testing.assert_allclose(prior.log_density([2.0, 3.3, 6.0]), -np.log(4.0), rtol=1e-14)


def test_a_normal_prior_is_scipys():
    prior, reference = Normal(prior="normal", mean=1.5, sigma=0.4), norm(1.5, 0.4)
    x = np.linspace(-1.0, 4.0, 20)
    np.testing.assert_allclose(prior.log_density(x), reference.logpdf(x), rtol=1e-12)
    np.testing.assert_allclose(prior.transform([0.1, 0.9]), reference.ppf([0.1, 0.9]), rtol=1e-12)


def test_a_log_normal_prior_is_scipys():
    prior, reference = LogNormal(prior="log-normal", median=3e-4, sigma=0.7), lognorm(0.7, scale=3e-4)
    x = np.geomspace(1e-6, 1e-2, 20)
    np.testing.assert_allclose(prior.log_density(x), reference.logpdf(x), rtol=1e-12)
    np.testing.assert_allclose(prior.transform([0.1, 0.9]), reference.ppf([0.1, 0.9]), rtol=1e-12)


def test_a_truncated_normal_prior_is_scipys():
    prior = TruncatedNormal(prior="truncated-normal", mean=1.0, sigma=2.0, min=0.5, max=4.0)
    reference = truncnorm(-0.25, 1.5, loc=1.0, scale=2.0)
    x = np.linspace(0.5, 4.0, 20)
    np.testing.assert_allclose(prior.log_density(x), reference.logpdf(x), rtol=1e-12)
    np.testing.assert_allclose(prior.transform([0.1, 0.9]), reference.ppf([0.1, 0.9]), rtol=1e-12)


def test_a_normal_truncated_far_away_is_a_normal():
    wide = TruncatedNormal(prior="truncated-normal", mean=1.0, sigma=0.5, min=-20.0, max=20.0)
    x = np.linspace(0.0, 2.0, 11)
    np.testing.assert_allclose(wide.log_density(x), norm(1.0, 0.5).logpdf(x), rtol=1e-12)


@pytest.mark.parametrize("name", ["uniform", "log-uniform"])
@pytest.mark.parametrize(("low", "high"), [(3.0, 2.0), (2.0, 2.0)])
def test_the_minimum_must_be_below_the_maximum(name, low, high):
    assert refusal(name, min=low, max=high) == f"Value error, min = {low:g} must be below max = {high:g}"


def test_a_truncated_normal_is_exact_in_either_tail():
    tails = {"mean": 0.0, "sigma": 1.0}
    upper = build("truncated-normal", min=8.0, max=9.0, **tails)
    lower = build("truncated-normal", min=-9.0, max=-8.0, **tails)
    u = np.linspace(0.01, 0.99, 25)
    assert np.unique(upper.transform(u)).size == u.size
    np.testing.assert_allclose(upper.transform(u), -lower.transform(1.0 - u), rtol=1e-12)
    np.testing.assert_allclose(upper.log_density(8.3), lower.log_density(-8.3), rtol=1e-12)


@pytest.mark.parametrize("low", [0.0, -1.0])
def test_a_log_uniform_prior_through_zero_is_refused(low):
    assert refusal("log-uniform", min=low) == "Input should be greater than 0"


@pytest.mark.parametrize("name", ["normal", "log-normal", "truncated-normal"])
@pytest.mark.parametrize("sigma", [0.0, -1.0])
def test_a_width_must_be_positive(name, sigma):
    assert refusal(name, sigma=sigma) == "Input should be greater than 0"


@pytest.mark.parametrize("median", [0.0, -1.0])
def test_a_median_of_a_logarithm_must_be_positive(median):
    assert refusal("log-normal", median=median) == "Input should be greater than 0"


@pytest.mark.parametrize("name", PRIORS)
@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_every_number_must_be_finite(name, value):
    for key, good in EXAMPLES[name].items():
        bad = [*good[:-1], value] if isinstance(good, list) else value
        assert refusal(name, **{key: bad}) in ("Input should be a finite number", "Input should be greater than 0")


@pytest.mark.parametrize("name", PRIORS)
def test_an_unknown_key_is_refused(name):
    assert "not permitted" in refusal(name, width=1.0)
