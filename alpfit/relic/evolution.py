"""The history of the momentum distribution, from equilibrium to where it has ceased to annihilate."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel
from alpfit.numerics.radau import Steps, integrate
from alpfit.numerics.radau_step import Tableau
from alpfit.numerics.rosenbrock import Rosenbrock, growth
from alpfit.physics.plasma import bath_at
from alpfit.relic import cbe
from alpfit.relic.base import Accuracy
from alpfit.relic.boltzmann import Sector, annihilations_per_hubble_time, log_equilibrium_yield
from alpfit.relic.collisions import Floor, pair_scratch
from alpfit.relic.momentum_grid import MomentumGrid, polynomials_of, stretch
from alpfit.relic.phase_space import Step, Workspace, advance, background, prepare, workspace
from alpfit.relic.spectrum import Spectrum, reduce_spectrum
from alpfit.relic.transport import Tail, limit_tail, maxwellian, moments

Array = NDArray[np.float64]


class Settings(NamedTuple):
    """How the momentum distribution is followed.

    Steps are as long as the error of u, averaged over K below about ``relevant`` T_chi, allows: ``tolerance``; errors
    further up count ``irrelevant`` times as much. The
    grid is renewed when T_chi has changed by the factor ``renewal`` against it, and with it the at most ``resonances``
    which stand for the cross-section. Below ``settled`` annihilations per Hubble time the two coupled equations
    of number and temperature take over. ``tail``: see :class:`~alpfit.relic.transport.Tail`, whose ``limit_from`` is
    what it is far from threshold; it is reached at ``limit_slope`` times the kinetic energy [m] of a chi that makes
    the lowest resonance with one at rest.
    """

    tolerance: float = 2e-4
    first_step: float = 0.02
    relevant: float = 14.0
    irrelevant: float = 1e-3
    renewal: float = 1.2
    resonances: int = 8
    settled: float = 3e-4
    tail: Tail = Tail(10.0, 1.0, 13.0, 2.5, 1e-5)
    nearest_limit: float = 8.0
    limit_slope: float = 29.0


class History(NamedTuple):
    """At each step, arrays ``(n,)``: ln(x), ln(Y), ln(Y/Y_eq), ln(T_chi/T); while f was followed, first ``n_followed``

    of them, its coefficients ``(n_followed, m)`` and ``theta``. The slope of ln(Y) at the end, whether it was reached,
    and calls of the rates.
    """

    log_x: Array
    log_yield: Array
    excess: Array
    heat: Array
    coefficients: Array
    theta: Array
    slope: float
    finished: bool
    n_calls: int


@kernel
def _tail_of(sector: Sector, settings: Settings) -> Tail:
    """Nearer to threshold the fast decouple early, and cool to where the others are: it begins lower."""
    e, tail = sector.averages.suppression, settings.tail
    begin = min(tail.limit_from, settings.nearest_limit + settings.limit_slope * 0.5 * e * (e + 4.0))
    return Tail(tail.smooth_from, tail.smoothing, begin, tail.steepest, tail.floor)


@kernel
def _slowest_rate(log_x: float, sector: Sector, few: Spectrum, lowest: float, highest: float) -> float:
    """In equilibrium, the smallest rate over H~ at which chi of K from ``lowest`` to ``highest`` T is replaced by another.

    By annihilation, into any of the resonances, and by elastic scattering.
    """
    here, slowest, n = background(log_x, sector), math.inf, 8
    for k in range(n):
        kinetic = (lowest + (highest - lowest) * k / (n - 1)) / here.x
        energy = 1.0 + kinetic
        momentum, rate = math.sqrt(kinetic * (kinetic + 2.0)), here.elastic_rate
        for j in range(few.size):
            e = few.e[j]
            root = math.sqrt(e * (e + 4.0))
            cosh, sinh = 1.0 + 0.5 * e * (e + 4.0), 0.5 * root * (2.0 + e)  # of the rapidity between the two
            least, most = energy * cosh - momentum * sinh, energy * cosh + momentum * sinh
            partners = math.exp(-here.x * least) * -math.expm1(-here.x * (most - least)) / here.x
            rate += few.strength[j] * here.time * partners / (momentum * energy)
        slowest = min(slowest, rate)
    return slowest


@kernel
def _settled_until(sector: Sector, few: Spectrum, log_x: float, settings: Settings) -> float:
    """ln(x) up to which, from ``log_x`` on, f is that of equilibrium at all K that will ever matter."""
    stride, fast, fast_in_tail, least, middle, most = 0.1, 1e3, 50.0, 0.05, 10.0, 16.0
    while (
        _slowest_rate(log_x + stride, sector, few, least, middle) > fast
        and _slowest_rate(log_x + stride, sector, few, middle, most) > fast_in_tail
    ):
        log_x += stride
    return log_x


@kernel
def _error_of(work: Workspace, theta_over_t: float, settings: Settings, grid: MomentumGrid) -> float:
    """Of a step over the tolerance."""
    total, weights = 0.0, 0.0
    for i in range(grid.centres.size):
        weight = 1.0 / (1.0 + math.exp(min(grid.centres[i] * theta_over_t - settings.relevant, 50.0)))
        weight += settings.irrelevant
        total += (weight * work.stages[5, i]) ** 2
        weights += weight * weight
    return math.sqrt(total / weights) / settings.tolerance


@kernel
def follow(
    sector: Sector,
    spectrum: Spectrum,
    accuracy: Accuracy,
    settings: Settings,
    method: Rosenbrock,
    tableau: Tableau,
    grid: MomentumGrid,
) -> History:
    """Follow f from equilibrium at ``x_start``; not a single step where there is none."""
    n, most = grid.centres.size, accuracy.max_steps
    log_x, log_end = math.log(accuracy.x_start), math.log(accuracy.x_end)
    equilibrates = annihilations_per_hubble_time(log_x, sector) >= accuracy.least_rate
    logs, yields, excesses, heats = np.empty(most + 1), np.empty(most + 1), np.empty(most + 1), np.empty(most + 1)
    states, thetas = np.empty((most + 1, n)), np.empty(most + 1)
    few = Spectrum(np.empty(settings.resonances), np.empty(settings.resonances), np.empty(settings.resonances), 0)
    work, pairs, tail = workspace(grid), pair_scratch(grid), _tail_of(sector, settings)
    cells, coefficients = work.cells, np.empty(n)
    if equilibrates:
        kept = reduce_spectrum(spectrum, accuracy.x_start, few)
        hot = Spectrum(few.e, few.strength, few.scattering, kept)
        log_x = _settled_until(sector, hot, log_x, settings)
    theta = math.exp(-log_x)
    for i in range(n):
        coefficients[i] = -math.exp(log_x) * (1.0 + theta * grid.centres[i])
    length, steps, trials, n_calls, rate, kept = settings.first_step, 0, 0, 1, math.inf, 0
    while True:
        polynomials_of(coefficients, grid, cells)
        number, temperature = moments(cells, theta, grid)
        x = math.exp(log_x)
        entropy_density = bath_at(sector.mass / x, sector.plasma).entropy_density
        log_yield = math.log(sector.dof * sector.mass**3 * number / (2.0 * math.pi**2 * entropy_density))
        excess = log_yield - log_equilibrium_yield(log_x, entropy_density, sector.mass, sector.dof, sector.gas)
        logs[steps], yields[steps], excesses[steps], heats[steps] = log_x, log_yield, excess, math.log(temperature * x)
        states[steps], thetas[steps] = coefficients, theta
        if not equilibrates:
            break
        if steps == most or trials >= 2 * most or log_x >= log_end:
            break
        if steps == 0 or not 1.0 / settings.renewal < temperature / theta < settings.renewal:
            if steps > 0:
                stretch(coefficients, temperature / theta, cells, grid, work.state)
                theta = temperature
                polynomials_of(coefficients, grid, cells)
                correction = math.log(number / moments(cells, theta, grid)[0])
                for i in range(n):
                    coefficients[i] += correction
            kept = reduce_spectrum(spectrum, 1.0 / temperature, few)
        present = Spectrum(few.e, few.strength, few.scattering, kept)
        x_chi = 1.0 / temperature
        floor = Floor(tail.floor, math.log(number / maxwellian(x_chi, theta, grid)), x_chi)
        shrinking = bath_at(sector.mass / x, sector.plasma)
        following = 1.0 if excess < 0.3 else 0.0
        step = Step(log_x, theta, shrinking.hubble / shrinking.hubble_tilde, theta * x_chi, following, floor)
        rate = prepare(coefficients, step, sector, present, tail, grid, work, pairs)
        n_calls += 2
        if rate < settings.settled and excess > 1.0:
            break
        accepted = False
        while not accepted and trials < 2 * most:
            length = min(length, log_end - log_x)
            error, trials = math.inf, trials + 1
            if advance(coefficients, length, step, sector, present, tail, method, grid, work, pairs):
                error = _error_of(work, step.theta_over_t, settings, grid)
            n_calls += 5
            if error <= 1.0:
                accepted = True
                for i in range(n):
                    coefficients[i] = work.state[i]
                limit_tail(coefficients, step.theta_over_t, tail, grid)
                log_x += length
                theta *= math.exp(-2.0 * step.shrinking * length)
                steps += 1
            length *= growth(error) if error < math.inf else 0.2
    followed = steps + 1
    settled = steps < most and trials < 2 * most and log_x < log_end and steps > 0
    if not settled:
        return History(
            logs[:followed].copy(),
            yields[:followed].copy(),
            excesses[:followed].copy(),
            heats[:followed].copy(),
            states[:followed].copy(),
            thetas[:followed].copy(),
            -rate,
            log_x >= log_end,
            n_calls,
        )
    entropy_density = bath_at(sector.mass * math.exp(-log_x), sector.plasma).entropy_density
    log_unit = cbe.log_temperature_unit(sector.mass, entropy_density)
    start = np.array([yields[steps], log_unit - log_x + heats[steps]])
    first_step, curvature, largest_fall = 0.02, 10.0, 10.0
    lengths = Steps(first_step, accuracy.tolerance, accuracy.largest_change, most, curvature, largest_fall)
    rest = integrate(cbe.surroundings, cbe.rates, log_x, start, log_end, lengths, tableau, sector)
    later = rest.x.size - 1
    excess, heat = np.empty(later), np.empty(later)
    for i in range(later):
        excess[i], heat[i] = cbe.deviations(rest.x[i + 1], rest.y, i + 1, sector)
    return History(
        np.concatenate((logs[:followed], rest.x[1:])),
        np.concatenate((yields[:followed], rest.y[1:, 0].copy())),
        np.concatenate((excesses[:followed], excess)),
        np.concatenate((heats[:followed], heat)),
        states[:followed].copy(),
        thetas[:followed].copy(),
        rest.slope[0],
        rest.finished,
        n_calls + rest.n_calls,
    )
