"""From sectors to results: calls an engine and says in the user's terms what came out."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import RELIC_DENSITY_PER_YIELD
from alpfit.errors import PredictionError
from alpfit.numerics.arguments import known
from alpfit.numerics.radau_step import radau_iia_5
from alpfit.physics.plasma import PLASMAS, Plasma, baths_at
from alpfit.relic.base import Accuracy, Engine, Freezeout
from alpfit.relic.boltzmann import Sectors
from alpfit.relic.engines import CLOSURES, ENGINES
from alpfit.relic.results import Evolution, Status

Array = NDArray[np.float64]


def resolve_engine(name: str, closure: str = "pressure") -> Engine:
    """The engine of that name in :data:`ENGINES`, the coupled equations with that of the :data:`CLOSURES`."""
    engine, closed = known("engine", name, ENGINES), known("closure", closure, CLOSURES)
    return closed if engine is ENGINES["cbe"] else engine


def resolve_plasma(name: str) -> Plasma:
    """The plasma of that name in :data:`PLASMAS`."""
    return known("plasma", name, PLASMAS)()


def relic_densities(
    sectors: Sectors,
    engine: Engine,
    transfer_rate: Callable[[Array], Array],
    accuracy: Accuracy,
) -> dict[str, NDArray[Any]]:
    """Solve the ``sectors``: all of :class:`RelicDensity`, arrays ``(n,)``, but for the self-scattering.

    ``transfer_rate`` maps their temperatures [GeV], shape ``(n,)``, to their momentum transfer rates [GeV].
    """
    freezeout = Freezeout(*engine.solve(sectors, accuracy, radau_iia_5()))
    log_yield, slope, x_fo, x_kd, hubble, status = freezeout[:6]
    if not (status == Status.OK).all():
        unsolved = status != Status.OK
        for values in (log_yield, slope, x_fo, x_kd, hubble):
            values[unsolved] = math.nan
    finite = np.isfinite(x_fo)
    rate = transfer_rate(sectors.mass / np.where(finite, x_fo, accuracy.x_start))
    return {
        "omega_h2": RELIC_DENSITY_PER_YIELD.value * sectors.mass * np.exp(log_yield),
        "x_fo": x_fo,
        "x_kd": x_kd,
        "status": status,
        "elastic_rate": np.where(finite, rate / hubble, math.nan),
        "late_annihilation": -slope,
    }


def history(sectors: Sectors, engine: Engine) -> Evolution:
    """The history of the first of the ``sectors``; raises :class:`PredictionError` where there is none."""
    accuracy = Accuracy(largest_change=0.2, settled_rate=math.inf)
    x, log_yield, excess, heat, status = engine.trace(sectors, accuracy, radau_iia_5())
    if status != Status.OK:
        raise PredictionError(f"no history: {Status(status).message}")
    mass, temperature = float(sectors.mass[0]), sectors.mass[0] / x
    entropy_density = baths_at(temperature, sectors.plasma)[0]
    ratio = np.exp(heat)
    return Evolution(
        x=x,
        Y=np.exp(log_yield),
        Y_eq=np.exp(log_yield - excess),
        temperature_ratio=ratio,
        y=mass * ratio * temperature / entropy_density ** (2.0 / 3.0),
    )
