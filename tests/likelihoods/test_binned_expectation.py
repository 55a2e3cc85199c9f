"""What a binned measurement expects in each bin at the best nuisances."""

import numpy as np
import pytest
from scipy.stats import poisson
from shipped_entries import shipped


def expected(form, ratio, mass):
    return form.expected({"rate": np.atleast_1d(ratio), "mass": np.full(np.size(ratio), mass)})


@pytest.mark.parametrize("ratio", [0.0, 2e-6, 1e-5])
def test_the_total_is_what_the_likelihood_is_made_of(binned, ratio):
    form = binned()
    total = expected(form, ratio, 1.4).total[0]
    events = form.events(np.array([ratio]), np.array([1.4]))[0]
    alphas, gammas = form.best_nuisances(events)
    spread = form.spectrum.model.spread
    constraints = -0.5 * (alphas @ alphas + np.sum(((gammas - 1.0)[spread > 0.0] / spread[spread > 0.0]) ** 2))
    by_hand = poisson.logpmf(form.spectrum.model.observed, total).sum() + constraints
    assert form.log_l_of_events(events[None])[0] == pytest.approx(by_hand, abs=1e-6)


def test_the_parts_are_background_the_standard_model_and_new_physics(binned):
    without, some = (expected(binned(), ratio, 1.4) for ratio in (0.0, 1e-5))
    np.testing.assert_array_equal(without.new_physics, 0.0)
    signal_bins = [place in binned().spectrum.response.bins for place in binned().spectrum.bins]
    for part in (some.standard_model, some.new_physics):
        np.testing.assert_array_equal(part[0] > 0.0, signal_bins)
    np.testing.assert_array_equal(some.total, some.background + some.standard_model + some.new_physics)


def test_new_physics_is_about_what_the_response_says(binned):
    form = binned()
    parts = expected(form, 1e-6, 1.4)
    raw = form.events(np.array([1e-6]), np.array([1.4]))[0]
    np.testing.assert_allclose(parts.new_physics[0, :2], raw, rtol=0.3)


def test_points_do_not_depend_on_their_company(binned):
    form, ratios = binned(), np.array([1e-6, 1e-5, 3e-6])
    together = expected(form, ratios, 1.4)
    assert together.total.shape == (3, 3)
    for i, ratio in enumerate(ratios):
        np.testing.assert_allclose(expected(form, ratio, 1.4).total[0], together.total[i], rtol=1e-12)


def test_far_beyond_what_is_observed_it_is_still_finite(binned):
    assert np.isfinite(expected(binned(), 1.0, 1.4).total).all()


def test_belle2_expects_its_excess_between_4_and_8_gev2():
    form = shipped("belle2_bknunu_q2_2025").form
    parts = form.expected({"BR(B+->K+ a(inv))": np.array([8e-6]), "m_a": np.array([2.1])})
    inside = [place in {("A", "6"), ("A", "7"), ("A", "8")} for place in form.spectrum.bins]
    low, middle, high = parts.new_physics[0, inside]
    assert middle > low > 10.0 * high
    observed = form.spectrum.model.observed
    assert np.sum((observed - parts.total[0]) ** 2 / parts.total[0]) < 2.0 * observed.size
