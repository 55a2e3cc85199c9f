"""The door for what public functions are given: what passes comes out as numbers, the rest is named and shown."""

import math
from fractions import Fraction

import numpy as np
import pytest

from alpfit.errors import AlpfitError, CatalogueError, ConfigurationError, PredictionError
from alpfit.numerics.arguments import (
    broadcast,
    known,
    outside,
    pair,
    positive_number,
    real_array,
    real_number,
    refuse_outside,
    whole_number,
)

NO_NUMBERS = ["heavy", "0.5", b"1", [1.0, [2.0, 3.0]], 1j, None, True, {}, {1.0}, object(), [True], [None], 10**400]
NO_NUMBERS += [np.datetime64("2020-01-01"), range, lambda: 1.0, np.ma.masked_array([1.0, 2.0], [False, True])]


@pytest.mark.parametrize("value", [1, 1.5, [1, 2], (1.0, 2.0), np.float32(1.5), np.arange(3), range(3), [[1.0], [2.0]]])
def test_what_numpy_takes_for_real_numbers_comes_out_as_floats_of_its_shape(value):
    array = real_array("m_a", value)
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, np.asarray(value))


@pytest.mark.parametrize("empty", [[], (), [[]], np.empty((0, 3)), np.array([], dtype=str)], ids=repr)
def test_nothing_is_an_array_without_elements(empty):
    assert real_array("m_a", empty).shape == np.shape(empty)


@pytest.mark.parametrize("value", [math.nan, math.inf, [1.0, math.nan]])
def test_an_array_may_hold_what_is_not_finite(value):
    np.testing.assert_array_equal(real_array("m_a", value), np.asarray(value))


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: type(value).__name__)
def test_what_is_no_number_is_refused_in_one_short_line_that_names_it(value):
    with pytest.raises(PredictionError, match=r"^m_a = .* must be a real number, or an array of them$") as caught:
        real_array("m_a", value)
    assert len(str(caught.value)) < 200
    for function in (real_number, positive_number):
        with pytest.raises(ConfigurationError, match=r"^scale = .* must be a (positive )?number$"):
            function("scale", value)


def test_a_caller_says_which_error_it_is():
    with pytest.raises(CatalogueError, match="m_a"):
        real_array("m_a", "heavy", error=CatalogueError)


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2.0), np.int64(2), Fraction(2), np.array(2.0)], ids=repr)
def test_a_number_is_a_number_in_any_type(value):
    assert real_number("scale", value) == positive_number("scale", value) == 2.0
    assert type(real_number("scale", value)) is float


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_is_finite(value):
    for function in (real_number, positive_number):
        with pytest.raises(ConfigurationError, match=f"scale = {value}"):
            function("scale", value)


def test_zero_is_a_number_and_not_a_positive_one():
    assert real_number("scale", 0) == 0.0
    with pytest.raises(ConfigurationError, match="scale = 0 must be a positive number"):
        positive_number("scale", 0)


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "2", None, math.nan, np.bool_(True)], ids=repr)
def test_a_whole_number_has_a_least_one(value):
    with pytest.raises(ConfigurationError, match=r"n = .* must be a whole number from 1 on, or None"):
        whole_number("n", value, 1, otherwise=", or None")


def test_a_whole_number_may_be_numpys():
    assert whole_number("n", np.int32(3), 1) == 3


def test_a_pair_is_two_numbers_in_order():
    assert pair("between", [1, 2.5]) == (1.0, 2.5)


@pytest.mark.parametrize(
    "value",
    [(2.0, 1.0), (1.0, 1.0), (1.0,), 1.0, (1.0, 2.0, 3.0), (math.nan, 1.0), (0.0, math.inf), "ab", None],
    ids=repr,
)
def test_a_pair_that_is_none_is_refused(value):
    with pytest.raises(ConfigurationError, match=r"^between = "):
        pair("between", value)


@pytest.mark.parametrize("value", ["cbee", 3, None, ["cbe"], {}, b"cbe", math.nan], ids=repr)
def test_a_name_that_is_not_known_is_refused_with_those_that_are(value):
    with pytest.raises(ConfigurationError, match=r"^engine = .* is not known: .*allowed: cbe, nbe$"):
        known("engine", value, {"cbe": 1, "nbe": 2})


def test_a_known_name_is_what_it_stands_for():
    assert known("engine", "cbe", {"cbe": 1, "nbe": 2}) == 1


def test_values_broadcast_each_in_its_own_shape():
    shape, arrays = broadcast({"m_a": [[1.0], [2.0]], "r": [0.3, 0.4, 0.5], "g": 1})
    assert shape == (2, 3)
    assert [array.shape for array in arrays.values()] == [(2, 1), (3,), ()]


@pytest.mark.parametrize("values", [{"m_a": [1.0, 2.0], "r": [1.0, 2.0, 3.0]}, [1.0], None, {"m_a": "heavy"}], ids=repr)
def test_values_that_do_not_broadcast_are_refused(values):
    with pytest.raises(AlpfitError):
        broadcast(values)


def test_the_first_value_outside_of_its_limits_is_named():
    limits = {"m_a": (0.0, 10.0), "r": (0.0, 1.0)}
    with pytest.raises(PredictionError, match=r"^r = nan must be between 0 and 1$"):
        refuse_outside(limits, np.array([[1.0, 2.0, 3.0], [0.5, math.nan, 7.0]]), limits)
    assert outside("m_a", 10.0, limits["m_a"]) == ""
