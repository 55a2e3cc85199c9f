"""The cross-section of a sector as a sum of infinitely narrow resonances.

For the momentum distribution sigma(s) acts through the integral of sigma(s) sqrt(s (s - 4 m^2)) over the s that two
energies can make. A narrow resonance at sqrt(s) = m (2 + e) makes that a constant in a band of rapidities, and any
cross-section is a sum of such: one for each node of a quadrature over s. Nodes by the hundred, where they came from
quadrature at all temperatures, are reduced at one temperature to the few of Gauss's rule for the measure
sigma(s) exp(-sqrt(s)/T) ds, which is exact for polynomials.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import kernel

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class Spectrum(NamedTuple):
    """``size`` narrow resonances at ``e = sqrt(s)/m - 2``, ascending, arrays ``(k,)`` of which the rest is not used.

    The momentum distribution changes by d(p E f)/dt = m^2 ``strength`` int dE_a/m [...] with ``strength`` in GeV, see
    :mod:`alpfit.relic.collisions`; ``scattering`` is how often a pair scatters for each time that it annihilates.
    """

    e: Array
    strength: Array
    scattering: Array
    size: int


class Spectra(NamedTuple):
    """Those of ``n`` sectors: arrays ``(n, k)``, and ``size (n,)``."""

    e: Array
    strength: Array
    scattering: Array
    size: Whole


def no_spectra(n: int) -> Spectra:
    """For engines that do not need them."""
    nothing = np.empty((n, 0))
    return Spectra(nothing, nothing, nothing, np.zeros(n, dtype=np.int64))


@kernel
def strength_of(flux: float, e: float, mass: float, dof: float) -> float:
    """The strength [GeV] of a node with that ``flux`` (:class:`~alpfit.relic.averages.Nodes`, GeV^-2).

    g/(16 pi^2 m) times the integral of sigma sqrt(s (s - 4 m^2)) ds over the node.
    """
    return float(dof * mass**3 * flux * math.sqrt((2.0 + e) / (e * (e + 4.0))) / (8.0 * math.pi**2))


@kernel
def reduce_spectrum(spectrum: Spectrum, x: float, few: Spectrum) -> int:
    """Write into the arrays of ``few`` the resonances that stand for the ``spectrum`` at T = m/x; how many they are.

    What is less than 1e-4 of the annihilation in equilibrium at T each is left out.
    """
    negligible, e_folds = 1e-4, 45.0
    n, m = spectrum.size, few.e.size
    e, log_weight = np.empty(n), np.empty(n)
    scattering, k, highest = np.empty(n), 0, -math.inf
    for i in range(n):
        if spectrum.strength[i] > 0.0 and spectrum.e[i] > 0.0:
            e[k], scattering[k] = spectrum.e[i], spectrum.scattering[i]
            log_weight[k] = math.log(spectrum.strength[i] * _phase_space(e[k])) - e[k] * x
            highest = max(highest, log_weight[k])
            k += 1
    if k == 0:
        return 0
    n = 0
    for i in range(k):
        if log_weight[i] > highest - e_folds:
            e[n], scattering[n], log_weight[n] = e[i], scattering[i], log_weight[i] - highest
            n += 1
    nodes, weights = _gauss(e[:n] * x, np.exp(log_weight[:n]), min(m, n))
    total, kept = weights.sum(), 0
    for j in range(nodes.size):
        position = nodes[j] / x
        if weights[j] < negligible * total or not position > 0.0:
            continue
        few.e[kept] = position
        few.strength[kept] = math.exp(math.log(weights[j]) + highest + nodes[j]) / _phase_space(position)
        few.scattering[kept] = np.interp(position, e[:n], scattering[:n])
        kept += 1
    return kept


@kernel
def _phase_space(e: float) -> float:
    """What the annihilation in a narrow resonance is proportional to, besides its strength and exp(-e x)."""
    return math.sqrt(e * (e + 4.0) * (2.0 + e))


@kernel
def _gauss(t: Array, weights: Array, m: int) -> tuple[Array, Array]:
    """Gauss's rule with at most ``m`` nodes for the discrete measure of ``weights`` at ``t``, arrays ``(n,)``.

    By the method of Lanczos, with full orthogonalisation (G. H. Golub and J. H. Welsch, Math. Comp. 23 (1969) 221).
    """
    n, smallest = t.size, 1e-9
    basis, matrix = np.zeros((m, n)), np.zeros((m, m))
    total = weights.sum()
    basis[0] = np.sqrt(weights / total)
    used = 1
    for j in range(m):
        following = t * basis[j]
        matrix[j, j] = np.sum(following * basis[j])
        if j == m - 1:
            break
        for _ in range(2):
            for i in range(j + 1):
                following -= np.sum(following * basis[i]) * basis[i]
        size = math.sqrt(np.sum(following * following))
        if size <= smallest * max(abs(matrix[0, 0]), 1e-30):
            break
        matrix[j, j + 1] = matrix[j + 1, j] = size
        basis[j + 1] = following / size
        used += 1
    nodes, vectors = np.linalg.eigh(matrix[:used, :used].copy())
    return nodes, total * vectors[0] ** 2
