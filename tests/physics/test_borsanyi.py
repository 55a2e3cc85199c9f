"""The degrees of freedom of Borsanyi et al., arXiv:1606.07494: table, interpolation and the join below 1 MeV."""

import math

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from alpfit.physics import saikawa_shirai
from alpfit.physics.borsanyi import JOIN, TABLE, degrees_of_freedom

LOG10_MEV, G_RHO, RATIO = np.array(TABLE).T
KNOTS = (LOG10_MEV - 3.0) * math.log(10.0)
BETWEEN = np.linspace(KNOTS[0], KNOTS[-1], 40_001)


def g_at(z):
    return degrees_of_freedom(np.exp(z))


def slopes(z: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """dln(g_rho)/dln(T) and dln(g_s)/dln(T), shape (2, n)."""
    return (np.log(g_at(z + h)) - np.log(g_at(z - h))) / (2.0 * h)


def test_the_published_table_is_reproduced_at_its_temperatures():
    g_rho, g_s = degrees_of_freedom(10.0 ** (LOG10_MEV - 3.0))
    np.testing.assert_allclose(g_rho, G_RHO, rtol=1e-12)
    np.testing.assert_allclose(g_rho / g_s, RATIO, rtol=1e-12)


@pytest.mark.parametrize(
    ("temperature", "g_rho", "ratio"),
    [(0.1, 17.61, 1.02324), (1.0, 73.48, 1.01778), (10.0, 83.10, 1.00123), (100.0, 102.17, 1.00750)],
)
def test_round_temperatures_have_the_numbers_of_the_paper(temperature, g_rho, ratio):
    assert degrees_of_freedom(temperature) == pytest.approx(np.array([g_rho, g_rho / ratio]), rel=1e-12)


def test_degrees_of_freedom_never_sink_as_the_temperature_rises():
    z = np.linspace(math.log(1e-6), math.log(1e4), 100_000)
    assert (np.diff(g_at(z)) > -1e-12).all()


@pytest.mark.parametrize(("ends", "rtol"), [("clamped", 1e-3), ("natural", 2e-3)])
@pytest.mark.parametrize("quantity", [0, 1], ids=["g_rho", "g_s"])
def test_the_recommended_spline_is_close_but_not_monotone(quantity, ends, rtol):
    """Limiting the slopes moves g by less than 1e-3; flat ends instead of natural ones move it by as much again."""
    spline = CubicSpline(KNOTS, [G_RHO, G_RHO / RATIO][quantity], bc_type=ends)(BETWEEN)
    np.testing.assert_allclose(g_at(BETWEEN)[quantity], spline, rtol=rtol)
    assert np.diff(spline).min() < -1e-8


def test_a_spline_of_the_ratio_gives_the_same_g_s_to_half_a_percent():
    """The table leaves that open; between 160 and 250 MeV the ratio is at its maximum."""
    natural = {"x": KNOTS, "bc_type": "natural"}
    g_s = CubicSpline(y=G_RHO, **natural)(BETWEEN) / CubicSpline(y=RATIO, **natural)(BETWEEN)
    np.testing.assert_allclose(g_at(BETWEEN)[1], g_s, rtol=4e-3)


def test_above_its_last_temperature_the_table_stays_constant():
    np.testing.assert_array_equal(g_at(KNOTS[-1] + np.array([0.0, 1e-6, 1.0, 9.0])), g_at(KNOTS[-1:]).repeat(4, axis=1))


def test_below_the_electron_mass_it_is_the_plasma_of_saikawa_and_shirai():
    temperature = np.geomspace(1e-13, 0.99 * math.exp(JOIN[0]), 50)
    np.testing.assert_allclose(degrees_of_freedom(temperature), saikawa_shirai.degrees_of_freedom(temperature), 1e-14)


@pytest.mark.parametrize("z", [*KNOTS, *JOIN])
def test_neither_value_nor_slope_jumps_at_an_entry_or_an_end_of_the_join(z):
    h = 1e-6
    left, right = g_at(np.array([z - 2.0 * h, z - h])), g_at(np.array([z + h, z + 2.0 * h]))
    np.testing.assert_allclose(left[:, 1], right[:, 0], rtol=5.0 * h)
    change = np.log(right[:, 1] / right[:, 0]) / h - np.log(left[:, 1] / left[:, 0]) / h
    assert np.abs(change).max() < 20.0 * h


def test_the_join_is_hardly_steeper_than_the_annihilation_of_the_positrons():
    z = np.linspace(*JOIN, 500)
    steepest = [np.abs(slopes(z)).max(), saikawa_slope(z).max()]
    assert steepest[0] == pytest.approx(0.161, abs=2e-3)
    assert steepest[1] == pytest.approx(0.135, abs=2e-3)


def saikawa_slope(z: np.ndarray, h: float = 1e-5) -> np.ndarray:
    up, down = (saikawa_shirai.degrees_of_freedom(np.exp(z + shift)) for shift in (h, -h))
    return np.log(up / down) / (2.0 * h)


def test_degrees_of_freedom_keep_the_shape_of_their_argument():
    temperature = np.array([[1e-4, 7e-4], [0.2, 1e3]])
    values = degrees_of_freedom(temperature)
    assert values.shape == (2, 2, 2)
    for index in np.ndindex(2, 2):
        np.testing.assert_array_equal(values[:, *index], degrees_of_freedom(temperature[index]))
