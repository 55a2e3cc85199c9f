"""Both engines against reference values, in the limits where the answer is known, and against their own settings."""

import math

import numpy as np
import pytest

from alpfit.constants import RELIC_DENSITY_PER_YIELD
from alpfit.numerics.interpolation import spline_slopes
from alpfit.numerics.quadrature import half_hermite_rule, legendre_rule
from alpfit.numerics.radau import radau_iia_5
from alpfit.physics.plasma import bath_at
from alpfit.physics.scattering import photon_rule
from alpfit.relic import ENGINES, relic_density
from alpfit.relic.base import Accuracy
from alpfit.relic.boltzmann import log_equilibrium_yield
from alpfit.relic.portal import default_grids

TABLEAU = radau_iia_5()

# m_a, r, g_agg, g_achi, Omega h^2 of NBE and of CBE; from an independent slow implementation, whose relative error
# is below 1e-4 and which stops at x = 1e5. BP: the benchmark points of the seed paper's Table 1, l(ower) and
# u(pper), with the unitary cross-section; F3: points on the curve Omega_NBE h^2 = 0.12 of its Fig. 3.
REFERENCE = {
    "BP1l": (0.75, 0.477, 7.398e-05, 0.005961, 0.019183, 0.08053),
    "BP1u": (0.75, 0.477, 9.037e-05, 6.93e-05, 0.018, 0.076379),
    "BP2l": (2.63, 0.477, 7.345e-05, 0.002295, 0.018351, 0.092189),
    "BP2u": (2.63, 0.477, 8.81e-05, 0.000128, 0.014542, 0.075748),
    "BP3l": (3.56, 0.477, 7.36e-05, 0.00212, 0.018175, 0.094361),
    "BP3u": (3.56, 0.477, 9.75e-05, 8.4e-05, 0.013987, 0.075626),
    "BP4l": (4.47, 0.477, 8.429e-05, 0.0008565, 0.014134, 0.077336),
    "BP4u": (4.47, 0.477, 0.0001148, 6.1e-05, 0.01381, 0.07584),
    "F3 r=0.360": (1.00, 0.360, 0.04302, 0.01, 0.12001, 0.1601),
    "F3 r=0.390": (1.00, 0.390, 0.005054, 0.01, 0.12, 1.8276),
    "F3 r=0.410": (1.00, 0.410, 0.001337, 0.01, 0.12, 2.6195),
    "F3 r=0.420": (1.00, 0.420, 0.0007165, 0.01, 0.12, 2.6046),
    "F3 r=0.440": (1.00, 0.440, 0.0002186, 0.01, 0.11994, 2.1438),
    "F3 r=0.460": (1.00, 0.460, 7.015e-05, 0.01, 0.12, 1.2771),
    "F3 r=0.480": (1.00, 0.480, 2.201e-05, 0.01, 0.12001, 0.25854),
    "F3 r=0.485": (1.00, 0.485, 1.599e-05, 0.01, 0.11998, 0.15416),
    "F3 r=0.490": (1.00, 0.490, 1.118e-05, 0.01, 0.1201, 0.15687),
    "F3 r=0.499": (1.00, 0.499, 3.546e-06, 0.01, 0.12005, 0.21403),
    "F3 r=0.505": (1.00, 0.505, 0.001622, 0.01, 0.12006, 0.11076),
    "F3 r=0.550": (1.00, 0.550, 0.008128, 0.01, 0.12001, 0.11558),
}
each_reference = pytest.mark.parametrize("point", REFERENCE.values(), ids=REFERENCE.keys())
SAMPLE = ("BP1u", "BP3l", "F3 r=0.360", "F3 r=0.410", "F3 r=0.485", "F3 r=0.499", "F3 r=0.505")
each_sample = pytest.mark.parametrize("point", [REFERENCE[name][:4] for name in SAMPLE], ids=SAMPLE)
each_engine = pytest.mark.parametrize("engine", ENGINES)


def omega_h2(sector, engine: str, **settings) -> float:
    solution = ENGINES[engine](sector, Accuracy(**settings), TABLEAU)
    assert solution.finished
    return RELIC_DENSITY_PER_YIELD.value * sector.mass * math.exp(solution.y[-1, 0])


@each_reference
def test_the_number_density_equation_gives_the_reference_relic_density(point):
    assert relic_density(*point[:4], engine="nbe").omega_h2 == pytest.approx(point[4], rel=5e-4, abs=0.0)


@each_reference
def test_the_coupled_equations_give_the_reference_relic_density(point):
    assert relic_density(*point[:4], engine="cbe").omega_h2 == pytest.approx(point[5], rel=5e-4, abs=0.0)


@each_engine
@each_reference
def test_stopping_where_the_reference_stops_leaves_only_its_own_error(point, engine, build_sector):
    computed = omega_h2(build_sector(*point[:4]), engine, x_end=1e5)
    assert computed == pytest.approx(point[4 if engine == "nbe" else 5], rel=1.5e-4, abs=0.0)


@each_engine
@each_sample
def test_the_start_does_not_matter_while_it_is_in_equilibrium(point, engine, build_sector):
    sector = build_sector(*point)
    results = [omega_h2(sector, engine, x_start=x) for x in (1.5, 2.0, 3.0, 5.0)]
    np.testing.assert_allclose(results, results[1], rtol=1e-4)


@each_engine
@each_sample
@pytest.mark.parametrize("settings", [{"tolerance": 1e-7}, {"tolerance": 1e-4}, {"largest_change": 0.1}], ids=str)
def test_the_integrators_settings_do_not_matter(point, engine, settings, build_sector):
    sector = build_sector(*point)
    assert omega_h2(sector, engine, **settings) == pytest.approx(omega_h2(sector, engine), rel=1e-4, abs=0.0)


FINER_GRIDS = {
    "half the table's step": {"step": 0.0625},
    "half the panels": {"panel": 1.15},
    "twice the hermite points": {"hermite": half_hermite_rule(16)},
    "twice the legendre points": {"legendre": legendre_rule(16)},
    "twice the laguerre points": {"photons": photon_rule(64)},
    "smaller first panel": {"smallest": 1e-14},
    "further nodes": {"largest": 90.0},
}


@each_engine
@each_sample
@pytest.mark.parametrize("finer", FINER_GRIDS.values(), ids=FINER_GRIDS.keys())
def test_the_grids_do_not_matter(point, engine, finer, build_sector):
    computed = omega_h2(build_sector(*point, grids=default_grids()._replace(**finer)), engine)
    assert computed == pytest.approx(omega_h2(build_sector(*point), engine), rel=1e-5, abs=0.0)


@pytest.mark.parametrize("name", ["BP1u", "F3 r=0.360", "F3 r=0.410", "F3 r=0.499", "F3 r=0.505"])
def test_strong_elastic_scattering_turns_the_coupled_equations_into_the_one_of_the_density(name, build_sector):
    """With a momentum transfer rate of 1e8 H at all times chi has the plasma's temperature until the end."""
    sector = build_sector(*REFERENCE[name][:4])
    table = sector.averages
    temperatures = [sector.mass / math.exp(table.start + i * table.step) for i in range(sector.transfer.size)]
    transfer = np.array([math.log(1e8 * bath_at(t, sector.plasma).hubble) for t in temperatures])
    tight = sector._replace(transfer=transfer, transfer_slopes=spline_slopes(transfer, table.step))
    coupled, density = omega_h2(tight, "cbe"), omega_h2(sector, "nbe")
    assert coupled == pytest.approx(density, rel=1e-4, abs=0.0)
    assert omega_h2(sector, "cbe") != pytest.approx(density, rel=0.05, abs=0.0)


def temperatures(sector, **settings) -> tuple[np.ndarray, np.ndarray]:
    """T and T_chi [GeV] along the solution of the coupled equations."""
    solution = ENGINES["cbe"](sector, Accuracy(**settings), TABLEAU)
    temperature = sector.mass / np.exp(solution.x)
    entropy = np.array([bath_at(t, sector.plasma).entropy_density for t in temperature])
    return temperature, np.exp(solution.y[:, 1]) * entropy ** (2.0 / 3.0) / sector.mass


@each_sample
def test_chi_starts_at_the_temperature_of_the_plasma(point, build_sector):
    temperature, chi = temperatures(build_sector(*point))
    assert chi[0] == pytest.approx(temperature[0], rel=1e-12, abs=0.0)


@each_sample
def test_after_decoupling_chi_cools_with_the_square_of_the_scale_factor(point, build_sector):
    """Below 10 keV the degrees of freedom are constant, so that the scale factor is proportional to 1/T."""
    sector, constants = build_sector(*point), []
    for final in (1e-5, 3e-6, 1e-6):
        temperature, chi = temperatures(sector, x_end=sector.mass / final)
        assert temperature[-1] == pytest.approx(final, rel=1e-9, abs=0.0)
        constants.append(chi[-1] / final**2)
    np.testing.assert_allclose(constants, constants[-1], rtol=1e-5)
    assert chi[-1] < 1e-3 * final


def without_annihilation(sector):
    """The sector with its cross-section e^-60 times smaller."""
    values = sector.averages.values - 60.0
    return sector._replace(averages=sector.averages._replace(values=values))


@each_engine
@each_sample
def test_without_annihilation_the_yield_stays_what_it_is_at_the_start(point, engine, build_sector):
    sector = without_annihilation(build_sector(*point))
    solution = ENGINES[engine](sector, Accuracy(x_start=5.0), TABLEAU)
    entropy = bath_at(sector.mass / 5.0, sector.plasma).entropy_density
    start = log_equilibrium_yield(5.0, entropy, sector.mass, sector.dof, sector.hermite)
    assert solution.finished
    np.testing.assert_allclose(solution.y[:, 0], start, rtol=0.0, atol=1e-8)


@each_engine
def test_below_the_resonance_the_yield_is_conserved_long_after_freeze_out(engine, build_sector):
    sector = build_sector(*REFERENCE["BP1u"][:4])
    at_1e4, at_1e5, at_1e6 = (omega_h2(sector, engine, x_end=x) for x in (1e4, 1e5, 1e6))
    assert at_1e4 == pytest.approx(at_1e6, rel=1e-4, abs=0.0)
    assert at_1e5 == pytest.approx(at_1e6, rel=1e-6, abs=0.0)


@each_engine
def test_before_freeze_out_the_yield_follows_equilibrium(engine, build_sector):
    """At x < 10 annihilation is hundreds of times faster than the expansion at this point."""
    sector = build_sector(*REFERENCE["F3 r=0.410"][:4])
    solution = ENGINES[engine](sector, Accuracy(), TABLEAU)
    for log_x, state in zip(solution.x, solution.y, strict=True):
        if log_x < math.log(10.0):
            entropy = bath_at(sector.mass / math.exp(log_x), sector.plasma).entropy_density
            expected = log_equilibrium_yield(math.exp(log_x), entropy, sector.mass, sector.dof, sector.hermite)
            assert state[0] == pytest.approx(expected, abs=2e-2)


@each_engine
def test_above_the_resonance_annihilation_at_rest_goes_on_after_x_1e5(engine, build_sector):
    """By a few times 1e-4 at r = 0.505, and by nothing for r < 1/2: why the end is as late as x = 1e6."""
    above, below = (build_sector(*REFERENCE[name][:4]) for name in ("F3 r=0.505", "BP1u"))
    fall = omega_h2(above, engine, x_end=1e5) / omega_h2(above, engine) - 1.0
    assert 2e-4 < fall < 6e-4
    assert omega_h2(below, engine, x_end=1e5) == pytest.approx(omega_h2(below, engine), rel=1e-6, abs=0.0)


@each_engine
def test_too_few_steps_leave_the_solution_unfinished(engine, build_sector):
    solution = ENGINES[engine](build_sector(*REFERENCE["BP1u"][:4]), Accuracy(max_steps=10), TABLEAU)
    assert not solution.finished
    assert solution.x.size == 11


@each_engine
def test_more_annihilation_leaves_less_dark_matter(engine):
    omegas = relic_density(1.0, 0.46, np.geomspace(1e-5, 1e-3, 8), 1e-2, engine=engine).omega_h2
    assert (np.diff(omegas) < 0.0).all()


def test_where_the_alp_decays_to_dark_matter_only_its_coupling_to_it_drops_out():
    """For a branching ratio of 1 the density knows g_achi through elastic scattering alone, and NBE not at all."""
    omegas = relic_density(1.0, 0.46, 1e-5, np.array([3e-3, 1e-2, 3e-2]), engine="nbe").omega_h2
    np.testing.assert_allclose(omegas, omegas[0], rtol=5e-3)
