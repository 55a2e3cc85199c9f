"""The posterior density: regions that hold what they say."""

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator
from scipy.ndimage import label

from alpfit.plots.density import CELLS, PROBABILITIES, density, n_bins, shade, shown_limits
from alpfit.plots.style import Axis


@pytest.fixture(scope="module")
def gaussian():
    x, y = np.random.default_rng(2).normal(size=(2, 200_000))
    return Axis("x", x, "x", False), Axis("y", y, "y", False), np.full(x.size, 1.0 / x.size)


def test_regions_hold_their_share_of_the_posterior(gaussian):
    regions = density(*gaussian)
    for level, probability in zip(regions.levels, PROBABILITIES, strict=True):
        assert regions.values[regions.values >= level].sum() == pytest.approx(probability, abs=0.01)


def test_the_regions_of_a_gaussian_are_circles_of_the_right_size(gaussian):
    regions = density(*gaussian)
    radius = np.hypot(*np.meshgrid(regions.x, regions.y, indexing="ij"))
    for level, delta in zip(regions.levels, (6.18, 2.30), strict=True):
        edge = radius[regions.values >= level].max()
        assert edge == pytest.approx(np.sqrt(delta), rel=0.08)


def test_contours_are_closed_by_a_ring_of_empty_cells(gaussian):
    regions = density(*gaussian)
    assert regions.values[[0, -1], :].max() == regions.values[:, [0, -1]].max() == 0.0
    assert regions.values.shape == (regions.x.size, regions.y.size) == (CELLS + 2, CELLS + 2)


def test_what_has_no_weight_is_not_shown():
    axis = Axis("x", np.linspace(0.0, 100.0, 1001), "x", False)
    weights = np.where(axis.values < 10.0, 1.0, 0.0)
    low, high = shown_limits(axis, weights)
    assert low <= 0.1
    assert 9.5 < high < 12.0


@pytest.mark.parametrize("n", [300, 3000])
def test_no_contour_is_cut_where_no_prior_ends(n):
    rng = np.random.default_rng(7)
    x, y = (Axis(name, rng.normal(size=n), name, False) for name in "xy")
    found = density(x, y, np.full(n, 1.0 / n))
    inside = found.values >= found.levels[0]
    assert not inside[1].any()  # beside the empty ring
    assert not inside[-2].any()
    assert not inside[:, 1].any()
    assert not inside[:, -2].any()


def test_more_samples_allow_finer_bins():
    def bins(n):
        axis = Axis("x", np.random.default_rng(1).normal(size=n), "x", False)
        return n_bins(axis, np.ones(n), (-3.0, 3.0))

    assert 18 <= bins(10) < bins(1500) < bins(100_000) == 100


@pytest.mark.parametrize("n", [400, 4000])
@pytest.mark.parametrize("slope", [0.0, 1.0, 4.0])
def test_regions_of_few_samples_hold_what_they_say_and_are_hardly_wider(n, slope):
    """A Gaussian, and sheets, which a kernel along the axes would make as thick as they are long."""
    x, y = np.random.default_rng(4).normal(size=(2, n))
    axes = Axis("x", x, "x", False), Axis("y", y + slope * x, "y", False)
    regions = density(*axes, np.full(n, 1.0 / n))
    inside = RegularGridInterpolator((regions.x, regions.y), regions.values, bounds_error=False, fill_value=0.0)
    seen = inside(np.stack([axis.values for axis in axes], axis=1))
    for level, probability in zip(regions.levels, PROBABILITIES, strict=True):
        assert np.mean(seen >= level) == pytest.approx(probability, abs=0.13 if slope == 4.0 else 0.06)
    reach = regions.x[(regions.values >= regions.levels[1]).any(axis=1)].max()
    assert reach == pytest.approx(np.sqrt(2.30), rel=0.15)


def test_a_narrow_peak_on_a_wide_plateau_keeps_its_width():
    """As of a search at any mass: the kernel is for the peak, not for the range."""
    rng = np.random.default_rng(5)
    peak, plateau = rng.normal(0.0, 0.02, (900, 2)), rng.uniform(-1.0, 1.0, (60, 2))
    x, y = np.concatenate([peak, plateau]).T
    regions = density(Axis("x", x, "x", False), Axis("y", y, "y", False), np.full(x.size, 1.0 / x.size))
    inner = regions.x[(regions.values >= regions.levels[1]).any(axis=1)]
    assert np.ptp(inner) < 2.0 * 1.3 * 1.55 * 0.02


def test_a_shade_lies_between_white_and_the_colour():
    assert shade("#0072b2", 0.0) == (1.0, 1.0, 1.0)
    assert shade("#000000", 0.25) == (0.75, 0.75, 0.75)


def test_few_samples_in_a_flat_tail_make_no_islands():
    """A peak on a plateau, as of a prior that the data do not reach: the outer region is one piece."""
    rng = np.random.default_rng(2)
    peak, plateau = rng.normal(0.5, 0.04, (3000, 2)), rng.random((1000, 2))
    x, y = np.concatenate([peak, plateau]).T
    axes = (Axis("x", x, "x", False), Axis("y", y, "y", False))
    regions = density(*axes, np.full(x.size, 1.0 / x.size))
    _, pieces = label(regions.values >= regions.levels[0])
    assert pieces == 1  # with one width for all there are more
    assert regions.values.sum() == pytest.approx(1.0)
    inner = regions.values >= regions.levels[1]
    assert 1.5 < np.ptp(regions.x[inner.any(axis=1)]) / 0.1 < 3.5  # the peak keeps its size


def test_a_heavy_sample_makes_no_island():
    x, y = np.random.default_rng(3).normal(size=(2, 4000))
    x[0], y[0] = 6.0, 6.0
    weights = np.where(np.arange(x.size) == 0, 80.0, 1.0)
    axes = (Axis("x", x, "x", False), Axis("y", y, "y", False))
    heavy = density(*axes, weights / weights.sum())
    _, pieces = label(heavy.values >= heavy.levels[0])
    assert pieces == 1
    assert heavy.values.sum() == pytest.approx(1.0)

    many = np.repeat([x, y], np.where(np.arange(x.size) == 0, 80, 1), axis=1)  # as heavy, and of as many samples
    axes = (Axis("x", many[0], "x", False), Axis("y", many[1], "y", False))
    crowd = density(*axes, np.full(many[0].size, 1.0 / many[0].size))
    assert label(crowd.values >= crowd.levels[0])[1] == 2


@pytest.mark.parametrize(
    ("ends", "limits"),
    [((0.0, 10.0), (0.0, 10.0)), ((-5.0, 10.0), (-1.37, 10.0)), ((-np.inf, np.inf), (-1.37, 11.37))],
)
def test_an_axis_ends_where_its_prior_cuts_it(ends, limits):
    axis = Axis("x", np.linspace(0.1, 9.9, 50), "x", False, ends)
    assert axis.limits == pytest.approx(limits, abs=0.02)
