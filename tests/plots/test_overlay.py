"""Several runs in one figure."""

from io import BytesIO
from itertools import pairwise

import pytest
from matplotlib.colors import to_hex

from alpfit.plots.overlay import COLOURS, Posterior, overlaid_corner_figure, overlaid_marginals_figure
from alpfit.plots.style import paper_style


@pytest.fixture
def posteriors(drawing):
    return [Posterior(name, drawing.samples, drawing.axes) for name in ("one_run", "another")]


def drawn(make, posteriors):
    with paper_style():
        figure = make(posteriors)
        figure.savefig(BytesIO(), format="png", dpi=50)
    return figure


@pytest.mark.parametrize("make", [overlaid_corner_figure, overlaid_marginals_figure])
def test_the_legend_names_the_runs_each_in_its_colour(make, posteriors):
    (legend,) = drawn(make, posteriors).legends
    assert [text.get_text() for text in legend.get_texts()] == ["one_run", "another"]
    assert [to_hex(patch.get_facecolor()) for patch in legend.get_patches()] == list(COLOURS[:2])


def test_the_corner_has_a_panel_for_each_pair_with_a_star_for_each_run(posteriors, drawing):
    n = len(drawing.axes)
    panels = [panel for panel in drawn(overlaid_corner_figure, posteriors).axes if panel.axison]
    assert len(panels) == n * (n + 1) // 2
    stars = [sum(line.get_marker() == "*" for line in panel.lines) for panel in panels]
    assert stars.count(2) == n * (n - 1) // 2
    assert [panel.get_xlabel() for panel in panels[-n:]] == [axis.label for axis in drawing.axes]


def test_the_marginals_have_a_panel_for_each_parameter(posteriors, drawing):
    panels = [panel for panel in drawn(overlaid_marginals_figure, posteriors).axes if panel.axison]
    assert [panel.get_xlabel() for panel in panels] == [axis.label for axis in drawing.axes]
    assert all(len(panel.patches) == 2 for panel in panels)


def test_no_tick_label_lies_on_another(draw):
    drawing = draw(4)
    figure = drawn(overlaid_corner_figure, [Posterior("run", drawing.samples, drawing.axes)])
    n_labels = 0
    for panel in figure.axes:
        for labels in (panel.get_xticklabels(), panel.get_yticklabels()):
            boxes = [label.get_window_extent() for label in labels if label.get_visible() and label.get_text()]
            n_labels += len(boxes)
            assert all(abs(a.x0 - b.x0) + abs(a.y0 - b.y0) > 8.0 for a, b in pairwise(boxes))
    assert n_labels > 8
