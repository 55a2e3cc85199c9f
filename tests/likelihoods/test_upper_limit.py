"""The upper limit: a Gaussian estimate of zero signal, with the bound at its quantile of the confidence level."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import norm

from alpfit.errors import validation_sentence
from alpfit.likelihoods import FORMS

DATA = {"observable": "rate", "bound": 4e-6, "confidence_level": 0.90}
Z = {0.90: 1.2815515655446004, 0.95: 1.6448536269514722}
"""One-sided quantiles of the normal distribution."""


def upper_limit(**changes):
    return FORMS["upper-limit"].model_validate({**DATA, **changes})


def at(value):
    return {"rate": np.asarray(value, dtype=float)}


@pytest.mark.parametrize("level", Z)
@pytest.mark.parametrize("power", [1.0, 2.0, 0.5])
def test_a_signal_at_the_bound_is_excluded_at_the_confidence_level(level, power):
    log_l = upper_limit(confidence_level=level, power=power).loglike(at(4e-6))
    assert -2.0 * log_l == pytest.approx(Z[level] ** 2, rel=1e-13)


@pytest.mark.parametrize("level", [0.68, 0.90, 0.95, 0.99])
def test_an_estimate_that_fluctuates_upwards_exceeds_the_bound_as_often_as_the_level_says(level):
    pull = upper_limit(confidence_level=level).compare(at(4e-6)).pull
    assert norm.cdf(pull) == pytest.approx(level, rel=1e-13)


@pytest.mark.parametrize(
    ("value", "power", "expected"),
    [
        (2e-6, 1.0, -0.20529680188),  # (1.28155/2)^2/2
        (8e-6, 1.0, -3.28474883002),  # (1.28155*2)^2/2
        (8e-6, 2.0, -13.1389953201),  # (1.28155*4)^2/2
        (1e-6, 0.5, -0.20529680188),
    ],
)
def test_it_is_the_formula(value, power, expected):
    assert upper_limit(power=power).loglike(at(value)) == pytest.approx(expected, rel=1e-10)


def test_no_signal_is_the_reference():
    log_l = upper_limit().loglike(at([0.0, -0.0]))
    np.testing.assert_array_equal(log_l, 0.0)
    assert not np.signbit(log_l).any()


@pytest.mark.parametrize("power", [1.0, 2.0, 0.5])
def test_more_signal_is_always_less_likely(power):
    assert (np.diff(upper_limit(power=power).loglike(at(np.geomspace(1e-12, 1.0, 200)))) < 0.0).all()


@pytest.mark.parametrize("power", [1.0, 2.0, 0.5])
def test_a_value_below_zero_has_no_likelihood(power):
    form, values = upper_limit(power=power), np.array([-1e-7, -3e-5])
    assert np.isnan(form.loglike(at(values))).all()
    assert np.isnan(form.compare(at(values)).pull).all()


def test_it_compares_the_observable_with_the_bound():
    values = [[0.0, 4e-6], [1.2e-5, 8e-6]]
    prediction, bound, pull = upper_limit().compare(at(values))
    np.testing.assert_array_equal(prediction, values)
    np.testing.assert_array_equal(bound, np.full((2, 2), 4e-6))
    np.testing.assert_allclose(pull, Z[0.90] * np.array([[0.0, 1.0], [3.0, 2.0]]), rtol=1e-13)


def test_its_likelihood_is_that_of_the_pull():
    values = np.geomspace(1e-8, 1e-3, 20)
    form = upper_limit(power=2.0)
    np.testing.assert_allclose(-2.0 * form.loglike(at(values)), form.compare(at(values)).pull ** 2, rtol=1e-13)


def test_it_reads_the_one_observable():
    assert upper_limit().observables == ("rate",)


def test_it_is_read_from_the_data_alone_and_the_power_is_one_unless_given(tmp_path):
    assert FORMS["upper-limit"].read(DATA, tmp_path) == upper_limit(power=1.0)


def test_its_description_has_the_numbers():
    assert upper_limit().describe() == "rate < 4e-06 at 90 %"
    assert upper_limit(bound=0.05, confidence_level=0.954).describe() == "rate < 0.05 at 95.4 %"


REFUSALS = {
    "bound = 0.0: must be greater than 0": {"bound": 0.0},
    "bound = -1e-06: must be greater than 0": {"bound": -1e-6},
    "bound = inf: must be a finite number": {"bound": np.inf},
    "confidence_level = 0.5: must be greater than 0.5": {"confidence_level": 0.5},
    "confidence_level = 95.0: must be less than 1": {"confidence_level": 95.0},
    "power = 0.0: must be greater than 0": {"power": 0.0},
    "width is not known here": {"width": 0.1},
}


@pytest.mark.parametrize(("sentence", "changes"), REFUSALS.items(), ids=REFUSALS)
def test_what_cannot_be_a_limit_is_refused(tmp_path, sentence, changes):
    with pytest.raises(ValidationError) as caught:
        FORMS["upper-limit"].read({**DATA, **changes}, tmp_path)
    assert validation_sentence(caught.value) == sentence
