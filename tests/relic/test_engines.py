"""Both engines against reference values, in the limits where the answer is known, and against their own settings."""

import math

import numpy as np
import pytest
from published import POINTS

from alpfit.constants import RELIC_DENSITY_PER_YIELD
from alpfit.numerics.interpolation import splines
from alpfit.numerics.quadrature import legendre_rule
from alpfit.numerics.radau_step import radau_iia_5
from alpfit.physics.plasma import bath_at
from alpfit.physics.scattering import photon_rule
from alpfit.relic import ENGINES, Status, relic_density
from alpfit.relic.averages import thermal_rules
from alpfit.relic.base import Accuracy, Freezeout
from alpfit.relic.boltzmann import Transfer, log_equilibrium_yield
from alpfit.relic.portal_nodes import default_grids

TABLEAU = radau_iia_5()

# Omega h^2 of NBE and of CBE at the published points, with the unitary cross-section; from an independent slow
# implementation, whose relative error is below 1e-4 and which stops at x = 1e5.
REFERENCE = {
    "BP1l": (0.019183, 0.08053),
    "BP1u": (0.018, 0.076379),
    "BP2l": (0.018351, 0.092189),
    "BP2u": (0.014542, 0.075748),
    "BP3l": (0.018175, 0.094361),
    "BP3u": (0.013987, 0.075626),
    "BP4l": (0.014134, 0.077336),
    "BP4u": (0.01381, 0.07584),
    "F3 r=0.360": (0.12001, 0.1601),
    "F3 r=0.390": (0.12, 1.8276),
    "F3 r=0.410": (0.12, 2.6195),
    "F3 r=0.420": (0.12, 2.6046),
    "F3 r=0.440": (0.11994, 2.1438),
    "F3 r=0.460": (0.12, 1.2771),
    "F3 r=0.480": (0.12001, 0.25854),
    "F3 r=0.485": (0.11998, 0.15416),
    "F3 r=0.490": (0.1201, 0.15687),
    "F3 r=0.499": (0.12005, 0.21403),
    "F3 r=0.505": (0.12006, 0.11076),
    "F3 r=0.550": (0.12001, 0.11558),
}
each_reference = pytest.mark.parametrize("name", POINTS)
SAMPLE = ("BP1u", "BP3l", "F3 r=0.360", "F3 r=0.410", "F3 r=0.485", "F3 r=0.499", "F3 r=0.505")
each_sample = pytest.mark.parametrize("point", [POINTS[name] for name in SAMPLE], ids=SAMPLE)
each_engine = pytest.mark.parametrize("engine", ["nbe", "cbe"])  # of moments; the momentum distribution: test_fbe
TOGETHER = np.array(list(POINTS.values())).T


def solved(sectors, engine: str, **settings) -> Freezeout:
    freezeout = Freezeout(*ENGINES[engine].solve(sectors, Accuracy(**settings), TABLEAU))
    assert (freezeout.status == Status.OK).all()
    return freezeout


def omega_h2(sectors, engine: str, **settings) -> np.ndarray:
    """Omega h^2 of each sector."""
    return RELIC_DENSITY_PER_YIELD.value * sectors.mass * np.exp(solved(sectors, engine, **settings).log_yield)


def history(sectors, engine: str, **settings) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, ln(Y), ln(Y/Y_eq) and ln(T_chi/T) of the first sector at the steps of the integrator."""
    *columns, status = ENGINES[engine].evolve(sectors, Accuracy(**settings), TABLEAU)
    assert status == Status.OK
    return tuple(columns)


@pytest.fixture(scope="module")
def all_points(build_sectors):
    """The reference points as sectors."""
    return build_sectors(*TOGETHER)


@each_reference
def test_the_number_density_equation_gives_the_reference_relic_density(name):
    assert relic_density(*POINTS[name], engine="nbe").omega_h2 == pytest.approx(REFERENCE[name][0], rel=5e-4, abs=0.0)


@each_reference
def test_the_coupled_equations_give_the_reference_relic_density(name):
    assert relic_density(*POINTS[name], engine="cbe").omega_h2 == pytest.approx(REFERENCE[name][1], rel=5e-4, abs=0.0)


@each_engine
def test_stopping_where_the_reference_stops_leaves_only_its_own_error(engine, all_points):
    expected = [REFERENCE[name][0 if engine == "nbe" else 1] for name in POINTS]
    np.testing.assert_allclose(omega_h2(all_points, engine, x_end=1e5), expected, rtol=1.5e-4)


@each_engine
def test_a_point_does_not_depend_on_its_neighbours(engine, all_points, build_sectors):
    together = omega_h2(all_points, engine)
    alone = [omega_h2(build_sectors(*point), engine)[0] for point in POINTS.values()]
    assert together.tolist() == alone


@each_engine
@pytest.mark.parametrize("x_start", [1.5, 3.0, 5.0])
def test_the_start_does_not_matter_while_it_is_in_equilibrium(engine, x_start, all_points):
    np.testing.assert_allclose(omega_h2(all_points, engine, x_start=x_start), omega_h2(all_points, engine), rtol=1e-5)


@pytest.mark.parametrize(("engine", "settled_rate"), [("nbe", 1e3), ("nbe", math.inf), ("cbe", 1e4), ("cbe", math.inf)])
def test_nothing_happens_while_annihilation_is_fast(engine, settled_rate, all_points):
    """The temperature needs ten times the rate: where only the fast can annihilate, few keep the rest warm."""
    computed = omega_h2(all_points, engine, settled_rate=settled_rate)
    np.testing.assert_allclose(computed, omega_h2(all_points, engine, settled_rate=1e6), rtol=1e-5)


@each_engine
@pytest.mark.parametrize(
    "settings",
    [{"tolerance": 1e-7}, {"tolerance": 1e-6}, {"tolerance": 1e-4}, {"largest_change": 0.1}, {"largest_change": 0.3}],
    ids=str,
)
def test_the_integrators_settings_do_not_matter(engine, settings, all_points):
    np.testing.assert_allclose(omega_h2(all_points, engine, **settings), omega_h2(all_points, engine), rtol=5e-5)


FINER_GRIDS = {
    "half the table's step": {"step": 0.1},
    "half the panels": {"panel": 2.3},
    "twice the points in the rapidity": {"thermal": thermal_rules(16, 8, 4, 14)},
    "twice the legendre points": {"legendre": legendre_rule(20)},
    "twice the laguerre points": {"photons": photon_rule(64)},
    "smaller first panel": {"smallest": 1e-14},
    "further nodes": {"largest": 90.0},
    "a hotter table": {"x_first": 1.0},
    "a colder table": {"x_last": 1e13},
    "half the steps in the momentum transfer": {"transfer_step": 0.125},
    "a colder momentum transfer": {"x_transfer": 1e4},
}


@each_engine
@pytest.mark.parametrize("finer", FINER_GRIDS.values(), ids=FINER_GRIDS.keys())
def test_the_grids_do_not_matter(engine, finer, all_points, build_sectors):
    computed = omega_h2(build_sectors(*TOGETHER, grids=default_grids()._replace(**finer)), engine)
    np.testing.assert_allclose(computed, omega_h2(all_points, engine), rtol=3e-5)


@pytest.mark.parametrize(("engine", "most"), [("nbe", 600), ("cbe", 700)])
def test_the_rates_are_called_a_few_hundred_times(engine, most, all_points):
    n_calls = solved(all_points, engine).n_calls
    assert n_calls.min() > 50
    assert n_calls.max() < most


@pytest.mark.parametrize(
    ("engine", "r"), [("nbe", (0.02, 0.3)), ("cbe", (0.02, 0.3)), ("nbe", (0.3, 0.65)), ("cbe", (0.3, 0.65))]
)
def test_to_stop_where_the_plasma_bends_costs_no_calls(engine, r, build_sectors):
    """Steps that go across are rejected as often as others are taken more."""
    rng = np.random.default_rng(31)
    low, high = np.array([[1e-3, r[0], 1e-9, 1e-9], [100.0, r[1], 1.0, 10.0]])
    points = np.exp(rng.uniform(np.log(low)[:, None], np.log(high)[:, None], (4, 3000)))
    frozen_out = relic_density(*points, engine=engine).status == Status.OK
    sectors = build_sectors(*points[:, frozen_out])
    across = sectors._replace(plasma=sectors.plasma._replace(bends=np.empty(0)))
    stopping, going = (solved(some, engine).n_calls for some in (sectors, across))
    assert stopping.size > 500
    assert (stopping != going).mean() > 0.1
    assert stopping.mean() < 1.02 * going.mean()


def tightly_bound(sectors):
    """The sectors with a momentum transfer rate of 1e8 H at all times."""
    log_x = np.log(1.5) + 0.25 * np.arange(54)
    hubble = [[bath_at(mass / x, sectors.plasma).hubble for x in np.exp(log_x)] for mass in sectors.mass]
    tables = np.array([splines(np.log([1e8 * np.array(row)]), 0.25) for row in hubble])
    return sectors._replace(transfer=Transfer(math.log(1.5), 0.25, tables))


def test_strong_elastic_scattering_turns_the_coupled_equations_into_the_one_of_the_density(all_points):
    coupled, density = omega_h2(tightly_bound(all_points), "cbe"), omega_h2(all_points, "nbe")
    np.testing.assert_allclose(coupled, density, rtol=1e-4)
    assert (np.abs(omega_h2(all_points, "cbe") / density - 1.0) > 0.03).all()


def test_a_chi_bound_to_the_plasma_never_decouples(all_points):
    assert np.isinf(solved(tightly_bound(all_points), "cbe").x_kd).all()
    assert np.isinf(solved(all_points, "nbe").x_kd).all()
    assert np.isfinite(solved(all_points, "cbe").x_kd).all()


@each_reference
def test_chi_starts_in_equilibrium_with_the_plasma(name, build_sectors):
    _, _, excess, heat = history(build_sectors(*POINTS[name]), "cbe")
    assert (excess[0], heat[0]) == pytest.approx((0.0, 0.0), abs=1e-12)


@pytest.mark.parametrize("name", ["BP1u", "F3 r=0.360", "F3 r=0.410", "F3 r=0.485", "F3 r=0.499", "F3 r=0.505"])
def test_after_decoupling_chi_cools_with_the_square_of_the_scale_factor(name, build_sectors):
    """Below 10 keV the degrees of freedom are constant, so that the scale factor is proportional to 1/T."""
    sectors, constants = build_sectors(*POINTS[name]), []
    for final in (1e-5, 3e-6, 1e-6):
        x, _, _, heat = history(sectors, "cbe", x_end=float(sectors.mass[0]) / final)
        assert sectors.mass[0] / x[-1] == pytest.approx(final, rel=1e-9, abs=0.0)
        constants.append(math.exp(heat[-1]) / final)
    np.testing.assert_allclose(constants, constants[-1], rtol=1e-5)
    assert math.exp(heat[-1]) < 1e-3


@each_engine
@each_reference
def test_without_annihilation_the_yield_stays_what_it_is_at_the_start(name, engine, build_sectors):
    sectors = build_sectors(*POINTS[name])
    table = sectors.averages.table.copy()
    table[..., 0] -= 60.0
    sectors = sectors._replace(averages=sectors.averages._replace(table=table))
    _, log_yield, _, _ = history(sectors, engine, x_start=5.0, least_rate=0.0)
    mass = float(sectors.mass[0])
    entropy_density = bath_at(mass / 5.0, sectors.plasma).entropy_density
    start = log_equilibrium_yield(math.log(5.0), entropy_density, mass, sectors.dof[0], sectors.gas)
    np.testing.assert_allclose(log_yield, start, rtol=0.0, atol=1e-8)


@each_engine
def test_below_the_resonance_the_yield_is_conserved_long_after_freeze_out(engine, build_sectors):
    sectors = build_sectors(*POINTS["BP1u"])
    at_1e4, at_1e5, at_1e6 = (omega_h2(sectors, engine, x_end=x)[0] for x in (1e4, 1e5, 1e6))
    assert at_1e4 == pytest.approx(at_1e6, rel=1e-4, abs=0.0)
    assert at_1e5 == pytest.approx(at_1e6, rel=1e-6, abs=0.0)


@each_engine
def test_before_freeze_out_the_yield_follows_equilibrium(engine, build_sectors):
    """At x < 10 annihilation is hundreds of times faster than the expansion at this point."""
    x, _, excess, _ = history(build_sectors(*POINTS["F3 r=0.410"]), engine, settled_rate=math.inf)
    assert (x < 10.0).sum() > 5
    np.testing.assert_allclose(excess[x < 10.0], 0.0, atol=2e-2)


@each_engine
def test_above_the_resonance_annihilation_at_rest_goes_on_after_x_1e5(engine, build_sectors):
    """By a few times 1e-4 at r = 0.505, and by nothing for r < 1/2: why the end is as late as x = 1e6."""
    above, below = (build_sectors(*POINTS[name]) for name in ("F3 r=0.505", "BP1u"))
    fall = omega_h2(above, engine, x_end=1e5)[0] / omega_h2(above, engine)[0] - 1.0
    assert 2e-4 < fall < 6e-4
    assert omega_h2(below, engine, x_end=1e5)[0] == pytest.approx(omega_h2(below, engine)[0], rel=1e-6, abs=0.0)


@each_engine
def test_the_slope_at_the_end_is_what_is_left_to_annihilate_at_rest(engine, build_sectors):
    """There -dln(Y)/dln(x) falls as 1/x, but for the degrees of freedom, so that it is its own integral."""
    above, below = (build_sectors(*POINTS[name]) for name in ("F3 r=0.505", "BP1u"))
    slope = solved(above, engine).log_yield_slope[0]
    assert slope < 0.0
    still_to_come = omega_h2(above, engine, x_end=1e9)[0] / omega_h2(above, engine)[0] - 1.0
    assert slope == pytest.approx(still_to_come, rel=0.1, abs=0.0)
    assert -1e-9 < solved(below, engine).log_yield_slope[0] <= 0.0


@each_engine
def test_more_annihilation_leaves_less_dark_matter(engine):
    omegas = relic_density(1.0, 0.46, np.geomspace(1e-5, 1e-3, 8), 1e-2, engine=engine).omega_h2
    assert (np.diff(omegas) < 0.0).all()


def test_where_the_alp_decays_to_dark_matter_only_its_coupling_to_it_drops_out():
    """For a branching ratio of 1 the density knows g_achi through elastic scattering alone, and NBE not at all."""
    omegas = relic_density(1.0, 0.46, 1e-5, np.array([3e-3, 1e-2, 3e-2]), engine="nbe").omega_h2
    np.testing.assert_allclose(omegas, omegas[0], rtol=5e-3)


def test_the_engines_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        ENGINES["nbe"] = ENGINES["cbe"]
    with pytest.raises(AttributeError):
        ENGINES["nbe"].coupled = True
