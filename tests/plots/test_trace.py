"""The course of a sampler: prior volumes from weights, and chains step by step."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from alpfit.inference.samples import Samples
from alpfit.plots.style import paper_style
from alpfit.plots.trace import MOST_STEPS, chains_trace_figure, log_volumes, nested_trace_figure


def test_volumes_are_those_of_the_prior_above_each_likelihood():
    # L(X) = exp(-X/s): nested sampling with a known ln X, weights L dX
    x = np.geomspace(1.0, 1e-6, 4000)
    log_l, steps = -x / 0.01, np.append(-np.diff(x), x[-1])
    log_z = np.logaddexp.reduce(log_l + np.log(steps))
    samples = Samples({"u": x}, {}, {}, log_l, log_l + np.log(steps) - log_z, log_z, 0.1, x.size)
    np.testing.assert_allclose(np.exp(log_volumes(samples)), x, rtol=5e-3, atol=1e-6)


def test_volumes_do_not_depend_on_the_order_of_the_samples(draw):
    samples = draw(2).samples
    mixed = np.random.default_rng(1).permutation(samples.log_l.size)
    other = replace(samples, log_l=samples.log_l[mixed], log_weights=samples.log_weights[mixed])
    np.testing.assert_allclose(log_volumes(other), log_volumes(samples)[mixed], rtol=1e-10)


def drawn(figure):
    figure.savefig(BytesIO(), format="png", dpi=50)
    return figure


def test_nested_sampling_shows_likelihood_weight_and_each_parameter(drawing):
    with paper_style():
        figure = drawn(nested_trace_figure(drawing.samples, drawing.axes))
    labels = [panel.get_ylabel() for panel in figure.axes if panel.axison]
    wanted = [r"$\ln L - \ln L_\mathrm{max}$", "weight", *(axis.label for axis in drawing.axes)]
    assert labels[:-1] == wanted
    assert r"$-\ln X$" in {panel.get_xlabel() for panel in figure.axes}


def test_samples_of_equal_weight_have_the_colour_of_the_largest(draw):
    drawing = draw(2)
    n = drawing.samples.log_l.size
    equal = replace(drawing.samples, log_weights=np.full(n, -np.log(n)))
    with paper_style():
        figure = drawn(nested_trace_figure(equal, drawing.axes))
    dots = next(dots for panel in figure.axes for dots in panel.collections if dots.get_array() is not None)
    np.testing.assert_allclose(dots.get_array(), 1.0)
    assert dots.get_clim() == (0.0, 1.0)


@pytest.mark.parametrize("n_chains", [2, 40])
def test_chains_are_drawn_step_by_step(draw, n_chains):
    drawing = draw(2)
    samples = replace(drawing.samples, log_z=None, log_z_error=None, n_chains=n_chains)
    with paper_style():
        figure = drawn(chains_trace_figure(samples, drawing.axes))
    assert [panel.get_ylabel() for panel in figure.axes][:2] == [axis.label for axis in drawing.axes]
    assert figure.axes[-1].get_xlabel() == "step"
    walk = figure.axes[0].lines[0].get_ydata()
    np.testing.assert_array_equal(walk, drawing.axes[0].values[: samples.log_l.size // n_chains])


def test_of_long_chains_some_steps_are_drawn_where_they_belong(draw):
    drawing = draw(2)
    tiles = 10  # 400 steps become 4000 of two chains
    long = replace(
        drawing.samples,
        log_l=np.tile(drawing.samples.log_l, tiles),
        log_z=None,
        log_z_error=None,
        n_chains=2,
    )
    axes = [replace(axis, values=np.tile(axis.values, tiles)) for axis in drawing.axes]
    with paper_style():
        figure = drawn(chains_trace_figure(long, axes))
    line = figure.axes[0].lines[0]
    steps = np.asarray(line.get_xdata()).astype(int)
    assert steps.size == MOST_STEPS
    np.testing.assert_array_equal(line.get_ydata(), axes[0].values[steps])
    assert figure.axes[-1].get_xlim() == (0.0, 4000.0)
