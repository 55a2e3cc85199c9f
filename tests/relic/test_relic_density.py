"""The public function: shapes, statuses, scales, errors."""

import math

import numpy as np
import pytest

from alpfit.errors import AlpfitError, ConfigurationError, PredictionError
from alpfit.relic import ENGINES, Status, portal, relic_density, resolve_annihilation_scale
from alpfit.relic.base import Accuracy

POINT = {"m_a": 0.75, "r": 0.477, "g_agg": 9.037e-5, "g_achi": 6.93e-5}
each_engine = pytest.mark.parametrize("engine", ENGINES)

# Seed paper, Table 1: m_a and the couplings of the upper and lower rows, all at r = 0.477.
UPPER = {
    "BP1": (0.75, 9.037e-5, 6.93e-5),
    "BP2": (2.63, 8.81e-5, 1.28e-4),
    "BP3": (3.56, 9.75e-5, 8.4e-5),
    "BP4": (4.47, 1.148e-4, 6.1e-5),
}
LOWER = {
    "BP1": (0.75, 7.398e-5, 5.961e-3, 0.127),
    "BP2": (2.63, 7.345e-5, 2.295e-3, 0.146),
    "BP3": (3.56, 7.36e-5, 2.12e-3, 0.149),
    "BP4": (4.47, 8.429e-5, 8.565e-4, 0.123),
}


@pytest.mark.parametrize(("m_a", "g_agg", "g_achi"), UPPER.values(), ids=UPPER.keys())
def test_the_upper_rows_of_table_1_have_the_observed_density_with_the_scale_named_after_it(m_a, g_agg, g_achi):
    result = relic_density(m_a, 0.477, g_agg, g_achi, annihilation_scale="table1")
    assert result.omega_h2 == pytest.approx(0.12, rel=5e-3, abs=0.0)


@pytest.mark.parametrize(("m_a", "g_agg", "g_achi", "expected"), LOWER.values(), ids=LOWER.keys())
def test_the_lower_rows_of_table_1_do_not_have_it(m_a, g_agg, g_achi, expected):
    """Their g_achi could only come from elastic scattering 300 to 3000 times as strong."""
    result = relic_density(m_a, 0.477, g_agg, g_achi, annihilation_scale="table1")
    assert result.omega_h2 == pytest.approx(expected, rel=1e-2, abs=0.0)


def test_scalars_give_arrays_without_dimensions():
    result = relic_density(**POINT)
    assert result.omega_h2.shape == result.status.shape == np.shape(result.ok) == ()
    assert isinstance(result.omega_h2, np.ndarray)
    assert isinstance(result.status, np.ndarray)


def test_all_arguments_broadcast_and_each_point_is_its_own():
    m_a, r = np.array([0.5, 1.0, 3.0])[:, None], [0.42, 0.477, 0.49, 0.505]
    result = relic_density(m_a, r, 1e-3, 1e-2)
    assert result.omega_h2.shape == result.status.shape == result.ok.shape == (3, 4)
    assert result.ok.all()
    for i, j in ((0, 0), (1, 3), (2, 1)):
        assert result.omega_h2[i, j] == relic_density(float(m_a[i, 0]), r[j], 1e-3, 1e-2).omega_h2


def test_no_points_give_no_results():
    result = relic_density([], 0.45, 1e-4, 1e-2)
    assert result.omega_h2.shape == result.status.shape == (0,)


def test_the_coupled_equations_are_the_default():
    assert relic_density(**POINT).omega_h2 == relic_density(**POINT, engine="cbe").omega_h2
    assert relic_density(**POINT).omega_h2 != relic_density(**POINT, engine="nbe").omega_h2


@each_engine
def test_arguments_that_cannot_be_solved_do_not_spoil_their_neighbours(engine):
    result = relic_density(1.0, 0.45, [1e-4, 1e-12, 1e-4], 1e-2, engine=engine)
    assert result.status.tolist() == [Status.OK, Status.NEVER_EQUILIBRATED, Status.OK]
    assert result.ok.tolist() == [True, False, True]
    assert np.isnan(result.omega_h2).tolist() == [False, True, False]
    assert result.omega_h2[0] == result.omega_h2[2] > 0.0


@each_engine
def test_tiny_couplings_never_reach_equilibrium_and_the_status_says_so(engine):
    result = relic_density(1.0, 0.45, 1e-12, 1e-6, engine=engine)
    assert np.isnan(result.omega_h2)
    assert result.status == Status.NEVER_EQUILIBRATED
    assert "not in equilibrium" in Status(int(result.status)).message


@each_engine
def test_running_out_of_steps_is_a_status_not_a_wrong_answer(engine, monkeypatch):
    monkeypatch.setattr(portal, "Accuracy", lambda: Accuracy(max_steps=12))
    result = relic_density(**POINT, engine=engine)
    assert np.isnan(result.omega_h2)
    assert result.status == Status.STEP_LIMIT
    assert not result.ok
    assert "steps" in Status(int(result.status)).message


def test_every_status_has_a_message_of_its_own():
    assert len({status.message for status in Status}) == len(Status)


@each_engine
@pytest.mark.parametrize("r", [0.5, 0.5 - 1e-9, 0.5 + 1e-9, 0.5 - 1e-15, 0.5 + 1e-15], ids=repr)
def test_on_threshold_the_density_is_finite(engine, r):
    result = relic_density(1.0, r, 1e-4, 1e-2, engine=engine)
    assert result.ok
    assert 0.0 < result.omega_h2 < 1.0


@each_engine
def test_the_density_is_continuous_through_threshold(engine):
    offsets = np.array([-1e-14, 0.0, 1e-14])
    omegas = relic_density(1.0, 0.5 + offsets, 1e-2, 1e-4, engine=engine).omega_h2
    np.testing.assert_allclose(omegas, omegas[1], rtol=1e-3)


@pytest.mark.parametrize("g_achi", [1e-2, 1.0, 10.0])
@each_engine
def test_an_alp_as_broad_as_it_is_heavy_is_no_problem(engine, g_achi):
    assert relic_density(1.0, 0.4, 1e-2, g_achi, engine=engine).ok


@pytest.mark.parametrize(("name", "factor"), [("unitary", 1.0), ("printed", 4.0), ("table1", 0.543)])
def test_a_named_scale_is_the_number_it_stands_for(name, factor):
    assert resolve_annihilation_scale(name) == resolve_annihilation_scale(factor) == factor
    by_name, by_number = (relic_density(**POINT, annihilation_scale=scale).omega_h2 for scale in (name, factor))
    assert by_name == by_number


@each_engine
def test_a_larger_cross_section_leaves_less_dark_matter(engine):
    omegas = [float(relic_density(**POINT, engine=engine, annihilation_scale=s).omega_h2) for s in (0.5, 1, 2, 4)]
    assert omegas == sorted(omegas, reverse=True)


def test_the_scale_multiplies_annihilation_and_leaves_elastic_scattering_alone(build_sector):
    one, four = (build_sector(*POINT.values(), scale=scale) for scale in (1.0, 4.0))
    np.testing.assert_allclose(four.averages.values - one.averages.values, math.log(4.0), rtol=1e-12)
    np.testing.assert_array_equal(four.transfer, one.transfer)


@pytest.mark.parametrize("name", POINT)
@pytest.mark.parametrize("value", [-1.0, 0.0, math.nan, math.inf], ids=str)
def test_a_parameter_that_is_not_positive_and_finite_is_refused_by_name_and_value(name, value):
    with pytest.raises(PredictionError, match=rf"{name} = {value:g} must be "):
        relic_density(**{**POINT, name: value})


def test_one_bad_value_in_an_array_is_found():
    with pytest.raises(PredictionError, match=r"m_a = -2 must be between 0.0001 and 1000"):
        relic_density([1.0, 2.0, -2.0], 0.45, 1e-4, 1e-2)


def test_a_mass_ratio_beyond_all_meaning_is_refused():
    with pytest.raises(PredictionError, match=r"r = 2000 must be between 0.01 and 100"):
        relic_density(1.0, 2000.0, 1e-4, 1e-2)


def test_an_unknown_engine_is_refused_with_the_nearest_name_and_the_list():
    expected = r"engine = 'cbee' is not known: did you mean 'cbe'\? allowed: cbe, nbe"
    with pytest.raises(ConfigurationError, match=expected):
        relic_density(**POINT, engine="cbee")


def test_an_unknown_scale_is_refused_with_the_nearest_name_and_the_list():
    expected = r"annihilation_scale = 'unitry' is not known: did you mean 'unitary'\? allowed: printed, table1, unitary"
    with pytest.raises(ConfigurationError, match=expected):
        relic_density(**POINT, annihilation_scale="unitry")


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf], ids=str)
def test_a_scale_must_be_a_positive_number(scale):
    with pytest.raises(ConfigurationError, match=rf"annihilation_scale = {scale} must be a positive number"):
        relic_density(**POINT, annihilation_scale=scale)


def test_all_refusals_are_errors_of_this_project():
    assert issubclass(ConfigurationError, AlpfitError)
    assert issubclass(PredictionError, AlpfitError)


def test_the_engines_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        ENGINES["nbe"] = ENGINES["cbe"]
