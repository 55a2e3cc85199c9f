"""Intervals and regions of profiles that are known exactly on their grids."""

import numpy as np
import pytest
from known_profiles import PRIORS, ellipse, known, parabola

from alpfit.inference.profiling import confidence, contours


def pieces(profile, top=0.0):
    return [[(p.lower, p.upper) for p in interval.pieces] for interval in confidence(profile, top, PRIORS).intervals]


@pytest.mark.parametrize("name", ["x", "g"])
def test_intervals_of_a_gaussian_are_one_and_two_standard_deviations(name):
    scale = np.log if name == "g" else np.asarray
    for width, ((lower, upper),) in zip((0.8, 1.6), pieces(known(parabola, (name,))), strict=True):
        assert scale(lower) == pytest.approx(0.3 - width, abs=0.01)
        assert scale(upper) == pytest.approx(0.3 + width, abs=0.01)


def test_two_modes_give_two_pieces():
    first, second = pieces(known(lambda x: -0.5 * ((np.abs(x) - 2.5) / 0.5) ** 2))
    assert len(first) == len(second) == 2
    for centre, (lower, upper) in zip((-2.5, 2.5), first, strict=True):
        assert (lower, upper) == pytest.approx((centre - 0.5, centre + 0.5), abs=0.02)


def test_the_best_fit_need_not_be_in_the_profile():
    (((lower, upper),), _) = pieces(known(parabola), top=0.25)
    half = 0.8 * np.sqrt(0.5)
    assert (lower, upper) == pytest.approx((0.3 - half, 0.3 + half), abs=0.02)


def test_a_best_fit_at_the_end_of_the_prior_is_said_and_gives_a_bound():
    found = confidence(known(lambda x: -0.5 * (x + 5.0)), -0.0, PRIORS)
    assert "the best fit is at the lower end of the prior of x: Wilks' thresholds do not apply" in found.notes
    assert "68.3 %: open at the lower end of the prior of x" in found.notes
    (piece,) = found.intervals[0].pieces
    assert (piece.lower_open, piece.upper_open, piece.lower) == (True, False, -5.0)
    assert piece.upper == pytest.approx(-4.0, abs=0.05)


def test_a_region_has_its_extent():
    found = confidence(known(ellipse, ("x", "y")), 0.0, PRIORS)
    for region, threshold in zip(found.regions, (2.30, 6.18), strict=True):
        half = 0.8 * np.sqrt(threshold)
        assert region.extent["x"] == pytest.approx((-half, half), abs=0.2)
        assert region.n_bins > 20


def test_a_region_reaches_as_far_as_its_contours_and_never_less_than_the_interval_of_its_level():
    def bowl(x, g):
        return -0.5 * ((x / 0.8) ** 2 + (g / 0.5) ** 2)

    plane, line = known(bowl, ("x", "g"), n=20), known(lambda x: -0.5 * (x / 0.8) ** 2, n=20)
    found, lines = confidence(plane, 0.0, PRIORS), contours(plane, 0.0)
    for region, ((lower, upper),) in zip(found.regions, pieces(line), strict=True):
        own = np.concatenate([one.x for one in lines if one.level == region.level])
        assert region.extent["x"] == pytest.approx((own.min(), own.max()), rel=1e-12)
        assert region.extent["x"][0] < lower
        assert region.extent["x"][1] > upper


def test_a_region_that_reaches_the_end_of_what_is_known_ends_at_the_edge_of_its_bins():
    plane = known(lambda x, g: -0.5 * (x / 0.8) ** 2 + 0.0 * g, ("x", "g"), n=20)
    region = confidence(plane, 0.0, PRIORS).regions[0]
    assert region.extent["g"] == pytest.approx((np.exp(-5.0), np.exp(5.0)), rel=1e-12)


def test_a_region_in_a_grid_of_one_bin_is_that_bin():
    plane = known(lambda x, g: 0.0 * x * g, ("x", "g"), n=1)
    region = confidence(plane, 0.0, PRIORS).regions[0]
    assert region.extent["x"] == pytest.approx((-5.0, 5.0))
