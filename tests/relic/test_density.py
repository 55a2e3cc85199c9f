"""The public functions: shapes, statuses, threads, options, histories, and what is refused."""

import math
import re

import numpy as np
import pytest
from published import LOWER, OBSERVED, POINTS, UPPER, R
from scipy.stats import qmc

import alpfit
from alpfit.constants import RELIC_DENSITY_PER_YIELD
from alpfit.errors import AlpfitError, ConfigurationError, PredictionError
from alpfit.numerics.arguments import outside
from alpfit.physics.plasma import PLASMAS, bath_at
from alpfit.physics.scattering import momentum_transfer, photon_rule
from alpfit.physics.widths import alp_widths
from alpfit.relic import (
    DOMAIN,
    ENGINES,
    RelicDensity,
    Status,
    density,
    evolve,
    relic_density,
    resolve_annihilation_scale,
)
from alpfit.relic.base import Accuracy

POINT = dict(zip(("m_a", "r", "g_agg", "g_achi"), POINTS["BP1u"], strict=True))
STANDARD = "saikawa-shirai-2018"
NUMBERS = ("omega_h2", "x_fo", "x_kd", "elastic_rate", "late_annihilation")
COLUMNS = (*NUMBERS, "self_scattering", "status")
each_engine = pytest.mark.parametrize("engine", ENGINES)
each_plasma = pytest.mark.parametrize("plasma", PLASMAS)


@pytest.mark.parametrize(("m_a", "g_agg", "g_achi"), UPPER.values(), ids=UPPER)
def test_the_upper_rows_of_table_1_have_the_observed_density_with_the_scale_named_after_it(m_a, g_agg, g_achi):
    result = relic_density(m_a, R, g_agg, g_achi, annihilation_scale="table1")
    assert result.omega_h2 == pytest.approx(OBSERVED, rel=5e-3, abs=0.0)


@pytest.mark.parametrize(("name", "expected"), [("BP1", 0.127), ("BP2", 0.146), ("BP3", 0.149), ("BP4", 0.123)])
def test_the_lower_rows_of_table_1_do_not_have_it(name, expected):
    """Their g_achi could only come from elastic scattering 300 to 3000 times as strong."""
    m_a, g_agg, g_achi = LOWER[name]
    result = relic_density(m_a, R, g_agg, g_achi, annihilation_scale="table1")
    assert result.omega_h2 == pytest.approx(expected, rel=1e-2, abs=0.0)


def assert_same(one: RelicDensity, other: RelicDensity) -> None:
    """Bit for bit, in every column."""
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_scalars_give_arrays_without_dimensions():
    result = relic_density(**POINT)
    for name in COLUMNS:
        assert isinstance(getattr(result, name), np.ndarray)
        assert getattr(result, name).shape == ()
    assert result.ok.shape == result.messages.shape == result.still_annihilating.shape == ()


def test_all_arguments_broadcast_and_each_point_is_its_own():
    m_a, r = np.array([0.5, 1.0, 3.0])[:, None], [0.42, 0.477, 0.49, 0.505]
    result = relic_density(m_a, r, 1e-3, 1e-2)
    assert {getattr(result, name).shape for name in COLUMNS} == {(3, 4)}
    assert result.ok.all()
    for i, j in ((0, 0), (1, 3), (2, 1)):
        alone = relic_density(float(m_a[i, 0]), r[j], 1e-3, 1e-2)
        assert [getattr(result, name)[i, j] for name in COLUMNS] == [getattr(alone, name) for name in COLUMNS]


def test_anything_numpy_takes_for_numbers_will_do():
    expected = relic_density([1.0, 2.0], 0.45, 1e-4, 1e-2)
    assert_same(relic_density((1, 2), np.float64(0.45), np.array(1e-4), [1e-2]), expected)
    assert_same(relic_density(np.array([1, 2], dtype=np.int32), 0.45, np.array([1e-4]), 1e-2), expected)
    assert relic_density(1, 0.45, 1e-4, 1e-2).omega_h2 == expected.omega_h2[0]


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)], ids=str)
@each_engine
def test_no_points_give_no_results(engine, shape):
    result = relic_density(np.ones(shape), 0.45, 1e-4, 1e-2, engine=engine)
    assert {getattr(result, name).shape for name in COLUMNS} == {shape}


def test_arguments_are_not_changed():
    arguments = [np.array([1.0, 2.0]), np.array([0.45, 0.55]), np.array([1e-4, 1e-12]), np.array([1e-2, 1e-2])]
    copies = [argument.copy() for argument in arguments]
    relic_density(*arguments)
    for argument, before in zip(arguments, copies, strict=True):
        np.testing.assert_array_equal(argument, before)


def test_the_coupled_equations_are_the_default():
    assert_same(relic_density(**POINT), relic_density(**POINT, engine="cbe"))
    assert relic_density(**POINT).omega_h2 != relic_density(**POINT, engine="nbe").omega_h2


def test_the_package_has_it_under_its_own_name():
    assert alpfit.relic_density is relic_density


def never_in_equilibrium(engine: str) -> Status:
    """Of a point off the resonance."""
    return Status.UNKNOWN_BEGINNING if engine == "nbe" else Status.NEVER_EQUILIBRATED


def quasi_random(n: int, seed: int = 1) -> np.ndarray:
    """Points of the whole domain of the fits, shape (4, n): a tenth of them at threshold or next to it."""
    u = qmc.Sobol(4, seed=seed).random(512)[:n].T
    lower, upper = np.log([[1e-3, 1e-9, 1e-9], [20.0, 1e-1, 1.0]])
    m_a, g_agg, g_achi = np.exp(lower[:, None] + (upper - lower)[:, None] * u[:3])
    r = np.where(u[3] < 0.6, 0.3 + 0.5 * u[3], 0.6 * (20.0 / 0.6) ** (2.5 * (u[3] - 0.6)))
    r[::30], r[10::30], r[20::30] = 0.5, 0.5 - 1e-9, 0.5 + 1e-9
    return np.array([m_a, r, g_agg, g_achi])


@each_engine
def test_every_point_of_the_domain_has_a_density_or_a_status_that_says_why_not(engine):
    """For fbe fewer of them, of which none is too wide, but those on threshold it does not resolve."""
    result = relic_density(*quasi_random(110 if engine == "fbe" else 500), engine=engine)
    assert 0.2 < result.ok.mean() < 0.9
    last = Status.UNRESOLVED if engine == "fbe" else Status.WIDE_RESONANCE
    unsolved = result.status == Status.STEP_LIMIT
    assert unsolved.mean() < (0.02 if engine == "fbe" else 1e-9)
    above = {Status.STRONG_COUPLING, Status.ALPS_DECOUPLED}
    assert set(result.status[~result.ok & ~unsolved]) == {never_in_equilibrium(engine), last, *above}
    assert (result.omega_h2[result.ok] > 0.0).all()
    assert np.isfinite(result.omega_h2[result.ok]).all()
    for name in NUMBERS:
        assert np.isnan(getattr(result, name)[~result.ok]).all()
    assert (result.from_nothing.mean() > 0.1) == (engine == "nbe")
    frozen_out = result.ok & ~result.from_nothing
    assert (result.x_fo[frozen_out] > 2.0).all()
    assert np.isnan(result.x_fo[result.from_nothing]).all()
    assert (result.x_kd[result.ok] > 2.0).all()
    assert np.isinf(result.x_kd[result.ok]).all() == (engine == "nbe")
    assert (result.elastic_rate[frozen_out] >= 0.0).all()
    assert (result.late_annihilation[result.ok] > -1e-6).all()
    assert (result.self_scattering >= 0.0).all()


@each_engine
def test_the_result_does_not_depend_on_the_number_of_threads(engine, monkeypatch):
    """For fbe fewer points, but still three parts of them."""
    points = quasi_random(12 if engine == "fbe" else 100)
    if engine == "fbe":
        monkeypatch.setattr(density, "POINTS_AT_ONCE", 5)
    one = relic_density(*points, engine=engine, n_threads=1)
    for n_threads in (2, None) if engine == "fbe" else (2, 3, 50, None):
        assert_same(relic_density(*points, engine=engine, n_threads=n_threads), one)


@pytest.mark.parametrize("points_at_once", [1, 7, 32, 1000])
def test_the_result_does_not_depend_on_how_points_are_batched(points_at_once, monkeypatch):
    points = quasi_random(70)
    expected = relic_density(*points)
    monkeypatch.setattr(density, "POINTS_AT_ONCE", points_at_once)
    assert_same(relic_density(*points), expected)


def test_the_order_of_the_points_does_not_matter():
    points = quasi_random(70)
    forwards, backwards = relic_density(*points), relic_density(*points[:, ::-1])
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(forwards, name), getattr(backwards, name)[::-1])


@each_engine
def test_arguments_that_cannot_be_solved_do_not_spoil_their_neighbours(engine):
    result = relic_density(1.0, [0.45, 0.55, 0.45], [1e-4, 1e-6, 1e-4], [1e-2, 1e-8, 1e-2], engine=engine)
    assert result.status.tolist() == [Status.OK, never_in_equilibrium(engine), Status.OK]
    assert result.ok.tolist() == [True, False, True]
    for name in NUMBERS:
        assert np.isnan(getattr(result, name)).tolist() == [False, True, False]
    assert result.omega_h2[0] == result.omega_h2[2] > 0.0


@each_engine
def test_tiny_couplings_never_reach_equilibrium_and_the_status_says_so(engine):
    result = relic_density(1.0, 0.55, 1e-6, 1e-8, engine=engine)
    assert np.isnan(result.omega_h2)
    assert result.status == never_in_equilibrium(engine)
    assert "not in full equilibrium" in str(result.messages)


@each_engine
def test_running_out_of_steps_is_a_status_not_a_wrong_answer(engine, monkeypatch):
    monkeypatch.setattr(density, "Accuracy", lambda: Accuracy(max_steps=12))
    result = relic_density(**POINT, engine=engine)
    assert [bool(np.isnan(getattr(result, name))) for name in NUMBERS] == [True] * len(NUMBERS)
    assert result.status == Status.STEP_LIMIT
    assert not result.ok
    assert "steps" in str(result.messages)


@each_engine
@pytest.mark.parametrize("r", [0.5, 0.5 - 1e-9, 0.5 + 1e-9, 0.5 - 1e-15, 0.5 + 1e-15], ids=repr)
def test_on_threshold_the_density_is_finite(engine, r):
    result = relic_density(1.0, r, 1e-4, 1e-2, engine=engine)
    if engine == "fbe":
        assert result.status == Status.UNRESOLVED
        assert "within 2e-5 of 1/2" in str(result.messages)
        assert np.isnan(result.omega_h2)
    else:
        assert 0.0 < result.omega_h2 < 1.0


@pytest.mark.parametrize("engine", ["nbe", "cbe"])
def test_the_density_is_continuous_through_threshold(engine):
    offsets = np.array([-1e-14, 0.0, 1e-14])
    omegas = relic_density(1.0, 0.5 + offsets, 1e-2, 1e-4, engine=engine).omega_h2
    np.testing.assert_allclose(omegas, omegas[1], rtol=1e-3)


@pytest.mark.parametrize("g_achi", [1e-2, 1.0, 10.0])
@each_engine
def test_an_alp_as_broad_as_it_is_heavy_is_no_problem_for_the_equations(engine, g_achi, equations_everywhere):
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


@each_engine
def test_the_two_plasmas_differ_by_up_to_two_percent(engine):
    m_a = np.geomspace(0.02, 10.0, 12)
    standard, other = (
        relic_density(m_a, 0.477, 1e-4, 1e-2, engine=engine, plasma=plasma).omega_h2
        for plasma in (STANDARD, "borsanyi-2016")
    )
    np.testing.assert_allclose(other, standard, rtol=2e-2)
    assert (other != standard).all()
    assert np.abs(other / standard - 1.0).max() > 1e-3


@each_engine
def test_the_plasma_of_saikawa_and_shirai_is_the_default(engine):
    assert_same(relic_density(**POINT, engine=engine), relic_density(**POINT, engine=engine, plasma=STANDARD))
    assert STANDARD in PLASMAS


def test_the_elastic_rate_is_the_momentum_transfer_over_hubble_at_freeze_out():
    m_a, r, g_agg, g_achi = 1.0, 0.41, 1.337e-3, 0.01
    result = relic_density(m_a, r, g_agg, g_achi)
    temperature = r * m_a / float(result.x_fo)
    rate = momentum_transfer(temperature, r * m_a, m_a, (g_agg * g_achi) ** 2, photon_rule(32))
    hubble = bath_at(temperature, PLASMAS[STANDARD]()).hubble
    assert result.elastic_rate == pytest.approx(rate / hubble, rel=1e-9, abs=0.0)


def test_where_scattering_is_fast_at_freeze_out_both_engines_agree():
    """Scattering on the resonance is slow, and there they differ most."""
    g_achi = np.geomspace(1e-3, 10.0, 9)
    coupled, alone = (relic_density(1.0, 0.55, 8e-4, g_achi, engine=engine) for engine in ("cbe", "nbe"))
    fast = coupled.elastic_rate > 1e3
    assert fast.any()
    np.testing.assert_allclose(coupled.omega_h2[fast], alone.omega_h2[fast], rtol=0.05)
    resonant = {"m_a": 1.0, "r": 0.41, "g_agg": 1.337e-3, "g_achi": 0.01}
    ratio = relic_density(**resonant).omega_h2 / relic_density(**resonant, engine="nbe").omega_h2
    assert relic_density(**resonant).elastic_rate < 1.1
    assert ratio > 20.0


def test_late_annihilation_is_that_at_rest_and_only_where_the_resonance_is_below_threshold():
    result = relic_density(1.0, [0.477, 0.505, 0.5 + 1e-7], [1e-4, 1.622e-3, 1e-4], 1e-2)
    assert result.late_annihilation[0] < 1e-8
    assert 1e-5 < result.late_annihilation[1] < 1e-3
    assert result.still_annihilating.tolist() == [False, False, True]


def test_self_scattering_is_the_ratio_of_the_branching_ratios():
    m_a, r, g_agg, g_achi = 2.0, np.array([0.3, 0.45, 0.499, 0.5, 0.6]), 1e-4, 1e-3
    widths = alp_widths(m_a, r, g_agg, g_achi)
    expected = widths.invisible_fraction / (1.0 - widths.invisible_fraction)
    computed = relic_density(m_a, r, g_agg, g_achi).self_scattering
    np.testing.assert_allclose(computed, expected, rtol=1e-9)
    assert computed[3:].tolist() == [0.0, 0.0]


@each_plasma
@each_engine
def test_a_history_begins_in_equilibrium_and_ends_at_the_relic_density(engine, plasma):
    history = evolve(**POINT, engine=engine, plasma=plasma)
    assert history.x[0] == pytest.approx(2.0, rel=1e-12)
    assert history.x[-1] == pytest.approx(1e6, rel=1e-9)
    assert (np.diff(history.x) > 0.0).all()
    quadrature = 1e-6 if engine == "fbe" else 1e-10  # which is what fbe counts its momenta with
    assert history.Y[0] == pytest.approx(history.Y_eq[0], rel=quadrature, abs=0.0)
    assert history.temperature_ratio[0] == pytest.approx(1.0, rel=quadrature)
    mass = POINT["m_a"] * POINT["r"]
    expected = relic_density(**POINT, engine=engine, plasma=plasma).omega_h2
    error = 3e-3 if engine == "fbe" else 1e-4
    assert RELIC_DENSITY_PER_YIELD.value * mass * history.Y[-1] == pytest.approx(expected, rel=error, abs=0.0)


@each_engine
def test_a_history_is_made_of_arrays_of_one_length_fine_enough_for_a_plot(engine):
    history = evolve(**POINT, engine=engine)
    columns = (history.x, history.Y, history.Y_eq, history.temperature_ratio, history.y)
    assert {column.shape for column in columns} == {history.x.shape}
    assert all(np.isfinite(column).all() and (column >= 0.0).all() for column in columns)
    unknowns = [history.Y, history.y] if engine == "cbe" else [history.Y]
    assert np.abs(np.diff(np.log(unknowns), axis=1)).max() < (0.21 if engine == "fbe" else 0.2 + 1e-9)


@each_engine
def test_in_a_history_freeze_out_is_where_the_result_says(engine):
    history, result = evolve(**POINT, engine=engine), relic_density(**POINT, engine=engine)
    departed = history.Y / np.maximum(history.Y_eq, 1e-300) > 1.1
    n = int(np.argmax(departed))
    assert history.x[n - 1] <= result.x_fo * (1.0 + 2e-4)
    assert history.x[n] >= result.x_fo * (1.0 - 2e-4)


def test_after_decoupling_the_temperature_falls_as_that_of_a_cold_gas_and_y_stays():
    """A light chi, so that the degrees of freedom are constant soon after: below 10 keV."""
    point = {**POINT, "m_a": 0.01}
    history, result = evolve(**point), relic_density(**point)
    late = history.x > 20.0 * result.x_kd
    assert late.sum() >= 5
    np.testing.assert_allclose(history.y[late], history.y[-1], rtol=1e-2)
    cold = history.x > point["m_a"] * point["r"] / 1e-5
    assert cold.sum() >= 5
    fall = (history.temperature_ratio * history.x)[cold]
    np.testing.assert_allclose(fall, fall[-1], rtol=1e-4)
    np.testing.assert_allclose(history.y[cold], history.y[-1], rtol=1e-4)


def test_the_number_density_alone_keeps_chi_at_the_temperature_of_the_plasma():
    history = evolve(**POINT, engine="nbe")
    assert (history.temperature_ratio == 1.0).all()
    mass = POINT["m_a"] * POINT["r"]
    entropy = [bath_at(mass / x, PLASMAS[STANDARD]()).entropy_density for x in history.x]
    np.testing.assert_allclose(history.y, mass**2 / history.x / np.array(entropy) ** (2.0 / 3.0), rtol=1e-12)


def test_a_history_follows_the_scale():
    strong, weak = (evolve(**POINT, annihilation_scale=scale).Y[-1] for scale in ("printed", "table1"))
    assert strong < 0.5 * weak


@each_engine
def test_where_there_is_no_answer_there_is_no_history(engine):
    with pytest.raises(PredictionError, match="no history: chi is not in full equilibrium at x = 2"):
        evolve(1.0, 0.55, 1e-12, 1e-6, engine=engine)


@pytest.mark.parametrize("m_a", [[1.0, 2.0], [], [[1.0, 2.0]]], ids=str)
def test_a_history_is_of_one_point(m_a):
    with pytest.raises(PredictionError, match=r"evolve takes one point, not an array of shape \("):
        evolve(m_a, 0.45, 1e-4, 1e-2)


both_functions = pytest.mark.parametrize("function", [relic_density, evolve])


@both_functions
@pytest.mark.parametrize("name", POINT)
@pytest.mark.parametrize("value", [-1.0, 0.0, math.nan, math.inf, -math.inf], ids=str)
def test_a_parameter_that_is_not_positive_and_finite_is_refused_by_name_and_value(function, name, value):
    low, high = DOMAIN[name]
    with pytest.raises(PredictionError, match=re.escape(f"{name} = {value:g} must be between {low:g} and {high:g}")):
        function(**{**POINT, name: value})


@both_functions
@pytest.mark.parametrize("r", [20.1, 2000.0, 1e-3])
def test_a_mass_ratio_outside_of_its_domain_is_refused(function, r):
    with pytest.raises(PredictionError, match=re.escape(f"r = {r:g} must be between 0.01 and 20")):
        function(**{**POINT, "r": r})


@pytest.mark.parametrize("name", POINT)
@each_engine
def test_the_edges_of_the_domain_belong_to_it_and_never_crash(engine, name):
    result = relic_density(**{**POINT, name: np.array(DOMAIN[name])}, engine=engine)
    assert (np.isfinite(result.omega_h2) == result.ok).all()
    for edge, factor in zip(DOMAIN[name], (1.0 - 1e-9, 1.0 + 1e-9), strict=True):
        with pytest.raises(PredictionError, match=f"{name} = "):
            relic_density(**{**POINT, name: edge * factor}, engine=engine)


@pytest.mark.parametrize("corner", range(16))
@each_engine
def test_the_corners_of_the_domain_never_crash(engine, corner):
    values = {name: DOMAIN[name][corner >> k & 1] for k, name in enumerate(POINT)}
    result = relic_density(**values, engine=engine)
    assert bool(np.isfinite(result.omega_h2)) == bool(result.ok)


def test_one_bad_value_in_an_array_is_found():
    with pytest.raises(PredictionError, match=r"m_a = -2 must be between 0.0001 and 1000"):
        relic_density([1.0, 2.0, -2.0], 0.45, 1e-4, 1e-2)


@both_functions
@pytest.mark.parametrize("value", ["heavy", "0.5", [1.0, [2.0, 3.0]], 1j, None, True], ids=repr)
def test_what_is_no_number_is_refused_by_name(function, value):
    with pytest.raises(PredictionError, match=r"g_achi = .* must be a real number, or an array of them"):
        function(**{**POINT, "g_achi": value})


def test_arrays_that_do_not_broadcast_are_refused_with_their_shapes():
    expected = r"shapes do not broadcast: m_a \(2,\), r \(3,\), g_agg \(\), g_achi \(\); make them equal"
    with pytest.raises(PredictionError, match=expected):
        relic_density([1.0, 2.0], [0.4, 0.45, 0.5], 1e-4, 1e-2)


@both_functions
def test_an_unknown_engine_is_refused_with_the_nearest_name_and_the_list(function):
    expected = r"engine = 'cbee' is not known: did you mean 'cbe'\? allowed: cbe, fbe, nbe"
    with pytest.raises(ConfigurationError, match=expected):
        function(**POINT, engine="cbee")


@both_functions
def test_an_unknown_plasma_is_refused_with_the_nearest_name_and_the_list(function):
    expected = (
        r"plasma = 'borsanyi' is not known: did you mean 'borsanyi-2016'\? allowed: borsanyi-2016, saikawa-shirai-2018"
    )
    with pytest.raises(ConfigurationError, match=expected):
        function(**POINT, plasma="borsanyi")


@both_functions
def test_an_unknown_scale_is_refused_with_the_nearest_name_and_the_list(function):
    expected = r"annihilation_scale = 'unitry' is not known: did you mean 'unitary'\? allowed: printed, table1, unitary"
    with pytest.raises(ConfigurationError, match=expected):
        function(**POINT, annihilation_scale="unitry")


@both_functions
@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf], ids=str)
def test_a_scale_must_be_a_positive_number(function, scale):
    with pytest.raises(ConfigurationError, match=rf"annihilation_scale = {scale} must be a positive number"):
        function(**POINT, annihilation_scale=scale)


@pytest.mark.parametrize("n_threads", [0, -1, 1.5, True, "2", math.nan], ids=repr)
def test_the_number_of_threads_must_be_a_whole_number_from_1_on(n_threads):
    expected = re.escape(f"n_threads = {n_threads!r} must be a whole number from 1 on, or None for all cores")
    with pytest.raises(ConfigurationError, match=expected):
        relic_density(**POINT, n_threads=n_threads)


def test_bad_options_are_refused_without_any_point_too():
    for options in ({"engine": "cbee"}, {"plasma": "none"}, {"annihilation_scale": -1.0}, {"n_threads": 0}):
        with pytest.raises(ConfigurationError):
            relic_density([], 0.45, 1e-4, 1e-2, **options)


def test_all_refusals_are_errors_of_this_project_and_value_errors():
    for error in (ConfigurationError, PredictionError):
        assert issubclass(error, AlpfitError)
        assert issubclass(error, ValueError)


def test_what_is_within_limits_has_no_sentence():
    assert outside("m_a", 1.0, (0.1, 10.0)) == outside("m_a", 0.1, (0.1, 10.0)) == ""
    assert outside("m_a", 11.0, (0.1, 10.0)) == "m_a = 11 must be between 0.1 and 10"
    assert "m_a = nan" in outside("m_a", math.nan, (0.1, 10.0))


def test_the_domain_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        DOMAIN["r"] = (0.0, 1.0)
