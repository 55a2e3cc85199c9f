"""What the Boltzmann equations share: equilibrium, and the dark matter sector as its tables."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel
from alpfit.numerics.quadrature import Rule, scaled_bessel_k
from alpfit.physics.plasma import Plasma
from alpfit.relic.averages import Averages

Array = NDArray[np.float64]


class Sector(NamedTuple):
    """Everything the Boltzmann equations need of a dark matter particle and its bath.

    ``mass`` [GeV], ``dof`` spin states, ``averages`` of its annihilation cross-section, a spline of
    ln(momentum transfer rate/GeV) on the same grid of ln(m/T), the plasma and the thermal rule.
    """

    mass: float
    dof: float
    averages: Averages
    transfer: Array
    transfer_slopes: Array
    plasma: Plasma
    hermite: Rule


@kernel
def log_equilibrium_yield(x: float, entropy_density: float, mass: float, dof: float, hermite: Rule) -> float:
    """ln(Y_eq) at T = mass/x, Maxwell-Boltzmann statistics: n_eq = dof m^3 K_2(x)/(2 pi^2 x)."""
    log_density = math.log(dof * mass**3 / (2.0 * math.pi**2 * x) * scaled_bessel_k(2, x, hermite)) - x
    return log_density - math.log(entropy_density)


@kernel
def relativistic_correction(x_chi: float, hermite: Rule) -> float:
    """1 - w = <p^4/E^3>/(6 T_chi) for a Maxwellian at T_chi = m/x_chi (seed paper, below eq. 4.10).

    Relative error with 8 points 2e-5 at x_chi = 2, and falling fast from there.
    """
    total = 0.0
    for i in range(hermite.nodes.size):
        tau = hermite.nodes[i] / (2.0 * x_chi)
        sinh_squared = 4.0 * tau * (1.0 + tau)
        total += hermite.weights[i] * sinh_squared**3 / (1.0 + 2.0 * tau) ** 2 / math.sqrt(1.0 + tau)
    integral = total * 2.0 / math.sqrt(2.0 * x_chi)
    return x_chi**2 * integral / (6.0 * scaled_bessel_k(2, x_chi, hermite))
