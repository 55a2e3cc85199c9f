"""The history of the momentum distribution, from equilibrium to where it has ceased to annihilate."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel
from alpfit.numerics.radau import Steps, integrate
from alpfit.numerics.radau_step import Tableau
from alpfit.numerics.rosenbrock import Rosenbrock, growth
from alpfit.physics.plasma import bath_at
from alpfit.relic import cbe
from alpfit.relic.base import Accuracy, equilibrates, stops_for
from alpfit.relic.boltzmann import SectorTable, annihilations_per_hubble_time, log_equilibrium_yield
from alpfit.relic.collisions import Floor, pair_scratch
from alpfit.relic.momentum_grid import MomentumGrid, polynomials_of, stretch
from alpfit.relic.phase_space import Step, Workspace, advance, background_at, prepare, workspace
from alpfit.relic.spectrum import Groups, Spectrum, no_groups, reduce_spectrum
from alpfit.relic.transport import Tail, limit_tail, maxwellian, moments, number_and_energy

Array = NDArray[np.float64]


class Settings(NamedTuple):
    """How the momentum distribution is followed.

    Steps are as long as the error of u, averaged where f is more than about exp(-``relevant``) of its maximum, allows:
    ``tolerance``; errors elsewhere count ``irrelevant`` times as much. The grid is renewed when T_chi has changed by
    the factor ``renewal`` against it. The resonances which stand for the cross-section, ``resonances`` at most, with
    ``blur`` (:func:`~alpfit.relic.spectrum.reduce_spectrum`), are chosen anew when the grid has changed by it: for long
    after freeze-out, as it cools with chi. Below ``settled`` annihilations per Hubble time the two coupled equations of
    number and temperature take over. ``tail``: see :class:`~alpfit.relic.transport.Tail`, whose ``limit_from`` is what
    it is far from threshold; it is reached at ``limit_slope`` times the kinetic energy [m] of a chi that makes the
    lowest resonance with one at rest.
    """

    tolerance: float = 4e-4
    first_step: float = 0.02
    relevant: float = 14.0
    irrelevant: float = 1e-3
    renewal: float = 1.2
    blur: float = 4e-3
    resonances: int = 100
    settled: float = 4e-4
    tail: Tail = Tail(10.0, 1.0, 13.0, 3.0, 1e-5)
    nearest_limit: float = 8.0
    limit_slope: float = 29.0


class History(NamedTuple):
    """At each step, arrays ``(n,)``: ln(x), ln(Y), ln(Y/Y_eq), ln(T_chi/T).

    For the first of them, as long as f was followed, its ``coefficients (k, m)`` and ``theta (k,)``. The slope of ln(Y)
    at the end, whether that was reached, and calls of the rates.
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


class Observed(NamedTuple):
    """The integral of f p E dE [m^3] and T_chi [m]; ln(Y), ln(Y/Y_eq), ln(T_chi/T)."""

    number: float
    temperature: float
    log_yield: float
    excess: float
    heat: float


@inner_kernel
def _tail_of(sector: SectorTable, settings: Settings) -> Tail:
    """Nearer to threshold the fast decouple early, and cool to where the others are: it begins lower."""
    e, tail = sector.averages.suppression, settings.tail
    begin = min(tail.limit_from, settings.nearest_limit + settings.limit_slope * 0.5 * e * (e + 4.0))
    return Tail(tail.smooth_from, tail.smoothing, begin, tail.steepest, tail.floor)


@inner_kernel
def _slowest_rate(log_x: float, sector: SectorTable, few: Groups, lowest: float, highest: float) -> float:
    """In equilibrium, the smallest rate over H~ at which chi of K from ``lowest`` to ``highest`` T is replaced.

    By annihilation, into any of the resonances, or by elastic scattering.
    """
    background, slowest, n = background_at(log_x, sector), math.inf, 8
    for k in range(n):
        kinetic = (lowest + (highest - lowest) * k / (n - 1)) / background.x
        energy = 1.0 + kinetic
        momentum, rate = math.sqrt(kinetic * (kinetic + 2.0)), background.elastic_rate
        for j in range(few.size):
            e = few.e[j]
            root = math.sqrt(e * (e + 4.0))
            cosh, sinh = 1.0 + 0.5 * e * (e + 4.0), 0.5 * root * (2.0 + e)  # of the rapidity between the two
            least, most = energy * cosh - momentum * sinh, energy * cosh + momentum * sinh
            partners = math.exp(-background.x * least) * -math.expm1(-background.x * (most - least)) / background.x
            rate += few.strength[j] * background.time * partners / (momentum * energy)
        slowest = min(slowest, rate)
    return slowest


@inner_kernel
def _settled_until(sector: SectorTable, few: Groups, log_x: float) -> float:
    """ln(x) up to which, from ``log_x`` on, f is that of equilibrium at all K that will ever matter.

    Scattering may keep its shape, but only annihilation the number.
    """
    stride, fast, fast_in_tail, least, middle, most = 0.1, 1e3, 50.0, 0.05, 10.0, 16.0
    while (
        annihilations_per_hubble_time(log_x + stride, sector) > fast
        and _slowest_rate(log_x + stride, sector, few, least, middle) > fast
        and _slowest_rate(log_x + stride, sector, few, middle, most) > fast_in_tail
    ):
        log_x += stride
    return log_x


@inner_kernel
def _error_of(coefficients: Array, work: Workspace, settings: Settings) -> float:
    """Of a step from ``coefficients`` over the tolerance."""
    total, weights, highest = 0.0, 0.0, np.max(coefficients)
    for i in range(coefficients.size):
        weight = 1.0 / (1.0 + math.exp(min(highest - coefficients[i] - settings.relevant, 50.0)))
        weight += settings.irrelevant
        total += (weight * work.stages[5, i]) ** 2
        weights += weight * weight
    error = math.sqrt(total / weights) / settings.tolerance
    return error if error < math.inf else math.inf  # what is not a number is no step


@inner_kernel
def _observe(log_x: float, theta: float, work: Workspace, sector: SectorTable, grid: MomentumGrid) -> Observed:
    """What there is of chi, with the polynomials of u in the workspace."""
    number, temperature = moments(work.cells, theta, grid)
    entropy_density = bath_at(sector.mass * math.exp(-log_x), sector.plasma).entropy_density
    log_yield = math.log(sector.dof * sector.mass**3 * number / (2.0 * math.pi**2 * entropy_density))
    log_equilibrium = log_equilibrium_yield(log_x, entropy_density, sector.mass, sector.dof, sector.gas)
    return Observed(number, temperature, log_yield, log_yield - log_equilibrium, math.log(temperature) + log_x)


@inner_kernel
def _renew(coefficients: Array, theta: float, seen: Observed, work: Workspace, grid: MomentumGrid) -> None:
    """Bring the grid from ``theta`` to T_chi; the numbers of particles and their energy stay what they are.

    What the new functions cannot follow is made up for by a straight line in u, which keeps f positive.
    """
    number, energy, _ = number_and_energy(work.cells, theta, grid)
    stretch(coefficients, seen.temperature / theta, work.cells, grid, work.state)
    for _ in range(3):
        polynomials_of(coefficients, grid, work.cells)
        present, kinetic, squared = number_and_energy(work.cells, seen.temperature, grid)
        lacks, lacks_energy = number - present, energy - kinetic
        determinant = present * squared - kinetic * kinetic
        level = (lacks * squared - lacks_energy * kinetic) / determinant
        tilt = (lacks_energy * present - lacks * kinetic) / determinant * seen.temperature
        for i in range(coefficients.size):
            coefficients[i] += level + tilt * grid.centres[i]
    polynomials_of(coefficients, grid, work.cells)


@inner_kernel
def _step_from(log_x: float, theta: float, seen: Observed, tail: Tail, sector: SectorTable, grid: MomentumGrid) -> Step:
    """What steps from here have in common. Y follows equilibrium as long as it is close to it."""
    close, x_chi = 0.3, 1.0 / seen.temperature
    floor = Floor(tail.floor, math.log(seen.number / maxwellian(x_chi, theta, grid)), x_chi)
    expansion = background_at(log_x, sector).expansion
    return Step(log_x, theta, expansion, theta * x_chi, 1.0 if seen.excess < close else 0.0, floor)


@inner_kernel
def _set_equilibrium(log_x: float, coefficients: Array, grid: MomentumGrid) -> None:
    """That of f = exp(-E/T), with theta = T/m."""
    for i in range(coefficients.size):
        coefficients[i] = -math.exp(log_x) - grid.centres[i]


@inner_kernel
def _record(record: History, n: int, log_x: float, theta: float, seen: Observed, coefficients: Array) -> None:
    """Write row ``n``."""
    record.log_x[n], record.log_yield[n] = log_x, seen.log_yield
    record.excess[n], record.heat[n] = seen.excess, seen.heat
    record.coefficients[n], record.theta[n] = coefficients, theta


@inner_kernel
def _record_equilibrium(
    log_x: float,
    log_end: float,
    change: float,
    record: History,
    coefficients: Array,
    work: Workspace,
    sector: SectorTable,
    grid: MomentumGrid,
) -> int:
    """Write rows between which ln(Y) changes by about ``change``, up to but without ``log_end``; how many they are."""
    n, reserve = 0, record.log_x.size // 2
    while log_x < log_end and n < reserve:
        _set_equilibrium(log_x, coefficients, grid)
        polynomials_of(coefficients, grid, work.cells)
        theta = math.exp(-log_x)
        _record(record, n, log_x, theta, _observe(log_x, theta, work, sector, grid), coefficients)
        log_x += change / max(math.exp(log_x), 1.0)
        n += 1
    return n


@inner_kernel
def follow(
    sector: SectorTable,
    spectrum: Spectrum,
    accuracy: Accuracy,
    settings: Settings,
    method: Rosenbrock,
    tableau: Tableau,
    grid: MomentumGrid,
) -> History:
    """Follow f from where it is about to leave equilibrium; not a single step where it never is there.

    If all of the history is asked for, rows of equilibrium come before.
    """
    n, most, m = grid.centres.size, accuracy.max_steps, settings.resonances
    record = History(
        np.empty(most + 1),
        np.empty(most + 1),
        np.empty(most + 1),
        np.empty(most + 1),
        np.empty((most + 1, n)),
        np.empty(most + 1),
        0.0,
        False,
        1,
    )
    few, coefficients = no_groups(m), np.empty(n)
    work, pairs, tail = workspace(grid), pair_scratch(grid), _tail_of(sector, settings)
    log_x, log_end = math.log(accuracy.x_start), math.log(accuracy.x_end)
    if not equilibrates(sector, accuracy):
        return _cut(record, 0, 0.0, False, 1)
    few, reduced_at = reduce_spectrum(spectrum, accuracy.x_start, few, settings.blur), 1.0 / accuracy.x_start
    log_start, log_x = log_x, _settled_until(sector, few, log_x)
    n_before = 0
    if accuracy.settled_rate == math.inf:
        change = accuracy.largest_change
        n_before = _record_equilibrium(log_start, log_x, change, record, coefficients, work, sector, grid)
    _set_equilibrium(log_x, coefficients, grid)
    theta = math.exp(-log_x)
    length, n_steps, n_trials, n_calls, slope = settings.first_step, n_before, 0, 1, 0.0
    while n_steps < most and n_trials < 2 * most:
        polynomials_of(coefficients, grid, work.cells)
        seen = _observe(log_x, theta, work, sector, grid)
        _record(record, n_steps, log_x, theta, seen, coefficients)
        n_steps += 1
        if log_x >= log_end:
            return _cut(record, n_steps, slope, True, n_calls)
        if n_steps == n_before + 1 or not 1.0 / settings.renewal < seen.temperature / theta < settings.renewal:
            _renew(coefficients, theta, seen, work, grid)
            theta = seen.temperature
        if not 1.0 / settings.renewal < theta / reduced_at < settings.renewal:
            few, reduced_at = reduce_spectrum(spectrum, 1.0 / theta, few, settings.blur), theta
        step = _step_from(log_x, theta, seen, tail, sector, grid)
        slope = -prepare(coefficients, step, sector, few, tail, grid, work, pairs)
        n_calls += 2
        if -slope < settings.settled and seen.excess > 1.0:
            return _go_on(record, n_steps, n_calls, sector, accuracy, tableau)
        length, error = min(length, accuracy.largest_change / max(abs(slope), 1e-3)), math.inf
        while error > 1.0 and n_trials < 2 * most:
            length, error = min(length, log_end - log_x), math.inf
            if advance(coefficients, length, step, sector, few, tail, method, grid, work, pairs):
                error = _error_of(coefficients, work, settings)
            n_calls, n_trials = n_calls + 5, n_trials + 1
            if error <= 1.0:
                coefficients[:] = work.state
                limit_tail(coefficients, step.theta_over_t, tail, grid)
                log_x += length
                theta *= math.exp(-2.0 * step.shrinking * length)
            length *= growth(error)
    return _cut(record, n_steps, slope, False, n_calls)


@inner_kernel
def _cut(record: History, n: int, slope: float, finished: bool, n_calls: int) -> History:
    """The first ``n`` rows of the record, one at least."""
    m = max(n, 1)
    return History(
        record.log_x[:m].copy(),
        record.log_yield[:m].copy(),
        record.excess[:m].copy(),
        record.heat[:m].copy(),
        record.coefficients[:m].copy(),
        record.theta[:m].copy(),
        slope,
        finished,
        n_calls,
    )


@inner_kernel
def _go_on(record: History, n: int, n_calls: int, sector: SectorTable, accuracy: Accuracy, tableau: Tableau) -> History:
    """Continue after ``n`` rows with the coupled equations, which hardly anything is left to do for."""
    log_x = record.log_x[n - 1]
    entropy_density = bath_at(sector.mass * math.exp(-log_x), sector.plasma).entropy_density
    log_unit = cbe.log_temperature_unit(sector.mass, entropy_density)
    start = np.array([record.log_yield[n - 1], log_unit - log_x + record.heat[n - 1]])
    first_step, curvature, largest_fall = 0.02, 10.0, 10.0
    steps = Steps(first_step, accuracy.tolerance, accuracy.largest_change, accuracy.max_steps, curvature, largest_fall)
    stops = stops_for(sector, accuracy)
    rest = integrate(cbe.coefficients_at, cbe.rates, log_x, start, stops, steps, tableau, sector)
    later = rest.x.size - 1
    excess, heat = np.empty(later), np.empty(later)
    for i in range(later):
        excess[i], heat[i] = cbe.deviations(rest.x[i + 1], rest.y, i + 1, sector)
    return History(
        np.concatenate((record.log_x[:n], rest.x[1:])),
        np.concatenate((record.log_yield[:n], rest.y[1:, 0].copy())),
        np.concatenate((record.excess[:n], excess)),
        np.concatenate((record.heat[:n], heat)),
        record.coefficients[:n].copy(),
        record.theta[:n].copy(),
        rest.slope[0],
        rest.finished,
        n_calls + rest.n_calls,
    )
