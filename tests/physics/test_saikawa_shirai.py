"""The degrees of freedom of Saikawa and Shirai, arXiv:1803.01038, and the blend of their two fits."""

import math

import numpy as np
import pytest

from alpfit.physics.saikawa_shirai import HALF_WINDOW, MATCHING_TEMPERATURE, blend, degrees_of_freedom

TODAY = 2.7255 * 8.617333262e-14  # [GeV], the CMB's temperature
WINDOW = math.log(MATCHING_TEMPERATURE) + HALF_WINDOW * np.array([-1.0, 1.0])


def log_g(z: np.ndarray) -> np.ndarray:
    return np.log(degrees_of_freedom(np.exp(z)))


def slopes(z: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """dln(g_rho)/dln(T) and dln(g_s)/dln(T), shape (2, n)."""
    return (log_g(z + h) - log_g(z - h)) / (2.0 * h)


@pytest.mark.parametrize(
    ("temperature", "g_rho", "g_s"),
    [(0.01, 10.7427, 10.7422), (0.1, 17.7471, 17.3283), (1.0, 69.7438, 68.7716)],
    ids=["10 MeV", "100 MeV", "1 GeV"],
)
def test_degrees_of_freedom_at_the_reference_temperatures(temperature, g_rho, g_s):
    """Numbers of an independent evaluation of the fits of arXiv:1803.01038, appendix C."""
    assert degrees_of_freedom(temperature) == pytest.approx(np.array([g_rho, g_s]), rel=5e-6, abs=0.0)


def test_degrees_of_freedom_today():
    assert degrees_of_freedom(TODAY) == pytest.approx(np.array([3.383, 3.931]), rel=1e-12, abs=0.0)


@pytest.mark.parametrize("temperature", [1e3, 1e5, 1e10, 1e16])
def test_all_of_the_standard_model_is_relativistic_from_a_tev_on(temperature):
    """The free gas has 106.75; interactions take away one or two percent."""
    fraction = degrees_of_freedom(temperature) / 106.75
    assert ((fraction > 0.97) & (fraction < 0.99)).all()


def test_the_fit_is_smooth_from_a_tev_to_the_end_of_the_tables():
    z = np.linspace(math.log(1e3), math.log(1e5), 1000)
    assert np.abs(slopes(z)).max() < 1e-3
    assert np.abs(np.diff(slopes(z)) / np.diff(z)).max() < 1e-3


def test_at_the_matching_temperature_the_values_do_not_jump():
    """The two fits differ by 2e-4 and 4e-4 there."""
    z = math.log(MATCHING_TEMPERATURE) + np.arange(-1e-3, 1e-3, 1e-6)
    assert np.abs(np.diff(log_g(z))).max() < 1e-6


def test_in_and_around_the_window_the_slope_does_not_jump():
    """Of the two fits that of g_s would jump by 0.017, and a step in value would look like a slope of 20."""
    step = 1e-5
    z = np.arange(WINDOW[0] - 0.01, WINDOW[1] + 0.01, step)
    assert np.abs(np.diff(slopes(z))).max() < 10.0 * step


def test_in_the_window_the_slopes_stay_between_those_at_its_ends():
    """What the blend adds of its own does not show."""
    inside = slopes(np.linspace(*WINDOW, 500))
    assert (inside.min(axis=1) > inside[:, 0] - 1e-6).all()
    assert (inside.max(axis=1) < inside[:, -1] + 1e-6).all()


def test_degrees_of_freedom_grow_with_temperature_up_to_450_gev():
    z = np.linspace(math.log(1e-4), math.log(450.0), 30_000)
    assert (np.diff(log_g(z)) > 0.0).all()


def test_above_450_gev_they_sink_by_hardly_more_than_a_permille():
    values = log_g(np.linspace(math.log(450.0), math.log(1e5), 3000))
    assert (np.maximum.accumulate(values, axis=1) - values).max() < 1.3e-3


def test_degrees_of_freedom_keep_the_shape_of_their_argument():
    temperature = np.array([[0.01, 0.1, 0.12], [0.2, 1.0, 50.0]])
    values = degrees_of_freedom(temperature)
    assert values.shape == (2, 2, 3)
    for index in np.ndindex(2, 3):
        np.testing.assert_array_equal(values[:, *index], degrees_of_freedom(temperature[index]))


def test_a_blend_is_pure_outside_of_its_window_and_half_and_half_in_its_middle():
    z = np.array([-1.0, 2.0, 3.0, 4.0, 9.0])
    np.testing.assert_array_equal(blend(z, 2.0, 4.0, np.array(3.7), np.array(5.3)), [3.7, 3.7, 4.5, 5.3, 5.3])


@pytest.mark.parametrize("edge", [2.0, 4.0])
def test_a_blend_sets_in_and_ends_with_the_third_power_of_the_distance(edge):
    inwards = 1.0 if edge == 2.0 else -1.0
    weights = [abs(blend(np.array(edge + inwards * h), 2.0, 4.0, 0.0, 1.0) - (edge == 4.0)) for h in (2e-3, 1e-3)]
    assert weights[0] / weights[1] == pytest.approx(8.0, rel=5e-3)
