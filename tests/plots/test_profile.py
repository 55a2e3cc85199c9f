"""Figures of the profile likelihood: the panels, their labels, and what is drawn in them."""

from io import BytesIO

import numpy as np
import pytest

from alpfit.inference.profiling import LEVELS
from alpfit.plots.profile import profile_1d_figure, profile_2d_figure
from alpfit.plots.style import paper_style


def drawn(make):
    """The figure that ``make`` returns, drawn as it would be for a run."""
    with paper_style():
        figure = make()
        figure.savefig(BytesIO(), format="png", dpi=50)
    return figure


@pytest.fixture(scope="module")
def lines(drawing):
    return drawn(lambda: profile_1d_figure(drawing.samples, drawing.axes, drawing.profiles_1d))


@pytest.fixture(params=[2, 4], ids=lambda n: f"{n} parameters", scope="module")
def planes(request, draw):
    """The drawing of two or four parameters, and the figure of its planes."""
    drawing = draw(request.param)
    return drawing, drawn(lambda: profile_2d_figure(drawing.samples, drawing.pairs, drawing.profile_2d))


def panels(figure):
    """The panels that are shown."""
    return [panel for panel in figure.axes if panel.axison]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_in_one_dimension_there_is_a_panel_for_each_parameter(lines, drawing):
    assert [panel.get_xlabel() for panel in panels(lines)] == [axis.label for axis in drawing.axes]


def test_in_one_dimension_the_legend_tells_posterior_from_profile(lines):
    assert legend(lines) == ["posterior", "profile likelihood", "best fit"]


def test_in_one_dimension_everything_is_relative_to_its_maximum(lines):
    for panel in panels(lines):
        (profile,) = [line for line in panel.lines if line.get_label() == "profile likelihood"]
        (histogram,) = panel.patches
        assert np.max(profile.get_ydata()) == 1.0
        assert np.min(profile.get_ydata()) >= 0.0
        assert np.max(histogram.get_data().values) == 1.0


def test_in_one_dimension_the_best_sample_is_marked(lines, drawing):
    for panel, axis in zip(panels(lines), drawing.axes, strict=True):
        (line,) = [line for line in panel.lines if line.get_label() == "best fit"]
        assert set(line.get_xdata()) == {axis.values[drawing.samples.best]}


def test_in_two_dimensions_there_is_a_panel_for_each_pair(planes):
    drawing, figure = planes
    labels = [(panel.get_xlabel(), panel.get_ylabel()) for panel in panels(figure)]
    assert labels == [(x.label, y.label) for x, y in drawing.pairs]
    assert len(labels) == {2: 1, 4: 6}[len(drawing.axes)]


def test_in_two_dimensions_the_legend_names_the_confidence_levels(planes):
    assert legend(planes[1]) == [*LEVELS, "worse", "no sample", "best fit"]


def test_in_two_dimensions_the_surface_is_the_profile_likelihood(planes):
    drawing, figure = planes
    samples = drawing.samples
    for panel, (x, y) in zip(panels(figure), drawing.pairs, strict=True):
        (image,) = panel.images
        surface = np.ma.compressed(np.ma.masked_invalid(image.get_array()))
        known = drawing.profile_2d(x, y)
        expected = known.minus_two_delta(samples.log_l.max())[known.known]
        np.testing.assert_allclose(np.sort(surface), np.sort(expected), rtol=1e-12, atol=1e-12)


def test_in_two_dimensions_the_best_sample_is_a_star(planes):
    drawing, figure = planes
    best = drawing.samples.best
    for panel, (x, y) in zip(panels(figure), drawing.pairs, strict=True):
        (star,) = [line for line in panel.lines if line.get_marker() == "*"]
        assert star.get_xydata().tolist() == [[x.values[best], y.values[best]]]
