"""The figure of what chi did in the early universe, at a run's best fit."""

from typing import TYPE_CHECKING

from alpfit.fit.figures.material import Material
from alpfit.relic import evolve, relic_density

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENGINES = ("cbe", "nbe")
COUPLINGS = ("m_a", "r", "g_agg", "g_achi")


def evolution(material: Material) -> "Figure":
    """The yield and the temperature of chi at the best fit."""
    from alpfit.plots.evolution import evolution_figure

    relic = material.configuration.relic
    scale, plasma = relic.annihilation_scale, relic.plasma
    m_a, r, g_agg, g_achi = (material.best[name] for name in COUPLINGS)
    histories, final = {}, {}
    for engine in ENGINES:
        histories[engine] = evolve(m_a, r, g_agg, g_achi, engine=engine, annihilation_scale=scale, plasma=plasma)
        density = relic_density(m_a, r, g_agg, g_achi, engine=engine, annihilation_scale=scale, plasma=plasma)
        final[engine] = float(density.omega_h2)
    return evolution_figure(histories, final)


def no_relic(material: Material) -> str:
    """Why there is no history; empty where there is."""
    known = material.configuration.build_scenario().observables
    return "" if "Omega_h2" in known else f"the {material.configuration.scenario} scenario has no relic density"
