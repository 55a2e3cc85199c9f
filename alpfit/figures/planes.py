"""The figure of all limits in the plane of two parameters of the scenario, for a run."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from alpfit.config import Configuration
from alpfit.errors import ConfigurationError, one_of
from alpfit.figures.input import FigureInput
from alpfit.inference.exclusion import RELIC, Plane, excluded, measurements_for, preferred
from alpfit.likelihoods.forms.gaussian import Gaussian
from alpfit.numerics.expressions import Expression
from alpfit.plots.numbers import scientific
from alpfit.plots.regions import PlaneContents

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GRID = (100, 80)
"""Points along both axes."""

ENGINES = ("cbe", "nbe")
"""Whose curves of the observed relic density are drawn."""

RELIC_DENSITY = 0.120
"""Omega h^2 for a run that does not measure it: Planck, arXiv:1807.06209, table 2."""


def plane(given: FigureInput) -> "Figure":
    """All limits of the catalogue that apply, at the best fit's other parameters."""
    from alpfit.plots.density import density
    from alpfit.plots.plane import plane_figure

    _check(given)
    contents, samples, axes = plane_contents(given), given.samples, given.configuration.theory.plane
    known = all(name in {**samples.parameters, **samples.derived} for name in axes)
    posterior = None
    if known and all(axis.logarithmic for axis in given.axes_of(axes)):
        horizontal, vertical = given.axes_of(axes)
        posterior = density(horizontal, vertical, samples.weights)
    best = given.best
    x, y = (best[name] for name in axes)
    shown = contents.x[0] <= x <= contents.x[-1] and contents.y[0] <= y <= contents.y[-1]
    moved = any(not math.isclose(value, best.get(name, math.nan)) for name, value in given.at.items())
    return plane_figure(contents, posterior=posterior, best=(x, y) if shown and not moved else None)


def plane_contents(given: FigureInput, grid: tuple[int, int] = GRID) -> PlaneContents:
    """Regions and curves on a grid over the run's range, with ``given.at`` in place of the best fit's values."""
    configuration, best = given.configuration, given.best
    scenario = configuration.theory
    axes = scenario.plane
    following = _following(configuration.ordered_formulas, (*axes, *given.at))
    others = {name: given.at.get(name, value) for name, value in best.items() if name not in (*axes, *following)}
    others |= {name: value for name, value in given.at.items() if name not in others}
    x, y = (
        np.geomspace(*(given.ranges.get(name) or _range(configuration, name, best[name])), n)
        for name, n in zip(axes, grid, strict=True)
    )
    has_relic = RELIC in scenario.observables and bool(scenario.engines)
    engine = str(configuration.tables.get("relic", {}).get("engine", scenario.engines[0])) if has_relic else ""
    formulas = {name: configuration.formulas[name] for name in following}
    drawn = Plane(scenario, x, y, others, engine, formulas=formulas)
    own = given.problem.likelihood.measurements
    engines = [name for name in ENGINES if has_relic and name in scenario.engines]
    relic = tuple(drawn.relic(engine) for engine in engines)  # which says of what the user has chosen if it is no model
    wanted, regions = [], []
    measured = RELIC_DENSITY
    for measurement in measurements_for(drawn, own):
        if isinstance(measurement.form, Gaussian) and measurement.form.observable == RELIC:
            measured = measurement.form.value
        if (wish := preferred(drawn, measurement)) is not None:
            wanted.append(wish)
        elif (region := excluded(drawn, measurement)) is not None:
            regions.append(region)
    known = configuration.quantities
    return PlaneContents(
        drawn.x,
        drawn.y,
        tuple(regions),
        tuple(wanted),
        relic,
        measured,
        _in_words(given, others),
        labels=(known[axes[0]].axis_label, known[axes[1]].axis_label),
    )


def no_plane(given: FigureInput) -> str:
    """Why there is no plane; empty where there is."""
    scenario = given.configuration.theory
    if len(scenario.plane) != 2 or not set(scenario.plane) <= {*scenario.parameters, *scenario.optional}:
        return f"the scenario '{scenario.name}' has no plane: give it plane = (NAME, NAME), two of its parameters"
    if not (scenario.provides("without_signal") and all(given.best.get(name, 0.0) > 0.0 for name in scenario.plane)):
        return (
            f"the scenario '{scenario.name}' has no method without_signal, or the plane's parameters are not positive"
        )
    return ""


def _following(formulas: Mapping[str, Expression], chosen: Sequence[str]) -> tuple[str, ...]:
    """The parameters whose ``formulas``, which are in order, read one that is ``chosen``, themselves or by others."""
    found: dict[str, None] = {}
    for name, formula in formulas.items():
        if name not in chosen and any(read in chosen or read in found for read in formula.names):
            found[name] = None
    return tuple(found)


def _check(given: FigureInput) -> None:
    """Whether what the user has chosen is a parameter and a range."""
    scenario = given.configuration.theory
    known, axes = {**scenario.parameters, **scenario.optional, **given.best}, scenario.plane
    formulas = given.configuration.formulas
    for name in given.at:
        if name in formulas:
            raise ConfigurationError(f"at[{name!r}]: it follows from {' and '.join(formulas[name].names)}: give those")
        if name in axes:
            raise ConfigurationError(f"at[{name!r}]: it is an axis of the plane: give ranges[{name!r}] = (LOW, HIGH)")
        if name not in known:
            raise ConfigurationError(f"at[{name!r}]: not a parameter of this scenario: {one_of(name, known)}")
    for name, (low, high) in given.ranges.items():
        if name not in axes:
            raise ConfigurationError(f"ranges[{name!r}]: not an axis of the plane: {one_of(name, axes)}")
        if not 0.0 < low < high < math.inf:
            raise ConfigurationError(
                f"ranges[{name!r}] = {low:g}, {high:g}: give two positive numbers, the smaller first"
            )


def _range(configuration: Configuration, name: str, best: float) -> tuple[float, float]:
    """The ends of a prior, of all but 2 in 1000 where it has none, or a decade around another value."""
    prior = configuration.priors.get(name)
    if prior is None:
        return best / math.sqrt(10.0), best * math.sqrt(10.0)
    ends = prior.bounds
    if not all(map(math.isfinite, ends)):
        ends = float(prior.transform(1e-3)), float(prior.transform(0.999))
    return ends[0] if ends[0] > 0.0 else 1e-4 * ends[1], ends[1]


def _in_words(given: FigureInput, others: Mapping[str, float]) -> str:
    """The other parameters as a title."""
    known, texts = given.configuration.quantities, []
    for name, value in others.items():
        unit = f" {known[name].unit}" if known[name].unit else ""
        texts.append(f"${known[name].label} = {scientific(value, 4)}${unit}")
    return ", ".join(texts)
