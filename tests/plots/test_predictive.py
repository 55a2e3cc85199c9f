"""Posterior predictions beside what was measured."""

from io import BytesIO

import numpy as np
import pytest

from alpfit.plots.predictive import Predictive, predictive_figure
from alpfit.plots.pulls import NO_BOUND
from alpfit.plots.style import paper_style

RNG = np.random.default_rng(3)


def row(name, pulls, bound=1e-5, unit="", best_bound=None):
    pulls = np.asarray(pulls, dtype=float)
    seen, bounds = 1e-5 * (1.0 + 0.1 * pulls), np.full(pulls.size, bound)
    return Predictive(name, unit, seen, bounds, pulls, bound if best_bound is None else best_bound, float(pulls[0]))


ROWS = [
    row("measured", RNG.normal(size=100)),
    row("flat", np.zeros(100), unit="GeV$^{-1}$"),
    row("far_away", np.full(100, 30.0)),
    row("nowhere", np.zeros(100), bound=np.nan),
]


@pytest.fixture(scope="module")
def figure():
    with paper_style():
        made = predictive_figure(ROWS)
        made.savefig(BytesIO(), format="png", dpi=50)
    return made


def test_every_measurement_has_a_row_of_its_name(figure):
    (panel,) = figure.axes
    assert [label.get_text() for label in panel.get_yticklabels()] == [r.name for r in ROWS]
    assert panel.get_xlabel() == r"pull [$\sigma$]"


def test_what_says_nothing_is_told_in_words(figure):
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts.count(NO_BOUND) == 1


def test_the_bound_is_that_at_the_best_fit_even_if_there_is_none():
    texts = [predictive_figure([row("a", np.ones(9), best_bound=b)]).axes[0].texts for b in (2e-5, np.nan)]
    assert r"$2\cdot 10^{-5}$ " in [text.get_text() for text in texts[0]]
    assert NO_BOUND in [text.get_text() for text in texts[1]]


def test_pulls_that_are_too_large_stay_at_the_edge(figure):
    stars = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == "*"]
    assert max(stars) == 4.0


def test_no_number_is_cut_off_or_lies_on_another(figure):
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) > 1
    for i, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert not any(box.overlaps(other) for other in boxes[:i])
