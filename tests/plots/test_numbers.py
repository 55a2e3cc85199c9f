"""Numbers in figures: powers of ten, errors, and axes whose labels tell the power."""

from io import BytesIO

import numpy as np
import pytest

from alpfit.plots.figure import Figure, with_power
from alpfit.plots.numbers import interval, power_of, scientific, with_errors
from alpfit.plots.style import paper_style


def test_numbers_are_written_with_a_common_power_of_ten():
    values = np.linspace(4e-6, 6e-6, 1001)
    assert interval(values) == r"$(5.00_{-0.68}^{+0.68})\,10^{-6}$"
    assert interval(np.full(5, 0.12)) == "$0.12$"
    assert interval(np.geomspace(1e-12, 1e-6, 1001)) == r"$9.1\cdot 10^{-12}$ to $1.1\cdot 10^{-7}$"
    assert interval(np.full(3, np.nan)) == "-"


def test_large_and_small_numbers_have_a_power_of_ten():
    assert scientific(0.12) == "0.12"
    assert scientific(1.53e-4) == r"1.53\cdot 10^{-4}"


def test_a_lower_end_of_next_to_nothing_is_not_told():
    values = np.concatenate([np.full(30, 1e-225), np.linspace(1e-7, 1e-6, 70)])
    assert interval(values).startswith("up to $")
    assert "225" not in interval(values)


def test_errors_have_the_power_of_ten_of_their_number():
    assert with_errors(5.8e-6, 8.1e-6, 10.8e-6) == r"$(0.81_{-0.23}^{+0.27})\,10^{-5}$"
    assert with_errors(0.4767, 0.4786, 0.4859) == "$0.4786_{-0.0019}^{+0.0073}$"
    assert with_errors(1200.0, 1234.0, 1300.0) == "$1234_{-34}^{+66}$"


@pytest.mark.parametrize(
    ("largest", "power"), [(0.0, 0), (0.01, 0), (0.0099, -3), (9999.0, 0), (1e4, 4), (np.inf, 0), (np.nan, 0)]
)
def test_the_power_of_ten_is_written_where_the_number_is_small_or_large(largest, power):
    assert power_of(largest) == power


def test_a_label_tells_the_power_with_the_unit():
    assert with_power("$B$", -6) == "$B$ [$10^{-6}$]"
    assert with_power("$m_X$ [GeV]", 5) == "$m_X$ [$10^{5}$ GeV]"
    assert with_power("", 5) == ""


def test_no_power_of_ten_stands_beside_an_axis_and_its_label_tells_it():
    with paper_style():
        figure = Figure(layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True)
        lower.plot([1e-6, 8e-6], [0.47670, 0.47671])
        upper.plot([1e-6, 8e-6], [1e7, 4e7])
        lower.set(xlabel="$B$", ylabel="$r$")
        for _ in range(2):
            figure.savefig(BytesIO(), format="png")
    assert lower.get_xlabel() == "$B$ [$10^{-6}$]"
    assert (upper.get_xlabel(), lower.get_ylabel()) == ("", "$r$")
    axes = (upper.xaxis, lower.xaxis, lower.yaxis)
    assert [axis.get_offset_text().get_text() for axis in axes] == ["", "", ""]
    assert upper.yaxis.get_offset_text().get_text()  # it has no label
    assert {"2", "6"} <= {text.get_text() for text in lower.get_xticklabels()}
    assert "0.476702" in [text.get_text() for text in lower.get_yticklabels()]
