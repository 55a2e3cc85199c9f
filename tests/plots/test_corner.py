"""The corner plot: a square of panels, labelled at its edges."""

from io import BytesIO

import numpy as np
import pytest

from alpfit.plots.corner import corner_figure
from alpfit.plots.style import paper_style


@pytest.fixture(scope="module")
def grid(drawing):
    """The panels of the corner plot, ``(n, n)``; None above the diagonal."""
    n = len(drawing.axes)
    with paper_style():
        figure = corner_figure(drawing.samples, drawing.axes)
        figure.savefig(BytesIO(), format="png", dpi=50)
    panels = np.full((n, n), None)
    for panel in figure.axes:
        place = panel.get_subplotspec()
        assert panels[place.rowspan.start, place.colspan.start] is None
        panels[place.rowspan.start, place.colspan.start] = panel
    return panels


def test_the_lower_triangle_is_drawn_and_the_upper_has_no_panels(grid):
    for i, j in np.ndindex(grid.shape):
        assert grid[i, j].has_data() if j <= i else grid[i, j] is None


def test_each_column_is_labelled_below_with_its_parameter_and_unit(grid, drawing):
    for panel, axis in zip(grid[-1], drawing.axes, strict=True):
        assert panel.get_xlabel() == axis.label
        assert "$" in panel.get_xlabel()


def test_each_row_is_labelled_at_the_left_but_the_first(grid, drawing):
    assert [panel.get_ylabel() for panel in grid[1:, 0]] == [axis.label for axis in drawing.axes[1:]]
    assert grid[0, 0].get_ylabel() == ""


def test_each_parameter_has_its_median_and_interval_above(grid, drawing):
    for i, axis in enumerate(drawing.axes):
        order = np.argsort(axis.values)
        cumulative = np.cumsum(drawing.samples.weights[order])
        median = axis.values[order][np.searchsorted(cumulative, 0.5)]
        name, title = grid[i, i].get_title().splitlines()
        assert name == drawing.axes[i].label
        assert float(title.removeprefix("$").partition("_")[0]) == pytest.approx(median, abs=0.005)
        assert "_{-" in title
        assert "^{+" in title


def test_the_best_sample_is_a_star_in_every_plane(grid, drawing):
    best = drawing.samples.best
    for i, j in zip(*np.tril_indices(len(grid)), strict=True):
        stars = [line.get_xydata().tolist() for line in grid[i, j].lines if line.get_marker() == "*"]
        if j < i:
            assert stars == [[[drawing.axes[j].values[best], drawing.axes[i].values[best]]]]
        else:
            assert stars == []


@pytest.mark.parametrize("n", [1, 2, 4])
def test_no_label_is_cut_off_at_the_edge(drawing, n):
    with paper_style():
        figure = corner_figure(drawing.samples, drawing.axes[:n])
        figure.savefig(BytesIO(), format="png", dpi=50)
        page = figure.bbox
        for panel in figure.axes:
            for label in (panel.xaxis.label, panel.yaxis.label):
                if label.get_text() and label.get_visible():
                    box = label.get_window_extent()
                    assert box.x0 >= page.x0
                    assert box.y0 >= page.y0
