"""Intervals and regions of profiles that are known exactly on their grids."""

from dataclasses import replace

import numpy as np
import pytest
from known_profiles import PRIORS, ellipse, known, parabola

from alpfit.chains.profiles.text import as_text
from alpfit.inference.profiling import Profile, confidence, contours


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


def sampled(log_l, x):
    """A profile from samples with ln L ``log_l`` in bins around ``x``, NaN where none fell."""
    step = x[1] - x[0]
    edges = np.append(x - 0.5 * step, x[-1] + 0.5 * step)
    points = {"x": np.where(np.isnan(log_l), np.nan, x)}
    return Profile(("x",), (False,), (edges,), log_l, np.zeros(x.shape, bool), points, {}, {}, refined=False)


def test_short_gaps_between_samples_are_passed_over_and_long_ones_are_ends():
    x = np.linspace(-5.0, 5.0, 101)
    log_l = -0.5 * x**2
    for lost in (slice(45, 47), slice(55, 60), slice(90, 92)):
        log_l[lost] = np.nan
    first, second = confidence(sampled(log_l, x), 0.0, PRIORS).intervals
    piece, _ = first.pieces
    assert (piece.lower, piece.lower_open) == (pytest.approx(-1.0, abs=0.02), False)
    assert (piece.upper, piece.upper_open, piece.upper_gap) == (pytest.approx(0.45), True, True)
    _, beyond = second.pieces
    assert (beyond.lower, beyond.lower_open, beyond.lower_gap) == (pytest.approx(0.95), True, True)
    assert (beyond.upper, beyond.upper_gap) == (pytest.approx(2.0, abs=0.02), False)


def test_where_no_likelihood_was_found_a_refined_interval_ends():
    x = np.linspace(-5.0, 5.0, 101)
    log_l = np.where(np.arange(101) == 48, np.nan, -0.5 * x**2)
    first, _ = confidence(replace(sampled(log_l, x), refined=True), 0.0, PRIORS).intervals
    assert [piece.lower_gap or piece.upper_gap for piece in first.pieces] == [True, True]


def test_a_table_tells_an_end_at_a_gap_from_a_bound():
    x = np.linspace(0.0, 5.0, 51)
    log_l = -0.5 * x**2
    log_l[6:9] = np.nan
    text = as_text([confidence(sampled(log_l, x), 0.0, PRIORS)], 0.0, ())
    assert "<= ~0.55" in text
    assert "~ before an end: beyond it are bins without a point" in text
