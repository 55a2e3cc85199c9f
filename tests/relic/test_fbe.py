"""The momentum distribution: what is conserved, what is stationary, and the limits where the answer is known."""

import math
from functools import cache

import numpy as np
import pytest
from published import POINTS

from alpfit.numerics.interpolation import splines
from alpfit.numerics.radau_step import radau_iia_5
from alpfit.numerics.rosenbrock import rodas4
from alpfit.physics.plasma import bath_at
from alpfit.relic import Status, fbe, relic_density
from alpfit.relic.base import Accuracy, Freezeout
from alpfit.relic.boltzmann import Transfer, sector_at
from alpfit.relic.collisions import Floor, collide, pair_scratch
from alpfit.relic.evolution import Settings
from alpfit.relic.momentum_grid import MomentumGrids, momentum_grid, momentum_grids, polynomials_of
from alpfit.relic.phase_space import Step, linearise, rates_at, workspace
from alpfit.relic.portal import with_spectra
from alpfit.relic.portal_nodes import default_grids, portal_points
from alpfit.relic.spectrum import Groups, Spectrum, no_groups, reduce_spectrum
from alpfit.relic.transport import Background, Scale, maxwellian, moments, transport

GRID = momentum_grid()
TAIL = Settings().tail
NO_FLOOR = Floor(0.0, 0.0, 1.0)
POINT = (2.11, 0.4768, 6.287e-5, 1.148e-3)
BROAD = (2.57, 0.4415, 5.7e-5, 0.036)
"""A resonance whose flanks annihilate long after its peak has frozen out, ever colder chi ever nearer to threshold."""
E_RESONANCE = 1.0 / 0.4768 - 2.0
SHARES = pytest.mark.parametrize("share", [1.0, 0.05], ids=["with the fine rule", "with the coarse rule"])


def cells_of(coefficients) -> np.ndarray:
    cells = np.empty((GRID.starts.size, 4))
    polynomials_of(coefficients, GRID, cells)
    return cells


def maxwellian_state(x_chi: float, theta: float, log_f: float = 0.0) -> np.ndarray:
    """Coefficients of ln f = log_f - x_chi E."""
    return log_f - x_chi * (1.0 + theta * GRID.centres)


def one_resonance(annihilation: float, scattering: float, share: float = 1.0) -> Groups:
    """With these rates over H~ where 1/H~ is one; annihilation is never nothing, since scattering is in terms of it."""
    annihilation = max(annihilation, 1e-200)
    return Groups(*np.array([[E_RESONANCE], [annihilation], [scattering / annihilation], [share]]), 1)


def collision(
    coefficients, x: float, theta: float, annihilation: float, scattering: float, share: float = 1.0
) -> np.ndarray:
    few, force = one_resonance(annihilation, scattering, share), np.zeros(GRID.centres.size)
    collide(
        cells_of(coefficients), x, theta, 1.0, few, NO_FLOOR, False, GRID, pair_scratch(GRID), force, np.empty((0, 0))
    )
    return force


def distorted(x_chi: float, theta: float) -> np.ndarray:
    kappa = GRID.centres
    return maxwellian_state(x_chi, theta) + 0.8 * np.sin(kappa) - 3.0 / (1.0 + np.exp(6.0 - kappa))


def sectors_of(build_sectors, *point: float, self_scattering: bool = True):
    points = portal_points(*np.array(point)[:, None])
    return with_spectra(build_sectors(*point), points, self_scattering, default_grids())


def test_the_splines_hold_every_straight_line():
    ones = np.array([GRID.values[k].sum() for k in range(GRID.kappa.size)])
    np.testing.assert_allclose(ones, 1.0, rtol=1e-12)
    kappa = [GRID.values[k] @ GRID.centres[GRID.starts[q] : GRID.starts[q] + 4] for k, q in enumerate(GRID.cells)]
    np.testing.assert_allclose(kappa, GRID.kappa, rtol=1e-11, atol=1e-12)


def test_slopes_and_bends_of_the_splines_are_their_derivatives():
    rng = np.random.default_rng(1)
    cells = cells_of(rng.normal(size=GRID.centres.size))
    for k in rng.integers(0, GRID.kappa.size - 12, 20):
        q = GRID.cells[k]
        d = GRID.kappa[k] - GRID.knots[q]
        coefficients = np.linalg.lstsq(GRID.polynomials[q].T, cells[q], rcond=None)[0]
        assert GRID.slopes[k] @ coefficients == pytest.approx(np.polyval(np.polyder(cells[q][::-1]), d), rel=1e-9)
        assert GRID.bends[k] @ coefficients == pytest.approx(np.polyval(np.polyder(cells[q][::-1], 2), d), rel=1e-9)


@pytest.mark.parametrize("theta", [0.5, 0.05, 1e-3])
def test_the_moments_of_a_maxwellian_are_bessel_functions(theta):
    from scipy.special import kve

    x = 1.0 / theta
    number, temperature = moments(cells_of(maxwellian_state(x, theta, x)), theta, GRID)
    assert number == pytest.approx(kve(2, x) / x, rel=1e-6, abs=0.0)
    assert temperature == pytest.approx(theta, rel=1e-6, abs=0.0)
    assert maxwellian(x, theta, GRID) == pytest.approx(number, rel=1e-10, abs=0.0)


@pytest.mark.parametrize("x", [2.0, 10.0, 30.0])
def test_equilibrium_is_stationary_to_rounding(x):
    force = collision(maxwellian_state(x, 1.0 / x), x, 1.0 / x, 1.0, 0.0)
    there = collision(maxwellian_state(x, 1.0 / x) + 1.0, x, 1.0 / x, 1.0, 0.0)
    assert np.abs(force).max() < 1e-11 * np.abs(there).max()


@SHARES
@pytest.mark.parametrize("ratio", [0.3, 1.0, 1.4])
def test_scattering_leaves_a_maxwellian_of_any_temperature_alone(ratio, share):
    x = 20.0
    force = collision(maxwellian_state(x / ratio, ratio / x, 5.0), x, ratio / x, 0.0, 1.0, share)
    scale = collision(distorted(x / ratio, ratio / x) + 5.0, x, ratio / x, 0.0, 1.0, share)
    assert np.abs(force).max() < 1e-11 * np.abs(scale).max()


@SHARES
@pytest.mark.parametrize("x", [3.0, 20.0])
def test_scattering_conserves_number_and_energy_to_rounding(x, share):
    force = collision(distorted(x, 1.0 / x), x, 1.0 / x, 0.0, 1.0, share)
    assert abs(force.sum()) < 1e-12 * np.abs(force).sum()
    assert abs(force @ GRID.centres) < 1e-11 * np.abs(force * GRID.centres).sum()
    assert np.abs(force).max() > 0.0


@SHARES
def test_annihilation_takes_two_of_a_pair_and_their_energy(share):
    """The change that is returned is the sum over all particles."""
    x, force, few = 20.0, np.zeros(GRID.centres.size), one_resonance(1.0, 3.0, share)
    cells, pairs = cells_of(distorted(x, 1.0 / x) + 2.0), pair_scratch(GRID)
    change = collide(cells, x, 1.0 / x, 1.0, few, NO_FLOOR, False, GRID, pairs, force, np.empty((0, 0)))
    assert change == pytest.approx(force.sum(), rel=1e-11, abs=0.0)
    assert change < 0.0


def elastic(coefficients, x: float, theta: float, rate: float) -> np.ndarray:
    n = GRID.centres.size
    force, mass = np.empty(n), np.empty((n, 7))
    here, scale = Background(x, 0.0, rate, 1.0), Scale(theta, 0.0, 0.0)
    transport(cells_of(coefficients), here, scale, TAIL, False, GRID, force, mass, np.empty((n, n)))
    return force


def test_elastic_scattering_conserves_the_number_and_stops_at_the_temperature_of_the_plasma():
    x, theta = 20.0, 0.05
    force = elastic(distorted(x, theta), x, theta, 1.0)
    assert abs(force.sum()) < 1e-12 * np.abs(force).sum()
    assert np.abs(elastic(maxwellian_state(x, theta), x, theta, 1.0)).max() < 1e-12 * np.abs(force).max()


def test_elastic_scattering_changes_the_energy_of_a_maxwellian_as_the_coupled_equations_say():
    """dE/dt = (3/2) gamma (T - T_chi) for each."""
    x, theta = 20.0, 0.02
    coefficients = maxwellian_state(1.0 / theta, theta)
    number, _ = moments(cells_of(coefficients), theta, GRID)
    heating = theta * (elastic(coefficients, x, theta, 1.0) @ GRID.centres) / number
    assert heating == pytest.approx(1.5 * (1.0 / x - theta), rel=1e-5, abs=0.0)


def test_the_expansion_alone_keeps_the_number_in_a_comoving_volume():
    n = GRID.centres.size
    force, mass = np.empty(n), np.empty((n, 7))
    theta = 0.3
    state = distorted(1.0 / theta, theta)
    transport(cells_of(state), Background(3.0, 1.1, 0.0, 1.0), Scale(theta, 1.1, 0.0), TAIL, False, GRID, force, mass,
              np.empty((n, n)))  # fmt: skip
    rates = np.linalg.solve(dense(mass), force)
    small = 1e-5

    def number(step: float) -> float:
        return moments(cells_of(state + step * rates), theta * math.exp(-2.2 * step), GRID)[0]

    assert math.log(number(small) / number(-small)) / (2.0 * small) == pytest.approx(-3.3, rel=1e-6)


def test_chi_that_flies_freely_and_slowly_keeps_its_distribution_on_the_grid():
    """But for kappa^2 theta, what is relativistic at its last knot."""
    n, theta = GRID.centres.size, 1e-8
    force, mass = np.empty(n), np.empty((n, 7))
    here = Background(1e3, 1.0, 0.0, 1.0)
    state = distorted(1.0 / theta, theta) + 1.0 / theta  # without exp(-m/T_chi)
    transport(cells_of(state), here, Scale(theta, 1.0, 0.0), TAIL, False, GRID, force, mass, np.empty((n, n)))
    np.testing.assert_allclose(np.linalg.solve(dense(mass), force), 0.0, atol=1e-5)


def dense(band) -> np.ndarray:
    n = len(band)
    full = np.zeros((n, n))
    for i in range(n):
        for q in range(7):
            if 0 <= i + q - 3 < n:
                full[i, i + q - 3] = band[i, q]
    return full


def shallow() -> np.ndarray:
    """A distribution that falls so slowly that all its parts are seen beside the rounding of the largest."""
    return 0.5 * np.sin(GRID.centres) - 0.1 * GRID.centres


@pytest.mark.parametrize("scattering", [0.0, 2.0])
def test_the_derivative_of_the_collisions_is_that_of_their_differences(scattering):
    x, theta, n, small = 15.0, 1.0 / 15.0, GRID.centres.size, 1e-5
    state, few, jacobian = shallow(), one_resonance(1.0, scattering), np.zeros((n, n))
    collide(cells_of(state), x, theta, 1.0, few, NO_FLOOR, True, GRID, pair_scratch(GRID), np.zeros(n), jacobian)
    for i in (0, 3, 11, 20, n - 1):
        shift = np.zeros(n)
        shift[i] = small
        up, down = (collision(state + sign * shift, x, theta, 1.0, scattering) for sign in (1.0, -1.0))
        difference = (up - down) / (2.0 * small)
        np.testing.assert_allclose(jacobian[:, i], difference, rtol=1e-5, atol=1e-6 * np.abs(difference).max())


def test_the_derivative_of_a_step_is_that_of_the_rates(build_sectors):
    """M d(dc/dx)/dc is what the steps are taken with."""
    sectors = sectors_of(build_sectors, *POINT)
    sector, n, small = sector_at(sectors, 0), GRID.centres.size, 1e-6
    spectrum, few = Spectrum(*(column[0] for column in sectors.spectra)), no_groups(8)
    few = reduce_spectrum(spectrum, 20.0, few, 3e-4)
    state = shallow() - 20.0
    step = Step(math.log(20.0), 0.05, 1.0, 1.0, 0.0, NO_FLOOR)
    work, pairs, up, down = workspace(GRID), pair_scratch(GRID), np.empty(n), np.empty(n)
    linearise(state, step, sector, few, TAIL, GRID, work, pairs)
    exact = np.linalg.solve(dense(work.mass), work.jacobian)
    for i in (0, 4, 12, 20):
        for sign, rates in ((1.0, up), (-1.0, down)):
            shifted = state.copy()
            shifted[i] += sign * small
            rates_at(step.log_x, shifted, step, sector, few, TAIL, GRID, workspace(GRID), pairs, rates)
        difference = (up - down) / (2.0 * small)
        np.testing.assert_allclose(exact[:, i], difference, rtol=1e-4, atol=1e-5 * np.abs(difference).max())


def solved(sectors, settings: Settings | None = None, **grid) -> Freezeout:
    grids = MomentumGrids(*[momentum_grid(**grid)] * 3) if grid else momentum_grids()
    arguments = Accuracy(), settings or Settings(), rodas4(), radau_iia_5(), grids
    return Freezeout(*fbe.solve_all(sectors, *arguments))


def omega_h2(sectors, settings: Settings | None = None, **grid) -> float:
    from alpfit.constants import RELIC_DENSITY_PER_YIELD

    freezeout = solved(sectors, settings, **grid)
    assert (freezeout.status == Status.OK).all()
    return float(RELIC_DENSITY_PER_YIELD.value * sectors.mass[0] * math.exp(freezeout.log_yield[0]))


@pytest.mark.parametrize("point", [POINT, (1.0, 0.44, 2.186e-4, 0.01), (4.606, 0.4945, 1.41e-5, 4.86e-4)], ids=str)
def test_strong_elastic_scattering_turns_it_into_the_equation_of_the_density(point, build_sectors):
    sectors = sectors_of(build_sectors, *point)
    log_x = math.log(1.5) + 0.25 * np.arange(54)
    hubble = [bath_at(float(sectors.mass[0]) / x, sectors.plasma).hubble for x in np.exp(log_x)]
    bound = Transfer(math.log(1.5), 0.25, splines(np.log([1e6 * np.array(hubble)]), 0.25)[None])
    density = omega_h2(sectors._replace(transfer=bound))
    assert density == pytest.approx(float(relic_density(*point, engine="nbe").omega_h2), rel=3e-3, abs=0.0)


FAR = (0.6321590216597632, 0.3074813232589315, 0.0012109808681546443, 0.0007111181203705976)
"""Annihilation at ten times T, where knots are far apart: fewer than now saw no hole there, or half of it."""


AT_THRESHOLD = (3.40058113, 0.499226203, 8.49412889e-5, 3.62515076e-5)
"""Pairs in a narrow band: with as few of them as further from threshold it was off by 1 %."""


@pytest.mark.parametrize("point", [POINTS["F3 r=0.460"], POINT, POINTS["BP1u"], FAR, AT_THRESHOLD], ids=str)
def test_it_does_not_depend_on_the_grid(point, build_sectors):
    for self_scattering in (True, False):
        sectors = sectors_of(build_sectors, *point, self_scattering=self_scattering)
        finer = omega_h2(sectors, n_cells=52, n_outer=64, n_inner=24, n_few_outer=64, n_few_inner=24)
        assert omega_h2(sectors) == pytest.approx(finer, rel=3e-3, abs=0.0)


@pytest.fixture(scope="module")
def with_its_own_settings(build_sectors):
    """Omega h^2 of a point, each solved once."""
    return cache(lambda point, scatters: omega_h2(sectors_of(build_sectors, *point, self_scattering=scatters)))


@pytest.mark.parametrize(
    "settings",
    [
        Settings(tolerance=2e-5),
        Settings(tail=TAIL._replace(floor=1e-6)),
        Settings(tail=TAIL._replace(smoothing=0.3)),
        Settings(settled=3e-5),
        Settings(blur=2e-4),
        Settings(renewal=1.07),
    ],
    ids=["tolerance", "floor", "smoothing", "settled", "blur", "renewal"],
)
@pytest.mark.parametrize("point", [POINT, BROAD], ids=str)
def test_its_settings_do_not_matter(point, settings, build_sectors, with_its_own_settings):
    for self_scattering in (True, False):
        sectors = sectors_of(build_sectors, *point, self_scattering=self_scattering)
        expected = with_its_own_settings(point, self_scattering)
        assert omega_h2(sectors, settings) == pytest.approx(expected, rel=3e-3, abs=0.0)


def test_self_scattering_brings_it_back_to_a_maxwellian():
    """Without it there is half as much again as in the coupled equations, with it nearly as much as in them."""
    coupled = float(relic_density(*POINT, engine="cbe").omega_h2)
    with_it, without = (float(relic_density(*POINT, engine="fbe", self_scattering=on).omega_h2) for on in (True, False))
    assert 1.5 < without / coupled < 1.6
    assert 0.96 < with_it / coupled < 0.985


def test_without_equilibrium_at_the_start_there_is_no_answer():
    result = relic_density(1.0, 0.47, 1e-9, 1e-9, engine="fbe")
    assert result.status == Status.NEVER_EQUILIBRATED
    assert np.isnan(result.omega_h2)


@pytest.mark.parametrize("point", [(0.908, 0.3778, 9.5e-6, 1.415), (6.57, 0.4411, 1.04e-6, 0.323)], ids=str)
def test_where_chi_scatters_all_the_time_the_energy_closure_is_exact(point):
    """Gamma_chi/Gamma_gamma is 1e11 to 1e12."""
    closed = float(relic_density(*point, engine="cbe", closure="energy").omega_h2)
    assert float(relic_density(*point, engine="fbe").omega_h2) == pytest.approx(closed, rel=3e-4, abs=0.0)


@pytest.mark.parametrize("r", [0.3, 0.36, 0.52, 0.6])
def test_off_the_resonance_too(r):
    g_agg = {0.3: 6.21e-3, 0.36: 2.61e-3, 0.52: 2e-4, 0.6: 5.9e-4}[r]
    closed = float(relic_density(2.0, r, g_agg, 0.1, engine="cbe", closure="energy").omega_h2)
    assert float(relic_density(2.0, r, g_agg, 0.1, engine="fbe").omega_h2) == pytest.approx(closed, rel=3e-4, abs=0.0)


def test_a_deep_hole_in_the_distribution_does_not_use_up_the_steps():
    """At these couplings its edge was cut off at every step, which so became ever shorter."""
    result = relic_density(1.0, [0.37, 0.39, 0.41], [0.0215, 0.0215, 0.03], 0.01, engine="fbe", self_scattering=False)
    assert (result.status == Status.OK).all()
