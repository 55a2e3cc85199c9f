"""Thermal averages of the annihilation cross-section, tabulated against the temperature.

With e = sqrt(s)/m - 2, u = sqrt(s)/T and theta the rapidity of the pair, the two averages of the seed
paper (eqs. 4.12 and 4.13, the latter with the weight p.p/(3E), not p.q/(3E)) are

    <sigma v>_i = P int ds sigma(s) (s - 4 m^2) sqrt(s) int d theta exp(-u cosh) w_i,    P = 1/(8 m^4 T K_2(m/T)^2),
    w_1 = cosh,    w_2 = (u/6) [2 sinh^2 + (beta^2 + eps sinh^2)/(1 + eps sinh^2)],

with eps = 4 m^2/s and beta^2 = 1 - eps. The inner integral of the first is K_1(u); that of the second is the
integral over the pair's energy in a form in which all terms are positive, so that nothing cancels at small T.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel
from alpfit.numerics.interpolation import evaluate_spline, spline_slopes
from alpfit.numerics.quadrature import Rule, scaled_bessel_k

Array = NDArray[np.float64]


class Averages(NamedTuple):
    """Splines of ln<sigma v> and ln<sigma v>_2 [GeV^-2] against ln(m/T) on a uniform grid.

    ``values`` and ``slopes`` have shape ``(2, 2, n)``: the part of the cross-section around a resonance and
    above it, then the part below it; of each, the two averages. Either part is smooth, while the sum has
    a kink where the resonance freezes out and the other part takes over.
    """

    start: float
    step: float
    values: Array
    slopes: Array


@kernel
def pair_weights(e: float, x: float, hermite: Rule) -> tuple[float, float]:
    """exp(u) times the two rapidity integrals above, at sqrt(s) = m (2 + e) and T = m/x."""
    u = x * (2.0 + e)
    eps = 4.0 / (2.0 + e) ** 2
    beta_squared = e * (e + 4.0) / (2.0 + e) ** 2
    first, second = 0.0, 0.0
    for i in range(hermite.nodes.size):
        tau = hermite.nodes[i] / (2.0 * u)
        measure = hermite.weights[i] / math.sqrt(1.0 + tau)
        sinh_squared = 4.0 * tau * (1.0 + tau)
        first += measure * (1.0 + 2.0 * tau)
        second += measure * (2.0 * sinh_squared + (beta_squared + eps * sinh_squared) / (1.0 + eps * sinh_squared))
    scale = 2.0 / math.sqrt(2.0 * u)
    return scale * first, scale * u / 6.0 * second


@kernel
def thermal_averages(x: float, e: Array, weighted_sigma: Array, hermite: Rule) -> tuple[float, float]:
    """<sigma v> and <sigma v>_2 [GeV^-2] at T = m/x.

    ``weighted_sigma`` is sigma(s) [GeV^-2] at the nodes ``e`` times their quadrature weights.
    """
    out_of_reach = 90.0  # exp(-90) = 1e-39 is beyond any enhancement by a resonance
    first, second = 0.0, 0.0
    for i in range(e.size):
        if e[i] * x > out_of_reach:
            continue
        w_first, w_second = pair_weights(e[i], x, hermite)
        # ds (s - 4 m^2) sqrt(s) = 2 m^5 e (e + 4) (2 + e)^2 de
        common = weighted_sigma[i] * e[i] * (e[i] + 4.0) * (2.0 + e[i]) ** 2 * math.exp(-e[i] * x)
        first += common * w_first
        second += common * w_second
    prefactor = 0.25 * x / scaled_bessel_k(2, x, hermite) ** 2
    return prefactor * first, prefactor * second


@kernel
def tabulate(
    x_first: float,
    x_last: float,
    step: float,
    e: Array,
    weighted_sigma: Array,
    resonance: float,
    hermite: Rule,
) -> Averages:
    """The averages on a grid from ``x_first`` to at least ``x_last`` that is uniform in ln(x).

    ``resonance`` is the position of the peak in e; at or below threshold there is nothing to part.
    """
    start, negligible = math.log(x_first), 70.0
    n = math.ceil((math.log(x_last) - start) / step) + 1
    values, slopes = np.empty((2, 2, n)), np.empty((2, 2, n))
    low = e < 0.5 * resonance if resonance > 0.0 else np.ones(e.size, dtype=np.bool_)
    e_low, sigma_low, e_high, sigma_high = e[low], weighted_sigma[low], e[~low], weighted_sigma[~low]
    for i in range(n):
        x = math.exp(start + i * step)
        high = thermal_averages(x, e_high, sigma_high, hermite)
        rest = thermal_averages(x, e_low, sigma_low, hermite)
        for k in range(2):
            values[1, k, i] = math.log(rest[k])
            floor = values[1, k, i] - negligible
            values[0, k, i] = max(math.log(high[k]), floor) if high[k] > 0.0 else floor
    for part in range(2):
        for k in range(2):
            slopes[part, k] = spline_slopes(values[part, k], step)
    return Averages(start, step, values, slopes)


@kernel
def averages_at(log_x: float, table: Averages) -> tuple[float, float]:
    """<sigma v> and <sigma v>_2 [GeV^-2] at ln(m/T) = ``log_x``."""
    first, second = 0.0, 0.0
    for part in range(2):
        values, slopes = table.values[part], table.slopes[part]
        first += math.exp(evaluate_spline(log_x, table.start, table.step, values[0], slopes[0]))
        second += math.exp(evaluate_spline(log_x, table.start, table.step, values[1], slopes[1]))
    return first, second
