"""The figures of what chi did in the early universe, at a run's best fit."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from alpfit.figures.input import FigureInput
from alpfit.relic.base import Accuracy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENGINES = ("cbe", "fbe", "nbe")

BEFORE_AND_AFTER = (0.7, 1.0, 1.5, 4.0)
"""Where the momentum distribution is shown, in x over that of chemical freeze-out."""


def evolution(given: FigureInput) -> "Figure":
    """The yield and the temperature of chi at the best fit, by the engines that have an answer there."""
    from alpfit.plots.evolution import evolution_figure

    theory, point = given.configuration.theory, _best(given)
    histories, final = {}, {}
    for engine in [engine for engine in ENGINES if engine in theory.engines]:
        density = theory.relic_density(_arrays(point), engine)
        if np.all(density.ok):
            histories[engine], final[engine] = theory.evolve(point, engine), float(np.ravel(density.omega_h2)[0])
    return evolution_figure(histories, final)


def momentum(given: FigureInput) -> "Figure":
    """The momentum distribution of chi at the best fit, around freeze-out."""
    from alpfit.plots.evolution import momentum_figure

    theory, point = given.configuration.theory, _best(given)
    freeze_out = float(np.ravel(theory.relic_density(_arrays(point), "fbe").x_fo)[0])
    begin, end = Accuracy().x_start, Accuracy().x_end
    inside = [x for x in (share * freeze_out for share in BEFORE_AND_AFTER) if begin < x < end]
    return momentum_figure(theory.evolve(point, "fbe", inside).distributions, freeze_out)


def _best(given: FigureInput) -> dict[str, float]:
    """The scenario's parameters at the best fit."""
    return {name: value for name, value in given.best.items() if name in given.configuration.theory.parameters}


def _arrays(point: Mapping[str, float]) -> dict[str, NDArray[np.float64]]:
    return {name: np.array([value]) for name, value in point.items()}


def no_relic(given: FigureInput) -> str:
    """Why there is no history; empty where there is."""
    configuration = given.configuration
    theory, extension = configuration.theory, configuration.kind.made_by.extension
    if theory.engines and theory.provides("evolve") and theory.provides("relic_density"):
        return ""
    if not theory.place and extension is not None:
        return f"the {theory.name} scenario has no relic density without {' and '.join(extension.parameters)}"
    return f"the scenario '{theory.name}' has no history of dark matter: give it engines, relic_density and evolve"


def no_momentum(given: FigureInput) -> str:
    """Why there is no momentum distribution; empty where there is."""
    if reason := no_relic(given):
        return reason
    theory = given.configuration.theory
    if "fbe" not in theory.engines:
        return f"the scenario '{theory.name}' has no engine 'fbe'"
    density = theory.relic_density(_arrays(_best(given)), "fbe")
    return "" if np.all(density.ok) else f"at the best fit, {np.ravel(density.messages)[0]}"
