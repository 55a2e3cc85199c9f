"""Where the model has no relic density there is a status and a sentence, never a number; the neighbours keep theirs."""

import re

import numpy as np
import pytest

from alpfit.errors import PredictionError
from alpfit.physics.widths import alp_widths
from alpfit.relic import ENGINES, Status, evolve, plasma_error, relic_density, required_coupling
from alpfit.relic.validity import LARGEST_WIDTH, STRONGEST

each_engine = pytest.mark.parametrize("engine", ENGINES)
STRONG = (1.0, 2.0, 1e-3, 0.9)
DECOUPLED = (0.1, 2.0, 1e-9, 0.5)
WIDE = (19.675182513205, 0.45958, 7.8724e-3, 1.9028)
REFUSED = {Status.STRONG_COUPLING: STRONG, Status.WIDE_RESONANCE: WIDE, Status.ALPS_DECOUPLED: DECOUPLED}
each_refusal = pytest.mark.parametrize(("status", "point"), REFUSED.items(), ids=[status.name for status in REFUSED])


@each_engine
def test_where_two_alps_are_made_too_strongly_there_is_a_status_for_each_point(engine):
    r, g_achi = np.array([0.45, 0.55, 0.9, 0.9, 2.0]), 2.0
    strong = (r > 0.5) & (r * g_achi > STRONGEST)
    result = relic_density(1.0, r, 1e-2, np.where(r < 0.5, 1e-2, g_achi), engine=engine)
    assert (result.status == Status.STRONG_COUPLING).tolist() == strong.tolist() == [False, False, True, True, True]
    assert np.isnan(result.omega_h2).tolist() == strong.tolist()
    assert all("chi chi -> a a" in message for message in result.messages[strong])


@each_engine
def test_alps_that_are_not_in_equilibrium_are_told_by_their_rate(engine):
    """With ever weaker couplings to photons; where chi annihilates to photons alone it does not matter."""
    g_agg = np.array([1e-6, 1e-8, 3e-9, 1e-9])
    result = relic_density(0.1, 2.0, g_agg, 0.5, engine=engine)
    assert result.status.tolist() == [Status.OK] * 3 + [Status.ALPS_DECOUPLED]
    np.testing.assert_allclose(result.alp_rate[:3] / g_agg[:3] ** 2, result.alp_rate[0] / 1e-12, rtol=0.02)
    assert (result.alp_rate < 1.0).tolist() == [False] * 3 + [True]
    assert (result.alp_share > 0.999).all()
    below = relic_density(0.1, 0.45, 1e-5, 1e-3, engine=engine)
    assert np.isinf(below.alp_rate)
    assert below.alp_share == 0.0


@each_engine
def test_an_alp_wider_than_half_its_mass_has_a_status(engine):
    g_achi = np.array([0.05, 0.15, 0.25, 2.0])
    wide = alp_widths(WIDE[0], WIDE[1], WIDE[2], g_achi).total > LARGEST_WIDTH * WIDE[0]
    assert wide.tolist() == [False, False, True, True]
    result = relic_density(*WIDE[:3], g_achi, engine=engine)
    assert (result.status == Status.WIDE_RESONANCE).tolist() == wide.tolist()
    assert np.isfinite(result.omega_h2).tolist() == (~wide).tolist()


@each_refusal
def test_a_refused_point_keeps_what_is_known_of_it(status, point):
    result = relic_density(*point)
    widths = alp_widths(*point)
    assert result.status == status
    assert np.isnan(result.x_fo)
    assert np.isnan(plasma_error(*point))
    assert result.self_scattering == widths.dark_matter / widths.photons


@each_refusal
def test_where_there_is_no_density_there_is_no_history(status, point):
    with pytest.raises(PredictionError, match=re.escape(f"no history: {status.message}")):
        evolve(*point)


WHATEVER_THE_COUPLING = [
    (status, name)
    for status in REFUSED
    for name in ("g_agg", "g_achi")
    if status == Status.WIDE_RESONANCE or (status, name) == (Status.STRONG_COUPLING, "g_agg")
]


@pytest.mark.parametrize(("status", "name"), WHATEVER_THE_COUPLING)
def test_no_coupling_is_found_where_none_could_be(status, name):
    point = REFUSED[status]
    m_a, r, g_agg, g_achi = point
    other, what = (g_achi, "g_achi") if name == "g_agg" else (2e3 * g_agg, "g_agg")
    other = min(max(other, 5.0), 1e3) if status == Status.WIDE_RESONANCE else other
    expected = re.escape(f"m_a = {m_a:g}, r = {r:g}, {what} = {other:g}: no relic density: {status.message}")
    with pytest.raises(PredictionError, match=expected):
        required_coupling(name, [m_a, 1.0], [r, 0.45], [other, 1e-3])


def test_where_the_calculation_ends_before_the_wanted_density_is_reached_there_is_no_number():
    """chi enters equilibrium with less than is wanted: where the status changes is not a root."""
    found = required_coupling("g_agg", 1.0, 0.45, 1e-2, omega_h2=1e6)
    assert np.isnan(found)
