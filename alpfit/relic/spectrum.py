"""The cross-section of a sector as a sum of infinitely narrow resonances.

For the momentum distribution sigma(s) acts through the integral of sigma(s) sqrt(s (s - 4 m^2)) over the s that two
energies can make. A narrow resonance at sqrt(s) = m (2 + e) makes that a constant in a band of rapidities, and any
cross-section is a sum of such: one for each node of a quadrature over s. Nodes by the hundred, where they came from
quadrature at all temperatures, are reduced at one temperature to few: neighbours make a group, whose two resonances
have its mean, variance and third moment under the measure sigma(s) exp(-sqrt(s)/T) ds (Gauss's rule with two nodes). A
group is the wider, the less of the annihilation is in it.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel, kernel

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class Spectrum(NamedTuple):
    """``size`` narrow resonances at ``e = sqrt(s)/m - 2``, ascending, arrays ``(k,)`` of which the rest is not used.

    The momentum distribution changes by d(p E f)/dt = m^2 ``strength`` int dE_a/m [...] with ``strength`` in GeV, see
    :mod:`alpfit.relic.collisions`; ``scattering`` is how often a pair scatters for each time that it annihilates.
    ``fineness`` is by how much finer than usual it takes groups.
    """

    e: Array
    strength: Array
    scattering: Array
    size: int
    fineness: float


class Groups(NamedTuple):
    """A :class:`Spectrum` reduced at one temperature, and the ``share`` of the annihilation there that is in each."""

    e: Array
    strength: Array
    scattering: Array
    share: Array
    size: int


@inner_kernel
def no_groups(n: int) -> Groups:
    """With room for ``n``."""
    return Groups(np.empty(n), np.empty(n), np.empty(n), np.empty(n), 0)


class Spectra(NamedTuple):
    """Those of ``n`` sectors: arrays ``(n, k)``, ``size`` and ``fineness (n,)``."""

    e: Array
    strength: Array
    scattering: Array
    size: Whole
    fineness: Array


UNSUPPRESSED, SUPPRESSED = 1.0, 8.0
"""Fineness of a spectrum, and of one that begins, in part or in all, far above threshold and not with a peak. There the
fastest chi alone annihilate, which are warmer than the temperature that says which nodes count for how much: with the
first, up to 15 % off in Omega h^2, with the second, 0.4 %."""


def no_spectra(n: int) -> Spectra:
    """For engines that do not need them."""
    nothing = np.empty((n, 0))
    return Spectra(nothing, nothing, nothing, np.zeros(n, dtype=np.int64), np.ones(n))


def joined_spectra(parts: Sequence[Spectra]) -> Spectra:
    """All of the ``parts`` in one, the shorter with zeros at their ends."""
    longest = max(part.e.shape[1] for part in parts)
    if longest == 0:
        return no_spectra(len(parts))

    def column(which: int) -> Array:
        return np.concatenate([np.pad(part[which], ((0, 0), (0, longest - part.e.shape[1]))) for part in parts])

    size, fineness = (np.concatenate([part[which] for part in parts]) for which in (3, 4))
    return Spectra(column(0), column(1), column(2), size, fineness)


@inner_kernel
def strength_of(flux: float, e: float, mass: float, dof: float) -> float:
    """The strength [GeV] of a node with that ``flux`` (:class:`~alpfit.relic.averages.Nodes`, GeV^-2).

    g/(16 pi^2 m) times the integral of sigma sqrt(s (s - 4 m^2)) ds over the node.
    """
    return float(dof * mass**3 * flux * math.sqrt((2.0 + e) / (e * (e + 4.0))) / (8.0 * math.pi**2))


@kernel
def strengths_of(flux: Array, e: Array, mass: float, dof: float) -> Array:
    """:func:`strength_of` each of the nodes, arrays ``(n,)``."""
    strengths = np.empty(e.size)
    for i in range(e.size):
        strengths[i] = strength_of(flux[i], e[i], mass, dof)
    return strengths


@inner_kernel
def reduce_spectrum(spectrum: Spectrum, x: float, few: Groups, blur: float) -> Groups:
    """The resonances that stand for the ``spectrum`` at T = m/x, in the arrays of ``few``.

    Of a group, the variance of :func:`_place_of` times its share of the annihilation in equilibrium at T is at most
    ``blur`` over the fineness, or as much more as it takes for the groups to find room in ``few``.
    """
    e_folds, blur = 45.0, blur / spectrum.fineness
    n, k, highest = spectrum.size, 0, -math.inf
    e, log_weight, scattering = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        if spectrum.strength[i] > 0.0 and spectrum.e[i] > 0.0:
            e[k], scattering[k] = spectrum.e[i], spectrum.scattering[i]
            log_weight[k] = math.log(spectrum.strength[i] * _phase_space(e[k])) - e[k] * x
            highest = max(highest, log_weight[k])
            k += 1
    n = 0
    for i in range(k):
        if log_weight[i] > highest - e_folds:
            e[n], scattering[n], log_weight[n] = e[i], scattering[i], log_weight[i] - highest
            n += 1
    weights, places, kept = np.exp(log_weight[:n]), np.empty(n), -1
    for i in range(n):
        places[i] = _place_of(e[i] * x)
    while kept < 0:
        kept = _fill(places, weights, scattering, blur * weights.sum(), few)
        blur *= 2.0
    few.share[:kept] = few.strength[:kept] / few.strength[:kept].sum()
    for j in range(kept):
        folds = _folds_at(few.e[j])
        few.e[j] = folds / x
        few.strength[j] = math.exp(math.log(few.strength[j]) + highest + folds) / _phase_space(few.e[j])
    return Groups(few.e, few.strength, few.scattering, few.share, kept)


@inner_kernel
def _place_of(folds: float) -> float:
    """Where a resonance is by ``folds`` = e x: near threshold by the momentum in its decay, which counts there."""
    return math.sqrt(folds) if folds < 0.25 else folds + 0.25


@inner_kernel
def _folds_at(place: float) -> float:
    """The inverse of :func:`_place_of`."""
    return place * place if place < 0.5 else place - 0.25


@inner_kernel
def _fill(t: Array, weights: Array, scattering: Array, blur: float, few: Groups) -> int:
    """Write places and weights of the groups of ``weights`` at places ``t`` into ``few``; how many, or -1 without room.

    A group that is negligible is left out, and one that is narrow enough is a single resonance. Where chi scatters
    more than ten million times as often as it annihilates, it is Maxwellian for all that annihilation sees, and is
    taken to scatter no more often: beyond that the rounding of what scattering conserves is seen beside annihilation.
    """
    negligible, narrow, most_scattering = 1e-6 * weights.sum(), 3e-4 * blur, 1e7
    n, kept, first = t.size, 0, 0
    while first < n:
        if kept + 2 > few.e.size:
            return -1
        end = _end_of_group(t, weights, first, blur)
        part, places = weights[first:end], t[first:end]
        weight = part.sum()
        mean, share = np.sum(part * places) / weight, np.sum(part * scattering[first:end]) / weight
        apart = places - mean
        variance = np.sum(part * apart**2) / weight
        first = end
        if weight < negligible:
            continue
        few.scattering[kept : kept + 2] = min(share, most_scattering)
        if weight * variance <= narrow:
            few.e[kept], few.strength[kept] = mean, weight
            kept += 1
            continue
        skew = 0.5 * np.sum(part * apart**3) / (weight * variance)
        root = math.sqrt(skew * skew + variance)
        few.e[kept], few.strength[kept] = mean + skew - root, weight * 0.5 * (1.0 + skew / root)
        few.e[kept + 1], few.strength[kept + 1] = mean + skew + root, weight * 0.5 * (1.0 - skew / root)
        kept += 2
    return kept


@inner_kernel
def _end_of_group(t: Array, weights: Array, first: int, blur: float) -> int:
    """After the last of those from ``first`` on whose weighted squares of distances sum to ``blur`` at most."""
    weight, mean, scatter = weights[first], t[first], 0.0
    for i in range(first + 1, t.size):
        apart, part = t[i] - mean, weights[i] / (weight + weights[i])
        scatter += weight * part * apart * apart
        if scatter > blur:
            return i
        mean += part * apart
        weight += weights[i]
    return t.size


@inner_kernel
def _phase_space(e: float) -> float:
    """What the annihilation in a narrow resonance is proportional to, besides its strength and exp(-e x)."""
    return math.sqrt(e * (e + 4.0) * (2.0 + e))
