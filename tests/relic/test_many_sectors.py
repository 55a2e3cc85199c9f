"""Many sectors in one call: the answers are those of one at a time, and one that is refused is alone in that."""

import doctest
import math

import numba
import numpy as np
import pytest

from alpfit.errors import ConfigurationError
from alpfit.relic import ENGINES, DarkSector, Status, solve, solve_many
from alpfit.relic.many_sectors import NUMBERS, SECTORS_AT_ONCE
from alpfit.relic.sector_functions import loop_over

MEDIATOR, WIDTH = 208.0, 0.5
PEAK = [(MEDIATOR, WIDTH)]


@numba.njit
def compiled(s, mass, strength):
    """A resonance, s-wave."""
    propagator = (s - 208.0**2) ** 2 + (208.0 * 0.5) ** 2
    return strength / (propagator * math.sqrt(1.0 - 4.0 * mass * mass / s))


@numba.njit
def scattering(temperature, mass, strength):
    return 3e2 * strength * temperature**6 / mass**5


def in_numpy(s, mass, strength):
    propagator = (s - 208.0**2) ** 2 + (208.0 * 0.5) ** 2
    return strength / (propagator * np.sqrt(1.0 - 4.0 * mass * mass / s))


def sector(mass: float, strength: float = 1e-3, dof: float = 2, function=compiled, transfer=scattering) -> DarkSector:
    return DarkSector(mass, dof, function, transfer, PEAK, parameters=(mass, strength))


MASSES = np.linspace(60.0, 110.0, 2 * SECTORS_AT_ONCE + 3)
FEW = MASSES[::9]


def assert_same(many, singles) -> None:
    for name in (*NUMBERS, "status"):
        np.testing.assert_array_equal(getattr(many, name), [getattr(each, name) for each in singles], err_msg=name)


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "fbe"])
@pytest.mark.parametrize("function", [compiled, in_numpy], ids=["compiled", "numpy"])
def test_the_answers_are_those_of_one_at_a_time_on_any_number_of_threads(engine, function):
    sectors = [sector(mass, function=function) for mass in MASSES]
    singles = [solve(each, engine=engine) for each in sectors]
    for n_threads in (1, 2, 3):
        many = solve_many(sectors, engine=engine, n_threads=n_threads)
        assert many.omega_h2.shape == MASSES.shape
        assert many.refusals is None
        assert_same(many, singles)


def test_the_momentum_distribution_of_each_is_followed_too():
    sectors = [sector(mass, function=in_numpy) for mass in (95.0, 103.0)]
    many = solve_many(sectors, engine="fbe")
    assert many.ok.all()
    assert_same(many, [solve(each, engine="fbe") for each in sectors])


def test_compiled_functions_and_those_of_arrays_agree():
    found = [solve_many([sector(m, function=function) for m in FEW]).omega_h2 for function in (compiled, in_numpy)]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9)


def test_the_sectors_may_differ_in_all_that_they_are():
    sectors = [
        sector(70.0, dof=1),
        sector(80.0, dof=4, function=in_numpy, transfer=None),
        sector(90.0, transfer="equilibrium"),
        sector(103.9, function=lambda s, *_: 1e-9 / np.sqrt(1.0 - 4.0 * 103.9**2 / s)),
        sector(90.0, 1e-16),  # never in equilibrium
    ]
    for options in ({}, {"engine": "nbe"}, {"closure": "energy"}, {"plasma": "borsanyi-2016"}):
        many = solve_many(sectors, **options)
        assert_same(many, [solve(each, **options) for each in sectors])
    assert many.status[-1] != Status.OK


def nan_at_rest(s, *_):
    return np.full(s.shape, math.nan)


def noise(s, *_):
    return 1e-9 * (1.0 + np.sin(1e9 * s) ** 2)


def cold_nan(temperature, *_):
    return np.where(temperature < 1e-3, math.nan, 1e-12)


@numba.njit
def negative(s, mass, strength):
    return -1.0


@numba.njit
def of_two(s, mass):
    return 1e-9


@numba.njit
def complex_number(s, mass, strength):
    return 1e-9j


REFUSED = {
    "nan": ({"function": nan_at_rest}, "returned nan at s"),
    "noise": ({"function": noise}, "does not converge"),
    "rate": ({"transfer": cold_nan}, "momentum_transfer returned nan at T"),
    "negative": ({"function": negative}, "returned -1 at s"),
    "parameters": ({"function": of_two}, "numba cannot call it with one s and 2 parameters"),
    "complex": ({"function": complex_number}, "numba cannot call it"),
}


@pytest.mark.parametrize(("wrong", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_sector_that_is_refused_does_not_lose_the_others(wrong, sentence):
    refused = sector(90.0, **wrong)
    many = solve_many([sector(80.0), refused, sector(100.0)], n_threads=1)
    assert many.status.tolist() == [Status.OK, Status.REFUSED, Status.OK]
    assert np.isnan([getattr(many, name)[1] for name in NUMBERS]).all()
    assert sentence in many.messages[1]
    assert many.messages[0] == Status.OK.message
    assert sentence in many._repr_html_()
    with pytest.raises(ConfigurationError) as alone:
        solve(refused)
    assert str(alone.value) == many.messages[1]


def test_a_function_that_fails_late_refuses_its_sector_alone():
    def fails_when_hot(s, mass, strength):
        return np.where(s > (100.0 * mass) ** 2, math.nan, 1e-26 * in_numpy(s, mass, strength))

    late = sector(90.0, function=fails_when_hot)  # asked for hot chi where it never is in equilibrium
    many = solve_many([sector(80.0), late], engine="nbe")
    assert many.status.tolist() == [Status.OK, Status.REFUSED]
    assert "returned nan" in many.messages[1]
    assert many.omega_h2[0] == solve(sector(80.0), engine="nbe").omega_h2


def test_no_sectors_are_no_answers():
    assert solve_many([]).omega_h2.shape == (0,)


@pytest.mark.parametrize(
    ("sectors", "options", "match"),
    [
        ([1.0], {}, "must be a DarkSector"),
        ([], {"engine": "xyz"}, "engine"),
        ([], {"plasma": "xyz"}, "plasma"),
        ([], {"n_threads": 0}, "n_threads"),
    ],
)
def test_what_means_nothing_is_an_error(sectors, options, match):
    with pytest.raises(ValueError, match=match):
        solve_many(sectors, **options)


@pytest.mark.parametrize("parameters", ["ab", {"a": 1.0}, 3.0, ["x"], [None, [1.0, "x"]]], ids=str)
def test_parameters_are_numbers(parameters):
    with pytest.raises(ConfigurationError, match="parameters"):
        DarkSector(90.0, 2, compiled, None, parameters=parameters)


@numba.njit
def from_a_table(s, mass, values):
    at = min(int((math.sqrt(s) / mass - 2.0) * 10.0), values.size - 1)
    return values[at] / math.sqrt(1.0 - 4.0 * mass * mass / s)


def test_a_parameter_may_be_an_array():
    one = DarkSector(90.0, 2, from_a_table, "equilibrium", parameters=(90.0, np.full(5, 3e-9)))
    flat = DarkSector(90.0, 2, lambda s: 3e-9 / np.sqrt(1.0 - 4.0 * 90.0**2 / s), "equilibrium")
    assert solve(one).omega_h2 == pytest.approx(float(solve(flat).omega_h2), rel=1e-9)


def test_the_docstrings_example_runs():
    (test,) = doctest.DocTestFinder(recurse=False).find(solve_many, "solve_many", globs={})
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def test_a_function_is_compiled_once_for_all_its_parameters():
    solve_many([sector(mass) for mass in FEW])
    assert loop_over(compiled) is loop_over(compiled)
    assert len(loop_over(compiled).signatures) == 1
