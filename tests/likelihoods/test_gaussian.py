"""The Gaussian form: a density in the data, with errors that mean what they say."""

import numpy as np
import pytest
from scipy.integrate import quad

from alpfit.likelihoods import FORMS

MEASURED = {"observable": "rate", "value": 2.0, "errors_up": [0.3, 0.4], "errors_down": [0.2]}


def gaussian(**changes):
    return FORMS["gaussian"].model_validate({**MEASURED, **changes})


def log_l(form, prediction):
    return form.loglike({"rate": np.asarray(prediction, dtype=float)})


def chi_squared(form, prediction, reference):
    """-2 ln L of ``prediction`` against that of ``reference``."""
    return float(2.0 * (log_l(form, reference) - log_l(form, prediction)))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"errors_up": [0.1], "errors_down": [1.0]},
        {"standard_model": 0.5, "standard_model_error": 0.2},
        {"relative_theory_error": 0.3},
    ],
    ids=["asymmetric", "very asymmetric", "standard model", "theory error"],
)
@pytest.mark.parametrize("prediction", [0.5, 2.0])
def test_it_is_a_density_in_the_data_that_integrates_to_one(changes, prediction):
    def density(value: float) -> float:
        return float(np.exp(log_l(gaussian(**changes, value=value), prediction)))

    centre = prediction + changes.get("standard_model", 0.0)
    total = sum(
        quad(density, low, high, epsrel=1e-9)[0] for low, high in ((centre - 12, centre), (centre, centre + 12))
    )
    assert total == pytest.approx(1.0, rel=1e-7)


def test_one_sigma_costs_one_unit_on_either_side():
    form = gaussian()
    assert chi_squared(form, 2.5, 2.0) == pytest.approx(1.0, rel=1e-12)  # 0.3 and 0.4 in quadrature
    assert chi_squared(form, 1.8, 2.0) == pytest.approx(1.0, rel=1e-12)
    assert chi_squared(form, 3.5, 2.0) == pytest.approx(9.0, rel=1e-12)
    assert chi_squared(form, 1.4, 2.0) == pytest.approx(9.0, rel=1e-12)


def test_with_equal_errors_it_is_the_textbook_gaussian():
    form = gaussian(errors_up=[0.7], errors_down=[0.7])
    expected = -0.5 * ((1.1 - 2.0) / 0.7) ** 2 - np.log(0.7 * np.sqrt(2.0 * np.pi))
    assert log_l(form, 1.1) == pytest.approx(expected, rel=1e-13)


def test_it_is_continuous_at_the_measured_value():
    form = gaussian(errors_up=[5.0], errors_down=[0.01])
    below, at, above = log_l(form, [2.0 - 1e-9, 2.0, 2.0 + 1e-9])
    assert below == pytest.approx(at, rel=1e-12)
    assert above == pytest.approx(at, rel=1e-12)


def test_the_standard_model_adds_to_the_prediction():
    np.testing.assert_allclose(
        log_l(gaussian(standard_model=0.5), [0.0, 1.0, 2.0]), log_l(gaussian(), [0.5, 1.5, 2.5]), rtol=1e-14
    )


def test_the_error_of_the_standard_model_adds_in_quadrature_on_both_sides():
    form = gaussian(errors_up=[0.4], errors_down=[0.3], standard_model_error=0.3)
    assert chi_squared(form, 2.0 + 0.5, 2.0) == pytest.approx(1.0, rel=1e-12)
    assert chi_squared(form, 2.0 - np.hypot(0.3, 0.3), 2.0) == pytest.approx(1.0, rel=1e-12)


def test_the_theory_error_scales_with_the_prediction():
    form = gaussian(errors_up=[0.2], errors_down=[0.2], relative_theory_error=0.1)
    for prediction in (0.0, 1.0, 3.0, 10.0):
        same = gaussian(errors_up=[0.2, 0.1 * prediction + 1e-300], errors_down=[0.2, 0.1 * prediction + 1e-300])
        assert log_l(form, prediction) == pytest.approx(log_l(same, prediction), rel=1e-12)


def test_as_an_upper_limit_it_is_flat_below_the_value_and_the_same_above():
    limit, measured = gaussian(upper_limit=True), gaussian()
    np.testing.assert_array_equal(log_l(limit, [0.0, 1.0, 1.999]), log_l(measured, 2.0))
    np.testing.assert_array_equal(log_l(limit, [2.0, 2.1, 9.0]), log_l(measured, [2.0, 2.1, 9.0]))


def test_as_an_upper_limit_it_is_flat_below_the_value_with_a_theory_error_too():
    below = log_l(gaussian(upper_limit=True, relative_theory_error=0.3), np.linspace(0.0, 2.0, 20))
    assert np.ptp(below) == 0.0


def test_its_description_has_the_numbers():
    text = gaussian(
        standard_model=0.5, standard_model_error=0.1, relative_theory_error=0.05, upper_limit=True
    ).describe()
    for part in ("rate = 2 +0.5 -0.2", "Standard Model 0.5 +- 0.1", "5 %", "upper limit"):
        assert part in text
