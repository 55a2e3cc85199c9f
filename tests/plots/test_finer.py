"""Profiles that are known better take the place of maxima over samples, and the figures say so."""

from io import BytesIO

import numpy as np
import pytest

from alpfit.inference.profiling import THRESHOLDS, Profile
from alpfit.plots import finer
from alpfit.plots.posterior_2d import posterior_2d_figure
from alpfit.plots.profile import profile_1d_figure, profile_2d_figure
from alpfit.plots.style import paper_style

WIDTH = {"m_a": 0.1, "r": 0.01}
BEST = {"m_a": 0.2, "r": 0.47}
LOGARITHMIC = {"m_a": True, "r": False}


def refined(*names, n=24, refined=True):
    """A parabola, better by 0.5 than the best sample can be, with points off the centres of their bins."""
    ends = {"m_a": (-0.3, 0.6), "r": (0.44, 0.5)}
    edges = [np.linspace(*ends[name], n + 1) for name in names]
    inside = [edge[:-1] + 0.3 * np.diff(edge) for edge in edges]
    grids = np.meshgrid(*inside, indexing="ij")
    log_l = 0.5 - 0.5 * sum(((x - BEST[name]) / WIDTH[name]) ** 2 for name, x in zip(names, grids, strict=True))
    logs = tuple(LOGARITHMIC[name] for name in names)
    points = {name: 10.0**x if LOGARITHMIC[name] else x for name, x in zip(names, grids, strict=True)}
    edges = tuple(10.0**edge if log else edge for edge, log in zip(edges, logs, strict=True))
    return Profile(names, logs, edges, log_l, np.ones(log_l.shape, dtype=bool), points, {}, {}, refined)


def drawn(figure):
    figure.savefig(BytesIO(), format="png", dpi=50)
    return figure


@pytest.fixture(scope="module")
def drawing(draw):
    return draw(4)


@pytest.mark.parametrize(("is_refined", "word"), [(True, "refined"), (False, "finer bins")])
def test_a_line_through_the_points_takes_the_place_of_the_steps(drawing, is_refined, word):
    known = refined("m_a", refined=is_refined)
    with paper_style():
        figure = drawn(profile_1d_figure(drawing.samples, drawing.axes, drawing.profiles_1d, [known]))
    panels = dict(zip(drawing.names, figure.axes, strict=True))
    (line,) = [line for line in panels["m_a"].lines if str(line.get_label()).startswith("profile")]
    np.testing.assert_allclose(line.get_xdata(), np.log10(known.parameters["m_a"]), rtol=1e-12)
    np.testing.assert_allclose(line.get_ydata(), np.exp(known.log_l - known.top), rtol=1e-12)
    (steps,) = [line for line in panels["r"].lines if str(line.get_label()).startswith("profile")]
    assert max(steps.get_ydata()) == pytest.approx(np.exp(drawing.samples.log_l.max() - known.top))
    assert (line.get_linestyle(), steps.get_linestyle()) == ("-", "--")  # told apart in grey, too
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["posterior", f"profile likelihood, {word}", "profile likelihood, samples", "best fit"]


def test_contours_go_through_the_points_where_they_lie(drawing):
    known = refined("m_a", "r")
    with paper_style():
        figure = drawn(profile_2d_figure(drawing.samples, drawing.pairs, drawing.profile_2d, [known]))
    panel = figure.axes[0]
    assert [text.get_text() for text in panel.texts] == ["refined"]
    assert not any(other.texts for other in figure.axes[1:])
    (filled,) = panel.collections
    inner = np.concatenate([path.vertices for path in filled.get_paths()[:1]])
    for k, name in enumerate(("m_a", "r")):  # an ellipse of the known size around the known place
        half = WIDTH[name] * np.sqrt(THRESHOLDS[2]["68.3 %"])
        assert inner[:, k].max() == pytest.approx(BEST[name] + half, abs=0.15 * half)
        assert inner[:, k].min() == pytest.approx(BEST[name] - half, abs=0.15 * half)


def test_beside_the_posterior_too(drawing):
    known = refined("m_a", "r")
    with paper_style():
        figure = drawn(
            posterior_2d_figure(drawing.samples, drawing.pairs, drawing.samples, drawing.profile_2d, [known])
        )
    panels = [panel for panel in figure.axes if panel.axison]
    assert [text.get_text() for text in panels[1].texts] == ["refined"]
    assert not panels[3].texts
    low, high = panels[1].get_xlim()
    assert low < BEST["m_a"] - 0.2
    assert high > BEST["m_a"] + 0.2


def test_a_bin_without_a_point_is_not_coloured(drawing):
    known = refined("m_a", "r")
    known.log_l[:12] = np.nan
    for values in known.parameters.values():
        values[:12] = np.nan
    x, y = drawing.pairs[0]
    assert np.isfinite(finer.positions(known, (x, y))).all()
    with paper_style():
        figure = drawn(profile_2d_figure(drawing.samples, drawing.pairs, drawing.profile_2d, [known]))
    (filled,) = figure.axes[0].collections
    at = np.concatenate([path.vertices for path in filled.get_paths() if len(path.vertices)])
    assert at[:, 0].min() >= np.log10(known.parameters["m_a"][12, 0]) - 1e-12
