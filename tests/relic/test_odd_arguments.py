"""Whatever public functions are given, they answer or say in one sentence what is wrong."""

import math
from functools import partial

import numpy as np
import pytest
from odd import ODD

import alpfit
from alpfit.errors import AlpfitError
from alpfit.relic import (
    Channel,
    DarkSector,
    evolve_sector,
    plasma_error,
    resolve_annihilation_scale,
    solve,
    solve_many,
    theory_error,
)

POINT = {"m_a": 1.0, "r": 0.45, "g_agg": 1e-4, "g_achi": 1e-2}
OPTIONS = {"engine": "nbe", "annihilation_scale": 1.0}


def s_wave(s, *_):
    return 2e-9 * np.sqrt(s / (s - 4.0 * 50.0**2))


def sector(**given) -> DarkSector:
    return DarkSector(**{"mass": 50.0, "dof": 2, "cross_section": s_wave, "momentum_transfer": None, **given})


def solve_sector(**given) -> object:
    return solve(sector(**given), engine="nbe")


SECTOR = ("mass", "dof", "cross_section", "momentum_transfer", "resonances", "thresholds", "parameters")
FUNCTIONS = {
    "relic_density": (
        alpfit.relic_density,
        {**POINT, **OPTIONS, "plasma": "borsanyi-2016", "closure": "energy", "n_threads": 1},
    ),
    "evolve": (alpfit.evolve, {**POINT, **OPTIONS, "plasma": "borsanyi-2016"}),
    "plasma_error": (plasma_error, {**POINT, **OPTIONS}),
    "required_coupling": (
        alpfit.required_coupling,
        {"name": "g_agg", "m_a": 1.0, "r": 0.45, "other": 1e-2, "omega_h2": 0.12, "between": (1e-5, 1e-3), **OPTIONS}
        | {"plasma": "borsanyi-2016"},
    ),
    "DarkSector": (solve_sector, dict.fromkeys(SECTOR)),
    "solve": (solve, {"sector": sector(), "engine": "nbe", "plasma": "borsanyi-2016"}),
    "solve_many": (solve_many, {"sectors": [sector()], "engine": "nbe", "n_threads": 1}),
    "Channel": (partial(Channel, s_wave), {"threshold": 1.0}),
    "evolve_sector": (evolve_sector, {"sector": sector(), "engine": "nbe", "plasma": "borsanyi-2016"}),
    "theory_error": (
        theory_error,
        {"r": 0.45, "self_scattering": 1.0, "engine": "cbe", "with_self_scattering": True, "closure": "energy"},
    ),
    "resolve_annihilation_scale": (resolve_annihilation_scale, {"scale": 1.0}),
}
PLACES = [(function, argument) for function, (_, given) in FUNCTIONS.items() for argument in given]


@pytest.mark.parametrize(("function", "argument"), PLACES, ids=[".".join(place) for place in PLACES])
def test_an_odd_argument_is_answered_or_refused_in_one_sentence(function, argument):
    call, usual = FUNCTIONS[function]
    if function == "DarkSector":
        usual = {}
    for value in ODD:
        if callable(value) and argument in {"cross_section", "momentum_transfer"}:
            continue  # a function is what is asked for, and its own errors are the user's
        try:
            call(**{**usual, argument: value})
        except AlpfitError as error:
            sentence = str(error)
            assert 10 < len(sentence) < 400
            assert "\n" not in sentence


@pytest.mark.parametrize("value", [-1, 0, math.nan, math.inf, "0.12", None, [0.12, 0.2]], ids=str)
def test_a_wanted_density_that_is_none_is_refused_and_not_answered_with_nan(value):
    with pytest.raises(AlpfitError, match=r"^omega_h2 = .* must be a positive number$"):
        alpfit.required_coupling("g_agg", 1.0, 0.45, 1e-2, omega_h2=value)


@pytest.mark.parametrize("value", [(1e-3, 1e-5), (1e-3, 1e-3), (1e-5,), None, "ab", (math.nan, 1.0)], ids=str)
def test_a_range_that_is_none_is_refused_and_not_answered_with_nan(value):
    with pytest.raises(AlpfitError, match=r"^between = "):
        alpfit.required_coupling("g_agg", 1.0, 0.45, 1e-2, between=value)


def test_every_public_function_is_walked():
    functions = {name for name in alpfit.relic.__all__ if callable(getattr(alpfit.relic, name))}
    values = {"Evolution", "MomentumDistribution", "RelicDensity", "Status", "TheoryError"}
    assert functions - values == set(FUNCTIONS)
