"""Relic density engines: the number density alone (NBE) and with the temperature (CBE)."""

from alpfit.relic.base import RelicDensity, Status
from alpfit.relic.engines import ENGINES
from alpfit.relic.portal import relic_density, resolve_annihilation_scale

__all__ = ["ENGINES", "RelicDensity", "Status", "relic_density", "resolve_annihilation_scale"]
