"""Signed distances from a polygon, against points on its boundary and the winding number; compiled and as Python."""

import numpy as np
import pytest

from alpfit.numerics.polygon import signed_distance

SQUARE = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])
HORSESHOE = np.array([[0.0, 0.0], [3.0, 0.2], [3.1, 3.0], [2.0, 2.9], [1.9, 1.0], [1.0, 1.1], [1.2, 3.0], [0.1, 2.5]])
SHAPES = {"square": SQUARE, "horseshoe": HORSESHOE}

each_shape = pytest.mark.parametrize("corners", SHAPES.values(), ids=SHAPES)
each_twin = pytest.mark.parametrize("kernel", [signed_distance, signed_distance.py_func], ids=["compiled", "python"])


def points(n, seed=1):
    """Points in and around both shapes."""
    x, y = np.random.default_rng(seed).uniform(-1.0, 4.0, (2, n))
    return x, y


def is_inside(corners, x, y):
    """Whether the boundary winds around each of the points."""
    seen = (corners[:, 0] - x[:, None]) + 1j * (corners[:, 1] - y[:, None])
    turned = np.angle(np.roll(seen, -1, axis=1) / seen).sum(axis=1)
    return np.abs(turned) > np.pi


def boundary(corners, n_side=3000):
    """Points along all the sides, and the largest distance between neighbours."""
    side = np.roll(corners, -1, axis=0) - corners
    along = np.linspace(0.0, 1.0, n_side)[:, None, None]
    return (corners + along * side).reshape(-1, 2), np.linalg.norm(side, axis=1).max() / (n_side - 1)


@each_twin
@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (1.0, 1.0, 1.0),
        (0.5, 1.0, 0.5),
        (1.25, 1.75, 0.25),
        (3.0, 1.0, -1.0),
        (1.0, -0.25, -0.25),
        (3.0, 3.0, -np.sqrt(2.0)),
        (-3.0, -4.0, -5.0),
    ],
)
def test_the_distance_from_a_square_is_what_one_reads_off(kernel, x, y, expected):
    assert kernel(SQUARE, np.array([x]), np.array([y]))[0] == pytest.approx(expected, rel=1e-15)


@each_twin
@each_shape
def test_the_distance_is_that_of_the_nearest_point_of_the_boundary(kernel, corners):
    x, y = points(40)
    (on_x, on_y), step = boundary(corners)[0].T, boundary(corners)[1]
    nearest = np.hypot(x[:, None] - on_x, y[:, None] - on_y).min(axis=1)
    np.testing.assert_allclose(np.abs(kernel(corners, x, y)), nearest, rtol=0.0, atol=step)


@each_twin
@each_shape
def test_it_is_positive_where_the_boundary_winds_around_the_point(kernel, corners):
    x, y = points(500)
    inside = is_inside(corners, x, y)
    assert 0.1 < inside.mean() < 0.5
    np.testing.assert_array_equal(kernel(corners, x, y) > 0.0, inside)


@each_twin
@each_shape
def test_it_is_zero_on_every_corner_and_on_every_side(kernel, corners):
    middle = 0.5 * (corners + np.roll(corners, 1, axis=0))
    np.testing.assert_array_equal(kernel(corners, *np.ascontiguousarray(corners.T)), 0.0)
    np.testing.assert_allclose(kernel(corners, *np.ascontiguousarray(middle.T)), 0.0, rtol=0.0, atol=1e-15)


@each_shape
def test_neither_the_orientation_nor_the_starting_corner_matters(corners):
    x, y = points(200)
    expected = signed_distance(corners, x, y)
    for start in range(len(corners)):
        turned = np.roll(corners, start, axis=0)
        for same in (turned, turned[::-1].copy()):
            np.testing.assert_allclose(signed_distance(same, x, y), expected, rtol=1e-13, atol=1e-14)


@each_twin
@each_shape
def test_a_corner_that_is_repeated_changes_nothing(kernel, corners):
    x, y = points(100)
    expected = kernel(corners, x, y)
    for k in range(len(corners)):
        np.testing.assert_array_equal(kernel(np.insert(corners, k, corners[k], axis=0), x, y), expected)
    np.testing.assert_array_equal(kernel(np.vstack([corners, corners[:1]]), x, y), expected)


@each_twin
def test_a_point_level_with_a_corner_is_on_the_right_side(kernel):
    """To the last bit: rounding must not let the two sides that meet in the corner disagree about its height."""
    rng = np.random.default_rng(2)
    for _ in range(100):
        angles = np.linspace(0.0, 2.0 * np.pi, 6)[:-1]
        corners = np.round(5.0 + rng.uniform(1.0, 4.0, 5)[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1), 1)
        x, y = (places.ravel() for places in np.meshgrid([-1.05, 3.05, 4.95, 20.05], corners[:, 1]))
        near = np.abs(kernel(corners, x, y)) < 1e-9
        np.testing.assert_array_equal((kernel(corners, x, y) > 0.0) | near, is_inside(corners, x, y) | near)


@each_shape
def test_it_changes_no_faster_than_the_point_moves(corners):
    """Across the boundary too."""
    (x, y), (other_x, other_y) = points(500), points(500, seed=2)
    change = np.abs(signed_distance(corners, x, y) - signed_distance(corners, other_x, other_y))
    assert (change <= np.hypot(x - other_x, y - other_y) * (1.0 + 1e-12)).all()


@each_twin
def test_what_the_boundary_winds_around_twice_is_outside(kernel):
    """The even-odd rule: the middle of a pentagram is not in it, its tips are."""
    turn = np.pi / 2.0 + 0.8 * np.pi * np.arange(5)
    found = kernel(np.stack([np.cos(turn), np.sin(turn)], axis=1), np.array([0.0, 0.0]), np.array([0.0, 0.8]))
    assert found[0] == pytest.approx(-np.cos(0.4 * np.pi), rel=1e-12)
    assert found[1] > 0.0


@each_twin
@pytest.mark.parametrize("n", [1, 2])
def test_a_point_and_a_line_have_no_inside(kernel, n):
    x, y = np.array([1.0, 1.0, -3.0, 2.0]), np.array([0.0, 2.0, 4.0, 0.0])
    expected = {1: [-1.0, -np.sqrt(5.0), -5.0, -2.0], 2: [0.0, -2.0, -5.0, 0.0]}
    np.testing.assert_allclose(kernel(SQUARE[:n], x, y), expected[n], rtol=1e-15)


@each_twin
@each_shape
def test_the_distance_of_not_a_number_is_not_a_number(kernel, corners):
    assert np.isnan(kernel(corners, np.array([np.nan, 1.0]), np.array([1.0, np.nan]))).all()
