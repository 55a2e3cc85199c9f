"""Relic density engines: the number density alone (NBE) and with the temperature (CBE)."""

from alpfit.relic.base import RelicDensity, Status
from alpfit.relic.engines import ENGINES
from alpfit.relic.portal import DOMAIN, outside, relic_density, resolve_annihilation_scale

__all__ = ["DOMAIN", "ENGINES", "RelicDensity", "Status", "outside", "relic_density", "resolve_annihilation_scale"]
