"""The contour: a closed region of mass and coupling that is excluded, with a soft edge."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import norm

from alpfit.errors import CatalogueError, validation_sentence
from alpfit.likelihoods import FORMS

DATA = {"observable": "coupling", "abscissa": "mass", "width": 0.1, "confidence_level": 0.90}
SQUARE = {"masses": np.array([0.1, 10.0, 10.0, 0.1]), "couplings": np.array([1e-6, 1e-6, 1e-4, 1e-4])}
TRIANGLE = {"masses": np.array([1.0, 100.0, 100.0]), "couplings": np.array([1e-6, 1e-6, 1e-4])}
ON_THE_EDGE = ([1e-6, 1e-4, 1e-5, 1e-5, 3e-6], [1.0, 0.3, 0.1, 10.0, 10.0])
"""Couplings and masses on the sides of the square."""

TABLE = "mass [GeV],coupling\n0.1,1e-6\n10,1e-6\n10,1e-4\n0.1,1e-4\n"
Z = {0.90: 1.2815515655446004, 0.95: 1.6448536269514722}
"""One-sided quantiles of the normal distribution."""


def contour(**changes):
    return FORMS["contour"].model_validate({**DATA, **SQUARE, **changes})


def at(coupling, mass):
    coupling, mass = np.broadcast_arrays(np.asarray(coupling, dtype=float), np.asarray(mass, dtype=float))
    return {"coupling": coupling, "mass": mass}


@pytest.mark.parametrize("width", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("level", Z)
def test_the_edge_itself_is_excluded_at_the_confidence_level(width, level):
    log_l = contour(width=width, confidence_level=level).loglike(at(*ON_THE_EDGE))
    np.testing.assert_allclose(-2.0 * log_l, Z[level] ** 2, rtol=1e-10)


@pytest.mark.parametrize(
    ("coupling", "mass", "expected"),
    [
        (1e-5, 1.0, 1.0),
        (1e-5, 10.0**0.75, 0.25),
        (1e-3, 1.0, -1.0),
        (1e-5, 0.01, -1.0),
        (1e-2, 100.0, -np.sqrt(5.0)),  # one decade in mass and two in coupling beyond a corner
        (0.0, 1.0, -294.0),
        (1e-5, 0.0, -299.0),
    ],
)
def test_the_depth_is_the_distance_from_the_edge_in_decades(coupling, mass, expected):
    depth = contour().depth(np.array(mass), np.array(coupling))
    assert depth == pytest.approx(expected, rel=1e-12)


def test_it_is_a_normal_distribution_function_of_the_depth_in_widths():
    depth = np.linspace(-0.5, 1.0, 31)
    start = norm.ppf(np.exp(-(Z[0.90] ** 2) / 2.0))
    log_l = contour().loglike(at(10.0 ** (depth - 6.0), 1.0))
    np.testing.assert_allclose(log_l, norm.logcdf(start - depth / 0.1), rtol=1e-9)


def test_deeper_is_always_less_likely():
    below, above = 10.0 ** np.linspace(-6.5, -5.0, 200), 10.0 ** np.linspace(-3.5, -5.0, 200)
    for couplings in (below, above):
        assert (np.diff(contour().loglike(at(couplings, 1.0))) < 0.0).all()


def test_far_outside_it_is_off_and_far_inside_a_parabola():
    form = contour(width=0.005)
    np.testing.assert_allclose(form.loglike(at([1e-8, 1e-5], [1.0, 100.0])), 0.0, atol=1e-20)
    np.testing.assert_allclose(form.compare(at([10**-5.5, 1e-5], 1.0)).pull, [100.0, 200.0], rtol=5e-3)


def test_it_does_not_jump_across_the_edge():
    edge = np.array([1e-6, 1e-4])
    just_off = contour().loglike(at(np.concatenate([edge * (1.0 - 1e-9), edge * (1.0 + 1e-9)]), 1.0))
    np.testing.assert_allclose(-2.0 * just_off, Z[0.90] ** 2, rtol=1e-6)


def test_it_is_finite_without_a_signal_and_for_a_huge_one():
    log_l = contour().loglike(at([0.0, 1.0, 1e300], [[0.0], [1.0], [1e300]]))
    np.testing.assert_array_equal(log_l, 0.0)
    huge = contour(masses=np.array([1.0, 1e301, 1e301]), couplings=np.array([1.0, 1e-2, 1e2]))
    assert -1e7 < huge.loglike(at(1.0, 1e300)) < -30.0


def test_what_is_not_a_number_is_not_taken_for_allowed():
    assert np.isnan(contour().loglike(at([np.nan, 1e-5], [1.0, np.nan]))).all()


def test_neither_the_orientation_nor_the_starting_corner_matters():
    predictions = at(10.0 ** np.linspace(-7.0, -3.0, 20), 10.0 ** np.linspace(-2.0, 2.0, 20)[:, None])
    expected = contour(**TRIANGLE).loglike(predictions)
    for turn in (lambda column: np.roll(column, 1), lambda column: column[::-1].copy()):
        same = contour(**{name: turn(column) for name, column in TRIANGLE.items()})
        np.testing.assert_allclose(same.loglike(predictions), expected, rtol=1e-10, atol=1e-20)


def test_a_point_with_the_coupling_of_a_corner_is_outside_where_its_mass_is():
    """To the last bit: these logarithms do not add up."""
    form = contour(masses=np.array([0.1, 1.0, 0.3]), couplings=np.array([2.2e-7, 8.4e-3, 2.1e-6]))
    assert (form.depth(np.full(3, 1e-3), form.couplings) < -1.9).all()
    np.testing.assert_allclose(form.loglike(at(form.couplings, 1e-3)), 0.0, atol=1e-20)


def test_the_edges_at_a_mass_are_interpolated_in_decades():
    edges = np.sort(contour(**TRIANGLE).edges_at(np.array([10.0, 10.0**1.5])), axis=-1)
    np.testing.assert_allclose(edges, [[1e-6, 1e-5, np.nan], [1e-6, 10**-4.5, np.nan]], rtol=1e-12)


def test_at_a_mass_beside_the_region_there_are_no_edges():
    assert np.isnan(contour().edges_at(np.array([0.0, 0.099, 10.01]))).all()


def test_at_the_mass_of_a_corner_every_edge_is_there():
    """To the last bit: these logarithms do not add up."""
    form = contour(masses=np.array([0.082, 0.13, 1.7, 1.1]), couplings=np.array([1e-5, 1e-6, 1e-5, 1e-4]))
    assert (np.isfinite(form.edges_at(np.array([0.13, 1.1]))).sum(axis=-1) == 2).all()


def test_it_compares_the_coupling_with_the_nearest_edge_at_its_mass():
    couplings = [[2e-5, 5e-6, 1e-9], [0.0, 1.0, 1e-5]]
    masses = [[1.0, 1.0, 1.0], [1.0, 1.0, 99.0]]
    prediction, bound, _ = contour().compare(at(couplings, masses))
    np.testing.assert_array_equal(prediction, couplings)
    np.testing.assert_allclose(bound, [[1e-4, 1e-6, 1e-6], [1e-6, 1e-4, np.nan]], rtol=1e-12)


def test_its_likelihood_is_that_of_the_pull():
    predictions = at(10.0 ** np.linspace(-7.0, -3.0, 20), 10.0 ** np.linspace(-2.0, 2.0, 20)[:, None])
    np.testing.assert_allclose(contour().compare(predictions).pull ** 2, -2.0 * contour().loglike(predictions))


def test_it_is_read_from_its_table(tmp_path):
    (tmp_path / "table.csv").write_text(TABLE)
    form = FORMS["contour"].read(DATA, tmp_path)
    assert form.observables == ("coupling", "mass")
    np.testing.assert_array_equal(form.masses, SQUARE["masses"])
    np.testing.assert_array_equal(form.couplings, SQUARE["couplings"])


def test_its_description_has_the_numbers():
    assert contour().describe() == (
        "a region within 1e-06 < coupling < 0.0001, 0.1 < mass/GeV < 10 is excluded at 90 %, edge 0.1 decades wide"
    )


BROKEN = {
    "has 2 rows: a contour needs three or more": ("\n10,1e-4\n0.1,1e-4", ""),
    "masses and couplings of a contour must be positive": ("10,1e-4", "10,-1e-4"),
    "masses and couplings of a contour must be positive (mass)": ("\n0.1,1e-4", "\n0,1e-4"),
    "coupling is empty in row 3; give it a number": ("10,1e-4", "10,"),
    "has no column 'coupling': mass, g": ("coupling", "g"),
    "the unit of mass is [mm], it must be [GeV]": ("GeV", "mm"),
}


@pytest.mark.parametrize(("sentence", "change"), BROKEN.items(), ids=BROKEN)
def test_a_table_that_is_no_contour_is_refused(tmp_path, sentence, change):
    (tmp_path / "table.csv").write_text(TABLE.replace(*change))
    with pytest.raises(CatalogueError) as caught:
        FORMS["contour"].read(DATA, tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "table.csv"))
    assert sentence.removesuffix(" (mass)") in str(caught.value)


@pytest.mark.parametrize("width", [0.0, -0.1])
def test_an_edge_without_width_is_refused(tmp_path, width):
    (tmp_path / "table.csv").write_text(TABLE)
    with pytest.raises(ValidationError) as caught:
        FORMS["contour"].read({**DATA, "width": width}, tmp_path)
    assert validation_sentence(caught.value) == f"width = {width}: must be greater than 0"
