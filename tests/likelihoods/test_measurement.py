"""A measurement: a form with its numbers, and the share of the dark matter that a rate is for."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from alpfit.errors import PredictionError
from alpfit.likelihoods import FORMS, Measurement
from alpfit.likelihoods.measurement import Share
from alpfit.likelihoods.source import Source

SOURCE = Source(
    arxiv="2103.11769",
    inspire="",
    where="figure 4",
    how="read off",
    confidence_level="90 % upper limit",
    quality="digitised",
    assumes="no background",
    recast="none",
)
LIMIT = FORMS["upper-limit"].model_validate({"observable": "rate", "bound": 2.0, "confidence_level": 0.90})
CURVE = FORMS["limit-curve"].model_validate(
    {
        "observable": "rate",
        "abscissa": "mass",
        "bound": "limit",
        "power": 1.0,
        "confidence_level": 0.90,
        "masses": np.array([1.0, 4.0]),
        "bounds": np.array([1.0, 16.0]),
    }
)
SQUARED = Share(by="Omega_h2", reference=0.12, power=2.0)
Z_90 = 1.2815515655446004

DESCRIPTION = """\
nobody_2000: A limit (Nobody)
  upper-limit: rate < 2 at 90 %
  for: invisible, displaced
  source: arXiv:2103.11769, figure 4; 90 % upper limit
  numbers: digitised; read off
  recast: none
  assumes: no background"""


def measurement(**changes):
    plain = Measurement(
        name="nobody_2000",
        title="A limit",
        experiment="Nobody",
        scenarios=("invisible", "displaced"),
        form_name="upper-limit",
        form=LIMIT,
        source=SOURCE,
        digest="0" * 64,
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(("power", "expected"), [(1.0, 0.25), (2.0, 0.0625), (0.5, 0.5)])
def test_the_share_is_a_power_of_the_density_over_the_reference(power, expected):
    share = Share(by="Omega_h2", reference=0.12, power=power)
    assert share.of({"Omega_h2": np.array(0.03)}) == pytest.approx(expected, rel=1e-14)


def test_the_share_is_one_where_there_is_dark_matter_enough_and_none_where_there_is_none():
    densities = np.array([[0.12, 0.1200001], [5.0, 0.0]])
    np.testing.assert_array_equal(SQUARED.of({"Omega_h2": densities}), [[1.0, 1.0], [1.0, 0.0]])


def test_without_a_share_the_likelihood_is_the_forms():
    rates = np.linspace(0.0, 5.0, 11)
    np.testing.assert_array_equal(measurement().loglike({"rate": rates}), LIMIT.loglike({"rate": rates}))


def test_a_share_multiplies_the_rate():
    rates, densities = np.array([8.0, 8.0, 8.0, 2.0]), np.array([0.06, 0.12, 0.5, 0.0])
    log_l = measurement(share=SQUARED).loglike({"rate": rates, "Omega_h2": densities})
    np.testing.assert_allclose(log_l, -0.5 * (Z_90 * np.array([1.0, 4.0, 4.0, 0.0])) ** 2, rtol=1e-12)


def test_a_share_leaves_all_but_the_first_observable_alone():
    predictions = {"rate": np.array([32.0, 4.0]), "mass": np.array([4.0, 1.0]), "Omega_h2": np.array([0.06, 0.06])}
    comparison = measurement(form=CURVE, share=SQUARED).compare(predictions)
    np.testing.assert_allclose(comparison.prediction, [8.0, 1.0], rtol=1e-14)
    np.testing.assert_allclose(comparison.bound, [16.0, 1.0], rtol=1e-12)


def test_the_comparison_is_with_the_share_and_has_the_pull_of_the_likelihood():
    with_share, predictions = measurement(share=SQUARED), {"rate": [8.0, 2.0], "Omega_h2": [0.06, 3.0]}
    prediction, bound, pull = with_share.compare(predictions)
    np.testing.assert_allclose(prediction, [2.0, 2.0], rtol=1e-14)
    np.testing.assert_array_equal(bound, [2.0, 2.0])
    np.testing.assert_allclose(pull, [Z_90, Z_90], rtol=1e-12)
    np.testing.assert_allclose(-2.0 * with_share.loglike(predictions), pull**2, rtol=1e-13)


def test_the_density_is_read_only_where_the_share_is_in_force():
    assert measurement(form=CURVE).observables == ("rate", "mass")
    assert measurement(form=CURVE, share=SQUARED).observables == ("rate", "mass", "Omega_h2")
    assert np.isfinite(measurement().loglike({"rate": 1.0}))
    with pytest.raises(PredictionError, match=r"^Omega_h2 is missing: nobody_2000 needs rate, Omega_h2$"):
        measurement(share=SQUARED).loglike({"rate": 1.0})


def test_an_observable_that_the_form_reads_too_is_named_once_and_stays_as_it_is():
    by_mass = measurement(form=CURVE, share=Share(by="mass", reference=4.0, power=1.0))
    assert by_mass.observables == ("rate", "mass")
    prediction, bound, _ = by_mass.compare({"rate": 8.0, "mass": 2.0})
    assert (prediction, bound) == pytest.approx((4.0, 4.0), rel=1e-12)


def test_predictions_are_not_changed():
    predictions = {"rate": np.array([8.0, 1.0]), "Omega_h2": np.array([0.03, 0.06])}
    measurement(share=SQUARED).loglike(predictions)
    np.testing.assert_array_equal(predictions["rate"], [8.0, 1.0])
    np.testing.assert_array_equal(predictions["Omega_h2"], [0.03, 0.06])


def test_numbers_lists_and_integers_are_as_good_as_arrays():
    expected = measurement().loglike({"rate": np.array([1.0, 3.0])})
    np.testing.assert_array_equal(measurement().loglike({"rate": [1, 3]}), expected)
    assert measurement().loglike({"rate": 3}) == expected[1]
    np.testing.assert_array_equal(measurement().compare({"rate": [1, 3]}).bound, [2.0, 2.0])


@pytest.mark.parametrize("share", [None, SQUARED], ids=["plain", "with a share"])
def test_arrays_of_one_shape_can_skip_the_check(share):
    whole, shape = measurement(form=CURVE, share=share), (3, 4)
    rng = np.random.default_rng(1)
    ranges = {"rate": (10.0, 20.0), "mass": (0.5, 5.0), "Omega_h2": (0.03, 0.2)}
    predictions = {name: rng.uniform(low, high, shape) for name, (low, high) in ranges.items()}
    np.testing.assert_array_equal(whole.loglike_of_arrays(predictions), whole.loglike(predictions))
    assert whole.loglike(predictions).min() < -0.1


def test_a_number_stands_for_an_array_of_it():
    curve, masses = measurement(form=CURVE, share=SQUARED), np.linspace(0.5, 5.0, 12).reshape(3, 4)
    expected = {"rate": np.full((3, 4), 9.0), "mass": masses, "Omega_h2": np.full((3, 4), 0.1)}
    short = {"rate": 9.0, "mass": masses, "Omega_h2": 0.1}
    np.testing.assert_array_equal(curve.loglike(short), curve.loglike(expected))
    np.testing.assert_array_equal(curve.compare(short).pull, curve.compare(expected).pull)


def test_a_prediction_that_is_missing_is_named():
    with pytest.raises(PredictionError, match=r"^mass is missing: nobody_2000 needs rate, mass$"):
        measurement(form=CURVE).compare({"rate": 1.0})


NO_PREDICTIONS = {
    "nothing": (None, "None must be a dictionary: "),
    "a list of pairs": ([("rate", 1.0), ("mass", 2.0)], "must be a dictionary: "),
    "None": ({"rate": None, "mass": 2.0}, "rate = None must be a real number"),
    "text": ({"rate": 1.0, "mass": "2"}, "mass = '2' must be a real number"),
    "a truth value": ({"rate": True, "mass": 2.0}, "rate = True must be a real number"),
    "a complex number": ({"rate": 1j, "mass": 2.0}, "rate = 1j must be a real number"),
    "rows of different length": ({"rate": [[1.0], [1.0, 2.0]], "mass": 2.0}, "rate = [[1.0], [1.0, 2.0]] must be"),
    "a dictionary of dictionaries": ({"rate": {"value": 1.0}, "mass": 2.0}, "rate = {'value': 1.0} must be a real"),
    "shapes": ({"rate": [1.0, 2.0], "mass": [1.0, 2.0, 3.0]}, "shapes do not broadcast: rate (2,), mass (3,)"),
}


@pytest.mark.parametrize("ask", ["loglike", "compare"])
@pytest.mark.parametrize(("predictions", "expected"), NO_PREDICTIONS.values(), ids=NO_PREDICTIONS)
def test_what_is_no_prediction_is_refused_in_a_sentence(ask, predictions, expected):
    with pytest.raises(PredictionError) as caught:
        getattr(measurement(form=CURVE), ask)(predictions)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_there_is_no_share_of_less_than_nothing():
    log_l = measurement(share=SQUARED).loglike({"rate": 1.0, "Omega_h2": [-0.06, np.nan, np.inf, 0.0]})
    np.testing.assert_allclose(log_l, [np.nan, np.nan, -0.5 * (Z_90 / 2.0) ** 2, 0.0], rtol=1e-12)


@pytest.mark.parametrize("number", [np.inf, np.nan, "0.12", True, 0.0])
def test_a_share_needs_a_positive_number(number):
    with pytest.raises(ValidationError):
        Share(by="Omega_h2", reference=number, power=2.0)


def test_its_description_is_a_paragraph():
    assert measurement().describe() == DESCRIPTION


def test_what_is_particular_to_it_is_described_too():
    special = measurement(
        projection=True,
        source=replace(SOURCE, supersedes="Nobody:1999abc"),
        overlaps=("nobody_1999", "somebody_2001"),
        options={"power": 2.0, "rescale": False},
        notes={"efficiency": "taken as constant", "units": "GeV"},
    )
    lines = DESCRIPTION.replace("displaced", "displaced; a projection, no data").splitlines()
    assert special.describe().splitlines() == [
        *lines,
        "  supersedes: Nobody:1999abc",
        "  same data as: nobody_1999, somebody_2001",
        "  option power = 2.0",
        "  option rescale = False",
        "  efficiency: taken as constant",
        "  units: GeV",
    ]
