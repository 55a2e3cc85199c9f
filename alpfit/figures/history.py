"""The figures of what chi did in the early universe, at a run's best fit."""

from typing import TYPE_CHECKING, Any

from alpfit.figures.input import FigureInput
from alpfit.relic import evolve, relic_density
from alpfit.relic.base import Accuracy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENGINES = ("cbe", "fbe", "nbe")
COUPLINGS = ("m_a", "r", "g_agg", "g_achi")

BEFORE_AND_AFTER = (0.7, 1.0, 1.5, 4.0)
"""Where the momentum distribution is shown, in x over that of chemical freeze-out."""


def evolution(given: FigureInput) -> "Figure":
    """The yield and the temperature of chi at the best fit, by the engines that have an answer there."""
    from alpfit.plots.evolution import evolution_figure

    couplings, choices = _best(given)
    histories, final = {}, {}
    for engine in ENGINES:
        options = {**choices, "engine": engine}
        density = relic_density(*couplings, **options)
        if density.ok:
            histories[engine], final[engine] = evolve(*couplings, **options), float(density.omega_h2)
    return evolution_figure(histories, final)


def momentum(given: FigureInput) -> "Figure":
    """The momentum distribution of chi at the best fit, around freeze-out."""
    from alpfit.plots.evolution import momentum_figure

    couplings, choices = _best(given)
    choices["engine"] = "fbe"
    freeze_out = float(relic_density(*couplings, **choices).x_fo)
    begin, end = Accuracy().x_start, Accuracy().x_end
    inside = [x for x in (share * freeze_out for share in BEFORE_AND_AFTER) if begin < x < end]
    return momentum_figure(evolve(*couplings, **choices, distribution_at=inside).distributions, freeze_out)


def _best(given: FigureInput) -> tuple[list[float], dict[str, Any]]:
    """The couplings of the best fit, and the choices of the run."""
    return [given.best[name] for name in COUPLINGS], given.configuration.relic.model_dump()


def no_relic(given: FigureInput) -> str:
    """Why there is no history; empty where there is."""
    configuration = given.configuration
    known = configuration.theory.observables
    missing = f"the {configuration.scenario} scenario has no relic density without r and g_achi"
    return "" if "Omega_h2" in known else missing


def no_momentum(given: FigureInput) -> str:
    """Why there is no momentum distribution; empty where there is."""
    if reason := no_relic(given):
        return reason
    couplings, choices = _best(given)
    density = relic_density(*couplings, **{**choices, "engine": "fbe"})
    return "" if density.ok else f"at the best fit, {density.messages}"
