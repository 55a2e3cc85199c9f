"""Intervals, notes and contours of profiles that are known exactly on their grids."""

import numpy as np
import pytest

from alpfit.inference.priors import LogUniform, Uniform
from alpfit.inference.profiling import Profile, confidence, contours

PRIORS = {
    "x": Uniform(prior="uniform", min=-5.0, max=5.0),
    "g": LogUniform(prior="log-uniform", min=float(np.exp(-5.0)), max=float(np.exp(5.0))),
}


def known(log_l, names=("x",), n=60, span=5.0, converged=True, refined=True):
    """The profile of a function of x and ln g at points off the centres of their bins."""
    edges, points = [], []
    rng = np.random.default_rng(7)
    inner = np.linspace(-span, span, n + 1)
    shape = (n,) * len(names)
    index = np.meshgrid(*[np.arange(n)] * len(names), indexing="ij")
    for name, place in zip(names, index, strict=True):
        points.append(inner[place] + (inner[1] - inner[0]) * rng.uniform(0.2, 0.8, shape))
        edges.append(np.exp(inner) if name == "g" else inner)
    values = log_l(*points)
    columns = {name: np.exp(p) if name == "g" else p for name, p in zip(names, points, strict=True)}
    columns = {name: np.where(np.isfinite(values), column, np.nan) for name, column in columns.items()}
    logarithmic = tuple(name == "g" for name in names)
    flags = np.full(shape, converged) & np.isfinite(values)
    return Profile(names, logarithmic, tuple(edges), values, flags, columns, {}, {"only": values}, refined)


def parabola(x):
    return -0.5 * ((x - 0.3) / 0.8) ** 2


def pieces(profile, top=0.0):
    return [[(p.lower, p.upper) for p in interval.pieces] for interval in confidence(profile, top, PRIORS).intervals]


@pytest.mark.parametrize("name", ["x", "g"])
def test_intervals_of_a_gaussian_are_one_and_two_standard_deviations(name):
    scale = np.log if name == "g" else np.asarray
    for width, ((lower, upper),) in zip((0.8, 1.6), pieces(known(parabola, (name,))), strict=True):
        assert scale(lower) == pytest.approx(0.3 - width, abs=0.01)
        assert scale(upper) == pytest.approx(0.3 + width, abs=0.01)


def test_a_gaussian_inside_of_its_prior_needs_no_note():
    assert confidence(known(parabola), 0.0, PRIORS).notes == ()


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


def test_an_interval_that_reaches_the_end_of_the_prior_is_open_there():
    notes = confidence(known(lambda x: -0.5 * ((x - 4.2) / 0.6) ** 2), 0.0, PRIORS).notes
    assert notes == ("95.4 %: open at the upper end of the prior of x",)


def test_an_interval_that_reaches_the_last_sample_is_open_there():
    notes = confidence(known(parabola, span=1.0), 0.0, PRIORS).notes
    assert "95.4 %: open at the lower end of the samples of x" in notes
    assert not any("prior" in note for note in notes)


def test_a_flat_direction_has_no_limits():
    found = confidence(known(lambda x: -0.04 * np.sin(x)), 0.04, PRIORS)
    assert found.notes[0].startswith("flat: -2 Delta ln L varies by 0.16 over the whole range, less than 1")
    (piece,) = found.intervals[0].pieces
    assert piece.lower_open
    assert piece.upper_open


def test_bins_that_have_not_converged_are_counted_where_they_matter():
    notes = confidence(known(parabola, converged=False), 0.0, PRIORS).notes
    assert notes[0].endswith("bins within 95.4 % have not converged")
    assert confidence(known(parabola, converged=False, refined=False), 0.0, PRIORS).notes == ()


def test_an_interval_may_end_where_nothing_is_known():
    notes = confidence(known(lambda x: np.where(x > 0.5, np.nan, parabola(x))), 0.0, PRIORS).notes
    assert notes[0] == "68.3 %: ends at bins where no likelihood was found"


def test_an_interval_within_one_bin_asks_for_a_finer_grid():
    profile = known(lambda x: -0.5 * ((x - 0.08) / 0.02) ** 2)
    assert "68.3 %: not wider than a bin of x: take a finer grid" in confidence(profile, profile.top, PRIORS).notes


# Contours


def ellipse(x, y):
    """Correlated, with standard deviations 0.8 and 1.0."""
    return -0.5 * ((x / 0.8) ** 2 - 1.2 * (x / 0.8) * y + y**2) / (1.0 - 0.36)


@pytest.mark.parametrize("names", [("x", "y"), ("x", "g")], ids=["linear", "logarithmic"])
def test_contours_lie_on_the_ellipse(names):
    lines = contours(known(ellipse, names), 0.0)
    assert [line.level for line in lines] == ["68.3 %", "95.4 %"]
    for line, threshold in zip(lines, (2.30, 6.18), strict=True):
        y = np.log(line.y) if names[1] == "g" else line.y
        np.testing.assert_allclose(-2.0 * ellipse(line.x, y), threshold, rtol=0.03)
        assert line.closed
        assert len(line.x) > 40
        assert (line.x[0], line.y[0]) == (line.x[-1], line.y[-1])


def test_a_contour_that_leaves_the_grid_is_open():
    lines = contours(known(ellipse, ("x", "y"), span=1.5), 0.0)
    assert lines
    assert not any(line.closed for line in lines if line.level == "95.4 %")


def test_contours_stop_at_bins_without_a_point():
    def half(x, y):
        return np.where(x > 0.0, np.nan, ellipse(x, y))

    lines = contours(known(half, ("x", "y")), 0.0)
    assert not any(line.closed for line in lines)
    assert all((line.x < 0.1).all() for line in lines)


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
