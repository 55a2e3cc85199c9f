"""The family of relic density engines, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.relic.base import Engine
from alpfit.relic.cbe import CBE
from alpfit.relic.fbe import FBE
from alpfit.relic.nbe import NBE

ENGINES: Mapping[str, Engine] = MappingProxyType({"nbe": NBE, "cbe": CBE, "fbe": FBE})
"""``nbe``: the number density alone, kinetic equilibrium enforced; ``cbe``: number density and temperature; ``fbe``:
the momentum distribution."""
