"""The figure of all limits in the plane of ALP mass and coupling to photons, for a run."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from alpfit.errors import ConfigurationError, one_of
from alpfit.figures.input import FigureInput
from alpfit.inference.exclusion import RELIC, Plane, excluded, measurements_for, preferred
from alpfit.inference.priors import Prior
from alpfit.likelihoods.forms.gaussian import Gaussian
from alpfit.plots.regions import PlaneContents
from alpfit.scenarios import Choices

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AXES = ("m_a", "g_agg")

GRID = (100, 80)
"""Points along m_a and g_agg."""

RELIC_DENSITY = 0.120
"""Omega h^2 for a run that does not measure it: Planck, arXiv:1807.06209, table 2."""


def plane(given: FigureInput) -> "Figure":
    """All limits of the catalogue that apply, at the best fit's other parameters."""
    from alpfit.plots.density import density, n_bins
    from alpfit.plots.plane import plane_figure

    _check(given)
    contents, samples = plane_contents(given), given.samples
    sampled = all(name in samples.parameters for name in AXES)
    logarithmic = sampled and all(axis.logarithmic for axis in given.axes_of(AXES))
    posterior = None
    if logarithmic:
        horizontal, vertical = given.axes_of(AXES)
        posterior = density(horizontal, vertical, samples.weights, n_bins(samples.n_eff))
    best = given.best
    x, y = (best[name] for name in AXES)
    shown = contents.m_a[0] <= x <= contents.m_a[-1] and contents.g_agg[0] <= y <= contents.g_agg[-1]
    moved = any(not math.isclose(value, best.get(name, math.nan)) for name, value in given.at.items())
    return plane_figure(contents, posterior=posterior, best=(x, y) if shown and not moved else None)


def plane_contents(given: FigureInput, grid: tuple[int, int] = GRID) -> PlaneContents:
    """Regions and curves on a grid over the run's range, with ``given.at`` in place of the best fit's values."""
    configuration = given.configuration
    scenario = given.problem.scenario
    best = given.best
    others = {name: given.at.get(name, value) for name, value in best.items() if name not in AXES}
    others |= {name: value for name, value in given.at.items() if name not in others}
    m_a, g_agg = (
        np.geomspace(*(given.ranges.get(name) or _range(configuration.priors.get(name), best[name])), n)
        for name, n in zip(AXES, grid, strict=True)
    )
    choices = Choices(**configuration.relic.model_dump(), **configuration.physics.model_dump())
    drawn = Plane(scenario, choices, m_a, g_agg, others)
    own = given.problem.likelihood.measurements
    wanted, regions = [], []
    measured = RELIC_DENSITY
    for measurement in measurements_for(drawn, own):
        if isinstance(measurement.form, Gaussian) and measurement.form.observable == RELIC:
            measured = measurement.form.value
        if (wish := preferred(drawn, measurement)) is not None:
            wanted.append(wish)
        elif (region := excluded(drawn, measurement)) is not None:
            regions.append(region)
    engines = ("cbe", "nbe") if RELIC in scenario.observables else ()
    return PlaneContents(
        drawn.m_a,
        drawn.g_agg,
        tuple(regions),
        tuple(wanted),
        tuple(drawn.relic(engine) for engine in engines),
        measured,
        _in_words(given, others),
    )


def _check(given: FigureInput) -> None:
    """Whether what the user has chosen is a parameter and a range."""
    scenario = given.problem.scenario
    known = {**scenario.parameters, **scenario.optional}
    for name in given.at:
        if name in AXES:
            raise ConfigurationError(f"at[{name!r}]: it is an axis of the plane: give ranges[{name!r}] = (LOW, HIGH)")
        if name not in known:
            raise ConfigurationError(f"at[{name!r}]: not a parameter of this scenario: {one_of(name, known)}")
    for name, (low, high) in given.ranges.items():
        if name not in AXES:
            raise ConfigurationError(f"ranges[{name!r}]: not an axis of the plane: {one_of(name, AXES)}")
        if not 0.0 < low < high < math.inf:
            raise ConfigurationError(
                f"ranges[{name!r}] = {low:g}, {high:g}: give two positive numbers, the smaller first"
            )


def _range(prior: Prior | None, best: float) -> tuple[float, float]:
    """The ends of a prior, of all but 2 in 1000 where it has none, or a decade around a fixed value."""
    if prior is None:
        return best / math.sqrt(10.0), best * math.sqrt(10.0)
    ends = prior.bounds
    if not all(map(math.isfinite, ends)):
        ends = float(prior.transform(1e-3)), float(prior.transform(0.999))
    return ends[0] if ends[0] > 0.0 else 1e-4 * ends[1], ends[1]


def _in_words(given: FigureInput, others: Mapping[str, float]) -> str:
    """The other parameters as a title."""
    scenario = given.problem.scenario
    known = {**scenario.parameters, **scenario.optional}
    texts = []
    for name, value in others.items():
        digits, power = f"{value:.2e}".split("e")
        number = f"{value:.4g}" if 1e-2 <= abs(value) < 1e3 or value == 0.0 else rf"{digits}\cdot10^{{{int(power)}}}"
        unit = f" {known[name].unit}" if known[name].unit else ""
        texts.append(f"${known[name].label} = {number}${unit}")
    return ", ".join(texts)
