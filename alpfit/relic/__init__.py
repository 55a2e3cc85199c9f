"""Relic density engines: number density alone (NBE), with the temperature (CBE), momentum distribution (fBE).

>>> from alpfit import relic
>>> found = relic.relic_density(0.75, 0.477, 9.037e-5, 6.93e-5)  # of the ALP portal
>>> sector = relic.DarkSector(100.0, 2, lambda s: 9.4e-10 / (1.0 - 4.0 * 100.0**2 / s) ** 0.5, "equilibrium")
>>> print(f"{found.omega_h2:.3f}; of another dark sector {relic.solve(sector).omega_h2:.3f}")
0.076; of another dark sector 0.119
"""

from alpfit.physics.plasma import PLASMAS
from alpfit.relic.channels import Channel
from alpfit.relic.dark_sector import DarkSector
from alpfit.relic.density import DOMAIN, evolve, plasma_error, relic_density, resolve_annihilation_scale
from alpfit.relic.general import evolve_sector, solve
from alpfit.relic.many_sectors import solve_many
from alpfit.relic.required import required_coupling
from alpfit.relic.results import Evolution, MomentumDistribution, RelicDensity, Status
from alpfit.relic.run import CLOSURES, ENGINES
from alpfit.relic.theory_error import TheoryError, theory_error

__all__ = [
    "CLOSURES",
    "DOMAIN",
    "ENGINES",
    "PLASMAS",
    "Channel",
    "DarkSector",
    "Evolution",
    "MomentumDistribution",
    "RelicDensity",
    "Status",
    "TheoryError",
    "evolve",
    "evolve_sector",
    "plasma_error",
    "relic_density",
    "required_coupling",
    "resolve_annihilation_scale",
    "solve",
    "solve_many",
    "theory_error",
]
