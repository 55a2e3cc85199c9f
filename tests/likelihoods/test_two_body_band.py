"""The two-body band: one hypothesis of no signal, the interval where the table has it, nothing beyond."""

import numpy as np
import pytest

from alpfit.likelihoods import FORMS

TABLE = {
    "masses": np.array([1.0, 2.0, 3.0]),
    "best": np.array([4e-6, 6e-6, 0.0]),
    "lower": np.array([1e-6, 0.0, 0.0]),
    "upper": np.array([9e-6, 8e-6, 5e-6]),
}


def band(**changes):
    return FORMS["two-body-band"].model_validate({"observable": "rate", "abscissa": "mass", **TABLE, **changes})


def chi_squared(form, rate, mass):
    return -2.0 * form.loglike({"rate": np.asarray(rate, dtype=float), "mass": np.asarray(mass, dtype=float)})


def test_no_signal_is_the_reference_at_every_mass():
    masses = np.linspace(0.1, 5.0, 99)
    chi = chi_squared(band(), np.zeros_like(masses), masses)
    np.testing.assert_allclose(chi, 0.0, rtol=0.0, atol=1e-14)


@pytest.mark.parametrize("mass", [1.0, 1.3, 2.0, 2.7, 3.0])
def test_the_best_value_is_the_most_likely(mass):
    rates = np.linspace(0.0, 2e-5, 20001)
    most_likely = rates[np.argmin(chi_squared(band(), rates, np.full_like(rates, mass)))]
    assert most_likely == pytest.approx(np.interp(mass, TABLE["masses"], TABLE["best"]), abs=1e-9)


@pytest.mark.parametrize(("row", "side"), [(0, "lower"), (0, "upper"), (1, "upper"), (2, "upper")])
def test_the_ends_of_the_interval_cost_one_unit(row, side):
    mass, best, end = (TABLE[column][row] for column in ("masses", "best", side))
    assert chi_squared(band(), end, mass) - chi_squared(band(), best, mass) == pytest.approx(1.0, rel=1e-12)


def test_where_the_interval_is_cut_off_at_zero_the_lower_error_is_the_upper():
    best, upper = 6e-6, 8e-6
    below, at = chi_squared(band(), [best - (upper - best), best], 2.0)
    assert below - at == pytest.approx(1.0, rel=1e-12)


def test_a_best_value_of_zero_gives_a_one_sided_parabola():
    np.testing.assert_allclose(chi_squared(band(), [5e-6, 1e-5, 1.5e-5], 3.0), [1.0, 4.0, 9.0], rtol=1e-12)


def test_between_masses_the_columns_are_interpolated_linearly():
    # halfway from 1 to 2 GeV: best 5e-6, upper error (5 + 2)/2 e-6
    at_end, at_best = chi_squared(band(), [5e-6 + 3.5e-6, 5e-6], 1.5)
    assert at_end - at_best == pytest.approx(1.0, rel=1e-12)


def test_outside_of_the_table_it_is_off():
    np.testing.assert_array_equal(chi_squared(band(), 1.0, [1e-3, 0.999, 3.001, 20.0]), 0.0)


def test_outside_of_the_table_there_is_no_bound():
    at = {"rate": np.full(3, 1e-5), "mass": np.array([0.999, 1.0, 3.001])}
    np.testing.assert_array_equal(np.isnan(band().compare(at).bound), [True, False, True])


def test_at_the_last_mass_the_table_holds():
    assert chi_squared(band(), 5e-6, 3.0) == pytest.approx(1.0, rel=1e-12)


def test_its_description_has_the_numbers():
    text = band().describe()
    for part in ("rate", "1 < mass/GeV < 3", "5e-06 to 9e-06"):
        assert part in text
