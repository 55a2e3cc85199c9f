"""The Standard Model plasma: effective degrees of freedom, entropy density and Hubble rate.

Kernels read g_rho(T) and g_s(T) from splines; the slope of g_s is that of its very spline, so that the entropy is
conserved to rounding.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import PLANCK_MASS
from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.numerics.interpolation import hermite_cubic, splines
from alpfit.physics import borsanyi, saikawa_shirai

Array = NDArray[np.float64]

COLDEST, HOTTEST = 1e-13, 1e5
"""Where the tables reach [GeV]: from below today's temperature to above the mass of the heaviest dark matter."""
STEP = 0.004
"""In ln(T): with it every table is within 2e-7 (g) and 1e-4 (slope of g_s) of what it tabulates."""


class Plasma(NamedTuple):
    """Splines of g_rho and g_s on a uniform grid in ln(T/GeV), ``table (n, 2, 2)``; the end slopes vanish.

    ``bends (k,)`` are the ln(T/GeV), falling, where dln(g_s)/dln(T) bends: no step of an integrator should go across.
    """

    start: float
    step: float
    table: Array
    planck_mass: float
    bends: Array


class Bath(NamedTuple):
    """The plasma at one temperature: entropy density [GeV^3], Hubble rate H and H-tilde [GeV]."""

    entropy_density: float
    hubble: float
    hubble_tilde: float


def tabulate(degrees_of_freedom: Callable[[Array], Array], bends: Sequence[float]) -> Plasma:
    """The splines through g_rho and g_s, which ``degrees_of_freedom`` gives with shape ``(2, n)`` at n temperatures.

    ``bends`` are the ln(T/GeV) where pieces of it join.
    """
    centre = math.log(saikawa_shirai.MATCHING_TEMPERATURE)  # a node, and so are both ends of the window around it
    first, last = (round((math.log(end) - centre) / STEP) for end in (COLDEST, HOTTEST))
    grid = centre + STEP * np.arange(first, last + 1)
    table = splines(degrees_of_freedom(np.exp(grid)), STEP)
    table[[0, -1], :, 1] = 0.0  # beyond the ends g stays as it is; above 99.6 TeV this bends the slope, by 8e-4
    return Plasma(float(grid[0]), STEP, table, PLANCK_MASS.value, np.sort(bends)[::-1].copy())


@cache
def saikawa_shirai_2018() -> Plasma:
    """The plasma of arXiv:1803.01038."""
    return tabulate(saikawa_shirai.degrees_of_freedom, saikawa_shirai.BENDS)


@cache
def borsanyi_2016() -> Plasma:
    """The plasma of arXiv:1606.07494."""
    return tabulate(borsanyi.degrees_of_freedom, borsanyi.BENDS)


PLASMAS: Mapping[str, Callable[[], Plasma]] = MappingProxyType(
    {"saikawa-shirai-2018": saikawa_shirai_2018, "borsanyi-2016": borsanyi_2016}
)
"""The degrees of freedom of the plasma by name: those of arXiv:1803.01038, and those of arXiv:1606.07494.

>>> import alpfit
>>> from alpfit.relic import PLASMAS
>>> for name in PLASMAS:
...     print(name, f"{alpfit.relic_density(0.75, 0.477, 9.037e-5, 6.93e-5, plasma=name).omega_h2:.3f}")
saikawa-shirai-2018 0.076
borsanyi-2016 0.076
"""


@inner_kernel
def bath_at(temperature: float, plasma: Plasma) -> Bath:
    """Entropy density, H and H-tilde at ``temperature`` [GeV]; the table's end values hold beyond its ends."""
    table, step = plasma.table, plasma.step
    last = table.shape[0] - 1
    position = (math.log(temperature) - plasma.start) / step
    i, t = 0, 0.0
    if position >= last:
        i, t = last - 1, 1.0
    elif position > 0.0:
        i = int(position)
        t = position - i
    g_rho, _ = hermite_cubic(t, step, table[i, 0, 0], table[i + 1, 0, 0], table[i, 0, 1], table[i + 1, 0, 1])
    g_s, slope = hermite_cubic(t, step, table[i, 1, 0], table[i + 1, 1, 0], table[i, 1, 1], table[i + 1, 1, 1])
    hubble = math.sqrt(4.0 * math.pi**3 / 45.0 * g_rho) * temperature**2 / plasma.planck_mass
    entropy_density = 2.0 * math.pi**2 / 45.0 * g_s * temperature**3
    return Bath(entropy_density, hubble, hubble / (1.0 + slope / (3.0 * g_s)))


@kernel
def baths_at(temperature: Array, plasma: Plasma) -> tuple[Array, Array]:
    """Entropy density [GeV^3] and Hubble rate [GeV] at temperatures [GeV], shape ``(n,)``."""
    entropy_density, hubble = np.empty(temperature.size), np.empty(temperature.size)
    for i in range(temperature.size):
        bath = bath_at(temperature[i], plasma)
        entropy_density[i], hubble[i] = bath.entropy_density, bath.hubble
    return entropy_density, hubble
