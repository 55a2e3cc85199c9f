"""How a number may be written in a table."""

import pytest

from alpfit.likelihoods.numbers import number_in

WRITTEN = {"1": 1.0, "-1.5e-3": -1.5e-3, "+2.": 2.0, ".5": 0.5, " 1E5\t": 1e5, "007": 7.0, "1e-400": 0.0}
NO_NUMBERS = [
    "",
    " ",
    "1_0",
    "1_0.5",
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "1e999",
    "0x10",
    "1d5",
    "1,5",
    "1 0",
    "²",
    "\u0661",
]


@pytest.mark.parametrize(("text", "value"), WRITTEN.items())
def test_a_decimal_number_with_an_exponent_or_without_is_one(text, value):
    assert number_in(text) == value


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_python_alone_would_read_and_what_is_not_finite_is_none(text):
    with pytest.raises(ValueError, match=r"is not a finite number$"):
        number_in(text)
