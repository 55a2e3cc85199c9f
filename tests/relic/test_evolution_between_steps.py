"""A history is smooth: what it is between the solver's steps is known, not drawn."""

import math

import numpy as np
import pytest

import alpfit
from alpfit.plots.evolution import evolution_figure
from alpfit.relic import run as running
from alpfit.relic.base import Accuracy

POINT = (0.75, 0.477, 9.037e-5, 6.93e-5)
PARTS = 10
"""Of a step."""


@pytest.fixture(scope="module")
def slow():
    """The same with steps a fortieth as long, by engine."""
    with pytest.MonkeyPatch.context() as patch:
        fine = Accuracy(largest_change=5e-3, settled_rate=math.inf, tolerance=1e-9, max_steps=20000)
        patch.setattr(running, "Accuracy", lambda **_: fine)
        return {engine: alpfit.evolve(*POINT, engine=engine) for engine in ("nbe", "cbe")}


@pytest.mark.parametrize("engine", ["nbe", "cbe"])
def test_lines_between_its_points_are_right_where_lines_between_steps_are_not(engine, slow):
    history, fine = alpfit.evolve(*POINT, engine=engine), slow[engine]

    def off(every):
        log_x, log_y = np.log(history.x[::every]), np.log(history.Y[::every])
        return np.abs(np.interp(np.log(fine.x), log_x, log_y) - np.log(fine.Y)).max()

    assert np.all(np.diff(history.x) > 0.0)
    assert off(1) < 1e-3
    assert off(PARTS) > 5.0 * off(1)
    warm = np.interp(np.log(history.x), np.log(fine.x), fine.temperature_ratio)
    assert history.temperature_ratio == pytest.approx(warm, rel=1e-3)


def test_the_figure_ends_where_nothing_happens_any_more():
    history = alpfit.evolve(*POINT)
    figure = evolution_figure({"cbe": history}, {"cbe": 0.0763})
    end = figure.axes[1].get_xlim()[1]

    shown = history.temperature_ratio[history.x <= end]
    low, high = figure.axes[1].get_ylim()
    assert 0.5 * shown.min() < low < shown.min() < shown.max() < high
    assert end < 0.1 * history.x[-1]
    assert history.Y[np.searchsorted(history.x, end)] == pytest.approx(history.Y[-1], rel=0.01)
