"""What is made of an engine's answer: the numbers of a result, and those of a history."""

import math

import numpy as np
import pytest

from alpfit.constants import RELIC_DENSITY_PER_YIELD
from alpfit.errors import PredictionError
from alpfit.numerics.radau_step import radau_iia_5
from alpfit.physics.plasma import PLASMAS, bath_at
from alpfit.relic import ENGINES, RelicDensity, Status
from alpfit.relic.base import Accuracy, Freezeout
from alpfit.relic.portal import early_tables
from alpfit.relic.portal_nodes import portal_points
from alpfit.relic.run import history, relic_densities, resolve_engine, resolve_plasma

TWO_AND_ONE_TOO_WEAK = ([0.75, 1.0, 1.0], [0.477, 0.45, 0.41], [9e-5, 1e-12, 1e-3], [7e-5, 1e-6, 0.01])
FEEBLE = {"nbe": Status.FREEZE_IN, "cbe": Status.NEVER_EQUILIBRATED}
each_engine = pytest.mark.parametrize("engine", ["nbe", "cbe"])  # of moments; the momentum distribution: test_fbe


def early(which):
    """The early tables of those that are too weak, which are asked for alone."""
    assert which.tolist() == [1]
    return early_tables(portal_points(*np.array(TWO_AND_ONE_TOO_WEAK)[:, which]))


def not_asked(which):
    raise AssertionError(which)


def no_scattering(temperature):
    return np.zeros(temperature.shape)


@each_engine
def test_a_result_says_what_the_engine_does(engine, build_sectors):
    sectors = build_sectors(*TWO_AND_ONE_TOO_WEAK)
    raw = Freezeout(*ENGINES[engine].solve(sectors, Accuracy(), radau_iia_5()))
    result = RelicDensity(**relic_densities(sectors, ENGINES[engine], no_scattering, Accuracy(), early))
    assert raw.status.tolist() == [Status.OK, Status.NEVER_EQUILIBRATED, Status.OK]
    assert result.status.tolist() == [Status.OK, FEEBLE[engine], Status.OK]
    for i in (0, 2):
        yield_today = math.exp(raw.log_yield[i])
        expected = RELIC_DENSITY_PER_YIELD.value * sectors.mass[i] * yield_today
        assert result.omega_h2[i] == pytest.approx(expected, rel=1e-14, abs=0.0)
        assert (result.x_fo[i], result.x_kd[i]) == (raw.x_fo[i], raw.x_kd[i])
        assert result.late_annihilation[i] == -raw.log_yield_slope[i]
    assert np.isnan([result.x_fo[1], result.elastic_rate[1]]).all()
    assert np.isnan([result.omega_h2[1], result.late_annihilation[1]]).all() == (engine == "cbe")


@each_engine
def test_the_transfer_rate_is_asked_for_at_the_temperatures_of_freeze_out(engine, build_sectors):
    sectors, asked = build_sectors([0.75, 1.0], [0.477, 0.41], [9e-5, 1e-3], [7e-5, 0.01]), []

    def rate(temperature):
        asked.append(temperature)
        return 5.0 * np.array([bath_at(t, sectors.plasma).hubble for t in temperature])

    result = RelicDensity(**relic_densities(sectors, ENGINES[engine], rate, Accuracy(), not_asked))
    np.testing.assert_allclose(asked, [sectors.mass / result.x_fo], rtol=1e-14)
    np.testing.assert_allclose(result.elastic_rate, 5.0, rtol=1e-12)
    assert result.self_scattering is None


@each_engine
def test_a_history_is_that_of_the_first_sector(engine, build_sectors):
    both = history(build_sectors([0.75, 1.0], [0.477, 0.41], [9e-5, 1e-3], [7e-5, 0.01]), ENGINES[engine], not_asked)
    alone = history(build_sectors(0.75, 0.477, 9e-5, 7e-5), ENGINES[engine], not_asked)
    np.testing.assert_array_equal([both.x, both.Y, both.y], [alone.x, alone.Y, alone.y])


@each_engine
def test_y_is_the_temperature_of_chi_over_the_entropy_density_to_two_thirds(engine, build_sectors):
    sectors = build_sectors(0.75, 0.477, 9e-5, 7e-5)
    past, mass = history(sectors, ENGINES[engine], not_asked), float(sectors.mass[0])
    entropy = np.array([bath_at(mass / x, sectors.plasma).entropy_density for x in past.x])
    expected = mass * past.temperature_ratio * mass / past.x / entropy ** (2.0 / 3.0)
    np.testing.assert_allclose(past.y, expected, rtol=1e-12)


def test_where_the_engine_has_no_answer_there_is_no_history(build_sectors):
    with pytest.raises(PredictionError, match=f"no history: {Status.NEVER_EQUILIBRATED.message}"):
        history(build_sectors(1.0, 0.45, 1e-12, 1e-6), ENGINES["cbe"], not_asked)


def test_names_are_resolved_to_what_they_stand_for():
    assert [resolve_engine(name) for name in ENGINES] == list(ENGINES.values())
    assert [resolve_plasma(name) for name in PLASMAS] == [plasma() for plasma in PLASMAS.values()]
