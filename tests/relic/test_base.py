"""What all engines do alike: where they begin, how they end, and where chi leaves equilibrium."""

import math

import numpy as np
import pytest
from published import POINTS as PUBLISHED
from scipy.special import kve

from alpfit.numerics.radau_step import radau_iia_5
from alpfit.physics.plasma import PLASMAS, bath_at, baths_at
from alpfit.relic import ENGINES, Status
from alpfit.relic.base import Accuracy, Freezeout, log_yield_excess
from alpfit.relic.boltzmann import SectorTables, annihilations_per_hubble_time, log_equilibrium_yield, sector_at

TABLEAU = radau_iia_5()
POINTS = {
    "below the resonance": PUBLISHED["BP1u"],
    "far below it": PUBLISHED["F3 r=0.360"],
    "where chi decouples early": PUBLISHED["F3 r=0.410"],
    "closely below it": PUBLISHED["F3 r=0.499"],
    "above it": PUBLISHED["F3 r=0.505"],
}
each_point = pytest.mark.parametrize("point", POINTS.values(), ids=POINTS.keys())
each_engine = pytest.mark.parametrize("engine", ["nbe", "cbe"])  # of moments; the momentum distribution: test_fbe


def solve(sectors, engine: str, **settings) -> Freezeout:
    return Freezeout(*ENGINES[engine].solve(sectors, Accuracy(**settings), TABLEAU))


def evolve(sectors, engine: str, **settings) -> tuple[np.ndarray, ...]:
    """x, ln(Y), ln(Y/Y_eq), ln(T_chi/T) and the status."""
    return ENGINES[engine].evolve(sectors, Accuracy(**settings), TABLEAU)


def crossing(x: np.ndarray, logarithm: np.ndarray) -> float:
    """Where exp(``logarithm``) is first further than 0.1 from 1, by a straight line between points; or infinity."""
    off = np.abs(np.expm1(np.minimum(logarithm, 1.0))) - 0.1
    if (off < 0.0).all():
        return math.inf
    n = int(np.argmax(off > 0.0))
    share = -off[n - 1] / (off[n] - off[n - 1])
    return float(np.exp(np.log(x[n - 1]) + share * np.log(x[n] / x[n - 1])))


@each_engine
@each_point
def test_freeze_out_and_decoupling_are_where_a_solution_with_many_steps_leaves_the_band_of_ten_percent(
    point, engine, build_sectors
):
    sectors = build_sectors(*point)
    freezeout = solve(sectors, engine)
    x, _, excess, heat, _ = evolve(sectors, engine, largest_change=0.02, tolerance=1e-8, max_steps=20_000)
    assert freezeout.x_fo[0] == pytest.approx(crossing(x, excess), rel=3e-4, abs=0.0)
    assert freezeout.x_kd[0] == pytest.approx(crossing(x, heat), rel=3e-4, abs=0.0)
    assert math.isinf(freezeout.x_kd[0]) == (engine == "nbe")


@each_engine
@each_point
def test_the_hubble_rate_is_that_at_freeze_out(point, engine, build_sectors):
    sectors = build_sectors(*point)
    freezeout = solve(sectors, engine)
    expected = bath_at(float(sectors.mass[0] / freezeout.x_fo[0]), sectors.plasma).hubble
    assert freezeout.hubble.tolist() == [expected]


@each_engine
def test_a_chi_that_never_leaves_equilibrium_has_infinite_freeze_out_and_no_hubble_rate(engine, build_sectors):
    """Stopped at x = 8, long before."""
    freezeout = solve(build_sectors(*POINTS["above it"]), engine, x_end=8.0)
    assert freezeout.status.tolist() == [Status.OK]
    assert np.isinf([freezeout.x_fo, freezeout.x_kd]).all()
    assert np.isnan(freezeout.hubble).all()


@each_engine
@each_point
def test_history_and_result_are_one_solution(point, engine, build_sectors):
    sectors = build_sectors(*point)
    x, log_yield, excess, heat, status = evolve(sectors, engine)
    freezeout = solve(sectors, engine)
    assert status == freezeout.status[0] == Status.OK
    assert log_yield[-1] == freezeout.log_yield[0]
    assert x[-1] == pytest.approx(1e6, rel=1e-9, abs=0.0)
    assert (np.diff(x) > 0.0).all()
    sector = sector_at(sectors, 0)
    expected = [log_yield_excess(math.log(at), value, sector) for at, value in zip(x, log_yield, strict=True)]
    np.testing.assert_allclose(excess, expected, rtol=1e-12, atol=1e-9)
    assert heat.shape == x.shape


@each_engine
@each_point
def test_the_slope_at_the_end_is_that_of_the_history(point, engine, build_sectors):
    sectors = build_sectors(*point)
    slope = solve(sectors, engine).log_yield_slope[0]
    ends = [solve(sectors, engine, x_end=x, tolerance=1e-9).log_yield[0] for x in (1e6, 1e6 * math.exp(0.2))]
    assert slope == pytest.approx((ends[1] - ends[0]) / 0.2, rel=0.15, abs=1e-8)


@each_engine
def test_the_integration_begins_where_annihilation_is_no_longer_fast(engine, build_sectors):
    sectors = build_sectors(*POINTS["below the resonance"])
    sector = sector_at(sectors, 0)
    for settled_rate in (1e4, 1e6):
        first = evolve(sectors, engine, settled_rate=settled_rate)[0][0]
        assert first > 2.0
        assert annihilations_per_hubble_time(math.log(first), sector) > settled_rate
        assert annihilations_per_hubble_time(math.log(first) + 0.1, sector) <= settled_rate
    assert evolve(sectors, engine, settled_rate=math.inf)[0][0] == pytest.approx(2.0, rel=1e-12)
    assert evolve(sectors, engine, settled_rate=math.inf, x_start=3.0)[0][0] == pytest.approx(3.0, rel=1e-12)


@each_engine
def test_where_chi_never_is_in_equilibrium_there_is_no_answer(engine, build_sectors):
    """The limit is thirty annihilations per Hubble time; far below the resonance there are most of them at x = 2."""
    sector = sector_at(build_sectors(*POINTS["far below it"]), 0)
    rate = annihilations_per_hubble_time(math.log(2.0), sector)
    scales = (29.9 / rate, 30.1 / rate)
    too_weak, enough = (build_sectors(*POINTS["far below it"], scale=scale) for scale in scales)
    assert solve(too_weak, engine).status.tolist() == [Status.NEVER_EQUILIBRATED]
    assert solve(too_weak, engine).n_calls.tolist() == [1]
    assert evolve(too_weak, engine)[4] == Status.NEVER_EQUILIBRATED
    assert solve(enough, engine).status.tolist() == [Status.OK]
    assert solve(too_weak, engine, least_rate=5.0).status.tolist() == [Status.OK]


LATE = {"r = 0.499": (1.0, 0.499, 1e-6, 0.01), "light": (0.01, 0.4947, 1e-6, 0.01), "QCD": (0.8, 0.495, 1e-6, 1e-3)}


def with_most_annihilation(rate: float, point: tuple[float, ...], build_sectors) -> SectorTables:
    """The ``point``, scaled such that there are at most ``rate`` annihilations per Hubble time."""
    sector = sector_at(build_sectors(*point), 0)
    most = max(annihilations_per_hubble_time(z, sector) for z in np.linspace(math.log(2.0), math.log(4.0), 300))
    return build_sectors(*point, scale=rate / most)


@each_engine
@pytest.mark.parametrize("point", LATE.values(), ids=LATE.keys())
def test_equilibrium_may_come_later_than_the_start(point, engine, build_sectors):
    """It forgets what was before: to begin at x = 1.5 changes nothing, or with the temperature less than 1e-3."""
    enough, too_weak = (with_most_annihilation(rate, point, build_sectors) for rate in (30.2, 29.9))
    assert annihilations_per_hubble_time(math.log(2.0), sector_at(enough, 0)) < 29.5
    late = solve(enough, engine)
    assert late.status.tolist() == [Status.OK]
    assert evolve(enough, engine)[0][0] == pytest.approx(2.0, rel=1e-12)
    early = solve(enough, engine, x_start=1.5, least_rate=5.0)
    assert early.status.tolist() == [Status.OK]
    assert late.log_yield[0] == pytest.approx(early.log_yield[0], abs=3e-6 if engine == "nbe" else 1e-3)
    assert solve(too_weak, engine).status.tolist() == [Status.NEVER_EQUILIBRATED]


@each_engine
def test_where_equilibrium_moves_beyond_the_start_nothing_jumps(engine, build_sectors):
    point = LATE["r = 0.499"]
    rate = annihilations_per_hubble_time(math.log(2.0), sector_at(build_sectors(*point), 0))
    before, after = (solve(build_sectors(*point, scale=30.0 / rate * (1.0 + d)), engine) for d in (1e-9, -1e-9))
    assert before.status.tolist() == after.status.tolist() == [Status.OK]
    assert before.log_yield[0] == pytest.approx(after.log_yield[0], abs=1e-7)


@pytest.mark.parametrize("plasma", PLASMAS.values(), ids=PLASMAS.keys())
def test_whatever_the_cross_section_annihilation_is_fastest_before_x_3_4_and_not_much_slower_at_2(plasma):
    """A pair at rest, the energy of which is least suppressed later: n_eq <sigma v> goes with T K_1(2x)/n_eq."""
    x = np.exp(np.arange(math.log(2.0), math.log(20.0), 0.01))
    for mass in np.geomspace(1e-7, 1e5, 400):
        rate = kve(1, 2.0 * x) * np.exp(-x) / kve(2, x) / (baths_at(mass / x, plasma())[1] * x**2)
        assert x[np.argmax(rate)] < 3.4 < Accuracy().x_fastest
        assert rate[0] > 0.7 * rate.max()


@each_engine
def test_too_few_steps_are_a_status_of_their_own(engine, build_sectors):
    sectors = build_sectors(*POINTS["below the resonance"])
    assert solve(sectors, engine, max_steps=10).status.tolist() == [Status.STEP_LIMIT]
    x, *_, status = evolve(sectors, engine, max_steps=10)
    assert (x.size, status) == (1 + 10 * 10, Status.STEP_LIMIT)  # ten points of each step


@each_engine
def test_what_cannot_be_solved_does_not_spoil_its_neighbours(engine, build_sectors):
    points = np.array([POINTS["above it"], (1.0, 0.45, 1e-12, 1e-6), POINTS["above it"]]).T
    freezeout = solve(build_sectors(*points), engine)
    assert freezeout.status.tolist() == [Status.OK, Status.NEVER_EQUILIBRATED, Status.OK]
    assert freezeout.log_yield[0] == freezeout.log_yield[2]


@each_engine
def test_no_sectors_give_no_results(engine, build_sectors):
    nothing = build_sectors(*np.empty((4, 0)))
    assert [column.shape for column in solve(nothing, engine)] == [(0,)] * 7


def test_the_excess_is_the_distance_from_equilibrium(build_sectors):
    sector = sector_at(build_sectors(*POINTS["above it"]), 0)
    entropy_density = bath_at(sector.mass / 12.0, sector.plasma).entropy_density
    log_y_eq = log_equilibrium_yield(math.log(12.0), entropy_density, sector.mass, sector.dof, sector.gas)
    assert log_yield_excess(math.log(12.0), log_y_eq + 0.7, sector) == pytest.approx(0.7, abs=1e-12)
