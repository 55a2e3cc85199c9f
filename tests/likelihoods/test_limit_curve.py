"""The limit curve: z(CL) standard deviations at the bound, nothing outside of the searched range."""

import numpy as np
import pytest

from alpfit.likelihoods import FORMS

MASSES, BOUNDS = np.array([1.0, 2.0, 8.0]), np.array([1e-5, 4e-5, 1e-6])

Z = {0.90: 1.2816, 0.95: 1.6449}
"""One-sided quantiles of the normal distribution."""


def limit_curve(**changes):
    data = {"observable": "rate", "abscissa": "mass", "bound": "limit", "power": 1.0, "confidence_level": 0.90}
    return FORMS["limit-curve"].model_validate({**data, "masses": MASSES, "bounds": BOUNDS, **changes})


def chi_squared(form, rate, mass, **others):
    predictions = {"rate": rate, "mass": mass, **others}
    arrays = np.broadcast_arrays(*(np.asarray(values, dtype=float) for values in predictions.values()))
    return -2.0 * form.loglike(dict(zip(predictions, arrays, strict=True)))


@pytest.mark.parametrize("level", Z)
@pytest.mark.parametrize("power", [1.0, 2.0])
def test_a_signal_at_the_bound_is_excluded_at_the_confidence_level(level, power):
    form = limit_curve(confidence_level=level, power=power)
    np.testing.assert_allclose(chi_squared(form, BOUNDS, MASSES), Z[level] ** 2, rtol=1e-4)


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_the_signal_goes_as_the_observable_to_the_power(power):
    form = limit_curve(power=power)
    once, thrice = chi_squared(form, [1e-5, 3e-5], 1.0)
    assert thrice / once == pytest.approx(3.0 ** (2.0 * power), rel=1e-12)


def test_no_signal_is_the_reference_at_every_mass():
    log_l = -0.5 * chi_squared(limit_curve(), np.zeros(50), np.linspace(0.5, 10.0, 50))
    np.testing.assert_array_equal(log_l, 0.0)
    assert not np.signbit(log_l).any()


def test_between_its_points_the_bound_is_interpolated_in_log_log():
    middle = np.sqrt(MASSES[:-1] * MASSES[1:])
    np.testing.assert_allclose(limit_curve().bound_at(middle), np.sqrt(BOUNDS[:-1] * BOUNDS[1:]), rtol=1e-12)


def test_at_its_points_the_bound_is_the_tables():
    np.testing.assert_allclose(limit_curve().bound_at(MASSES), BOUNDS, rtol=1e-12)


def test_outside_of_the_searched_range_it_is_off():
    np.testing.assert_array_equal(chi_squared(limit_curve(), 1.0, [1e-3, 0.999, 8.001, 100.0]), 0.0)
    assert np.isnan(limit_curve().bound_at(np.array([0.999, 8.001]))).all()


def test_at_the_ends_of_the_searched_range_it_is_on():
    assert (chi_squared(limit_curve(), 1.0, [1.0, 8.0]) > 1e6).all()


def test_a_row_without_a_bound_switches_it_off_on_both_sides():
    form = limit_curve(masses=np.array([1.0, 2.0, 3.0, 4.0]), bounds=np.array([1e-5, 1e-5, np.nan, 1e-5]))
    assert (chi_squared(form, 1.0, [1.0, 1.5, 2.0, 4.0]) > 1e6).all()
    np.testing.assert_array_equal(chi_squared(form, 1.0, [2.001, 3.0, 3.999]), 0.0)


def test_it_compares_the_observable_with_the_bound_at_its_mass():
    predictions = {"rate": np.array([2e-5, 1e-9, 1.0]), "mass": np.array([1.0, 2.0, 20.0])}
    value, bound, pull = limit_curve().compare(predictions)
    np.testing.assert_array_equal(value, predictions["rate"])
    np.testing.assert_allclose(bound, [1e-5, 4e-5, np.nan], rtol=1e-12)
    np.testing.assert_allclose(pull, [2.0 * Z[0.90], Z[0.90] * 1e-9 / 4e-5, 0.0], rtol=1e-4)


def test_its_description_has_the_numbers():
    text = limit_curve().describe()
    for part in ("rate < 1e-06 to 4e-05 at 90 %", "1 < mass/GeV < 8"):
        assert part in text
