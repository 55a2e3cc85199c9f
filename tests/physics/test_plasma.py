"""The plasma of Saikawa and Shirai, arXiv:1803.01038, and the table that kernels read."""

import math

import numpy as np
import pytest

from alpfit.constants import PLANCK_MASS
from alpfit.physics.plasma import MATCHING_TEMPERATURE, bath_at, degrees_of_freedom, saikawa_shirai_2018

PLASMA = saikawa_shirai_2018()
TODAY = 2.7255 * 8.617333262e-14  # [GeV], the CMB's temperature


def at(temperature: float) -> tuple[float, float, float]:
    g_rho, g_s, slope = degrees_of_freedom(np.array(temperature))
    return float(g_rho), float(g_s), float(slope)


def baths(temperatures):
    """Entropy density, H and H-tilde at each temperature, shape (n, 3)."""
    return np.array([bath_at(t, PLASMA) for t in temperatures])


def scattered_temperatures(n: int = 400) -> np.ndarray:
    """Temperatures across the table, but for the one cell that holds the fit's own step of 0.1 %."""
    temperature = np.exp(np.random.default_rng(7).uniform(math.log(2e-11), math.log(900.0), n))
    temperature = np.append(temperature, np.exp(np.linspace(math.log(0.01), math.log(1.0), n)))
    junction = (math.log(MATCHING_TEMPERATURE) - PLASMA.start) // PLASMA.step
    return temperature[(np.log(temperature) - PLASMA.start) // PLASMA.step != junction]


@pytest.mark.parametrize(
    ("temperature", "g_rho", "g_s"),
    [(0.01, 10.7427, 10.7422), (0.1, 17.7471, 17.3283), (1.0, 69.7438, 68.7716)],
    ids=["10 MeV", "100 MeV", "1 GeV"],
)
def test_degrees_of_freedom_at_the_reference_temperatures(temperature, g_rho, g_s):
    """Numbers of an independent evaluation of the fits of arXiv:1803.01038, appendix C."""
    assert at(temperature)[:2] == pytest.approx((g_rho, g_s), rel=5e-6, abs=0.0)


def test_degrees_of_freedom_today():
    g_rho, g_s, slope = at(TODAY)
    assert g_rho == pytest.approx(3.383, abs=1e-3)
    assert g_s == pytest.approx(3.931, abs=1e-3)
    assert slope == 0.0


def test_all_of_the_standard_model_is_relativistic_at_a_tev():
    """The free gas has 106.75; interactions take away 2 %."""
    g_rho, g_s, _ = at(1e3)
    assert 0.97 < g_rho / 106.75 < 0.98
    assert 0.97 < g_s / 106.75 < 0.98


def test_the_two_pieces_of_the_fit_join_at_120_mev_to_a_tenth_of_a_percent():
    below, above = at(MATCHING_TEMPERATURE * (1.0 - 1e-12)), at(MATCHING_TEMPERATURE)
    assert above[:2] == pytest.approx(below[:2], rel=1.2e-3, abs=0.0)
    assert above[1] != pytest.approx(below[1], rel=1e-5, abs=0.0)  # a step, which the table keeps


def test_degrees_of_freedom_grow_with_temperature():
    g_rho, g_s, _ = degrees_of_freedom(np.geomspace(1e-5, 1e3, 3000))
    assert (np.diff(g_rho) > -2e-3 * g_rho[1:]).all()
    assert (np.diff(g_s) > -2e-3 * g_s[1:]).all()


def test_the_slope_is_the_derivative_of_the_logarithm_on_either_side_of_the_junction():
    h = 1e-4
    below = np.geomspace(1e-4, 0.999 * MATCHING_TEMPERATURE, 200)
    above = np.geomspace(1.001 * MATCHING_TEMPERATURE, 500.0, 200)
    for temperature in (below, above):
        up, down = (np.log(degrees_of_freedom(temperature * math.exp(shift))[1]) for shift in (h, -h))
        np.testing.assert_allclose(degrees_of_freedom(temperature)[2], (up - down) / (2.0 * h), rtol=0.0, atol=1e-6)


def test_degrees_of_freedom_keep_the_shape_of_their_argument():
    temperature = np.array([[0.01, 0.1], [0.2, 1.0]])
    for values in degrees_of_freedom(temperature):
        assert values.shape == (2, 2)
        for index in np.ndindex(2, 2):
            assert values[index] in [v[()] for v in degrees_of_freedom(temperature[index])]


def test_the_bath_is_the_radiation_dominated_universe_and_its_table_is_good_to_1e_5():
    """Just above 0.12 GeV, where the fit is at its steepest, to 3e-5."""
    temperature = scattered_temperatures()
    steep = (temperature > MATCHING_TEMPERATURE) & (temperature < 0.16)
    g_rho, g_s, slope = degrees_of_freedom(temperature)
    entropy_density = 2.0 * math.pi**2 / 45.0 * g_s * temperature**3
    hubble = np.sqrt(8.0 * math.pi / 3.0 * math.pi**2 / 30.0 * g_rho) * temperature**2 / PLANCK_MASS.value
    expected = np.stack([entropy_density, hubble, hubble / (1.0 + slope / 3.0)], axis=1)
    computed = baths(temperature)
    np.testing.assert_allclose(computed[~steep], expected[~steep], rtol=1e-5)
    np.testing.assert_allclose(computed[steep], expected[steep], rtol=3e-5)


def test_the_table_is_exact_at_its_nodes():
    temperature = np.exp(PLASMA.start + PLASMA.step * np.arange(0, PLASMA.g_s.size - 1, 97))
    g_s = baths(temperature)[:, 0] / (2.0 * math.pi**2 / 45.0 * temperature**3)
    np.testing.assert_allclose(g_s, degrees_of_freedom(temperature)[1], rtol=1e-9)


def test_an_adiabatic_expansion_conserves_entropy():
    """H-tilde is the rate of change of ln(1/T) when s a^3 is constant: dln(s)/dln(T) = 3 H/H-tilde."""
    h = 0.01
    for temperature in (1e-4, 5e-3, 0.3, 10.0):
        s_up, s_down = (bath_at(temperature * math.exp(shift), PLASMA).entropy_density for shift in (h, -h))
        bath = bath_at(temperature, PLASMA)
        assert math.log(s_up / s_down) / (2.0 * h) == pytest.approx(3.0 * bath.hubble / bath.hubble_tilde, abs=1e-4)


@pytest.mark.parametrize(("outside", "ratio"), [(1e-12, 0.1), (2e3, 10.0)], ids=["colder", "hotter"])
def test_beyond_the_table_the_degrees_of_freedom_stay_as_they_are_at_its_end(outside, ratio):
    end, further = (np.array(bath_at(temperature, PLASMA)) for temperature in (outside, ratio * outside))
    np.testing.assert_allclose(further, end * [ratio**3, ratio**2, ratio**2], rtol=1e-12)
