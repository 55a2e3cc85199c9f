"""The parabola: a best value and a width that depend on an energy, as a limit or on both sides."""

import numpy as np
import pytest
from pydantic import ValidationError

from alpfit.errors import CatalogueError, validation_sentence
from alpfit.likelihoods import FORMS

ENERGIES, BEST, SIGMA = np.array([1.0, 2.0, 4.0]), np.array([3.0, -1.0, 5.0]), np.array([0.5, 1.0, 2.0])
DATA = {"observable": "flux", "abscissa": "energy"}
TABLE = "energy [GeV],best,sigma\n1,3,0.5\n2,-1,1\n4,5,2\n"


def parabola(**changes):
    columns = {"energies": ENERGIES, "best": BEST, "sigma": SIGMA}
    return FORMS["parabola"].model_validate({**DATA, **columns, **changes})


def at(flux, energy):
    flux, energy = np.broadcast_arrays(np.asarray(flux, dtype=float), np.asarray(energy, dtype=float))
    return {"flux": flux, "energy": energy}


def chi_squared(form, flux, energy):
    return -2.0 * form.loglike(at(flux, energy))


@pytest.mark.parametrize("two_sided", [False, True])
def test_above_the_best_value_each_sigma_costs_its_square(two_sided):
    form = parabola(two_sided=two_sided)
    for n_sigma in (1.0, 2.0, 2.5):
        chi = chi_squared(form, BEST + n_sigma * SIGMA, ENERGIES)
        np.testing.assert_allclose(chi, n_sigma**2, rtol=1e-13)


def test_below_the_best_value_a_limit_costs_nothing():
    log_l = parabola().loglike(at([3.0 - 1e-9, 0.0, 1.0], [1.0, 1.0, 4.0]))
    np.testing.assert_array_equal(log_l, 0.0)
    assert not np.signbit(log_l).any()


def test_below_zero_there_is_a_measurement_but_no_limit():
    assert np.isnan(parabola().loglike(at([-1e-9, -1.0, -1.0], [1.0, 2.0, 9.0]))).all()
    assert np.isnan(parabola().compare(at(-1.0, 2.0)).pull)
    np.testing.assert_allclose(chi_squared(parabola(two_sided=True), -2.0, 2.0), 1.0, rtol=1e-13)


def test_below_the_best_value_a_measurement_costs_what_it_does_above():
    form = parabola(two_sided=True)
    np.testing.assert_allclose(chi_squared(form, BEST - 2.5 * SIGMA, ENERGIES), 6.25, rtol=1e-13)


def test_a_best_value_below_zero_counts_against_no_signal():
    assert chi_squared(parabola(), 0.0, 2.0) == pytest.approx(1.0, rel=1e-13)


def test_between_its_energies_both_columns_are_interpolated_linearly():
    # at 1.25 GeV: best 3 - 4/4, sigma 0.5 + 0.5/4; at 3.5 GeV: best -1 + 6*3/4, sigma 1 + 3/4
    chi = chi_squared(parabola(), [2.0 + 0.625, 3.5 + 2.0 * 1.75], [1.25, 3.5])
    np.testing.assert_allclose(chi, [1.0, 4.0], rtol=1e-13)


@pytest.mark.parametrize("two_sided", [False, True])
def test_outside_of_the_searched_range_it_is_off(two_sided):
    outside = [1e-3, 0.999999, 4.000001, 1e3]
    np.testing.assert_array_equal(chi_squared(parabola(two_sided=two_sided), 1e6, outside), 0.0)


def test_at_the_ends_of_the_searched_range_it_is_on():
    np.testing.assert_allclose(chi_squared(parabola(), [4.0, 9.0], [1.0, 4.0]), [4.0, 4.0], rtol=1e-13)


def test_more_signal_is_never_more_likely():
    fluxes, energies = np.linspace(0.0, 20.0, 100), np.linspace(1.0, 4.0, 7)
    steps = np.diff(parabola().loglike(at(fluxes, energies[:, None])), axis=1)
    assert (steps <= 0.0).all()
    assert (steps.min(axis=1) < -0.01).all()


@pytest.mark.parametrize(("level", "z"), [(0.90, 1.2815515655446004), (0.95, 1.6448536269514722)])
def test_the_bound_that_is_shown_is_excluded_at_its_level(level, z):
    form = parabola(confidence_level=level)
    value, bound, _ = form.compare(at([0.0, 7.0, 7.0], ENERGIES))
    np.testing.assert_array_equal(value, [0.0, 7.0, 7.0])
    np.testing.assert_allclose(bound, BEST + z * SIGMA, rtol=1e-13)
    np.testing.assert_allclose(chi_squared(form, bound, ENERGIES), z**2, rtol=1e-12)


def test_the_level_is_95_percent_unless_given():
    assert parabola().confidence_level == 0.95


@pytest.mark.parametrize(("two_sided", "below"), [(False, 0.0), (True, -4.0)])
def test_the_pull_has_a_sign_only_where_both_sides_count(two_sided, below):
    pull = parabola(two_sided=two_sided).compare(at([1.0, 4.0, 4.0], [1.0, 1.0, 9.0])).pull
    np.testing.assert_allclose(pull, [below, 2.0, 0.0], rtol=1e-13)


def test_where_nothing_was_searched_there_is_no_bound():
    assert np.isnan(parabola().compare(at(1.0, [0.9, 4.1])).bound).all()


@pytest.mark.parametrize("two_sided", [False, True])
def test_its_likelihood_is_that_of_the_pull(two_sided):
    form, predictions = parabola(two_sided=two_sided), at(np.linspace(-5.0, 9.0, 8), np.linspace(0.5, 4.5, 5)[:, None])
    np.testing.assert_allclose(-2.0 * form.loglike(predictions), form.compare(predictions).pull ** 2, rtol=1e-14)


def test_it_is_read_from_its_table(tmp_path):
    (tmp_path / "other.csv").write_text(TABLE)
    form = FORMS["parabola"].read({**DATA, "table": "other.csv", "two_sided": True}, tmp_path)
    assert form.observables == ("flux", "energy")
    predictions = at([0.0, 2.0], [1.5, 3.0])
    np.testing.assert_array_equal(form.loglike(predictions), parabola(two_sided=True).loglike(predictions))


def test_its_description_has_the_numbers():
    assert parabola().describe() == (
        "flux: best value and width for 1 < energy/GeV < 4, 95 % limits 0.644854 to 8.28971"
    )


@pytest.mark.parametrize("sigma", ["0", "-1"])
def test_a_width_that_is_not_positive_is_refused(tmp_path, sigma):
    (tmp_path / "table.csv").write_text(TABLE.replace("-1,1", f"-1,{sigma}"))
    with pytest.raises(ValidationError) as caught:
        FORMS["parabola"].read(DATA, tmp_path)
    assert validation_sentence(caught.value) == "a sigma in the table is not positive"


BROKEN = {
    "sigma is empty in row 2; give it a number": ("-1,1", "-1,"),
    "best is empty in row 2; give it a number": ("-1,1", ",1"),
    "has no column 'sigma': energy, best, width": ("sigma", "width"),
    "energy = 0 must be positive": ("\n1,", "\n0,"),
    "energy = 2 does not rise": ("\n1,", "\n3,"),
    "the unit of energy is [mm], it must be [GeV]": ("GeV", "mm"),
}


@pytest.mark.parametrize(("sentence", "change"), BROKEN.items(), ids=BROKEN)
def test_a_table_that_cannot_be_used_is_refused(tmp_path, sentence, change):
    (tmp_path / "table.csv").write_text(TABLE.replace(*change))
    with pytest.raises(CatalogueError) as caught:
        FORMS["parabola"].read(DATA, tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "table.csv"))
    assert sentence in str(caught.value)
