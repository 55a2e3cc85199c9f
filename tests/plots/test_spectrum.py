"""The spectrum of a binned measurement."""

from io import BytesIO

import numpy as np
import pytest

from alpfit.plots.spectrum import Channel, _ends, spectrum_figure
from alpfit.plots.style import paper_style


def channel(title, n, groups=()):
    background = np.linspace(100.0, 50.0, n)
    known, new = np.full(n, 5.0), np.linspace(0.0, 10.0, n)
    total = background + known + new
    return Channel(
        title, "bin", [str(k) for k in range(n)], groups, total + 3.0, background, known, new, total - 2, total + 2
    )


CHANNELS = [channel("ITA", 6, ("low", "high")), channel("HTA", 3)]


@pytest.fixture(scope="module")
def figure():
    with paper_style():
        made = spectrum_figure(CHANNELS)
        made.savefig(BytesIO(), format="png", dpi=50)
    return made


def test_each_channel_has_its_counts_and_what_is_left_of_them(figure):
    assert [panel.get_title() for panel in figure.axes] == ["ITA", "HTA", "", ""]
    assert [panel.get_xlabel() for panel in figure.axes] == ["", "", "bin", "bin"]
    assert [panel.get_ylabel() for panel in figure.axes] == ["events", "", "events $-$ background", ""]


def test_data_less_the_background_are_the_signal_and_what_is_left(figure):
    for panel, one in zip(figure.axes[2:], CHANNELS, strict=True):
        (points,) = [line for line in panel.lines if line.get_marker() == "o"]
        np.testing.assert_allclose(points.get_ydata(), one.signal + 3.0, rtol=1e-12)


def test_bins_and_groups_are_named(figure):
    assert [label.get_text() for label in figure.axes[2].get_xticklabels()] == list("012345")
    assert {"low", "high"} <= {text.get_text() for text in figure.axes[0].texts}


def test_the_legend_tells_what_is_drawn(figure):
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(texts) == [
        "Standard Model signal",
        "background",
        "data",
        "posterior, 68 %",
        "with new physics, best fit",
    ]


def test_a_bin_between_two_numbers_has_no_dash_that_looks_like_a_sign():
    assert [_ends(name) for name in ("-1 - 4", "4 - 8", "1", "low - q2 - high")] == [
        "\N{MINUS SIGN}1 to 4", "4 to 8", "1", "low - q2 - high"
    ]  # fmt: skip
