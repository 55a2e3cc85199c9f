"""The family of relic density engines, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.relic.base import Engine
from alpfit.relic.cbe import CBE
from alpfit.relic.nbe import NBE

ENGINES: Mapping[str, Engine] = MappingProxyType({"nbe": NBE, "cbe": CBE})
"""``nbe``: the number density alone, kinetic equilibrium enforced; ``cbe``: number density and temperature."""
