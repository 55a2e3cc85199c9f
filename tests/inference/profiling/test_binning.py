"""Binned maxima of samples, against a search by brute force."""

import dataclasses

import numpy as np
import pytest
from toys import correlated

from alpfit.inference.priors import LogNormal, Normal
from alpfit.inference.profiling import Plan, confidence, sampled_profiles
from alpfit.inference.profiling.binning import bin_edges, cells

PLAN = Plan(("x", "g"), (False, True), (12, 9))


@pytest.fixture(scope="module")
def samples(samples_from_prior):
    return samples_from_prior(correlated(), 400)


def test_each_bin_has_its_largest_likelihood_and_its_point(samples):
    (found,) = sampled_profiles(samples, [PLAN], correlated().priors)
    x, g = samples.column("x"), samples.column("g")
    n_known = 0
    for i, j in np.ndindex(found.shape):
        inside = (x >= found.edges[0][i]) & (x < found.edges[0][i + 1])
        inside &= (g >= found.edges[1][j]) & (g < found.edges[1][j + 1])
        if not inside.any():
            assert np.isnan(found.log_l[i, j])
            assert np.isnan(found.parameters["u"][i, j])
            continue
        n_known += 1
        best = np.flatnonzero(inside)[np.argmax(samples.log_l[inside])]
        assert found.log_l[i, j] == samples.log_l[best]
        for name in ("x", "g", "u"):
            assert found.parameters[name][i, j] == samples.column(name)[best]
        assert found.derived["only"][i, j] == found.log_l_by_entry["only"][i, j] == samples.log_l[best]
    assert 50 < n_known < found.log_l.size
    assert not found.converged.any()


def test_every_sample_is_in_a_bin_and_the_best_one_is_its_bins(samples):
    (found,) = sampled_profiles(samples, [PLAN], correlated().priors)
    place = cells([samples.column("x"), samples.column("g")], found.edges)
    assert (place >= 0).all()
    assert set(np.unique(place)) == set(np.flatnonzero(found.known))
    assert found.top == samples.log_l.max() == found.log_l[found.best]


def test_bins_are_equal_in_the_value_or_in_its_logarithm_over_the_range_of_the_samples(samples):
    wide = {
        "x": Normal(prior="normal", mean=0.0, sigma=100.0),
        "g": LogNormal(prior="log-normal", median=1.0, sigma=100.0),
    }
    (found,) = sampled_profiles(samples, [PLAN], wide)
    for name, edges, widths in zip(("x", "g"), found.edges, (found.edges[0], np.log(found.edges[1])), strict=True):
        np.testing.assert_allclose(np.diff(widths), np.diff(widths)[0], rtol=1e-9)
        assert (edges[0], edges[-1]) == (samples.column(name).min(), samples.column(name).max())


def test_a_range_that_nearly_reaches_the_prior_reaches_it():
    priors = correlated().priors
    edges = bin_edges(np.array([-0.99, 0.5]), False, 4, priors["x"])
    assert (edges[0], edges[-1]) == (-1.0, 0.5)
    edges = bin_edges(np.exp([-2.0, 0.99]), True, 4, priors["g"])
    assert (edges[0], edges[-1]) == (np.exp(-2.0), pytest.approx(np.e, rel=1e-14))


def test_derived_quantities_are_binned_where_they_are_not_excluded(samples):
    (found,) = sampled_profiles(samples, [Plan(("only",), (False,), (10,))], correlated().priors)
    assert found.edges[0][0] > found.edges[0][-1] - 25.0
    assert samples.column("only").min() < found.edges[0][0]


def test_a_few_far_points_do_not_make_the_bins_of_a_narrow_quantity_coarse(samples):
    rng = np.random.default_rng(3)
    density = np.concatenate([rng.normal(0.12, 0.001, 4000), rng.uniform(0.2, 0.5, 20)])
    log_l = np.where(density < 0.2, -0.5 * ((density - 0.12) / 0.001) ** 2, -8.5)
    made = dataclasses.replace(
        samples,
        parameters={"x": density},
        derived={"density": density},
        log_l=log_l,
        log_l_by_entry={},
        log_weights=np.full(density.size, -np.log(density.size)),
    )
    (found,) = sampled_profiles(made, [Plan(("density",), (True,), (50,))], {})
    (edges,) = found.edges
    assert edges[-1] < 0.13
    assert np.diff(edges).max() < 0.001  # a standard deviation
    (piece,) = confidence(found, found.top, {}).intervals[0].pieces
    assert (piece.lower, piece.upper) == pytest.approx((0.119, 0.121), abs=1e-4)


def test_where_what_is_wanted_ends_is_seen(samples):
    """Beyond its lower end there is nothing but what is excluded: that stays in the bins, however wide they are."""
    rate = np.concatenate([np.linspace(0.96, 1.0, 400), np.linspace(0.0, 0.5, 10)])
    made = dataclasses.replace(
        samples,
        parameters={"x": rate},
        derived={"rate": rate},
        log_l=np.where(rate > 0.9, 0.0, -8.5),
        log_l_by_entry={},
        log_weights=np.full(rate.size, -np.log(rate.size)),
    )
    (found,) = sampled_profiles(made, [Plan(("rate",), (False,), (50,))], {})
    assert found.edges[0][0] == 0.0


def test_one_value_has_one_bin():
    edges = bin_edges(np.array([2.0, 2.0]), False, 10, None)
    assert edges.size == 2
    assert edges[0] == 2.0 < edges[1]


def test_a_logarithmic_quantity_that_is_zero_everywhere_is_left_out(samples):
    nothing = dataclasses.replace(samples, derived={"rate": np.zeros(samples.log_l.size)})
    plans = [Plan(("rate",), (True,), (10,)), Plan(("x",), (False,), (10,))]
    assert [found.names for found in sampled_profiles(nothing, plans, correlated().priors)] == [("x",)]


def test_zeros_of_a_logarithmic_quantity_are_in_no_bin(samples):
    rate = np.where(np.arange(samples.log_l.size) % 2, samples.column("g"), 0.0)
    (found,) = sampled_profiles(
        dataclasses.replace(samples, derived={"rate": rate}), [Plan(("rate",), (True,), (10,))], correlated().priors
    )
    assert found.top == samples.log_l[rate > 0.0].max()
    assert (found.positions[0][found.known] > 0.0).all()
