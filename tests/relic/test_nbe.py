"""The rate of the number density equation, and its derivative."""

import math

import numpy as np
import pytest
from published import POINTS

from alpfit.physics.plasma import bath_at
from alpfit.relic import nbe
from alpfit.relic.average_table import averages_at
from alpfit.relic.boltzmann import log_equilibrium_yield

BELOW, ABOVE = POINTS["BP1u"], POINTS["F3 r=0.550"]
each_point = pytest.mark.parametrize("point", [BELOW, ABOVE], ids=["below the resonance", "above it"])


def rates_at(sector, log_x: float, log_y) -> tuple[np.ndarray, np.ndarray]:
    """dln(Y)/dln(x) and its derivative with respect to ln(Y), at values of ln(Y) [(n,)]."""
    states = np.atleast_1d(log_y).astype(float)[:, None]
    slopes, jacobians = np.full_like(states, np.nan), np.full((*states.shape, 1), np.nan)
    here = nbe.coefficients_at(log_x, sector)
    for j in range(len(states)):
        nbe.rates(here, sector, states, slopes, jacobians, j)
    return slopes[:, 0], jacobians[:, 0, 0]


def log_y_eq(sector, log_x: float) -> float:
    entropy_density = bath_at(sector.mass / math.exp(log_x), sector.plasma).entropy_density
    return log_equilibrium_yield(log_x, entropy_density, sector.mass, sector.dof, sector.gas)


@each_point
@pytest.mark.parametrize("x", [2.0, 20.0, 300.0])
def test_the_rate_is_that_of_annihilation_and_its_reverse(point, x, build_sector):
    """dln(Y)/dln(x) = (s Y/H~) <sigma v> (Y_eq^2/Y^2 - 1)."""
    sector = build_sector(*point)
    bath, equilibrium = bath_at(sector.mass / x, sector.plasma), math.exp(log_y_eq(sector, math.log(x)))
    for excess in (0.5, 3.0, 1e4):
        y = excess * equilibrium
        expected = bath.entropy_density * y / bath.hubble_tilde * averages_at(math.log(x), x, sector.averages)[0]
        expected *= 1.0 / excess**2 - 1.0
        computed, _ = rates_at(sector, math.log(x), math.log(y))
        assert computed[0] == pytest.approx(expected, rel=1e-9, abs=0.0)


@each_point
def test_in_equilibrium_nothing_happens(point, build_sector):
    sector = build_sector(*point)
    for log_x in np.linspace(math.log(1.5), math.log(500.0), 30):
        equilibrium = nbe.equilibrium(log_x, sector)
        assert equilibrium == pytest.approx([log_y_eq(sector, log_x)], rel=1e-13)
        slope, jacobian = rates_at(sector, log_x, equilibrium)
        assert abs(slope[0]) < 1e-11 * abs(jacobian[0])


@each_point
def test_too_much_dark_matter_annihilates_and_too_little_is_created(point, build_sector):
    sector = build_sector(*point)
    slopes, jacobians = rates_at(sector, math.log(15.0), log_y_eq(sector, math.log(15.0)) + np.array([-2.0, 2.0]))
    assert slopes[0] > 0.0 > slopes[1]
    assert (jacobians < 0.0).all()  # either way back to equilibrium


@each_point
def test_the_derivative_is_that_of_the_rate(point, build_sector):
    sector, rng, h = build_sector(*point), np.random.default_rng(1), 1e-3
    for log_x in rng.uniform(math.log(1.5), math.log(600.0), 100):
        log_y = log_y_eq(sector, log_x) + rng.uniform(-3.0, 30.0)
        slopes, _ = rates_at(sector, log_x, log_y + h * np.array([-2.0, -1.0, 1.0, 2.0]))
        difference = (slopes[0] - 8.0 * slopes[1] + 8.0 * slopes[2] - slopes[3]) / (12.0 * h)
        _, jacobian = rates_at(sector, log_x, log_y)
        assert jacobian[0] == pytest.approx(difference, rel=1e-8, abs=0.0)


def test_a_state_is_read_from_and_its_rate_written_to_one_row_only(build_sector):
    sector, states = build_sector(*BELOW), np.full((4, 1), -20.0)
    slopes, jacobians = np.full((4, 1), np.nan), np.full((4, 1, 1), np.nan)
    nbe.rates(nbe.coefficients_at(2.3, sector), sector, states, slopes, jacobians, 2)
    assert np.isfinite(slopes[:, 0]).tolist() == np.isfinite(jacobians[:, 0, 0]).tolist() == [False, False, True, False]
    assert (states == -20.0).all()


def test_the_temperature_of_chi_is_that_of_the_plasma(build_sector):
    sector = build_sector(*BELOW)
    assert nbe.deviations(2.0, np.array([[-10.0]]), 0, sector)[1] == 0.0
    assert not nbe.NBE.coupled
