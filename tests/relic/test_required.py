"""The coupling that leaves the observed relic density."""

import numpy as np
import pytest
from published import UPPER, R

from alpfit.errors import ConfigurationError, PredictionError
from alpfit.relic import relic_density, required_coupling


@pytest.mark.parametrize("engine", ["nbe", "cbe"])
def test_the_density_there_is_the_wanted_one(engine):
    r = np.array([0.36, 0.45, 0.49, 0.51])
    g_agg = required_coupling("g_agg", 1.0, r, 1e-2, omega_h2=0.06, engine=engine)
    omega = relic_density(1.0, r, g_agg, 1e-2, engine=engine).omega_h2
    assert omega == pytest.approx([0.06] * 4, rel=1e-6)


def test_either_coupling_can_be_solved_for():
    """The upper rows of Table 1 of the paper that proposed the model, with its cross-section: to 1 %."""
    m_a, g_agg, printed = np.array(list(UPPER.values())).T
    g_achi = required_coupling("g_achi", m_a, R, g_agg, annihilation_scale="table1")
    assert g_achi == pytest.approx(printed, rel=1e-2, abs=0.0)


def test_it_is_the_smallest_such_coupling():
    found = required_coupling("g_agg", 1.0, 0.45, 1e-2)
    smaller = relic_density(1.0, 0.45, found * np.geomspace(1e-2, 0.99, 7), 1e-2).omega_h2
    assert np.nanmin(smaller) > 0.12


def test_shapes_broadcast():
    found = required_coupling("g_agg", np.array([[1.0], [2.0]]), np.array([0.45, 0.47, 0.48]), 1e-3)
    assert found.shape == (2, 3)
    assert found[1, 2] == pytest.approx(float(required_coupling("g_agg", 2.0, 0.48, 1e-3)), rel=1e-6)


def test_where_no_coupling_does_it_there_is_no_number():
    assert np.isnan(required_coupling("g_agg", 1.0, 0.45, 1e-2, between=(1e-9, 1e-6)))


@pytest.mark.parametrize(
    ("arguments", "options", "error", "sentence"),
    [
        (("g_agc", 1.0, 0.45, 1e-2), {}, ConfigurationError, "'g_agc' is no coupling that can be solved for"),
        (("g_agg", 1.0, 145.0, 1e-2), {}, PredictionError, "r = 145 must be between 0.01 and 20"),
        (("g_agg", 1.0, 0.45, 1e-2), {"between": (0.0, 1.0)}, PredictionError, "g_agg = 0 must be between"),
        (("g_agg", 1.0, 0.45, 1e-2), {"engine": "cbb"}, ConfigurationError, "cbb"),
    ],
)
def test_what_cannot_be_solved_is_said(arguments, options, error, sentence):
    with pytest.raises(error, match=sentence):
        required_coupling(*arguments, **options)
