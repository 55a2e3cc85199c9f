"""Cubic splines on a uniform grid: order, exactness and what happens beyond the ends."""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from alpfit.numerics.interpolation import evaluate_spline, spline_slopes

START, STOP = -1.0, 3.0


def spline(function, n: int):
    """The spline through ``function`` at ``n`` nodes, as a function of an array, with its slopes."""
    step = (STOP - START) / (n - 1)
    values = function(START + step * np.arange(n))
    slopes = spline_slopes(values, step)
    return lambda z: np.array([evaluate_spline(at, START, step, values, slopes) for at in np.atleast_1d(z)]), slopes


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
