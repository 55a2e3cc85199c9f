"""The family of relic density engines, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.relic.base import Solver
from alpfit.relic.cbe import solve_cbe
from alpfit.relic.nbe import solve_nbe

ENGINES: Mapping[str, Solver] = MappingProxyType({"nbe": solve_nbe, "cbe": solve_cbe})
"""``nbe``: the number density alone, kinetic equilibrium enforced; ``cbe``: number density and temperature."""
