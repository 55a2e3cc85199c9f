"""The binned form on a small invented measurement: its density, its best nuisances, its integral over them."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import poisson

from alpfit.likelihoods.forms.binned.build import norm_row
from alpfit.likelihoods.forms.binned.rates import bend_at, norm_at
from alpfit.likelihoods.forms.binned.strength import signal_strength

NO_SHAPES = "parameter,channel,sample,bin,high,low\n"
NO_NORMS = "parameter,channel,sample,high,low\n"
ONE_BIN = {
    "bins": "channel,bin,observed\nS,0,31\n",
    "samples": "channel,sample,bin,nominal,stat_error\nS,signal,0,24,3\n",
    "shapes": NO_SHAPES,
    "norms": NO_NORMS,
    "response": "q2_low [GeV^2],q2_high [GeV^2],S:0\n0,4,1e6\n",
}
NOTHING = np.zeros(2)


def loglike(form, rate, mass):
    return form.loglike({"rate": np.asarray(rate, dtype=float), "mass": np.asarray(mass, dtype=float)})


def best_by_minimisation(form, events):
    """The highest density over all nuisances, by a general minimiser without derivatives of ours."""
    n = len(form.spectrum.parameters)
    spread = form.spectrum.model.spread

    def loss(z):
        return min(-form.log_density(events, z[:n], 1.0 + spread * z[n:]), 1e6)

    fit = minimize(loss, np.zeros(n + spread.size), method="BFGS", options={"gtol": 1e-7})
    return -fit.fun


def test_without_nuisances_it_is_a_product_of_poisson_probabilities(binned):
    exact = "channel,sample,bin,nominal,stat_error\nS,signal,0,4,0\nS,signal,1,6,0\nS,other,0,20,0\nS,other,1,9,0\n"
    bins = "channel,bin,observed\nS,0,31\nS,1,16\n"
    form = binned(bins=bins, samples=exact, shapes=NO_SHAPES, norms=NO_NORMS)
    expected = [24.0, 15.0] + form.events(np.array([5e-6]), np.array([1.2]))[0]
    assert loglike(form, 5e-6, 1.2) == pytest.approx(poisson.logpmf([31, 16], expected).sum(), abs=1e-8)
    assert loglike(form, 0.0, 1.2) == pytest.approx(poisson.logpmf([31, 16], [24.0, 15.0]).sum(), abs=1e-8)


def test_the_density_is_poisson_times_constraints_that_are_one_at_their_centres(binned):
    form = binned()
    alphas, gammas = np.array([0.3, 2.0, -0.5, 0.5]), np.array([1.1, 0.8, 0.9, 1.05, 1.02])
    alpha = dict(zip(form.spectrum.parameters, alphas, strict=True))
    cells = dict(zip(form.spectrum.cells, gammas, strict=True))
    size, new = norm_at(alpha["size"], norm_row(1.2, 0.85))[0], np.array([3.0, 5.0])

    def shape(name, nominal, up, down):
        return 0.5 * (up - down) * alpha[name] + 0.0625 * (up + down - 2.0 * nominal) * bend_at(alpha[name])[0]

    efficiency = [shape("efficiency", 4.0, 4.4, 3.6), shape("efficiency", 6.0, 6.9, 5.1)]
    form_factor = [shape("form_factor", 4.0, 4.2, 3.9), shape("form_factor", 6.0, 5.7, 6.2)]
    expected = [cells["K", "background", "0"] * 100.0 * size]
    for i, (signal, background, tilt) in enumerate([(4.0, 20.0, (22.0, 19.0)), (6.0, 9.0, (8.0, 9.5))]):
        one = signal + efficiency[i] + form_factor[i] + new[i] * (1.0 + efficiency[i] / signal)
        other = size * (background + shape("tilt", background, *tilt))
        expected.append(cells["S", "signal", str(i)] * one + cells["S", "background", str(i)] * other)
    widths = [0.5 / 4, 0.6 / 6, 2 / 20, 1 / 9, 3 / 100]
    names = [("S", "signal", "0"), ("S", "signal", "1"), ("S", "background", "0"), ("S", "background", "1")]
    pulls = [(cells[name] - 1.0) / s for name, s in zip([*names, ("K", "background", "0")], widths, strict=True)]
    by_hand = poisson.logpmf([107, 31, 16], expected).sum() - 0.5 * (np.sum(alphas**2) + np.sum(np.square(pulls)))
    assert form.log_density(new, alphas, gammas) == pytest.approx(by_hand, rel=1e-12)


def test_one_bin_with_one_statistical_factor_has_a_closed_solution(binned):
    form = binned(**ONE_BIN)
    variance = 9.0  # lambda^2 + (V - nu) lambda - n V = 0
    expected = 0.5 * (24.0 - variance + math.sqrt((24.0 - variance) ** 2 + 4.0 * 31.0 * variance))
    by_hand = poisson.logpmf(31, expected) - 0.5 * (expected - 24.0) ** 2 / variance
    assert loglike(form, 0.0, 1.0) == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("events", [(0.0, 0.0), (3.0, 8.0), (40.0, 2.0)])
def test_the_best_nuisances_are_those_of_a_general_minimiser(binned, events):
    form, events = binned(), np.array(events)
    assert form.log_l_of_events(events[None])[0] == pytest.approx(best_by_minimisation(form, events), abs=1e-7)


@pytest.mark.parametrize("events", [(0.0, 0.0), (3.0, 8.0), (40.0, 2.0)])
def test_the_density_at_the_best_nuisances_is_the_profiled_one(binned, events):
    form, events = binned(), np.array(events)
    at_best = form.log_density(events, *form.best_nuisances(events))
    assert at_best == pytest.approx(form.log_l_of_events(events[None])[0], abs=1e-7)


def test_the_order_and_the_company_of_points_do_not_matter(binned):
    form, rng = binned(), np.random.default_rng(1)
    rates, masses = 10.0 ** rng.uniform(-7.0, 0.0, 60), rng.uniform(0.0, 3.0, 60)
    together = loglike(form, rates, masses)
    np.testing.assert_array_equal([loglike(form, *point) for point in zip(rates, masses, strict=True)], together)
    np.testing.assert_array_equal(loglike(form, rates[::-1], masses[::-1])[::-1], together)
    np.testing.assert_array_equal(loglike(form, rates.reshape(5, 12), masses.reshape(5, 12)).ravel(), together)
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(lambda part: loglike(form, *part), [(rates[:30], masses[:30]), (rates[30:], masses[30:])])
    np.testing.assert_array_equal(np.concatenate(list(halves)), together)


def largest_step(form, rates, masses):
    values = loglike(form, rates, masses)
    assert np.isfinite(values).all()
    return np.abs(np.diff(values)).max()


@pytest.mark.parametrize("options", [{}, {"marginalise": True}])
@pytest.mark.parametrize("rate", [1e-6, 1e-5, 1e-4, 1e-2, 1e3])
def test_it_is_finite_and_continuous_in_the_mass(binned, options, rate):
    form = binned(options)
    coarse, fine = (largest_step(form, np.full(n, rate), np.linspace(0.0, 3.5, n)) for n in (1000, 4000))
    assert fine < 0.5 * coarse + 1e-6


@pytest.mark.parametrize("options", [{}, {"marginalise": True}])
@pytest.mark.parametrize("mass", [0.0, 0.9, 1.5, 2.2, 1e3, 1e200])
def test_it_is_finite_and_continuous_in_the_branching_ratio(binned, options, mass):
    form = binned(options)
    coarse, fine = (largest_step(form, np.geomspace(1e-9, 10.0, n), np.full(n, mass)) for n in (1000, 4000))
    assert fine < 0.5 * coarse + 1e-6


def test_a_bin_that_expects_nothing_and_one_that_sees_nothing_have_finite_likelihoods(binned):
    samples = "channel,sample,bin,nominal,stat_error\nS,signal,0,1e-6,0\nS,signal,1,6,3\n"
    shapes = NO_SHAPES + "down,S,signal,0,-2,2\ndown,S,signal,1,1,11\n"
    form = binned(bins="channel,bin,observed\nS,0,5\nS,1,0\n", samples=samples, shapes=shapes, norms=NO_NORMS)
    assert np.isfinite(loglike(form, np.geomspace(1e-9, 1.0, 50), np.full(50, 1.0))).all()


def test_far_beyond_what_is_observed_it_keeps_falling(binned):
    values = loglike(binned(), np.geomspace(1e-3, 1.0, 30), np.full(30, 1.0))
    assert (np.diff(values) < 0.0).all()
    assert values[-1] < -40.0


def test_no_signal_is_the_same_at_every_mass_and_a_mass_out_of_range_is_no_signal(binned):
    form = binned()
    nothing = loglike(form, 0.0, 1.0)
    np.testing.assert_allclose(loglike(form, np.zeros(5), np.linspace(0.0, 9.0, 5)), nothing, rtol=0.0, atol=0.0)
    np.testing.assert_allclose(loglike(form, np.ones(3), [3.0, 9.0, 1e200]), nothing, rtol=0.0, atol=0.0)


def test_a_light_particle_keeps_its_events_and_a_heavy_one_loses_them(binned):
    events = binned().events(np.full(4, 1e-6), np.array([0.0, 0.3, 2.0, 2.5]))
    np.testing.assert_allclose(events[0], [2.0, 0.1], rtol=5e-3)
    assert (events[1] > 0.98 * events[0]).all()
    np.testing.assert_allclose(events[2], [0.0, 0.5], atol=1e-3)  # on the upper edge: one half
    np.testing.assert_allclose(events[3], 0.0, atol=1e-12)


def test_new_physics_does_not_carry_an_excluded_shape(binned):
    form = binned({"standard_model": 0.0})
    k = form.spectrum.parameters.index("form_factor")
    pulled = np.eye(len(form.spectrum.parameters))[k]
    events, ones = np.array([3.0, 8.0]), np.ones(len(form.spectrum.cells))
    loss = form.log_density(events, 0.0 * pulled, ones) - form.log_density(events, pulled, ones)
    assert loss == pytest.approx(0.5, rel=1e-12)


def integral(form, events):
    """ln of the integral over one shape parameter and one statistical factor, by quadrature."""
    spread = form.spectrum.model.spread[0]
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    total = 0.0
    for alpha, weight in zip(nodes, weights, strict=True):
        for z, other in zip(nodes, weights, strict=True):
            log_l = form.log_density(events, np.array([alpha]), np.array([1.0 + spread * z]))
            total += weight * other * math.exp(log_l + 0.5 * (alpha**2 + z**2)) / (2.0 * math.pi)
    return math.log(total)


@pytest.mark.parametrize("count", [0.0, 4.0, 12.0])
def test_integrated_nuisances_agree_with_quadrature(binned, count):
    tables = {**ONE_BIN, "shapes": NO_SHAPES + "tilt,S,signal,0,26,22.5\n"}
    events = np.array([count])
    profiled = binned(**tables).log_l_of_events(events[None])[0]
    form = binned({"marginalise": True}, **tables)
    expected = integral(form, events)
    assert form.log_l_of_events(events[None])[0] == pytest.approx(expected, abs=0.02)
    assert abs(profiled - expected) > 0.1


def test_a_nuisance_without_effect_integrates_to_one(binned):
    tables = {**ONE_BIN, "samples": ONE_BIN["samples"].replace(",3\n", ",0\n")}
    idle = {**tables, "shapes": NO_SHAPES + "tilt,S,signal,0,24,24\n"}
    with_it = binned({"marginalise": True}, **idle).log_l_of_events(np.array([[5.0]]))
    np.testing.assert_allclose(with_it, binned(**tables).log_l_of_events(np.array([[5.0]])), rtol=1e-8)


def test_the_signal_strength_of_one_clean_bin_is_that_of_counting(binned):
    form = binned(**{**ONE_BIN, "samples": "channel,sample,bin,nominal,stat_error\nS,signal,0,20,0\nS,other,0,10,0\n"})
    fit = signal_strength(form.log_l_of_strength)
    assert fit.best == pytest.approx(21.0 / 20.0, abs=1e-4)
    assert fit.log_l == pytest.approx(poisson.logpmf(31, 31), abs=1e-9)
    for strength in (fit.best - fit.error_down, fit.best + fit.error_up):
        assert 2.0 * (fit.log_l - form.log_l_of_strength(strength)) == pytest.approx(1.0, abs=1e-6)
    assert 0.5 * (fit.error_down + fit.error_up) == pytest.approx(math.sqrt(31.0) / 20.0, rel=0.01)


def test_channels_that_are_not_chosen_do_not_count(binned):
    form = binned({"channels": ["S"]})
    assert form.spectrum.bins == (("S", "0"), ("S", "1"))
    assert form.log_density(NOTHING, np.zeros(4), np.ones(4)) == pytest.approx(poisson.logpmf([31, 16], [24, 15]).sum())


def test_the_comparison_has_the_pull_from_the_best_rate_at_that_mass(binned):
    form = binned()
    rates = np.array([[1e-9, 1e-5, 1e-4]])
    comparison = form.compare({"rate": rates, "mass": np.full_like(rates, 1.4)})
    assert comparison.pull.shape == comparison.bound.shape == (1, 3)
    np.testing.assert_array_equal(comparison.prediction, rates)
    grid = np.linspace(0.0, 3e-5, 3001)
    values = loglike(form, grid, np.full_like(grid, 1.4))
    own = loglike(form, rates[0], np.full(3, 1.4))
    expected = np.sqrt(2.0 * (values.max() - own)) * np.sign(rates[0] - grid[values.argmax()])
    np.testing.assert_allclose(comparison.pull[0], expected, atol=2e-3)
    np.testing.assert_allclose(comparison.bound[0], grid[values.argmax()], rtol=0.01, atol=2e-8)


def test_its_description_has_the_numbers(binned):
    text = binned().describe()
    for part in ("3 bins of S, K", "rate", "q2 = mass^2", "0 < q2/GeV^2 < 4", "4 systematic errors and 5 statistical"):
        assert part in text
    assert "integrated over" in binned({"marginalise": True}).describe()
