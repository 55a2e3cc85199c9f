"""What the Boltzmann equations share: a thermal gas of dark matter, and the sector as its tables."""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.numerics.interpolation import evaluate_spline, spline_with_slope, splines
from alpfit.numerics.quadrature import Rule, half_hermite_rule, scaled_bessel_k2
from alpfit.physics.plasma import Plasma, bath_at
from alpfit.relic.average_table import Averages, first_average_at
from alpfit.relic.averages import energy_moments
from alpfit.relic.spectrum import Spectra, no_spectra

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class Gas(NamedTuple):
    """A Maxwellian gas as functions of ln(m/T) alone, the same for every particle, on a uniform grid.

    ``table (n, 4, 2)`` holds the splines of ln(exp(x) K_2(x)), of x (1 - w), which tends to 5/2, and of <E - m>/T and
    d<E>/dT, which tend to 3/2.
    """

    start: float
    step: float
    table: Array


@cache
def maxwellian_gas() -> Gas:
    """The table from x = 0.1 to 1e13; its error is below 1e-7 from x = 1 on."""
    start, step, rule = math.log(0.1), 0.0625, half_hermite_rule(40)
    x = np.exp(start + step * np.arange(math.ceil((math.log(1e13) - start) / step) + 1))
    bessel = np.log([scaled_bessel_k2(value, rule) for value in x])
    correction = [value * relativistic_correction(value, rule) for value in x]
    energy = np.array([energy_moments(value, rule) for value in x]).T
    return Gas(start, step, splines(np.array([bessel, correction, *energy]), step))


@kernel
def relativistic_correction(x_chi: float, hermite: Rule) -> float:
    """1 - w = <p^4/E^3>/(6 T_chi) for a Maxwellian at T_chi = m/x_chi (Ding et al. 2025, below eq. 4.10)."""
    total = 0.0
    for i in range(hermite.nodes.size):
        tau = hermite.nodes[i] / (2.0 * x_chi)
        sinh_squared = 4.0 * tau * (1.0 + tau)
        total += hermite.weights[i] * sinh_squared**3 / (1.0 + 2.0 * tau) ** 2 / math.sqrt(1.0 + tau)
    integral = total * 2.0 / math.sqrt(2.0 * x_chi)
    return x_chi**2 * integral / (6.0 * scaled_bessel_k2(x_chi, hermite))


@inner_kernel
def correction_at(log_x: float, x: float, gas: Gas) -> tuple[float, float]:
    """1 - w at m/T_chi = ``x``, and its derivative with respect to ln(x)."""
    value, slope = spline_with_slope(log_x, gas.start, gas.step, gas.table, 1)
    return value / x, (slope - value) / x


@inner_kernel
def log_equilibrium_yield(log_x: float, entropy_density: float, mass: float, dof: float, gas: Gas) -> float:
    """ln(Y_eq) at T = mass/x [GeV^3 for the entropy density]: n_eq = dof m^3 K_2(x)/(2 pi^2 x), Maxwell-Boltzmann."""
    log_bessel = evaluate_spline(log_x, gas.start, gas.step, gas.table, 0)
    log_prefactor = math.log(dof * mass**3 / (2.0 * math.pi**2 * entropy_density))
    return log_prefactor + log_bessel - log_x - math.exp(log_x)


class Transfer(NamedTuple):
    """The momentum transfer rate: splines of ln(gamma/GeV) against ln(m/T) on a uniform grid, ``table (n, k, 2)``.

    One for each kind of particle of the plasma, of which the rate is the sum.
    """

    start: float
    step: float
    table: Array


@inner_kernel
def transfer_at(log_x: float, transfer: Transfer) -> float:
    """The momentum transfer rate [GeV] at m/T = exp(``log_x``)."""
    rate = 0.0
    for k in range(transfer.table.shape[1]):
        rate += math.exp(evaluate_spline(log_x, transfer.start, transfer.step, transfer.table, k))
    return rate


class SectorTable(NamedTuple):
    """Everything the Boltzmann equations need of a dark matter particle and its bath.

    ``mass`` [GeV], ``dof`` spin states, ``averages`` of its annihilation cross-section, its momentum transfer rate, the
    gas it is and the plasma.
    """

    mass: float
    dof: float
    averages: Averages
    transfer: Transfer
    gas: Gas
    plasma: Plasma


class SectorTables(NamedTuple):
    """``n`` sectors that differ in ``mass (n,)``, ``dof (n,)`` and tables, as :class:`SectorTable` with a first axis.

    Their cross-sections themselves are ``spectra``, empty where no engine asks for them.
    """

    mass: Array
    dof: Array
    averages: Averages
    suppression: Array
    transfer: Transfer
    gas: Gas
    plasma: Plasma
    spectra: Spectra


@inner_kernel
def sector_at(sectors: SectorTables, i: int) -> SectorTable:
    """Number ``i`` of the sectors."""
    averages, transfer = sectors.averages, sectors.transfer
    return SectorTable(
        sectors.mass[i],
        sectors.dof[i],
        Averages(averages.start, averages.step, averages.table[i], sectors.suppression[i]),
        Transfer(transfer.start, transfer.step, transfer.table[i]),
        sectors.gas,
        sectors.plasma,
    )


def chosen(sectors: SectorTables, which: Whole) -> SectorTables:
    """Those of the sectors that are numbered in ``which``, as the Boltzmann equations need them: without spectra."""
    averages, transfer = sectors.averages, sectors.transfer
    return sectors._replace(
        mass=sectors.mass[which],
        dof=sectors.dof[which],
        averages=averages._replace(table=averages.table[which]),
        suppression=sectors.suppression[which],
        transfer=transfer._replace(table=transfer.table[which]),
        spectra=no_spectra(which.size),
    )


@inner_kernel
def annihilations_per_hubble_time(log_x: float, sector: SectorTable) -> float:
    """n_eq <sigma v>/H at T = mass/x."""
    x = math.exp(log_x)
    bath = bath_at(sector.mass / x, sector.plasma)
    log_y_eq = log_equilibrium_yield(log_x, bath.entropy_density, sector.mass, sector.dof, sector.gas)
    return math.exp(log_y_eq) * bath.entropy_density * first_average_at(log_x, x, sector.averages) / bath.hubble
