"""The family of relic density engines, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.relic.base import Engine
from alpfit.relic.cbe import CBE
from alpfit.relic.cbe_energy import CBE_ENERGY
from alpfit.relic.fbe import FBE
from alpfit.relic.nbe import NBE

ENGINES: Mapping[str, Engine] = MappingProxyType({"nbe": NBE, "cbe": CBE, "fbe": FBE})
"""``nbe``: the number density alone, kinetic equilibrium enforced; ``cbe``: number density and temperature; ``fbe``:
the momentum distribution."""

CLOSURES: Mapping[str, Engine] = MappingProxyType({"pressure": CBE, "energy": CBE_ENERGY})
"""What the second of the two coupled equations is: that of p^2/3E, the seed paper's, or that of the energy."""
