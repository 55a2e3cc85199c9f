"""How fast ALPs are brought into equilibrium with the plasma: by decay and inverse decay, and by Primakoff scattering.

Decay and inverse decay, with the mean time dilation of a Maxwell-Boltzmann gas:

    Gamma = Gamma(a -> gamma gamma) K_1(m_a/T)/K_2(m_a/T).

Primakoff scattering a e -> gamma e off charged leptons of density n, screened with kappa^2 = 4 pi alpha n/T
(G. G. Raffelt, Phys. Rev. D 33 (1986) 897, for charges that do not recoil), at the energy E = m_a + 3 T:

    Gamma = (alpha g_agg^2/8) n {[1 + kappa^2/(4 E^2)] ln[1 + 4 E^2/kappa^2] - 1}.

The leading logarithm, and leptons alone: quarks, above T = 0.15 GeV, would add once or twice as much. It is good for
whether ALPs are in equilibrium, not for how many there are where they are not.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import ELECTRON_MASS, FINE_STRUCTURE, MUON_MASS, TAU_MASS
from alpfit.numerics.bessel import Bessel, bessel_functions, log_scaled_bessel
from alpfit.numerics.compile import inner_kernel, kernel
from alpfit.physics.widths import photon_width

Array = NDArray[np.float64]


class Charges(NamedTuple):
    """What carries the plasma's charge: the fine structure constant, ``masses (n,)`` [GeV] of leptons; K_1 and K_2."""

    alpha: float
    masses: Array
    bessel: Bessel


@cache
def charged_leptons() -> Charges:
    """Electrons, muons and taus."""
    masses = np.array([ELECTRON_MASS.value, MUON_MASS.value, TAU_MASS.value])
    return Charges(FINE_STRUCTURE.value, masses, bessel_functions())


@inner_kernel
def charged_density(temperature: float, charges: Charges) -> float:
    """Charged leptons and antileptons [GeV^3] in a Maxwell-Boltzmann plasma at ``temperature`` [GeV]."""
    total, spins_and_signs = 0.0, 4.0
    for i in range(charges.masses.size):
        u = charges.masses[i] / temperature
        total += math.exp(log_scaled_bessel(2, math.log(u), charges.bessel) - u)
    return spins_and_signs * temperature**3 / (2.0 * math.pi**2) * total


@inner_kernel
def equilibration_rate(temperature: float, m_a: float, g_agg: float, photons: float, charges: Charges) -> float:
    """The rate above [GeV], both processes; ``photons`` is the width to photons, ``g_agg`` in 1/GeV, others in GeV."""
    log_u, bessel = math.log(m_a / temperature), charges.bessel
    dilation = math.exp(log_u + log_scaled_bessel(1, log_u, bessel) - log_scaled_bessel(2, log_u, bessel))
    density, energy = charged_density(temperature, charges), m_a + 3.0 * temperature
    screening = math.pi * charges.alpha * density / (temperature * energy * energy)  # kappa^2/(4 E^2)
    logarithm = (1.0 + screening) * math.log1p(1.0 / screening) - 1.0 if screening > 1e-300 else 0.0
    return photons * dilation + 0.125 * charges.alpha * g_agg * g_agg * density * logarithm


@kernel
def _equilibration_rates(temperature: Array, m_a: Array, g_agg: Array, photons: Array, charges: Charges) -> Array:
    """:func:`equilibration_rate` for arrays of one shape ``(n,)``."""
    rates = np.empty(temperature.size)
    for i in range(temperature.size):
        rates[i] = equilibration_rate(temperature[i], m_a[i], g_agg[i], photons[i], charges)
    return rates


def equilibration_rates(temperature: Array, m_a: Array, g_agg: Array) -> Array:
    """The rate [GeV] at which ALPs are made and lost in the plasma at ``temperature``; all arguments broadcast.

    ``temperature`` and ``m_a`` in GeV, ``g_agg`` in 1/GeV. Over the Hubble rate: above one, ALPs are in equilibrium.
    """
    arrays = np.broadcast_arrays(temperature, m_a, g_agg)
    plasma, mass, coupling = (np.ravel(array).astype(float) for array in arrays)
    rates = _equilibration_rates(plasma, mass, coupling, photon_width(mass, coupling), charged_leptons())
    return np.asarray(rates.reshape(arrays[0].shape))
