"""Figures as files: all of one figure have one layout, and nothing of it is kept."""

import weakref

import numpy as np
from matplotlib.layout_engine import ConstrainedLayoutEngine

from alpfit.figures.files import EXTENSIONS, as_files
from alpfit.plots.figure import Figure
from alpfit.plots.style import paper_style


def draw():
    with paper_style():
        figure = Figure(figsize=(4.0, 3.0), layout="constrained")
        panels = figure.subplots(2, 1)
        panels[0].loglog(np.geomspace(1e-3, 1e3, 9), np.geomspace(1.0, 1e8, 9), label="a line")
        panels[1].set_xlabel(r"$p/\sqrt{m_\chi T_\chi}$")
        image = panels[1].imshow(np.arange(12.0).reshape(3, 4), aspect="auto")
        figure.colorbar(image, ax=panels, label="weight")
        figure.legend(loc="outside upper center")
    return figure


def test_a_figure_has_one_layout_in_all_its_files(monkeypatch):
    layouts, lay_out = [], ConstrainedLayoutEngine.execute

    def counted(self, figure):
        layouts.append(figure)
        return lay_out(self, figure)

    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", counted)
    made = as_files(EXTENSIONS, None, "name", "What it shows.", draw)
    assert list(made.files) == ["png", "pdf"]
    assert len(layouts) == 1


def test_a_figure_does_not_outlive_its_files():
    drawn = []

    def drawn_once():
        figure = draw()
        drawn.append(weakref.ref(figure))
        return figure

    as_files(EXTENSIONS, 50.0, "name", "What it shows.", drawn_once)
    assert drawn[0]() is None
