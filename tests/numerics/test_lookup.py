"""Linear interpolation in tables with gaps, against numpy; compiled and as plain Python."""

import numpy as np
import pytest

from alpfit.numerics.lookup import between, cell, look_up

GRID = np.array([0.5, 1.0, 4.0, 4.5, 9.0])
VALUES = np.array([2.0, -1.0, 0.5, 0.5, 7.0])


def twins(kernel):
    return pytest.mark.parametrize("kernel", [kernel, kernel.py_func], ids=["compiled", "python"])


def points(n, low, high):
    return np.random.default_rng(2).uniform(low, high, n)


@twins(cell)
@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_a_cell_holds_its_point_at_the_place_it_gives(kernel, n):
    grid = GRID[:n]
    for x in points(100, grid[0], grid[-1]):
        i, place = kernel(grid, x)
        assert grid[i] <= x < grid[i + 1]
        assert grid[i] + place * (grid[i + 1] - grid[i]) == pytest.approx(x, rel=1e-14)


@twins(cell)
def test_a_node_is_the_beginning_of_a_cell_and_the_last_the_end_of_one(kernel):
    assert [kernel(GRID, x) for x in GRID] == [(0, 0.0), (1, 0.0), (2, 0.0), (3, 0.0), (3, 1.0)]


@twins(cell)
def test_beyond_the_ends_a_cell_is_the_first_or_the_last(kernel):
    assert [kernel(GRID, x) for x in (-np.inf, 0.499, 9.001, np.inf)] == [(0, 0.0), (0, 0.0), (3, 1.0), (3, 1.0)]


@twins(cell)
@pytest.mark.parametrize("x", [-1.0, 2.0, 5.0])
def test_a_grid_of_one_node_has_one_cell(kernel, x):
    assert kernel(np.array([2.0]), x) == (0, 0.0)


@twins(between)
@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_on_a_node_the_other_node_does_not_count(kernel, missing):
    assert kernel(3.0, missing, 0.0) == 3.0
    assert kernel(missing, 3.0, 1.0) == 3.0


@twins(between)
def test_between_two_nodes_the_value_is_linear_and_missing_where_one_is(kernel):
    assert kernel(2.0, 10.0, 0.25) == 4.0
    assert np.isnan([kernel(np.nan, 1.0, 0.5), kernel(1.0, np.nan, 0.5), kernel(1.0, np.nan, 1e-300)]).all()


@twins(look_up)
def test_inside_of_the_grid_it_is_numpys_interpolation(kernel):
    x = points(300, GRID[0], GRID[-1])
    np.testing.assert_allclose(kernel(GRID, VALUES, x), np.interp(x, GRID, VALUES), rtol=0.0, atol=1e-14)


@twins(look_up)
def test_at_the_nodes_it_is_the_table_to_the_last_bit(kernel):
    values = points(GRID.size, -1.0, 1.0)
    np.testing.assert_array_equal(kernel(GRID, values, GRID), values)


@twins(look_up)
def test_outside_of_the_grid_there_is_no_value(kernel):
    outside = np.array([-np.inf, 0.0, np.nextafter(0.5, 0.0), np.nextafter(9.0, 10.0), np.inf, np.nan])
    assert np.isnan(kernel(GRID, VALUES, outside)).all()


@twins(look_up)
def test_a_gap_takes_the_values_on_both_sides_of_it_but_not_those_of_the_nodes_beside_it(kernel):
    values = np.array([2.0, -1.0, np.nan, 0.5, 7.0])
    found = kernel(GRID, values, np.array([0.75, 1.0, 1.001, 4.0, 4.499, 4.5, 9.0]))
    np.testing.assert_allclose(found, [0.5, -1.0, np.nan, np.nan, np.nan, 0.5, 7.0], rtol=1e-14)


@twins(look_up)
def test_a_table_of_one_row_has_a_value_there_only(kernel):
    found = kernel(np.array([2.0]), np.array([5.0]), np.array([1.999, 2.0, 2.001]))
    np.testing.assert_array_equal(found, [np.nan, 5.0, np.nan])
