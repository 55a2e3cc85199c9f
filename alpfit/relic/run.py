"""The engines by name, and from sectors to results: calls one and says in the user's terms what came out."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import RELIC_DENSITY_PER_YIELD
from alpfit.errors import PredictionError
from alpfit.numerics.arguments import known
from alpfit.numerics.radau_step import radau_iia_5
from alpfit.physics.plasma import PLASMAS, Plasma, baths_at
from alpfit.relic import freeze_in
from alpfit.relic.base import Accuracy, Engine, Freezeout
from alpfit.relic.boltzmann import SectorTables, chosen
from alpfit.relic.cbe import CBE
from alpfit.relic.cbe_energy import CBE_ENERGY
from alpfit.relic.fbe import FBE
from alpfit.relic.freeze_in import Beginning, Early
from alpfit.relic.nbe import NBE
from alpfit.relic.results import ANSWERED, Evolution, Status
from alpfit.relic.spectrum import Whole

Array = NDArray[np.float64]

ENGINES: Mapping[str, Engine] = MappingProxyType({"nbe": NBE, "cbe": CBE, "fbe": FBE})
"""``nbe``: the number density alone, kinetic equilibrium enforced; ``cbe``: number density and temperature; ``fbe``:
the momentum distribution.

>>> import alpfit
>>> from alpfit.relic import ENGINES
>>> list(ENGINES)
['nbe', 'cbe', 'fbe']
>>> found = {name: alpfit.relic_density(0.75, 0.477, 9.037e-5, 6.93e-5, engine=name) for name in ("nbe", "cbe")}
>>> {name: float(density.omega_h2.round(3)) for name, density in found.items()}
{'nbe': 0.018, 'cbe': 0.076}
"""

CLOSURES: Mapping[str, Engine] = MappingProxyType({"pressure": CBE, "energy": CBE_ENERGY})
"""What the second of the two coupled equations is: that of p^2/3E, Ding et al. 2025's, or that of the energy.

>>> import alpfit
>>> from alpfit.relic import CLOSURES
>>> found = {name: alpfit.relic_density(0.75, 0.477, 9.037e-5, 6.93e-5, closure=name) for name in CLOSURES}
>>> {name: float(density.omega_h2.round(3)) for name, density in found.items()}
{'pressure': 0.076, 'energy': 0.074}
"""


def resolve_engine(name: str, closure: str = "pressure") -> Engine:
    """The engine of that name in :data:`ENGINES`, the coupled equations with that of the :data:`CLOSURES`."""
    engine, closed = known("engine", name, ENGINES), known("closure", closure, CLOSURES)
    return closed if engine is ENGINES["cbe"] else engine


def resolve_plasma(name: str) -> Plasma:
    """The plasma of that name in :data:`PLASMAS`."""
    return known("plasma", name, PLASMAS)()


def relic_densities(
    sectors: SectorTables,
    engine: Engine,
    transfer_rate: Callable[[Array], Array],
    accuracy: Accuracy,
    early: Callable[[Whole], Early],
) -> dict[str, NDArray[Any]]:
    """Solve the ``sectors``: all of :class:`RelicDensity`, arrays ``(n,)``, but for the self-scattering.

    ``transfer_rate`` maps their temperatures [GeV], shape ``(n,)``, to their momentum transfer rates [GeV]; ``early``
    gives the early tables of those whose numbers it is given, and is called where chi may come from nothing.
    """
    freezeout = Freezeout(*engine.solve(sectors, accuracy, radau_iia_5()))
    log_yield, slope, x_fo, x_kd, hubble, status = freezeout[:6]
    if not (status == Status.OK).all():
        if engine.from_nothing:
            _from_nothing(freezeout, sectors, accuracy, early)
        unsolved = ~np.isin(status, ANSWERED)
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


def _from_nothing(
    freezeout: Freezeout, sectors: SectorTables, accuracy: Accuracy, early: Callable[[Whole], Early]
) -> None:
    """Write what is made from nothing of those that never were in equilibrium, which is not left anywhere."""
    which = np.flatnonzero(freezeout.status == Status.NEVER_EQUILIBRATED)
    if not which.size:
        return
    made = freeze_in.solve(chosen(sectors, which), early(which), Beginning(), accuracy, radau_iia_5())
    freezeout.log_yield[which], freezeout.log_yield_slope[which], freezeout.status[which], n_calls = made
    freezeout.n_calls[which] += n_calls
    freezeout.x_fo[which] = math.nan
    freezeout.x_kd[which] = math.inf


def history(sectors: SectorTables, engine: Engine, early: Callable[[Whole], Early]) -> Evolution:
    """The history of the first of the ``sectors``; raises :class:`PredictionError` where there is none.

    ``early`` as for :func:`relic_densities`.
    """
    accuracy, first = Accuracy(largest_change=0.2, settled_rate=math.inf), np.zeros(1, dtype=np.int64)
    x, log_yield, excess, heat, status = engine.evolve(sectors, accuracy, radau_iia_5())
    if engine.from_nothing and status == Status.NEVER_EQUILIBRATED:
        x, log_yield, excess, heat, status = freeze_in.evolve(
            chosen(sectors, first), early(first), Beginning(), accuracy, radau_iia_5()
        )
    if status not in ANSWERED:
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
