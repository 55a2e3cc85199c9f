"""Pulls: a bar for each measurement, and words where it has no bound."""

import math
from io import BytesIO

import pytest

from alpfit.plots.pulls import NO_BOUND, Pull, pulls_figure
from alpfit.plots.style import COLUMN_WIDTH, paper_style

PULLS = [
    Pull("belle2_bknunu_q2_2025", -0.5, -111.0),
    Pull("babar_bkinv_2013", 1.2, -0.0001),
    Pull("belle2_gamma_inv_20fb_2017", 4.0, -8.0),
    Pull("sn1987a_invisible_2017", math.nan, 0.0),
]


@pytest.fixture(scope="module")
def figure():
    with paper_style():
        drawn = pulls_figure(PULLS)
        drawn.savefig(BytesIO(), format="png", dpi=50)
    return drawn


@pytest.fixture(scope="module")
def panel(figure):
    return figure.axes[0]


def test_there_is_a_bar_for_each_measurement_with_a_bound(panel):
    (lengths,) = [[bar.get_width() for bar in panel.patches if bar.get_height() < 0.9]]
    assert lengths == [-0.5, 1.2, 4.0]


def test_a_measurement_without_a_bound_says_so(panel):
    assert [text.get_text() for text in panel.texts].count(NO_BOUND) == 1


def test_log_l_stands_beside_it_and_zero_has_no_sign(panel):
    texts = [text.get_text() for text in panel.texts]
    assert {"\N{MINUS SIGN}111.00", "0.00", "\N{MINUS SIGN}8.00"} <= set(texts)
    assert "\N{MINUS SIGN}0.00" not in texts


def test_the_axis_has_its_unit_and_holds_all_bars(panel):
    assert panel.get_xlabel() == r"pull [$\sigma$]"
    assert panel.get_xlim()[1] > 4.0


def test_it_is_as_wide_as_a_column_and_nothing_is_cut_off_or_overlaps(figure, panel):
    assert figure.get_figwidth() == COLUMN_WIDTH
    names = [label.get_window_extent() for label in panel.get_yticklabels()]
    numbers = [text.get_window_extent() for text in panel.texts]
    assert len(names) > 1
    assert len(numbers) >= len(names)
    for box in (*names, *numbers):
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
    for boxes in (names, numbers):
        for i, one in enumerate(boxes):
            assert not any(one.overlaps(other) for other in boxes[:i])
