"""A figure in a file is laid out once and drawn once, and is the one that matplotlib makes of it."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from alpfit.plots.figure import Figure
from alpfit.plots.style import paper_style

KINDS = {"png": {}, "pdf": {"metadata": {"CreationDate": None}}, "tight png": {"bbox_inches": "tight"}}


def drawn(layout="constrained"):
    with paper_style():
        figure = Figure(figsize=(4.0, 3.0), layout=layout)
        upper, lower = figure.subplots(2, 1)
        upper.loglog(np.geomspace(1e-3, 1e3, 9), np.geomspace(1.0, 1e8, 9), label="a line")
        upper.set(xlabel=r"$m_a$", ylabel="a label of two\nlines")
        upper.legend()
        lower.imshow(np.arange(12.0).reshape(3, 4), aspect="equal")
        lower.set_title("its axes keep their aspect")
    return figure


def saved(figure, kind):
    stream = BytesIO()
    figure.savefig(stream, format=kind.split()[-1], **KINDS[kind])
    return stream.getvalue()


@pytest.fixture
def counts(monkeypatch):
    """How often figures are laid out, and how often all that is in them is drawn."""
    seen = {"layouts": 0, "draws": 0}
    lay_out, draw = ConstrainedLayoutEngine.execute, MatplotlibFigure.draw

    def counted_layout(self, figure):
        seen["layouts"] += 1
        return lay_out(self, figure)

    def counted_draw(self, renderer):
        seen["draws"] += 1
        return draw(self, renderer)

    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", counted_layout)
    monkeypatch.setattr(MatplotlibFigure, "draw", counted_draw)
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_laid_out_and_drawn_once_for_a_file(counts, kind):
    saved(drawn(), kind)
    assert counts == {"layouts": 1, "draws": 1}


@pytest.mark.parametrize("layout", ["constrained", "tight", None])
@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_matplotlibs(monkeypatch, kind, layout):
    ours = saved(drawn(layout), kind)
    monkeypatch.delattr(Figure, "draw")
    assert saved(drawn(layout), kind) == ours


def test_what_is_shown_and_not_saved_is_drawn_as_ever(counts):
    drawn().draw_without_rendering()
    assert counts == {"layouts": 1, "draws": 1}
