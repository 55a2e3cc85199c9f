"""The data that are expected: counts of a binned measurement without fluctuations, and its constraints' centres."""

import numpy as np
import pytest
from derivatives import assert_derivatives_hold
from scipy.optimize import minimize
from scipy.stats import poisson

from alpfit.likelihoods import load

NO_SHAPES = "parameter,channel,sample,bin,high,low\n"
NO_NORMS = "parameter,channel,sample,high,low\n"
RATE, MASS = 6e-6, 1.4


def at(rate, mass=MASS):
    return {"rate": np.array([rate]), "mass": np.array([mass])}


def centred(form, alphas=(0.4, -0.7, 0.2, 0.9), gammas=(1.1, 0.9, 1.05, 0.95, 1.02)):
    return form.with_data(spectrum=form.spectrum.centred(np.array(alphas), np.array(gammas)))


def test_without_nuisances_the_ratio_of_likelihoods_is_the_closed_one(binned):
    """2 [s - b ln(1 + s/b)] where no signal is expected, 2 [n ln(1 + s/b) - s] where n = b + s is."""
    exact = "channel,sample,bin,nominal,stat_error\nS,signal,0,4,0\nS,signal,1,6,0\nS,other,0,20,0\nS,other,1,9,0\n"
    form = binned(bins="channel,bin,observed\nS,0,31\nS,1,16\n", samples=exact, shapes=NO_SHAPES, norms=NO_NORMS)
    signal, others = form.events_of(at(RATE))[0], np.array([24.0, 15.0])
    for truth, loss in (
        (0.0, 2.0 * (signal - others * np.log1p(signal / others)).sum()),
        (RATE, -2.0 * ((others + signal) * np.log1p(signal / others) - signal).sum()),
    ):
        expected = form.asimov(at(truth))
        found = 2.0 * float((expected.loglike(at(0.0)) - expected.loglike(at(RATE)))[0])
        assert found == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("rate", [0.0, RATE])
def test_nothing_fits_better_than_what_they_were_made_with(binned, rate):
    form = binned()
    expected = form.asimov(at(rate))
    top = float(expected.loglike(at(rate))[0])
    rates = np.linspace(0.0, 3.0 * RATE, 61)
    everywhere = expected.loglike({"rate": np.tile(rates, 7), "mass": np.repeat(np.linspace(0.2, 1.8, 7), 61)})
    assert everywhere.max() <= top + 1e-9
    assert top == pytest.approx(expected.log_l_of_observed, abs=1e-9)  # nothing is pulled
    assert expected.loglike(at(3.0 * RATE))[0] < top - 0.5


def test_the_nuisances_are_those_that_fit_best_to_the_data(binned):
    form = binned()
    alphas, gammas = form.best_nuisances(form.events_of(at(RATE))[0])
    expected = form.asimov(at(RATE)).spectrum
    np.testing.assert_array_equal(expected.model.centre, alphas)
    np.testing.assert_array_equal(expected.model.factor, gammas)
    np.testing.assert_allclose(expected.model.observed, form.expected(at(RATE)).total[0], rtol=1e-9)
    assert expected.observed.tolist() == expected.model.observed[:2].tolist()
    assert np.abs(alphas).max() > 0.05


def test_its_own_asimov_data_are_the_same(binned):
    """As far as a fit that ends where 1e-10 in ln L is left tells nuisances: to 1e-5 of their errors."""
    once = binned().asimov(at(RATE))
    twice = once.asimov(at(RATE))
    rates = {"rate": np.linspace(0.0, 3e-5, 20), "mass": np.full(20, MASS)}
    np.testing.assert_allclose(twice.loglike(rates), once.loglike(rates), rtol=0.0, atol=2e-5)


def test_constraints_may_have_their_centres_anywhere(binned):
    form = centred(binned())
    events, model = np.array([3.0, 8.0]), form.spectrum.model

    def loss(z):
        return min(-form.log_density(events, z[:4], model.factor + model.spread * z[4:]), 1e6)

    by_minimisation = -minimize(loss, np.zeros(9), method="BFGS", options={"gtol": 1e-7}).fun
    assert form.log_l_of_events(events[None])[0] == pytest.approx(by_minimisation, abs=1e-7)
    assert form.log_density(events, *form.best_nuisances(events)) == pytest.approx(by_minimisation, abs=1e-7)
    alphas = model.centre + 2.0 * np.eye(4)[1]
    counts = form.rates(events, alphas, model.factor)
    assert form.log_density(events, alphas, model.factor) + 2.0 == pytest.approx(
        poisson.logpmf(model.observed, counts).sum(), rel=1e-12
    )


def test_derivatives_hold_for_constraints_with_other_centres(binned):
    model = centred(binned()).spectrum.model
    assert_derivatives_hold(model, np.array([0.3, -0.8, 0.4, 0.2]), np.array([3.0, 8.0]))


def test_a_measurement_has_them_where_its_form_does():
    belle2, limit = load("belle2_bknunu_q2_2025"), load("babar_gamma_inv_2017")
    nothing = {"BR(B+->K+ a(inv))": np.array([0.0]), "m_a": np.array([2.1])}
    expected = belle2.asimov(nothing)
    assert expected.name == belle2.name
    best = {**nothing, "BR(B+->K+ a(inv))": np.array([8.7e-6])}
    assert belle2.loglike(best) > belle2.loglike(nothing) + 6.0
    assert expected.loglike(best) < expected.loglike(nothing) - 4.0
    assert limit.asimov(dict.fromkeys(limit.observables, np.array([1.0]))) is None
