"""The rates of the coupled equations: identities that hold whatever the cross-section, and their derivatives."""

import math

import numpy as np
import pytest
from published import POINTS as PUBLISHED

from alpfit.numerics.interpolation import splines
from alpfit.numerics.quadrature import half_hermite_rule
from alpfit.physics.plasma import bath_at
from alpfit.relic import cbe, nbe
from alpfit.relic.average_table import averages_at
from alpfit.relic.boltzmann import relativistic_correction, transfer_at

POINTS = {
    "below the resonance": PUBLISHED["BP1u"],
    "far below it": PUBLISHED["F3 r=0.360"],
    "at threshold": (1.0, 0.5, 1e-4, 1e-2),
    "above it": PUBLISHED["F3 r=0.550"],
}
each_point = pytest.mark.parametrize("point", POINTS.values(), ids=POINTS.keys())
FINE = half_hermite_rule(40)


def state_at(sector, log_x: float, excess: float = 0.0, heat: float = 0.0) -> np.ndarray:
    """(ln Y, ln y) where ln(Y/Y_eq) is ``excess`` and ln(T_chi/T) is ``heat``."""
    return cbe.equilibrium(log_x, sector) + np.array([excess, heat])


def rates_at(sector, log_x: float, states) -> tuple[np.ndarray, np.ndarray]:
    """Slopes (n, 2) and jacobians (n, 2, 2) at states (n, 2)."""
    states = np.atleast_2d(states)
    slopes, jacobians = np.full((len(states), 2), np.nan), np.full((len(states), 2, 2), np.nan)
    here = cbe.coefficients_at(log_x, sector)
    for j in range(len(states)):
        cbe.rates(here, sector, states, slopes, jacobians, j)
    return slopes, jacobians


def with_any_cross_section(sector, seed: int):
    """The sector with arbitrary averages, within a factor 20 of each other and of the right ones."""
    table, rng = sector.averages.table, np.random.default_rng(seed)
    values = table[:, :, 0].T + rng.uniform(-1.5, 1.5, (4, 1)) + 0.1 * rng.normal(size=(4, len(table)))
    return sector._replace(averages=sector.averages._replace(table=splines(values, sector.averages.step)))


def without_annihilation(sector):
    table = sector.averages.table.copy()
    table[:, :, 0] -= 200.0
    return sector._replace(averages=sector.averages._replace(table=table))


def without_scattering(sector):
    table = sector.transfer.table.copy()
    table[:, :, 0] -= 400.0
    return sector._replace(transfer=sector.transfer._replace(table=table))


def expansion(sector, x: float, x_chi: float) -> float:
    """2 (1 - w) H/H~, what remains of dln(y)/dln(x) for a gas without any interaction."""
    bath = bath_at(sector.mass / x, sector.plasma)
    return 2.0 * relativistic_correction(x_chi, FINE) * bath.hubble / bath.hubble_tilde


@each_point
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_equilibrium_the_net_rates_vanish_whatever_the_cross_section(point, seed, build_sector):
    """Detailed balance: of ln(Y) nothing remains, of ln(y) what the expansion does."""
    sector = with_any_cross_section(build_sector(*point), seed)
    for x in (1.6, 3.0, 15.0, 40.0, 200.0):
        slopes, jacobians = rates_at(sector, math.log(x), state_at(sector, math.log(x)))
        rounding = 1e-11 * np.abs(jacobians).max()
        assert slopes[0, 0] == pytest.approx(0.0, abs=rounding)
        assert slopes[0, 1] == pytest.approx(expansion(sector, x, x), rel=1e-6, abs=rounding)


@each_point
def test_at_the_temperature_of_the_plasma_the_yield_changes_as_in_the_equation_of_the_density_alone(
    point, build_sector
):
    sector, row = build_sector(*point), np.empty((1, 1))
    for x in (2.0, 20.0, 200.0):
        for excess in (-1.0, 0.5, 10.0):
            state = state_at(sector, math.log(x), excess)
            nbe.rates(nbe.coefficients_at(math.log(x), sector), sector, state[None, :1], row, np.empty((1, 1, 1)), 0)
            slopes, _ = rates_at(sector, math.log(x), state)
            assert slopes[0, 0] == pytest.approx(row[0, 0], rel=1e-10, abs=0.0)


@each_point
def test_both_rates_are_those_of_the_equations(point, build_sector):
    """As they are printed, with w in front of the elastic term."""
    sector = build_sector(*point)
    for x, excess, heat in ((3.0, 0.2, 0.1), (20.0, 1.0, -0.5), (50.0, 8.0, 0.4), (1e3, 600.0, -5.0)):
        log_x, x_chi = math.log(x), x * math.exp(-heat)
        bath = bath_at(sector.mass / x, sector.plasma)
        log_y = state_at(sector, log_x, excess, heat)
        s_y = bath.entropy_density * math.exp(log_y[0])
        gamma = transfer_at(log_x, sector.transfer)
        bath_first, bath_second = averages_at(log_x, math.exp(log_x), sector.averages)
        first, second = averages_at(math.log(x_chi), x_chi, sector.averages)
        w, created, ratio = 1.0 - relativistic_correction(x_chi, FINE), math.exp(-2.0 * excess), math.exp(-heat)
        density = s_y * (created * bath_first - first) / bath.hubble_tilde
        energy = gamma * w * (ratio - 1.0) + s_y * (first - second)
        energy += s_y * created * (ratio * bath_second - bath_first) + 2.0 * (1.0 - w) * bath.hubble
        slopes, _ = rates_at(sector, log_x, log_y)
        assert slopes[0, 0] == pytest.approx(density, rel=1e-6, abs=0.0)
        assert slopes[0, 1] == pytest.approx(energy / bath.hubble_tilde, rel=1e-6, abs=0.0)


@each_point
def test_both_derivatives_are_those_of_the_rates(point, build_sector):
    """200 states: in equilibrium and far from it, chi up to e times hotter and 3000 times colder than the plasma."""
    sector, rng, h = build_sector(*point), np.random.default_rng(4), 1e-4
    for log_x in rng.uniform(math.log(1.5), math.log(1e5), 200):
        state = state_at(sector, log_x, 0.0, rng.uniform(-8.0, 1.0) if log_x > math.log(10.0) else rng.normal())
        state[0] = max(state[0] + rng.uniform(-1.0, 2.0), rng.uniform(-30.0, -15.0))
        _, (jacobian,) = rates_at(sector, log_x, state)
        for k, shift in enumerate(h * np.eye(2)):
            slopes, _ = rates_at(sector, log_x, state + np.outer([-2.0, -1.0, 1.0, 2.0], shift))
            difference = (slopes[0] - 8.0 * slopes[1] + 8.0 * slopes[2] - slopes[3]) / (12.0 * h)
            scale = np.abs(jacobian).max()
            np.testing.assert_allclose(jacobian[:, k], difference, rtol=1e-6, atol=1e-7 * scale)


@each_point
def test_scattering_brings_chi_to_the_temperature_of_the_plasma(point, build_sector):
    sector = without_annihilation(build_sector(*point))
    table = sector.transfer.table.copy()
    table[:, :, 0] += 40.0
    sector = sector._replace(transfer=sector.transfer._replace(table=table))
    for x in (3.0, 20.0):
        states = [state_at(sector, math.log(x), 0.0, heat) for heat in (0.2, -0.2)]
        slopes, jacobians = rates_at(sector, math.log(x), states)
        assert slopes[0, 1] < 0.0 < slopes[1, 1]
        assert (jacobians[:, 1, 1] < 0.0).all()


@each_point
@pytest.mark.parametrize("heat", [-9.0, -1.0, 0.0, 0.7])
def test_a_gas_without_interactions_only_expands(point, heat, build_sector):
    sector = without_scattering(without_annihilation(build_sector(*point)))
    for x in (3.0, 100.0, 1e5):
        slopes, _ = rates_at(sector, math.log(x), state_at(sector, math.log(x), 0.0, heat))
        assert slopes[0, 0] == pytest.approx(0.0, abs=1e-30)
        assert slopes[0, 1] == pytest.approx(expansion(sector, x, x * math.exp(-heat)), rel=1e-6, abs=0.0)


def test_annihilation_of_the_fast_cools_and_of_the_slow_heats(build_sector):
    """Where the resonance needs fast chi, <sigma v>_2 > <sigma v>; above it the slow annihilate. Out of equilibrium."""
    x = 30.0
    for name, sign in (("below the resonance", -1.0), ("above it", 1.0)):
        sector = without_scattering(build_sector(*POINTS[name]))
        first, second = averages_at(math.log(x), x, sector.averages)
        assert sign * (first - second) > 0.0
        slopes, _ = rates_at(sector, math.log(x), state_at(sector, math.log(x), 3.0))
        assert sign * (slopes[0, 1] - expansion(sector, x, x)) > 0.0


def test_a_state_is_read_from_and_its_rates_written_to_one_row_only(build_sector):
    sector = build_sector(*POINTS["below the resonance"])
    states = np.tile(state_at(sector, 2.3), (4, 1))
    slopes, jacobians = np.full((4, 2), np.nan), np.full((4, 2, 2), np.nan)
    cbe.rates(cbe.coefficients_at(2.3, sector), sector, states, slopes, jacobians, 1)
    written = [False, True, False, False]
    assert np.isfinite(slopes).all(axis=1).tolist() == np.isfinite(jacobians).all(axis=(1, 2)).tolist() == written
    assert np.isnan(slopes[0]).all()
    np.testing.assert_array_equal(states, np.tile(state_at(sector, 2.3), (4, 1)))


@each_point
def test_deviations_are_the_distance_from_equilibrium(point, build_sector):
    sector = build_sector(*point)
    for x in (2.0, 30.0, 1e4):
        state = state_at(sector, math.log(x), 0.3, -0.8)
        assert cbe.deviations(math.log(x), state[None, :], 0, sector) == pytest.approx((0.3, -0.8), abs=1e-9)


def test_the_second_unknown_is_the_temperature_in_units_of_the_entropy_density(build_sector):
    sector = build_sector(*POINTS["above it"])
    entropy_density = bath_at(sector.mass / 7.0, sector.plasma).entropy_density
    _, log_y = cbe.equilibrium(math.log(7.0), sector)
    assert math.exp(log_y) == pytest.approx(sector.mass * sector.mass / 7.0 / entropy_density ** (2.0 / 3.0), rel=1e-12)
    assert cbe.CBE.coupled
