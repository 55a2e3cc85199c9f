"""chi from nothing: what is made of it where it never is in equilibrium, what that assumes, and who is told."""

import math
import re

import numpy as np
import pytest
from scipy.special import zeta

from alpfit.constants import RELIC_DENSITY_PER_YIELD
from alpfit.errors import PredictionError
from alpfit.numerics.radau_step import radau_iia_5
from alpfit.physics.plasma import bath_at, saikawa_shirai_2018
from alpfit.physics.widths import alp_widths
from alpfit.relic import DarkSector, Status, evolve, freeze_in, plasma_error, relic_density, required_coupling, solve
from alpfit.relic.base import Accuracy
from alpfit.relic.boltzmann import log_equilibrium_yield
from alpfit.relic.freeze_in import Beginning, early_at
from alpfit.relic.general import evolve_sector
from alpfit.relic.portal import early_tables
from alpfit.relic.portal_nodes import portal_points

FEEBLE = (1.0, 0.45, 1e-10, 1e-4)
OFF_RESONANCE = (1.0, 0.55, 1e-5, 1e-7)
POINTS = {
    "decays to chi": FEEBLE,
    "decays to photons": (1.0, 0.45, 1e-9, 1e-12),
    "far below the resonance": (0.3, 0.05, 1e-10, 1e-5),
    "on threshold": (1.0, 0.5, 1e-10, 1e-4),
    "broad": (0.5, 0.35, 1e-10, 0.02),
    "above": (1.0, 0.55, 1e-2, 1e-6),
}
each_point = pytest.mark.parametrize("point", POINTS.values(), ids=POINTS.keys())


def early_sector(point, build_sectors):
    """A point with its early tables."""
    early = early_tables(portal_points(*np.array(point)[:, None]))
    return early_at(build_sectors(*point), early, 0, Beginning())


@each_point
def test_the_early_tables_go_on_where_the_others_begin(point, build_sectors):
    """To the accuracy of those; their own is 1e-6, see the slow solution in the validation."""
    early, log_x = early_sector(point, build_sectors), math.log(2.0)
    before, after = (freeze_in.coefficients_at(log_x + d, early) for d in (-1e-12, 1e-12))
    assert before.annihilation == pytest.approx(after.annihilation, rel=2e-4, abs=0.0)
    assert before.log_y_eq == pytest.approx(after.log_y_eq, abs=1e-6)


def test_the_number_in_equilibrium_is_that_of_the_other_tables(build_sectors):
    early = early_sector(FEEBLE, build_sectors)
    here = freeze_in.coefficients_at(math.log(1.5), early)
    entropy = bath_at(early.sector.mass / 1.5, early.sector.plasma).entropy_density
    expected = log_equilibrium_yield(math.log(1.5), entropy, early.sector.mass, early.sector.dof, early.sector.gas)
    assert here.log_y_eq == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["g_agg", "g_achi"])
def test_what_freezes_in_goes_with_the_rarer_of_the_two_decays(name):
    """On the resonance with the product of the widths over their sum."""
    couplings = {"g_agg": np.array([1e-10, 2e-10, 1e-9]), "g_achi": 1e-4}
    if name == "g_achi":
        couplings = {"g_agg": 1e-9, "g_achi": np.array([1e-13, 2e-13, 1e-12])}
    result, widths = relic_density(1.0, 0.45, **couplings, engine="nbe"), alp_widths(1.0, 0.45, **couplings)
    assert result.from_nothing.all()
    expected = widths.dark_matter * widths.photons / widths.total
    np.testing.assert_allclose(result.omega_h2 / result.omega_h2[0], expected / expected[0], rtol=2e-3)


def test_the_answer_is_that_of_decays_in_a_bath_of_constant_degrees_of_freedom():
    """ALPs in equilibrium make 2 Gamma n_a K_1(m_a/T)/K_2(m_a/T) of chi, most of them at m_a/T = 3: here at 30 keV."""
    m_a, r, g_agg, g_achi = 1e-4, 0.45, 1e-8, 1e-14
    width, temperature = float(alp_widths(m_a, r, g_agg, g_achi).dark_matter), m_a / 3.0
    bath = bath_at(temperature, saikawa_shirai_2018())
    entropy, hubble = bath.entropy_density / temperature**3, bath.hubble / temperature**2
    made = 1.5 * width / (math.pi * entropy * hubble * m_a**2)  # the integral of u^3 K_1(u) is 3 pi/2
    result = relic_density(m_a, r, g_agg, g_achi, engine="nbe")
    assert result.omega_h2 == pytest.approx(RELIC_DENSITY_PER_YIELD.value * r * m_a * made, rel=0.03, abs=0.0)


def test_a_beginning_ten_times_as_hot_changes_nothing_on_the_resonance_and_almost_everything_off_it(build_sectors):
    changes = []
    for point in (FEEBLE, OFF_RESONANCE):
        early = early_tables(portal_points(*np.array(point)[:, None]))
        sectors = build_sectors(*point)
        arguments = early_at(sectors, early, 0, Beginning()), Beginning(), Accuracy(), radau_iia_5()
        changes.append(freeze_in.run_both(*arguments)[1])
    assert abs(changes[0]) < 1e-4
    assert changes[1] > 1.5
    nearly_resonant = relic_density(*OFF_RESONANCE, engine="nbe")
    assert nearly_resonant.status == Status.UNKNOWN_BEGINNING
    assert np.isnan(nearly_resonant.omega_h2)
    assert not nearly_resonant.ok
    assert "depends on the temperature" in str(nearly_resonant.messages)


def test_a_result_from_nothing_says_so_and_has_no_freeze_out():
    result = relic_density(*FEEBLE, engine="nbe")
    assert result.ok
    assert result.from_nothing
    assert result.status == Status.FREEZE_IN
    assert "if there is none at T = 10 m_a" in str(result.messages)
    assert np.isnan([result.x_fo, result.elastic_rate]).all()
    assert np.isinf(result.x_kd)
    assert abs(result.late_annihilation) < 1e-9


@pytest.mark.parametrize("engine", ["cbe", "fbe"])
def test_the_other_engines_say_who_knows(engine):
    result = relic_density(*FEEBLE, engine=engine)
    assert result.status == Status.NEVER_EQUILIBRATED
    assert not result.ok
    assert "is known to the engine nbe alone" in str(result.messages)


def test_each_point_is_its_own_whatever_its_neighbours():
    """Bit for bit: tables are as long as each point needs them."""
    points = np.array(list(POINTS.values())).T
    together = relic_density(*points, engine="nbe")
    assert together.ok.all()
    alone = [float(relic_density(*point, engine="nbe").omega_h2) for point in POINTS.values()]
    assert together.omega_h2.tolist() == alone


@each_point
def test_a_history_from_nothing_begins_with_next_to_nothing_and_ends_at_the_relic_density(point):
    m_a, r, *_ = point
    history, result = evolve(*point, engine="nbe"), relic_density(*point, engine="nbe")
    assert history.x[0] == pytest.approx(r * m_a / (10.0 * max(m_a, 2.0 * r * m_a)), rel=1e-12)
    assert history.x[-1] == pytest.approx(1e6, rel=1e-9)
    assert history.Y[0] < 0.02 * history.Y.max()
    assert history.Y[0] < history.Y_eq[0]
    assert (history.temperature_ratio == 1.0).all()
    expected = float(result.omega_h2)
    assert RELIC_DENSITY_PER_YIELD.value * r * m_a * history.Y[-1] == pytest.approx(expected, rel=2e-4, abs=0.0)


def test_where_the_beginning_decides_there_is_no_history():
    with pytest.raises(PredictionError, match=re.escape(f"no history: {Status.UNKNOWN_BEGINNING.message}")):
        evolve(*OFF_RESONANCE, engine="nbe")


def test_at_the_border_of_equilibrium_both_beginnings_have_the_same_answer():
    """From nothing just below it, from equilibrium just above."""
    g_agg = np.geomspace(1e-9, 1e-6, 400)
    result = relic_density(1.0, 0.45, g_agg, 1e-4, engine="nbe")
    border = int(np.argmax(result.status == Status.OK))
    assert result.status[:border].tolist() == [Status.FREEZE_IN] * border
    low, high = g_agg[border - 1], g_agg[border]
    for _ in range(40):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if relic_density(1.0, 0.45, middle, 1e-4, engine="nbe").x_fo > 0.0 else (middle, high)
    below, above = (relic_density(1.0, 0.45, g, 1e-4, engine="nbe") for g in (low, high))
    assert (below.status, above.status) == (Status.FREEZE_IN, Status.OK)
    assert below.omega_h2 == pytest.approx(above.omega_h2, rel=1e-5, abs=0.0)


@pytest.mark.parametrize("engine", ["nbe", "cbe"])
def test_the_coupling_that_is_required_is_that_of_freeze_out(engine):
    found = float(required_coupling("g_agg", 1.0, 0.45, 1e-2, engine=engine, between=(1e-14, 1.0)))
    result = relic_density(1.0, 0.45, found, 1e-2, engine=engine)
    assert result.status == Status.OK
    assert result.omega_h2 == pytest.approx(0.12, rel=1e-5)
    assert relic_density(1.0, 0.45, 1e-14, 1e-2, engine="nbe").omega_h2 < 0.12


def test_the_error_from_the_plasma_is_known_for_freeze_in_too():
    assert 1e-4 < plasma_error(*FEEBLE, engine="nbe") < 0.1


def resonant_sector(point) -> DarkSector:
    """The portal as functions."""
    m_a, r, g_agg, g_achi = point
    mass, width = r * m_a, float(alp_widths(*point).total)

    def sigma(s):
        strength = (g_agg * g_achi * mass) ** 2 * s**2.5 / (8.0 * math.pi)
        return strength / np.sqrt(s - 4.0 * mass**2) / ((s - m_a**2) ** 2 + (m_a * width) ** 2)

    return DarkSector(mass, 2, sigma, None, resonances=[(m_a, width)])


@pytest.mark.parametrize("name", ["decays to chi", "broad", "above"])
def test_a_sector_of_ones_own_freezes_in_alike(name):
    result = solve(resonant_sector(POINTS[name]), engine="nbe")
    assert result.status == Status.FREEZE_IN
    expected = float(relic_density(*POINTS[name], engine="nbe").omega_h2)
    assert result.omega_h2 == pytest.approx(expected, rel=1e-4, abs=0.0)
    history = evolve_sector(resonant_sector(POINTS[name]), engine="nbe")
    assert history.x[0] < 0.1
    mass = POINTS[name][0] * POINTS[name][1]
    assert RELIC_DENSITY_PER_YIELD.value * mass * history.Y[-1] == pytest.approx(expected, rel=3e-4, abs=0.0)


def test_running_out_of_steps_is_a_status_of_its_own(build_sectors):
    early = early_sector(FEEBLE, build_sectors)
    solution, change, _ = freeze_in.run_both(early, Beginning(), Accuracy(max_steps=5), radau_iia_5())
    assert change == math.inf
    assert freeze_in._status_of(solution, change, Beginning()) == Status.STEP_LIMIT


def test_the_statuses_of_the_kernel_are_those_of_the_result():
    assert (Status.FREEZE_IN, Status.UNKNOWN_BEGINNING) == (5, 6)


def bose(energy):
    return 1.0 / np.expm1(energy)


@pytest.mark.parametrize(("to_chi", "expected"), [(False, float(zeta(5))), (True, 1.80)])
def test_what_bose_statistics_would_add_is_what_the_documentation_says(to_chi, expected):
    """Of ALPs of energy E made by photons of energies k and E - k, uniform in k: f_a (1 + f_k + f_(E - k))."""
    y, u = np.linspace(0.0, 12.0, 1501), np.exp(np.linspace(math.log(1e-3), math.log(60.0), 1201))[:, None]
    energy, momentum = np.minimum(u * np.cosh(y), 600.0), u * np.sinh(y)
    made = momentum**2 * bose(energy)
    if to_chi:
        low, high = 0.5 * u * np.exp(-y), np.minimum(0.5 * u * np.exp(y), 600.0)
        spread = np.maximum(high - low, 1e-9)
        mean = np.where(y > 0.0, np.log(np.expm1(-high) / np.expm1(-low)) / spread, bose(low))
        made = made * (1.0 + 2.0 * mean)
    made = np.where(u * np.cosh(y) < 600.0, made, 0.0)
    total = np.trapezoid(np.trapezoid(made, y, axis=1) * u[:, 0] ** 3, np.log(u[:, 0]))
    assert total / (1.5 * math.pi) == pytest.approx(expected, rel=3e-3)
