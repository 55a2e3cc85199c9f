"""Panels of pairs: in rows as long as they fit on a page, then in a matrix; what a figure takes does not grow."""

import re
from io import BytesIO
from itertools import pairwise, product

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg

from alpfit.plots.corner import corner_figure
from alpfit.plots.pairs import MOST_IN_ROWS
from alpfit.plots.posterior_2d import posterior_2d_figure
from alpfit.plots.profile import profile_1d_figure, profile_2d_figure
from alpfit.plots.style import TEXT_WIDTH, paper_style
from alpfit.plots.trace import chains_trace_figure, nested_trace_figure

PAGE = 1.75 * TEXT_WIDTH
"""The highest figure [inch]."""


def profile_2d(drawing):
    return profile_2d_figure(drawing.samples, drawing.pairs, drawing.profile_2d)


def posterior_2d(drawing):
    return posterior_2d_figure(drawing.samples, drawing.pairs, drawing.samples, drawing.profile_2d)


FIGURES = {
    "corner": lambda drawing: corner_figure(drawing.samples, drawing.axes),
    "profile_1d": lambda drawing: profile_1d_figure(drawing.samples, drawing.axes, drawing.profiles_1d),
    "profile_2d": profile_2d,
    "posterior_2d": posterior_2d,
    "nested trace": lambda drawing: nested_trace_figure(drawing.samples, drawing.axes),
    "chains trace": lambda drawing: chains_trace_figure(drawing.samples, drawing.axes),
}


@pytest.fixture(scope="module")
def many(draw):
    return draw(9)


@pytest.fixture(scope="module", params=[profile_2d, posterior_2d], ids=["profile_2d", "posterior_2d"])
def matrix(request, many):
    assert len(many.pairs) > MOST_IN_ROWS
    with paper_style():
        figure = request.param(many)
        figure.savefig(BytesIO(), format="png", dpi=60)
    return figure


def pixels_allocated(monkeypatch, write):
    """Sizes of the canvases in pixels that matplotlib makes while a file is written."""
    sizes, make = [], RendererAgg.__init__

    def counted(self, width, height, dpi):
        sizes.append(int(width) * int(height))
        make(self, width, height, dpi)

    with monkeypatch.context() as patch:
        patch.setattr(RendererAgg, "__init__", counted)
        write()
    return sizes


OF_PAIRS = [(name, n) for name in ("profile_2d", "posterior_2d") for n in (5, 6)]
"""On either side of where rows become a matrix."""


@pytest.mark.parametrize(("name", "n"), [*product(FIGURES, (2, 9)), *OF_PAIRS])
def test_a_figure_fits_on_a_page_and_the_number_of_its_canvases_does_not_grow(name, n, draw, monkeypatch):
    with paper_style():
        figure = FIGURES[name](draw(n))
        width, height = figure.get_size_inches()
        assert width == TEXT_WIDTH
        assert height <= PAGE
        page = pytest.approx(60 * width * 60 * height, rel=1.5e-2)  # to a row or a column
        assert pixels_allocated(monkeypatch, lambda: figure.savefig(BytesIO(), format="png", dpi=60)) == [page]
        pdf = pixels_allocated(monkeypatch, lambda: figure.savefig(BytesIO(), format="pdf"))
        assert len(pdf) == (1 if name == "nested trace" else 0)  # that of the colour bar


@pytest.mark.parametrize("n", [2, 4, 9])
def test_the_cells_of_a_profile_are_images_no_larger_than_their_panels(n, draw):
    with paper_style():
        figure, stream = profile_2d(draw(n)), BytesIO()
        figure.savefig(stream, format="pdf")
    found = re.findall(rb"/Type /XObject.{0,200}?/Subtype /Image.{0,200}?>>", stream.getvalue(), re.DOTALL)
    sizes = [tuple(int(re.search(key + rb" (\d+)", one)[1]) for key in (b"/Width", b"/Height")) for one in found]
    assert len(sizes) >= len(draw(n).pairs)
    for panel in figure.axes:
        box = panel.get_window_extent()
        dots = [box.width / figure.dpi * 300, box.height / figure.dpi * 300]
    assert max(max(size) for size in sizes) <= max(dots) + 2


def test_each_pair_has_its_panel_in_the_matrix(matrix, many):
    drawn = [panel for panel in matrix.axes if panel.axison and panel.lines]
    stars = {tuple(star.get_xydata()[0]) for panel in drawn for star in panel.lines if star.get_marker() == "*"}
    best = many.samples.best
    wanted = {(x.values[best], y.values[best]) for x, y in many.pairs}
    assert stars in (wanted, wanted | {place[::-1] for place in wanted})


def test_the_matrix_is_labelled_at_its_edges(matrix, many):
    across = [panel.get_xlabel() for panel in matrix.axes if panel.get_xlabel()]
    down = [panel.get_ylabel() for panel in matrix.axes if panel.get_ylabel()]
    labels = [axis.label for axis in many.axes]
    assert across in (labels, labels[:-1])
    assert down in (labels, labels[1:])


def test_labels_in_the_matrix_do_not_run_into_each_other(matrix):
    boxes = [panel.xaxis.label.get_window_extent() for panel in matrix.axes if panel.get_xlabel()]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_profile_likelihoods_are_mirrored_above_the_diagonal(many):
    with paper_style():
        figure = posterior_2d(many)
    n = len(many.axes)
    grid = np.array(figure.axes).reshape(n, n)
    for i, j in zip(*np.tril_indices(n, -1), strict=True):
        x, y = many.axes[j], many.axes[i]
        below, above = grid[i, j], grid[j, i]
        assert below.collections
        assert not below.images
        (image,) = above.images
        coloured = int((np.asarray(image.get_array())[..., 3] > 0.0).sum())
        known = many.profile_2d(x, y)
        assert coloured == int((known.minus_two_delta(many.samples.log_l.max())[known.known] <= 6.18).sum())
        assert (below.get_xlim(), below.get_ylim()) == (above.get_ylim(), above.get_xlim())


def test_up_to_five_quantities_are_in_rows(draw):
    with paper_style():
        figure = profile_2d(draw(5))
    assert len([panel for panel in figure.axes if panel.axison]) == MOST_IN_ROWS
    assert figure.get_size_inches()[1] == pytest.approx(9.6)
