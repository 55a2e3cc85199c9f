"""Posterior beside profile likelihood: two panels for each pair, over the same range."""

from io import BytesIO

import numpy as np
import pytest

from alpfit.plots.posterior_2d import posterior_2d_figure
from alpfit.plots.style import paper_style


@pytest.fixture(params=[2, 4], ids=lambda n: f"{n} parameters", scope="module")
def figure(request, draw):
    drawing = draw(request.param)
    with paper_style():
        made = posterior_2d_figure(drawing.samples, drawing.pairs, drawing.samples, drawing.profile_2d)
        made.savefig(BytesIO(), format="png", dpi=50)
    return drawing, made


def couples(figure):
    panels = [panel for panel in figure.axes if panel.axison]
    return list(zip(panels[::2], panels[1::2], strict=True))


def test_each_pair_has_its_posterior_and_its_profile_over_the_same_range(figure):
    drawing, made = figure
    assert len(couples(made)) == len(drawing.pairs)
    for (left, right), (x, y) in zip(couples(made), drawing.pairs, strict=True):
        assert (left.get_xlabel(), left.get_ylabel()) == (x.label, y.label)
        assert right.get_xlabel() == x.label
        assert (left.get_xlim(), left.get_ylim()) == (right.get_xlim(), right.get_ylim())


def test_the_best_sample_is_a_star_in_both(figure):
    drawing, made = figure
    best = drawing.samples.best
    for couple, (x, y) in zip(couples(made), drawing.pairs, strict=True):
        for panel in couple:
            (star,) = [line for line in panel.lines if line.get_marker() == "*"]
            assert star.get_xydata().tolist() == [[x.values[best], y.values[best]]]


def test_the_profile_is_coloured_inside_of_its_regions_alone(figure):
    drawing, made = figure
    samples = drawing.samples
    for (_, right), (x, y) in zip(couples(made), drawing.pairs, strict=True):
        (image,) = right.images
        coloured = int((np.asarray(image.get_array())[..., 3] > 0.0).sum())
        known = drawing.profile_2d(x, y)
        assert coloured == int((known.minus_two_delta(samples.log_l.max())[known.known] <= 6.18).sum())


def test_titles_and_legend_tell_what_is_what(figure):
    _, made = figure
    assert [panel.get_title() for panel in couples(made)[0]] == ["posterior", "profile likelihood"]
    texts = [text.get_text() for text in made.legends[0].get_texts()]
    assert texts == ["posterior 68.3 %", "posterior 95.4 %", "profile 68.3 %", "profile 95.4 %", "best fit"]
