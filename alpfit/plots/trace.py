"""How a run went: nested sampling against the prior volume, Markov chains step by step."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from numpy.typing import NDArray

from alpfit.inference.samples import Samples
from alpfit.plots.figure import Figure
from alpfit.plots.style import BLACK, BLUE, POSTERIOR, PROFILE, SKY, TEXT_WIDTH, Axis

Array = NDArray[np.float64]

MOST_POINTS = 4000
"""More samples than this are thinned: a figure of them all is as black as large."""

DEEPEST = 20.0
"""In ln L below the best: what lies lower has no weight and is not shown."""

MOST_CHAINS = 12

MOST_STEPS = 1000
"""Of longer chains every second step is drawn, or every third, ...: two dots of a printer each."""


def log_volumes(samples: Samples) -> Array:
    """ln X of each sample, the prior volume above its ln L ``(n,)``, from weights w = L dX/Z summed from the top.

    -inf for the samples above all weight. The samples must have an evidence.
    """
    order = np.argsort(-samples.log_l, kind="stable")
    with np.errstate(invalid="ignore"):
        steps = samples.log_weights[order] - samples.log_l[order] + float(samples.log_z or 0.0)
    steps[~np.isfinite(steps)] = -np.inf
    volumes = np.empty_like(steps)
    volumes[order] = np.logaddexp.accumulate(steps)
    return volumes


def nested_trace_figure(samples: Samples, axes: Sequence[Axis]) -> Figure:
    """ln L, posterior weight and each of ``axes`` against -ln X; colour is weight, the largest 0.5 % alike."""
    volumes = log_volumes(samples)
    shown = np.flatnonzero(np.isfinite(volumes))
    order = shown[np.argsort(volumes[shown])[::-1]]
    thinned = order[:: max(1, order.size // MOST_POINTS)]
    x, weights = -volumes[thinned], samples.weights[thinned]
    weights = np.minimum(weights / np.quantile(weights, 0.995), 1.0)
    columns = 2
    rows = math.ceil((len(axes) + 2) / columns)
    figure = Figure(figsize=(TEXT_WIDTH, 1.5 * rows + 0.4), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel()
    top = float(samples.log_l[samples.best])
    panels[0].plot(x, samples.log_l[thinned] - top, color=POSTERIOR)
    panels[0].set(ylabel=r"$\ln L - \ln L_\mathrm{max}$", ylim=(-2.0 * DEEPEST, 1.5))
    middle, density = _weight_in_depth(-volumes[order], samples.weights[order])
    panels[1].fill_between(middle, density, step="mid", color=POSTERIOR, alpha=0.35, linewidth=0.0)
    panels[1].step(middle, density, where="mid", color=POSTERIOR)
    panels[1].set(ylabel="weight", ylim=(0.0, 1.08))
    colours = LinearSegmentedColormap.from_list("weight", ["#dddddd", SKY, BLUE, BLACK])
    up = np.argsort(weights)
    for panel, axis in zip(panels[2:], axes, strict=False):
        values = axis.values[thinned][up]
        panel.scatter(x[up], values, c=weights[up], cmap=colours, vmin=0.0, vmax=1.0, s=3.0, linewidths=0.0)
        panel.set_ylabel(axis.label)
    for panel in panels[len(axes) + 2 :]:
        panel.set_axis_off()
    for panel in panels[max(0, len(axes) + 2 - columns) : len(axes) + 2]:
        panel.set_xlabel(r"$-\ln X$")
        panel.tick_params(labelbottom=True)
    figure.align_ylabels()
    scale = ScalarMappable(Normalize(0.0, 1.0), colours)
    figure.colorbar(scale, ax=panels, label="weight, relative", shrink=0.6, aspect=30)
    return figure


def chains_trace_figure(samples: Samples, axes: Sequence[Axis]) -> Figure:
    """ln L and each of ``axes`` step by step, of as many as :data:`MOST_CHAINS` Markov chains, and the mean of all."""
    n_steps = samples.log_l.size // samples.n_chains
    steps = np.arange(0, n_steps, math.ceil(n_steps / MOST_STEPS))
    chains = np.linspace(0, samples.n_chains - 1, min(samples.n_chains, MOST_CHAINS)).astype(int)
    top = float(samples.log_l[samples.best])
    rows = {axis.label: axis.values for axis in axes}
    rows[r"$\ln L - \ln L_\mathrm{max}$"] = samples.log_l - top
    figure = Figure(figsize=(TEXT_WIDTH, 1.15 * len(rows) + 0.5), layout="constrained")
    panels = figure.subplots(len(rows), 1, squeeze=False, sharex=True)[:, 0]
    for panel, (label, values) in zip(panels, rows.items(), strict=True):
        walks = values.reshape(samples.n_chains, -1)[:, steps]
        panel.plot(steps, walks[chains].T, color=POSTERIOR, alpha=0.35, linewidth=0.4)
        panel.plot(steps, walks.mean(axis=0), color=PROFILE, linewidth=0.8)
        panel.set_ylabel(label)
    panels[-1].set(xlabel="step", xlim=(0, n_steps))
    figure.align_ylabels()
    return figure


def _weight_in_depth(depth: Array, weights: Array) -> tuple[Array, Array]:
    """Centres of bins in -ln X, and the posterior's weight in them over the largest."""
    heights, edges = np.histogram(depth, 60, weights=weights)
    return 0.5 * (edges[1:] + edges[:-1]), heights / heights.max()
