"""Cubic splines on a uniform grid: order, exactness, the layout of their table, and what happens beyond the ends."""

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline, CubicSpline, PchipInterpolator

from alpfit.numerics.interpolation import (
    evaluate_spline,
    hermite_cubic,
    monotone_slopes,
    spline_with_slope,
    splines,
)

START, STOP = -1.0, 3.0


def tabulated(function, n: int):
    """The table of the spline through ``function`` at ``n`` nodes, shape (n, 1, 2), and its step."""
    step = (STOP - START) / (n - 1)
    return splines(function(START + step * np.arange(n))[None, :], step), step


def spline(function, n: int):
    """The spline through ``function`` at ``n`` nodes, as a function of an array, with its slopes at the nodes."""
    table, step = tabulated(function, n)
    return lambda z: np.array([evaluate_spline(at, START, step, table, 0) for at in np.atleast_1d(z)]), table[:, 0, 1]


def with_slope(function, n: int):
    """Value and derivative of the same spline, shape (m, 2) at m points."""
    table, step = tabulated(function, n)
    return lambda z: np.array([spline_with_slope(at, START, step, table, 0) for at in z])


def test_the_spline_passes_through_its_nodes():
    evaluated, _ = spline(np.exp, 17)
    z = np.linspace(START, STOP, 17)
    np.testing.assert_allclose(evaluated(z), np.exp(z), rtol=1e-14)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_cubics_are_reproduced_to_rounding(degree):
    polynomial = np.polynomial.Polynomial([0.7, -2.0, 0.3, 1.1][: degree + 1])
    evaluated, _ = spline(polynomial, 9)
    z = np.linspace(START, STOP, 200)
    np.testing.assert_allclose(evaluated(z), polynomial(z), rtol=0.0, atol=1e-12)


def test_a_quartic_is_not_reproduced():
    evaluated, _ = spline(lambda z: z**4, 9)
    z = np.linspace(START, STOP, 200)
    assert np.abs(evaluated(z) - z**4).max() > 1e-3


@pytest.mark.parametrize("function", [np.sin, np.exp, lambda z: 1.0 / (1.0 + z * z)], ids=["sin", "exp", "runge"])
def test_the_error_is_of_fourth_order_in_the_step(function):
    z = np.linspace(START, STOP, 2001)
    errors = [np.abs(spline(function, n)[0](z) - function(z)).max() for n in (65, 129, 257)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert ((orders > 3.7) & (orders < 4.5)).all()


def test_beyond_either_end_the_spline_is_the_tangent_there():
    evaluated, slopes = spline(np.exp, 17)
    below, above = np.array([-9.0, -3.0, -1.0]), np.array([3.0, 4.0, 50.0])
    np.testing.assert_allclose(evaluated(below), np.exp(START) + slopes[0] * (below - START), rtol=1e-13)
    np.testing.assert_allclose(evaluated(above), np.exp(STOP) + slopes[-1] * (above - STOP), rtol=1e-13)


def test_it_is_the_same_spline_as_scipys_with_the_same_end_slopes():
    n = 12
    z = np.linspace(START, STOP, n)
    values = np.cos(3.0 * z)
    evaluated, slopes = spline(lambda z: np.cos(3.0 * z), n)
    reference = CubicSpline(z, values, bc_type=((1, slopes[0]), (1, slopes[-1])))
    fine = np.linspace(START, STOP, 300)
    np.testing.assert_allclose(slopes, reference(z, 1), rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(evaluated(fine), reference(fine), rtol=0.0, atol=1e-13)


def test_four_nodes_are_enough():
    evaluated, _ = spline(lambda z: z**3, 4)
    assert evaluated(0.5)[0] == pytest.approx(0.125, rel=1e-12, abs=0.0)


def test_the_slope_is_the_derivative_of_the_very_same_spline():
    """By a formula of fourth order, exact for the cubic of each cell."""
    n, h = 12, 0.01
    evaluated = spline(np.sin, n)[0]
    cell = (STOP - START) / (n - 1)
    z = START + cell * (0.5 + np.arange(n - 1))
    near, far = (evaluated(z + k * h) - evaluated(z - k * h) for k in (1, 2))
    slope = with_slope(np.sin, n)(z)[:, 1]
    np.testing.assert_allclose(slope, (8.0 * near - far) / (12.0 * h), rtol=0.0, atol=1e-12)


def test_the_value_alone_and_the_value_with_its_slope_are_the_same_number():
    z = np.random.default_rng(3).uniform(2.0 * START, 2.0 * STOP, 500)
    np.testing.assert_array_equal(with_slope(np.sin, 12)(z)[:, 0], spline(np.sin, 12)[0](z))


def test_value_and_slope_are_those_of_scipys_hermite_spline():
    n = 12
    z = np.linspace(START, STOP, n)
    slopes = splines(np.exp(z)[None], z[1] - z[0])[:, 0, 1]
    reference = CubicHermiteSpline(z, np.exp(z), slopes)
    fine = np.linspace(START, STOP, 300)
    expected = np.stack([reference(fine), reference(fine, 1)], 1)
    np.testing.assert_allclose(with_slope(np.exp, n)(fine), expected, rtol=1e-12)


def test_beyond_either_end_the_slope_stays():
    slopes = spline(np.exp, 17)[1]
    at = [-50.0, START, STOP, 9.0]
    np.testing.assert_allclose(with_slope(np.exp, 17)(at)[:, 1], slopes[[0, 0, -1, -1]], rtol=1e-14)


def test_the_spline_of_not_a_number_is_not_a_number():
    assert np.isnan(spline(np.exp, 5)[0](np.nan)).all()
    assert np.isnan(with_slope(np.exp, 5)([np.nan])[0, 0])


def test_a_value_that_is_not_a_number_spoils_the_whole_spline_and_nothing_else():
    values = np.array([np.ones(9), np.ones(9)])
    values[0, 4] = np.nan
    table = splines(values, 0.5)
    assert all(np.isnan(evaluate_spline(z, 0.0, 0.5, table, 0)) for z in (0.2, 1.9, 3.9))
    assert [evaluate_spline(z, 0.0, 0.5, table, 1) for z in (0.2, 1.9, 3.9)] == [1.0, 1.0, 1.0]


def test_a_table_holds_value_and_slope_of_each_function_node_by_node():
    values = np.random.default_rng(4).normal(size=(3, 8))
    table = splines(values, 0.25)
    assert table.shape == (8, 3, 2)
    assert table.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(table[:, :, 0], values.T)
    for k in range(3):
        np.testing.assert_array_equal(table[:, k], splines(values[k : k + 1], 0.25)[:, 0])


def test_functions_in_one_table_do_not_know_of_each_other():
    values = np.random.default_rng(5).normal(size=(3, 8))
    together = splines(values, 0.25)
    for k in range(3):
        alone = splines(values[k : k + 1], 0.25)
        for z in (-1.0, 0.3, 1.0, 1.74, 5.0):
            assert evaluate_spline(z, 0.0, 0.25, together, k) == evaluate_spline(z, 0.0, 0.25, alone, 0)


@pytest.mark.parametrize("n", [4, 5, 8, 40])
def test_slopes_inside_are_those_of_scipys_spline_with_the_same_ends(n):
    values = np.random.default_rng(6).normal(size=(3, n))
    table = splines(values, 0.25)
    for k in range(3):
        ends = [(1, slope) for slope in table[[0, -1], k, 1]]
        spline = CubicSpline(0.25 * np.arange(n), values[k], bc_type=(ends[0], ends[1]))
        np.testing.assert_allclose(table[:, k, 1], spline(0.25 * np.arange(n), 1), rtol=1e-12)


@pytest.mark.parametrize("n", [4, 9])
def test_slopes_at_the_ends_are_those_of_the_cubic_through_four_points(n):
    values, z = np.random.default_rng(7).normal(size=(2, n)), 0.25 * np.arange(n)
    table = splines(values, 0.25)
    for k in range(2):
        for at, four in ((0, slice(0, 4)), (-1, slice(n - 4, n))):
            cubic = np.polynomial.Polynomial.fit(z[four], values[k, four], 3)
            assert table[at, k, 1] == pytest.approx(cubic.deriv()(z[at]), rel=1e-9, abs=0.0)


def test_a_cubic_is_known_from_values_and_slopes_at_both_ends():
    cubic = np.polynomial.Polynomial([0.7, -2.0, 0.3, 1.1])
    left, right, width = 1.2, 1.7, 0.5
    ends = (cubic(left), cubic(right), cubic.deriv()(left), cubic.deriv()(right))
    for t in (0.0, 0.3, 1.0):
        expected = cubic(left + t * width), cubic.deriv()(left + t * width)
        assert hermite_cubic(t, width, *ends) == pytest.approx(expected, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("seed", range(8))
def test_monotone_slopes_are_those_of_scipy(seed):
    values = np.random.default_rng(seed).normal(size=3 + seed)
    values[-1] = values[-2] if seed % 2 else values[-1]
    x = 0.3 * np.arange(values.size)
    expected = PchipInterpolator(x, values).derivative()(x)
    np.testing.assert_allclose(monotone_slopes(values, 0.3), expected, rtol=1e-12, atol=1e-12)
