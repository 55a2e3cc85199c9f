"""Counting: a Poisson distribution of the events, averaged over what is known of the background."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import gammaincc
from scipy.stats import norm, poisson

from alpfit.errors import validation_sentence
from alpfit.likelihoods import FORMS
from alpfit.numerics.flat_prior import FlatPrior

DATA = {"observable": "rate", "n_observed": 6, "background": 2.9, "events_per_unit": 2.0}


def counting(**changes):
    return FORMS["counting"].model_validate({**DATA, **changes})


def at(rate):
    return {"rate": np.asarray(rate, dtype=float)}


def probability(form, rate):
    return np.exp(form.loglike(at(rate)))


@pytest.mark.parametrize("error", [0.0, 0.1, 0.9, 2.0])
@pytest.mark.parametrize("rate", [0.0, 0.4, 7.0])
def test_the_probabilities_of_all_numbers_of_events_add_up_to_one(error, rate):
    total = sum(probability(counting(n_observed=n, background_error=error), rate) for n in range(61))
    assert total == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(
    ("n_observed", "rate", "expected"),
    [
        (0, 0.0, 0.36787944117144233),  # exp(-1)
        (0, 2.0, 0.006737946999085467),  # exp(-5)
        (3, 0.5, 0.18044704431548356),  # 2^3 exp(-2)/3!
        (2, 4.5, 0.0022699964881242427),  # 10^2 exp(-10)/2!
    ],
)
def test_over_a_known_background_it_is_the_poisson_probability(n_observed, rate, expected):
    form = counting(n_observed=n_observed, background=1.0)
    assert probability(form, rate) == pytest.approx(expected, rel=1e-13, abs=0.0)


@pytest.mark.parametrize(
    ("n", "background", "error"), [(6, 2.9, 0.1), (83, 65.3, 3.4), (0, 1.0, 1.0), (3, 0.5, 1.5), (100, 100.0, 50.0)]
)
@pytest.mark.parametrize("signal", [0.0, 3.0, 30.0])
def test_over_an_uncertain_background_it_is_the_average_over_positive_backgrounds(n, background, error, signal):
    def integrand(b: float) -> float:
        return poisson.pmf(n, signal + b) * norm.pdf(b, background, error)

    low, high = max(background - 9.0 * error, 0.0), background + 9.0 * error
    integral, _ = quad(integrand, low, high, points=[background], limit=400, epsabs=0.0, epsrel=1e-12)
    form = counting(n_observed=n, background=background, background_error=error)
    assert probability(form, signal / 2.0) == pytest.approx(
        integral / norm.sf(0.0, background, error), rel=1e-9, abs=0.0
    )


def test_a_tiny_error_of_the_background_is_none():
    rates = np.linspace(0.0, 9.0, 10)
    tiny, none = (counting(background_error=error).loglike(at(rates)) for error in (1e-6, 0.0))
    np.testing.assert_allclose(tiny, none, rtol=1e-10)


def test_a_background_of_which_nothing_is_known_takes_no_more_memory_or_time():
    """It once had a node for each event of its error."""
    log_l = counting(background_error=1e12).loglike(at(np.linspace(0.0, 9.0, 1000)))
    # flat over what seven events need: the prior's density there, Normal(0 | 0, 1e12) over the half that is positive
    np.testing.assert_allclose(
        log_l, np.log(2.0 * norm.pdf(0.0) / 1e12) + np.log(poisson.cdf(6, 2.0 * np.linspace(0.0, 9.0, 1000))), rtol=1e-9
    )


def test_the_signal_is_the_rate_times_the_events_per_unit():
    rates = np.linspace(0.0, 5.0, 11)
    few, many = counting(events_per_unit=2.0), counting(events_per_unit=2e6)
    np.testing.assert_allclose(many.loglike(at(rates * 1e-6)), few.loglike(at(rates)), rtol=1e-13)


@pytest.mark.parametrize("error", [0.0, 0.9])
def test_the_standard_model_adds_to_the_prediction(error):
    with_it, without = counting(background_error=error, standard_model=0.5), counting(background_error=error)
    np.testing.assert_allclose(with_it.loglike(at([0.0, 1.0])), without.loglike(at([0.5, 1.5])), rtol=1e-14)


def test_over_a_known_background_the_excess_is_the_most_likely_signal():
    rates = np.linspace(0.0, 5.0, 5001)
    log_l = counting().loglike(at(rates))
    most_likely = int(np.argmax(log_l))
    assert rates[most_likely] == pytest.approx((6.0 - 2.9) / 2.0, abs=1e-9)
    assert (np.diff(log_l[: most_likely + 1]) > 0.0).all()
    assert (np.diff(log_l[most_likely:]) < 0.0).all()


@pytest.mark.parametrize(("n_observed", "error"), [(0, 0.0), (0, 0.9), (2, 0.0), (1, 0.5)])
def test_without_an_excess_more_signal_is_always_less_likely(n_observed, error):
    form = counting(n_observed=n_observed, background_error=error)
    assert (np.diff(form.loglike(at(np.geomspace(1e-4, 1e3, 100)))) < 0.0).all()


def test_without_events_the_signal_costs_what_it_expects():
    form = counting(n_observed=0, background_error=0.9)
    np.testing.assert_allclose(form.loglike(at([1.0, 50.0])) - form.loglike(at(0.0)), [-2.0, -100.0], rtol=1e-12)


def test_an_excess_means_less_where_the_background_is_uncertain():
    pulls = [counting(background_error=error).compare(at(0.0)).pull for error in (0.0, 0.5, 1.0, 2.0)]
    assert (np.diff(pulls) > 0.04).all()
    assert pulls[-1] < -1.0


def test_no_signal_and_a_huge_one_are_finite():
    log_l = counting(background_error=0.9).loglike(at([0.0, 1e300]))
    assert log_l[1] == pytest.approx(-2e300, rel=1e-12)
    assert -10.0 < log_l[0] < 0.0


def test_it_compares_the_whole_rate_with_the_excess():
    prediction, best, pull = counting(standard_model=0.25).compare(at([[0.0, 1.3], [5.0, 1.0]]))
    np.testing.assert_allclose(prediction, [[0.25, 1.55], [5.25, 1.25]], rtol=1e-14)
    np.testing.assert_allclose(best, np.full((2, 2), 1.55), rtol=1e-14)
    np.testing.assert_array_equal(np.sign(np.round(pull, 6)), [[-1.0, 0.0], [1.0, -1.0]])


def test_the_pull_is_the_distance_from_the_most_likely_signal():
    form, predictions = counting(), at([0.0, 0.7, 3.0, 40.0])
    distance = 2.0 * (form.loglike(at(1.55)) - form.loglike(predictions))
    np.testing.assert_allclose(form.compare(predictions).pull, [-1, -1, 1, 1] * np.sqrt(distance), rtol=1e-12)


def test_with_many_events_the_pull_is_that_of_a_gaussian():
    """The errors of count and background, 100 and 200, in quadrature."""
    form = counting(n_observed=10_000, background=9_000.0, background_error=200.0, events_per_unit=1.0)
    away = np.array([-2.0, -1.0, 1.0, 2.0])
    np.testing.assert_allclose(form.compare(at(1_000.0 + away * np.hypot(100.0, 200.0))).pull, away, rtol=0.02)


def test_a_deficit_pulls_towards_no_signal():
    _, best, pull = counting(n_observed=1).compare(at([0.0, 1.0]))
    np.testing.assert_array_equal(best, 0.0)
    np.testing.assert_allclose(pull, [0.0, np.sqrt(2.0 * (2.0 - np.log(4.9 / 2.9)))], rtol=1e-13)


def test_it_is_read_from_the_data_alone(tmp_path):
    form = FORMS["counting"].read(DATA, tmp_path)
    assert form == counting(background_error=0.0, standard_model=0.0)
    assert form.observables == ("rate",)


def test_its_description_has_the_numbers():
    assert counting(background_error=0.1).describe() == "6 events over 2.9 +- 0.1, 2 expected for rate = 1"
    assert counting(standard_model=0.25).describe().endswith("2 expected for rate = 1, Standard Model 0.25")


REFUSALS = {
    "n_observed = -1: must be greater than or equal to 0": {"n_observed": -1},
    "n_observed = 2.5: must be a whole number, as events are": {"n_observed": 2.5},
    "background = 0.0: must be greater than 0": {"background": 0.0},
    "background = nan: must be a finite number": {"background": np.nan},
    "background_error = -0.1: must be greater than or equal to 0": {"background_error": -0.1},
    "events_per_unit = 0.0: must be greater than 0": {"events_per_unit": 0.0},
    "standard_model = -1.0: must be greater than or equal to 0": {"standard_model": -1.0},
}


@pytest.mark.parametrize(("sentence", "changes"), REFUSALS.items(), ids=REFUSALS)
def test_what_cannot_be_counted_is_refused(tmp_path, sentence, changes):
    with pytest.raises(ValidationError) as caught:
        FORMS["counting"].read({**DATA, **changes}, tmp_path)
    assert validation_sentence(caught.value).startswith(sentence)


@pytest.mark.parametrize("error", [0.0, 0.9])
@pytest.mark.parametrize("events_per_unit", [1e-3, 2.0, 1e12])
def test_however_large_a_prediction_is_ln_l_is_a_number_and_falls(error, events_per_unit):
    form = counting(background_error=error, events_per_unit=events_per_unit)
    rates = np.array([1e30, 1e85, 0.9e100, 1.1e100, 1e103, 1e150, 1e200, 1e290, 1e300, 1.7e308, np.inf])
    log_l = form.loglike(at(rates))
    assert not np.isnan(log_l).any()
    assert (np.diff(log_l[np.isfinite(log_l)]) < 0.0).all()
    assert log_l[-1] == -np.inf
    np.testing.assert_allclose(log_l[:7], -rates[:7] * events_per_unit, rtol=1e-12)
    assert not np.isnan(form.compare(at(rates)).pull).any()


def test_beyond_the_mass_that_was_searched_only_the_standard_model_is_seen():
    form = counting(standard_model=0.5, abscissa="mass", seen_below=2.9)
    masses = np.array([0.0, 2.8, 2.9, 4.5, np.inf])
    log_l = form.loglike({"rate": np.full(5, 30.0), "mass": masses})
    whole = counting(standard_model=0.5)
    np.testing.assert_array_equal(log_l[:2], whole.loglike(at(np.full(2, 30.0))))
    np.testing.assert_array_equal(log_l[2:], whole.loglike(at(np.zeros(3))))
    assert [step.text("it") for step in form.steps] == ["mass = 2.9 (it ends)"]
    assert form.compare({"rate": np.array([30.0]), "mass": np.array([4.5])}).prediction == 0.5
    assert "nothing is seen from mass = 2.9 on" in form.describe()


CURVE = {"events_per_unit": None, "abscissa": "m_a", "table": "table.csv", "bound": "limit", "confidence_level": 0.9}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"abscissa": "m_a"}, "abscissa and seen_below, or abscissa and a table, go together: give both, or none"),
        ({"seen_below": 2.9}, "abscissa and seen_below, or abscissa and a table, go together: give both, or none"),
        ({**CURVE, "abscissa": None}, "abscissa and a table, go together: give both, or none"),
        ({**CURVE, "seen_below": 2.9}, "abscissa and a table, go together: give both, or none"),
        ({**CURVE, "confidence_level": None}, "table, bound and confidence_level go together: give all, or none"),
        (
            {**CURVE, "events_per_unit": 2.0},
            "events_per_unit or bound, a column of a table, must be given, and not both",
        ),
        ({"events_per_unit": None}, "events_per_unit or bound, a column of a table, must be given"),
    ],
)
def test_what_says_how_many_events_a_unit_leaves_is_whole(changes, sentence):
    data = {name: value for name, value in {**DATA, **changes}.items() if value is not None}
    with pytest.raises(ValueError, match=sentence):
        FORMS["counting"].read(data, None)


@pytest.fixture
def searched(tmp_path):
    """Six events over 2.9, with limits of 2e-5 at 1 GeV, 8e-5 at 4 GeV, and none at 5 GeV."""
    (tmp_path / "table.csv").write_text("m_a [GeV],limit\n1,2e-5\n4,8e-5\n5,\n")
    data = {name: value for name, value in {**DATA, **CURVE}.items() if value is not None}
    return FORMS["counting"].read({**data, "standard_model": 1e-6}, tmp_path)


def test_published_limits_say_how_many_events_a_unit_leaves(searched):
    limit = brentq(lambda s: gammaincc(7, 2.9 + s) / gammaincc(7, 2.9) - 0.1, 0.0, 50.0)
    rates, masses = np.array([3e-5, 1e-5, 3e-5]), np.array([1.0, 2.0, 4.0])
    whole = counting()
    expected = whole.loglike(at((rates + 1e-6) / np.array([2e-5, 4e-5, 8e-5]) * limit / 2.0))
    np.testing.assert_allclose(searched.loglike({"rate": rates, "m_a": masses}), expected, rtol=1e-9)


def test_outside_of_the_table_the_standard_model_alone_is_seen(searched):
    points = {"rate": np.array([0.0, 1e-3, 1e-3, 1e-3]), "m_a": np.array([0.9, 0.9, 4.5, 6.0])}
    assert np.ptp(searched.loglike(points)) == 0.0
    comparison = searched.compare(points)
    assert np.isnan(comparison.bound).all()
    np.testing.assert_array_equal(comparison.prediction, 1e-6)
    assert [(step.place, step.kind) for step in searched.steps] == [(1.0, "begins"), (4.0, "ends")]


def test_beyond_the_published_limit_it_excludes(searched):
    rates = np.array([1.98e-5, 2.02e-5]) - 1e-6
    points = {"rate": rates, "m_a": np.ones(2)}
    assert (searched.excess(points, points) > 0.0).tolist() == [False, True]
    np.testing.assert_allclose(searched.compare(points).bound, 2e-5, rtol=1e-12)


@pytest.mark.parametrize("error", [0.0, 0.3])
def test_no_event_is_a_poisson_likelihood_of_4_61_at_the_90_percent_limit(error):
    form = counting(n_observed=0, background=0.42, background_error=error)
    limit = FlatPrior(0, 0.42, error).limit(0.9)
    assert limit == pytest.approx(np.log(10.0), rel=1e-9)
    none, at_limit, twice = form.loglike(at(np.array([0.0, limit, 2.0 * limit]) / 2.0))
    assert -2.0 * (at_limit - none) == pytest.approx(4.605, abs=1e-3)
    assert -2.0 * (twice - none) == pytest.approx(9.210, abs=1e-3)  # it is linear in the signal


def test_a_mass_is_in_gev():
    with pytest.raises(ValueError, match="it must be in GeV"):
        FORMS["counting"].read({**DATA, "abscissa": "tau_a", "seen_below": 2.9}, None)
