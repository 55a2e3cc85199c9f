"""The edge: one side of a number is excluded, softly, with the confidence level on the bound."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import norm

from alpfit.errors import validation_sentence
from alpfit.likelihoods import FORMS

DATA = {"observable": "mass", "bound": 0.5, "width": 0.2, "excluded": "below", "confidence_level": 0.90}
Z = {0.90: 1.2815515655446004, 0.95: 1.6448536269514722}
"""One-sided quantiles of the normal distribution."""

SIDES = {"above": 1.0, "below": -1.0}
"""The sign of the logarithm on the excluded side."""


def edge(**changes):
    return FORMS["edge"].model_validate({**DATA, **changes})


def at(value):
    return {"mass": np.asarray(value, dtype=float)}


def at_depth(excluded, depth):
    """Masses so many decades inside of what is excluded."""
    return at(0.5 * 10.0 ** (SIDES[excluded] * np.asarray(depth)))


@pytest.mark.parametrize("excluded", SIDES)
@pytest.mark.parametrize("width", [0.01, 0.2, 3.0])
@pytest.mark.parametrize("level", Z)
def test_the_bound_itself_is_excluded_at_the_confidence_level(excluded, width, level):
    form = edge(excluded=excluded, width=width, confidence_level=level)
    assert -2.0 * form.loglike(at(0.5)) == pytest.approx(Z[level] ** 2, rel=1e-12)


@pytest.mark.parametrize("excluded", SIDES)
def test_it_is_a_normal_distribution_function_of_the_depth_in_widths(excluded):
    depth = np.linspace(-1.0, 2.0, 31)
    start = norm.ppf(np.exp(-(1.2815515655446004**2) / 2.0))
    log_l = edge(excluded=excluded).loglike(at_depth(excluded, depth))
    np.testing.assert_allclose(log_l, norm.logcdf(start - depth / 0.2), rtol=1e-10)


@pytest.mark.parametrize("excluded", SIDES)
@pytest.mark.parametrize("width", [0.01, 0.2])
def test_deeper_is_always_less_likely(excluded, width):
    log_l = edge(excluded=excluded, width=width).loglike(at_depth(excluded, np.linspace(-5.0 * width, 5.0, 300)))
    assert (np.diff(log_l) < 0.0).all()
    assert (log_l < 0.0).all()


@pytest.mark.parametrize("excluded", SIDES)
def test_far_on_the_allowed_side_it_is_off(excluded):
    np.testing.assert_allclose(edge(excluded=excluded).loglike(at_depth(excluded, [-2.0, -9.0])), 0.0, atol=1e-20)


@pytest.mark.parametrize("excluded", SIDES)
def test_far_on_the_other_side_it_falls_as_a_parabola(excluded):
    pull = edge(excluded=excluded).compare(at_depth(excluded, [40.0, 80.0])).pull
    np.testing.assert_allclose(pull, [200.0, 400.0], rtol=2e-3)


def test_above_and_below_are_mirror_images():
    above, below = edge(excluded="above"), edge(excluded="below")
    values = np.geomspace(0.01, 10.0, 21)
    np.testing.assert_allclose(above.loglike(at(values)), below.loglike(at(0.25 / values)), rtol=1e-10)


@pytest.mark.parametrize("excluded", SIDES)
def test_no_value_and_a_huge_one_are_off_on_one_side_and_finite_on_the_other(excluded):
    nothing, huge = edge(excluded=excluded).loglike(at([0.0, 1e300]))
    off, on = (nothing, huge) if excluded == "above" else (huge, nothing)
    assert off == 0.0
    assert on == pytest.approx(-0.5 * (300.0 / 0.2) ** 2, rel=5e-3)


@pytest.mark.parametrize("excluded", SIDES)
def test_a_value_below_zero_has_no_likelihood(excluded):
    assert np.isnan(edge(excluded=excluded).loglike(at([-1.0, -1e-9]))).all()


@pytest.mark.parametrize("excluded", SIDES)
def test_it_compares_the_observable_with_the_bound(excluded):
    predictions, form = at([[0.0, 0.1, 0.5], [0.6, 2.0, 50.0]]), edge(excluded=excluded)
    prediction, bound, pull = form.compare(predictions)
    np.testing.assert_array_equal(prediction, predictions["mass"])
    np.testing.assert_array_equal(bound, np.full((2, 3), 0.5))
    np.testing.assert_allclose(pull**2, -2.0 * form.loglike(predictions), rtol=1e-13)
    assert pull[0, 2] == pytest.approx(Z[0.90], rel=1e-13)


def test_it_is_read_from_the_data_alone(tmp_path):
    assert FORMS["edge"].read(DATA, tmp_path) == edge()
    assert edge().observables == ("mass",)


def test_its_description_says_which_side_is_allowed():
    assert edge().describe() == "mass > 0.5 at 90 %, edge 0.2 decades wide"
    assert edge(excluded="above", confidence_level=0.9545).describe() == "mass < 0.5 at 95.45 %, edge 0.2 decades wide"


REFUSALS = {
    "excluded = 'left': must be 'below' or 'above'": {"excluded": "left"},
    "bound = 0.0: must be greater than 0": {"bound": 0.0},
    "width = 0.0: must be greater than 0": {"width": 0.0},
    "width = nan: must be a finite number": {"width": np.nan},
    "confidence_level = 0.5: must be greater than 0.5": {"confidence_level": 0.5},
    "confidence_level = 1.0: must be less than 1": {"confidence_level": 1.0},
}


@pytest.mark.parametrize(("sentence", "changes"), REFUSALS.items(), ids=REFUSALS)
def test_what_cannot_be_an_edge_is_refused(tmp_path, sentence, changes):
    with pytest.raises(ValidationError) as caught:
        FORMS["edge"].read({**DATA, **changes}, tmp_path)
    assert validation_sentence(caught.value) == sentence
