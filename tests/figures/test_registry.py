"""A figure of one's own is a function and a line, and is drawn, written and reported as any other."""

import importlib.util

import pytest

import alpfit
from alpfit.errors import ConfigurationError
from alpfit.figures import FIGURES

FIGURE = '''
from matplotlib.figure import Figure

from alpfit.figures.registry import FIGURES, FigureKind


def scatter(given):
    """The samples of the first two parameters."""
    figure = Figure()
    x, y = list(given.samples.parameters.values())[:2]
    figure.add_subplot(xlabel="x").plot(x, y, ".")
    return figure


FIGURES.add("scatter", FigureKind("The samples of the first two parameters, as points.", scatter))
'''


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own_figure.py"
    path.write_text(FIGURE)
    specification = importlib.util.spec_from_file_location("own_figure", path)
    specification.loader.exec_module(importlib.util.module_from_spec(specification))
    yield
    FIGURES.remove("scatter")


def test_a_figure_of_ones_own_is_drawn_and_written(own, finished_project, tmp_path):
    run = finished_project.run
    (line,) = alpfit.plot(run, "scatter").axes[0].lines
    assert len(line.get_xdata()) == run.samples.log_l.size
    written = alpfit.plot(run, ["scatter"], tmp_path)
    assert [path.name for path in written] == ["scatter.png", "scatter.pdf"]


def test_the_report_shows_it_too(own, finished_project, tmp_path, monkeypatch):
    for name in set(FIGURES) - {"scatter"}:
        monkeypatch.delitem(FIGURES._members, name)
    page = alpfit.report(finished_project.run, tmp_path / "report.html").read_text()
    assert "The samples of the first two parameters, as points." in page


def test_once_removed_it_is_not_known_any_more(finished_project):
    with pytest.raises(ConfigurationError, match="only = scatter: there is no such figure"):
        alpfit.plot(finished_project.run, "scatter")


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(ConfigurationError, match="there is a figure 'corner' already"):
        FIGURES.add("corner", FIGURES["corner"])
