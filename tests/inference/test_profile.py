"""The profile likelihood from samples, against a search by brute force."""

import numpy as np
import pytest

from alpfit.inference.profile import profile
from alpfit.inference.samples import Samples


def samples(columns, log_l):
    n = len(log_l)
    return Samples(
        parameters={name: np.asarray(values, dtype=float) for name, values in columns.items()},
        derived={},
        log_l_by_entry={},
        log_l=np.asarray(log_l, dtype=float),
        log_weights=np.full(n, -np.log(n)),
        log_z=0.0,
        log_z_error=0.1,
        n_calls=n,
    )


@pytest.fixture(scope="module")
def scattered():
    rng = np.random.default_rng(5)
    x, g = rng.normal(size=3000), 10.0 ** rng.uniform(-5.0, -2.0, 3000)
    return samples({"x": x, "g": g}, -0.5 * x**2 - (np.log10(g) + 3.5) ** 2 + 0.1 * rng.random(3000))


def is_inside(values, lower, upper, last):
    """Bins hold their lower edge, the last one also its upper."""
    return (values >= lower) & ((values <= upper) if upper == last else (values < upper))


@pytest.mark.parametrize(("name", "logarithmic"), [("x", False), ("g", True)])
def test_each_bin_has_its_largest_likelihood(scattered, name, logarithmic):
    values = scattered.column(name)
    bins = profile(scattered, (name,), (logarithmic,), 50)
    for b in bins:
        inside = is_inside(values, b.lower[0], b.upper[0], bins[-1].upper[0])
        assert scattered.log_l[b.sample] == scattered.log_l[inside].max()
        assert inside[b.sample]


def test_each_cell_of_a_plane_has_its_largest_likelihood(scattered):
    x, g = scattered.column("x"), scattered.column("g")
    bins = profile(scattered, ("x", "g"), (False, True), 12)
    for b in bins:
        inside = is_inside(x, b.lower[0], b.upper[0], x.max()) & is_inside(g, b.lower[1], b.upper[1], g.max())
        assert scattered.log_l[b.sample] == scattered.log_l[inside].max()
        assert inside[b.sample]


@pytest.mark.parametrize(("names", "logarithmic"), [(("x",), (False,)), (("g",), (True,)), (("x", "g"), (False, True))])
def test_the_best_sample_of_all_is_in_one_of_the_bins(scattered, names, logarithmic):
    assert scattered.best in [b.sample for b in profile(scattered, names, logarithmic, 20)]


@pytest.mark.parametrize(("names", "logarithmic"), [(("x",), (False,)), (("x", "g"), (False, True))])
def test_bins_are_ordered_by_position_and_none_comes_twice(scattered, names, logarithmic):
    positions = [b.lower for b in profile(scattered, names, logarithmic, 20)]
    assert positions == sorted(set(positions))


def test_every_sample_is_in_a_bin(scattered):
    x, g = scattered.column("x"), scattered.column("g")
    bins = profile(scattered, ("x", "g"), (False, True), 12)
    inside = [
        is_inside(x, b.lower[0], b.upper[0], x.max()) & is_inside(g, b.lower[1], b.upper[1], g.max()) for b in bins
    ]
    np.testing.assert_array_equal(np.sum(inside, axis=0), 1)


def test_bins_are_equal_in_the_value_or_in_its_logarithm(scattered):
    for name, logarithmic in (("x", False), ("g", True)):
        edges = np.array([(b.lower[0], b.upper[0]) for b in profile(scattered, (name,), (logarithmic,), 10)])
        widths = np.diff(np.log(edges) if logarithmic else edges, axis=1)
        np.testing.assert_allclose(widths, widths[0, 0], rtol=1e-9)
        assert (edges.min(), edges.max()) == (scattered.column(name).min(), scattered.column(name).max())


def test_empty_bins_are_left_out():
    s = samples({"x": [0.0, 0.1, 0.9, 1.0]}, [-1.0, -2.0, -4.0, -3.0])
    bins = profile(s, ("x",), (False,), 10)
    assert [b.sample for b in bins] == [0, 1, 3]
    np.testing.assert_allclose([b.lower[0] for b in bins], [0.0, 0.1, 0.9], atol=1e-12)


def test_a_quantity_with_one_value_has_one_bin():
    s = samples({"x": [2.0, 2.0, 2.0]}, [-1.0, -0.5, -3.0])
    (only,) = profile(s, ("x",), (False,), 10)
    assert only.sample == 1
    assert only.lower[0] == 2.0
    assert only.upper[0] > 2.0


def test_zeros_of_a_logarithmic_quantity_are_left_out():
    s = samples({"x": [0.0, 0.0, 1e-5, 1e-3]}, [5.0, 0.0, 1.0, 2.0])
    assert [b.sample for b in profile(s, ("x",), (True,), 4)] == [2, 3]
    assert profile(samples({"x": [0.0, 0.0]}, [1.0, 2.0]), ("x",), (True,), 4) == []
