"""What predictions that mean nothing give, for every entry of the catalogue and every form: never another's ln L."""

import json
from importlib.metadata import version

import numpy as np
import pytest
from pyhf_from_tables import workspace
from shipped_entries import shipped

from alpfit.likelihoods import FORMS, names

TAKE_NEGATIVE = {"gaussian", "counting"}
"""Forms whose formula holds for a negative prediction, as long as the whole rate is positive."""

SEARCHED = {"m_a": (0.0101, 0.3), "m_chi": (0.0101, 3.0), "tau_a": (1e-12, 1e-7), "sigma_v_today": (1e-31, 1e-24)}
"""Where many of the entries have something to say; everything else is a number from 1e-10 to 1e-4."""

N = 6


def points_for(observables, masses=None):
    rng = np.random.default_rng(11)
    points = {}
    for name in observables:
        low, high = SEARCHED.get(name, (1e-10, 1e-4))
        points[name] = low * (high / low) ** rng.random(N)
    if masses is not None:
        points[observables[1]] = masses[0] + (masses[-1] - masses[0]) * rng.random(N)
    points[observables[0]][0] = 0.0
    return points


def assert_nan_where_it_is_nothing(loglike, points, name, nothing):
    """``nothing`` in place of one value of the observable ``name`` is NaN there and changes no other point."""
    expected = loglike(points)
    assert np.isfinite(expected).all()
    for where in (0, N - 1):
        values = points[name].copy()
        values[where] = nothing
        log_l = loglike({**points, name: values})
        assert np.isnan(log_l[where])
        np.testing.assert_array_equal(np.delete(log_l, where), np.delete(expected, where))


def assert_infinity_has_a_limit(loglike, points, name, fractions):
    """Infinity gives no NaN, and no ln L above that of a huge number; fractions, and errors, cannot be infinite."""
    infinite = loglike({**points, name: np.full(N, np.inf)})
    if name in fractions:
        assert np.isnan(infinite).all()
    else:
        assert not np.isnan(infinite).any()
        assert (infinite <= loglike({**points, name: np.full(N, 1e30)}) + 1e-9).all()


@pytest.fixture(params=names())
def measurement(request):
    return shipped(request.param)


def test_not_a_number_stays_that_in_every_observable(measurement):
    points = points_for(measurement.observables)
    for name in measurement.observables:
        assert_nan_where_it_is_nothing(measurement.loglike, points, name, np.nan)
        assert_nan_where_it_is_nothing(measurement.loglike_of_arrays, points, name, np.nan)


def test_not_a_number_is_compared_with_nothing(measurement):
    points = {name: values[:2] for name, values in points_for(measurement.observables).items()}
    for name in measurement.observables:
        pull = measurement.compare({**points, name: np.array([np.nan, points[name][1]])}).pull
        assert np.isnan(pull).tolist() == [True, False]


def test_not_a_number_counts_also_where_nothing_was_searched(measurement):
    signal = measurement.observables[0]
    far = {name: 90.0 for name in measurement.observables if name in ("m_a", "m_chi")}
    points = {**dict.fromkeys(measurement.observables, 1e-3), **far, signal: np.nan}
    assert np.isnan(measurement.loglike(points))


def test_a_negative_prediction_is_nothing_or_has_its_own_likelihood(measurement):
    points = points_for(measurement.observables)
    for name in measurement.observables:
        if measurement.form_name not in TAKE_NEGATIVE:
            assert_nan_where_it_is_nothing(measurement.loglike, points, name, -1e-3)
            continue
        counts_all = measurement.form_name == "counting" and measurement.form.standard_model == 0.0
        own = [getattr(measurement.form, field, "") for field in ("relative_theory_error", "abscissa")]
        if counts_all or name in own:
            assert_nan_where_it_is_nothing(measurement.loglike, points, name, -1e-3)
            continue
        none, below, far_below = measurement.loglike(
            {**dict.fromkeys(measurement.observables, 0.0), name: [0.0, -1e-9, -1.0]}
        )
        assert 0.0 < abs(below - none) < 0.1
        assert abs(far_below - none) > 10.0 if measurement.form_name == "gaussian" else np.isnan(far_below)


def test_infinity_is_as_bad_as_it_gets(measurement):
    points, form = points_for(measurement.observables), measurement.form
    fractions = {getattr(form, option, "") for option in ("invisible_fraction", "relative_theory_error")}
    for name in measurement.observables:
        assert_infinity_has_a_limit(measurement.loglike, points, name, fractions)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)], ids=str)
def test_no_points_have_no_likelihoods(measurement, shape):
    points = dict.fromkeys(measurement.observables, np.empty(shape))
    assert measurement.loglike(points).shape == shape
    assert {array.shape for array in measurement.compare(points)} == {shape}


def test_a_list_of_lists_is_an_array_and_a_number_an_array_without_dimensions(measurement):
    points = points_for(measurement.observables)
    expected = measurement.loglike(points)
    nested = {name: values.reshape(2, 3).tolist() for name, values in points.items()}
    np.testing.assert_array_equal(measurement.loglike(nested), expected.reshape(2, 3))
    one = measurement.loglike({name: float(values[1]) for name, values in points.items()})
    assert (one.shape, one) == ((), expected[1])


MASSES = np.array([0.5, 1.0, 2.0])
COLUMNS = {"masses": MASSES, "observable": "rate", "abscissa": "mass"}
LIMIT = {"confidence_level": 0.9}
BOUNDS = np.array([[1e-6, 2e-6], [np.nan, np.nan], [2e-6, np.nan]])
SURFACE = {**COLUMNS, **LIMIT, "lifetime": "tau", "lifetimes": np.array([1e-10, 1e-9]), "bounds": BOUNDS}
BAND = {"best": np.array([1e-6, 0.0, 3e-6]), "lower": np.array([5e-7, 0.0, 0.0]), "upper": np.full(3, 5e-6)}
WIDTHS = {"energies": MASSES, "best": np.array([1e-6, -1e-6, 0.0]), "sigma": np.full(3, 1e-6)}
NUMBER = {"observable": "rate", "value": 1e-6, "errors_up": [1e-6], "errors_down": [1e-6]}
VARIANTS = {
    "upper-limit": ("upper-limit", {"observable": "rate", "bound": 1e-6, **LIMIT}),
    "upper-limit, squared": ("upper-limit", {"observable": "rate", "bound": 1e-6, "power": 2.0, **LIMIT}),
    "limit-curve": (
        "limit-curve",
        {**COLUMNS, **LIMIT, "power": 2.0, "bound": "x", "bounds": np.array([1e-6, np.nan, 2e-6])},
    ),
    "limit-surface, decay": ("limit-surface", {**SURFACE, "search": "decay"}),
    "limit-surface, missing energy": (
        "limit-surface",
        {**SURFACE, "search": "missing energy", "invisible_fraction": "f"},
    ),
    "two-body-band": ("two-body-band", {**COLUMNS, **BAND}),
    "contour": ("contour", {**COLUMNS, **LIMIT, "width": 0.1, "couplings": np.array([1e-6, 1e-4, 1e-4])}),
    "edge, below": ("edge", {"observable": "rate", "bound": 1e-6, "width": 0.1, "excluded": "below", **LIMIT}),
    "edge, above": ("edge", {"observable": "rate", "bound": 1e-6, "width": 0.1, "excluded": "above", **LIMIT}),
    "parabola": ("parabola", {"observable": "rate", "abscissa": "mass", **WIDTHS}),
    "parabola, two-sided": ("parabola", {"observable": "rate", "abscissa": "mass", "two_sided": True, **WIDTHS}),
    "gaussian": ("gaussian", {**NUMBER, "relative_theory_error": 0.1}),
    "gaussian, upper limit": ("gaussian", {**NUMBER, "upper_limit": True}),
    "counting": (
        "counting",
        {"observable": "rate", "n_observed": 3, "background": 2.0, "background_error": 1.0, "events_per_unit": 1e6},
    ),
    "counting, up to a mass": (
        "counting",
        {
            "observable": "rate",
            "n_observed": 3,
            "background": 2.0,
            "background_error": 1.0,
            "events_per_unit": 1e6,
            "abscissa": "mass",
            "seen_below": 1e3,
        },
    ),
    "counting, nothing": (
        "counting",
        {"observable": "rate", "n_observed": 0, "background": 1.0, "events_per_unit": 1e6},
    ),
    "binned": ("binned", None),
    "binned, marginalised": ("binned", {"marginalise": True}),
    "pyhf": ("pyhf", None),
    "flavio": ("flavio", {"measurement": "HFAG rad 2014", "reads": {"rate": "BR(B+->K*gamma)"}}),
    "flavio, limit": ("flavio", {"measurement": "Belle B->hnunu SL 2017", "reads": {"rate": "BR(B0->K*nunu)"}}),
}
OWN_VALUE_BELOW_ZERO = {"gaussian", "parabola, two-sided", "flavio"}


@pytest.fixture(params=VARIANTS)
def variant(request, binned, binned_folder, binned_data, tmp_path):
    name, data = VARIANTS[request.param]
    if name == "binned":
        return request.param, binned(data)
    if name == "pyhf":
        folder = binned_folder()
        (folder / "workspace.json").write_text(json.dumps(workspace(folder, binned_data["signal"])))
        data = {**binned_data, "workspace": "workspace.json", "signal_sample": binned_data["signal"]}
        del data["signal"]
        return request.param, FORMS["pyhf"].read(data, folder)
    if name == "flavio":
        request.getfixturevalue("flavio")
        return request.param, FORMS["flavio"].read({**data, "version": version("flavio")}, tmp_path)
    return request.param, FORMS[name].model_validate(data)


def points_of(form):
    points = points_for(form.observables, MASSES if len(form.observables) > 1 else None)
    if "tau" in points:
        points["tau"] = np.geomspace(1e-11, 1e-8, N)
    return points


def test_every_form_is_among_them():
    assert {name for name, _ in VARIANTS.values()} == set(FORMS)


def test_in_every_form_not_a_number_stays_that(variant):
    variety, form = variant
    points = points_of(form)
    for observable in form.observables:
        assert_nan_where_it_is_nothing(form.loglike, points, observable, np.nan)
        two = {name: values[1:3] for name, values in points.items()}
        first = np.nan if variety == "pyhf" else two[observable][0]  # sixty fits that another test does
        two[observable] = np.array([first, np.nan])
        assert np.isnan(form.compare(two).pull).tolist() == [variety == "pyhf", True]


def test_in_every_form_a_negative_prediction_is_nothing_or_has_its_own_likelihood(variant):
    name, form = variant
    points = points_of(form)
    signal, *others = form.observables
    for observable in others:
        assert_nan_where_it_is_nothing(form.loglike, points, observable, -0.5)
    if name in OWN_VALUE_BELOW_ZERO:
        below = [form.loglike({**points, signal: np.full(N, value)}) for value in (-2e-3, -1e-3, 0.0)]
        assert (np.diff(below, axis=0) > 0.5).all()
    else:
        assert_nan_where_it_is_nothing(form.loglike, points, signal, -1e-3)


def test_in_every_form_infinity_is_as_bad_as_it_gets(variant):
    _, form = variant
    for observable in form.observables:
        assert_infinity_has_a_limit(form.loglike, points_of(form), observable, {"f"})


def test_in_every_form_more_than_the_largest_branching_ratio_is_no_better(variant):
    name, form = variant
    if name.startswith(("binned", "pyhf")):
        ratios = np.array([1.0, 10.0, 1e3, np.inf])
        steps = np.diff(form.loglike({"rate": ratios, "mass": np.ones(4)}))
        np.testing.assert_allclose(steps, [-np.log(10.0), -np.log(100.0), -np.inf], rtol=1e-4)


@pytest.mark.parametrize("shape", [(0,), (2, 0)], ids=str)
def test_in_every_form_no_points_have_no_likelihoods(variant, shape):
    _, form = variant
    points = dict.fromkeys(form.observables, np.empty(shape))
    assert form.loglike(points).shape == shape
    assert {array.shape for array in form.compare(points)} == {shape}
