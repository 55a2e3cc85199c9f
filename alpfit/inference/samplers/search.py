"""Whether a part of the posterior lies where bounds that were drawn around live points do not reach.

A maximum that no live point has come near leaves no trace in the shells. So it is looked for from outside: a scan of
the prior, and descents from its best points. Where one ends outside of the bounds that should hold it, points around it
tell whether it is more than a corner that bounds have cut off.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.minimisation.cost import End
from alpfit.inference.minimisation.migrad import Descents
from alpfit.inference.minimisation.starts import peaks
from alpfit.inference.problem import Problem
from alpfit.inference.samplers.proposal import StudentT, usable_root
from alpfit.inference.samplers.shells import LARGEST_LOSS

Array = NDArray[np.float64]
LogL = Callable[[Array], Array]
"""From parameters ``(n, n_dim)`` to ln L ``(n,)``."""

SHARES = (64, 80)
"""So many likelihood calls of the run allow one point of the scan, and one of the descents: together less than 3 %."""

FEWEST_SCANNED, MOST_SCANNED, BATCH = 64, 1024, 128
"""Points of the scan, and how many are evaluated at once: powers of two."""

N_STARTS, FEWEST_CALLS = 4, 256
"""Descents: from the heaviest point that a bound has lost, where there is one, and from the best peaks of the scan; and
calls that they have in any case. One that runs out of them ends where it is."""

N_AROUND = 64
"""Points drawn around each maximum that is missing, as it seems."""

EDGE = 1e-9
"""How near the scan comes to the ends of a prior, which may be infinite."""

MOST_AT_ONCE = 2048
"""Points that bounds are asked about at once: their networks need some 10 kB for each."""

ONE_SIGMA = 0.3413447460685429
"""Half of the central 68 % of the unit cube."""


@dataclass(frozen=True)
class Cube:
    """The unit cube as the coordinates of a descent: in it the prior is even, and bounds are drawn in it."""

    problem: Problem

    @property
    def lower(self) -> Array:
        """Lower ends."""
        return np.full(self.problem.n_dim, EDGE)

    @property
    def upper(self) -> Array:
        """Upper ends."""
        return np.full(self.problem.n_dim, 1.0 - EDGE)

    @property
    def scale(self) -> Array:
        """Half of the prior's central 68 %."""
        return np.full(self.problem.n_dim, ONE_SIGMA)

    def parameters(self, z: Array) -> Array:
        """The parameters at points ``(n, n_dim)`` of the cube."""
        return self.problem.prior_transform(z)


@dataclass(frozen=True)
class Bounds:
    """Nested bounds in the unit cube, from the outermost one, which is all of it.

    ``contain`` tells of points ``(n, n_dim)`` which are in each. A bound is to hold all points with ln L above the
    threshold that stands with the bound before it; with the last one stands inf. A point drawn in a bound, and in none
    after it, stands for ``exp(log_point_volumes)`` of the prior.
    """

    contain: Sequence[Callable[[Array], NDArray[np.bool_]]]
    thresholds: Array
    log_point_volumes: Array

    def at_stake(self, u: Array, log_l: Array) -> Array:
        """ln of the evidence ``(n,)`` that a drawn point would stand for; -inf if it is where it should be.

        Where a whole maximum is lost, so much may be missing: had it been larger, points drawn there would have met it.
        """
        shells = np.zeros(len(u), dtype=np.int64)
        for start in range(0, len(u), MOST_AT_ONCE):
            part = slice(start, start + MOST_AT_ONCE)
            for i, contains in enumerate(self.contain[1:], start=1):
                shells[part][contains(u[part])] = i
        return np.where(log_l >= self.thresholds[shells], log_l + self.log_point_volumes[shells], -np.inf)


@dataclass(frozen=True)
class Missing:
    """A maximum that bounds do not hold: parameters, ln L, and by how much ln Z may be too low without it."""

    parameters: Mapping[str, float]
    log_l: float
    log_z: float


def search(
    problem: Problem, log_l: LogL, bounds: Bounds, log_z: float, *, lost: Array, n_calls: int, seed: int
) -> Missing | None:
    """The maximum with most at stake outside of ``bounds`` that hold ``log_z``; None where nothing that matters is.

    ``lost`` ``(n, n_dim)`` are points of the unit cube from which to descend, too. What is spent is less than 3 % of
    ``n_calls`` where these are many, and some hundred calls more where something is missing; the same ``seed`` gives
    the same answer.
    """
    rng, cube = np.random.default_rng(seed), Cube(problem)
    starts = np.concatenate([lost, _scan(cube, log_l, n_calls, rng)])[:N_STARTS]
    if not len(starts):
        return None
    ends = Descents(_at_most(max(n_calls // SHARES[1], FEWEST_CALLS), log_l), cube).run(starts)
    u = np.array([end.z for end in ends])
    stakes = np.logaddexp(0.0, bounds.at_stake(u, np.array([-end.cost for end in ends])) - log_z)
    suspects = [end for end, stake in zip(ends, stakes, strict=True) if stake > LARGEST_LOSS]
    if not suspects or np.logaddexp(0.0, _around(suspects, cube, log_l, bounds, rng) - log_z) <= LARGEST_LOSS:
        return None
    worst = int(np.argmax(stakes))
    values = cube.parameters(u[worst][None, :])[0]
    named = {name: float(value) for name, value in zip(problem.names, values, strict=True)}
    return Missing(named, -ends[worst].cost, float(stakes[worst]))


def _scan(cube: Cube, log_l: LogL, n_calls: int, rng: np.random.Generator) -> Array:
    """The peaks of a Sobol sequence in the cube, the best first."""
    from scipy.stats import qmc

    n = 2 ** int(math.log2(np.clip(n_calls // SHARES[0], FEWEST_SCANNED, MOST_SCANNED)))
    u = np.clip(qmc.Sobol(cube.problem.n_dim, rng=rng).random(n), cube.lower, cube.upper)
    values = np.concatenate([log_l(cube.parameters(part)) for part in np.split(u, max(n // BATCH, 1))])
    return np.asarray(u[peaks(u, values)[:N_STARTS]])


def _at_most(n: int, log_l: LogL) -> LogL:
    """``log_l`` until ``n`` points are spent, and no likelihood after them."""
    spent = 0

    def limited(theta: Array) -> Array:
        nonlocal spent
        if spent >= n:
            return np.full(len(theta), -np.inf)
        spent += len(theta)
        return log_l(theta)

    return limited


def _around(ends: Sequence[End], cube: Cube, log_l: LogL, bounds: Bounds, rng: np.random.Generator) -> float:
    """ln of the evidence around ``ends`` that is outside of the bounds: what they cut off at a corner is little.

    By importance sampling with Student's t distributions; the ends themselves, at the centre of each, count as drawn.
    """
    proposals = [StudentT(end.z, usable_root(end.covariance, end.valid, cube.scale)[0]) for end in ends]
    u = np.concatenate([np.vstack([end.z, p.draw(rng, N_AROUND)]) for end, p in zip(ends, proposals, strict=True)])
    log_density = np.logaddexp.reduce([p.log_density(u) for p in proposals], axis=0) - math.log(len(proposals))
    inside = ((u >= cube.lower) & (u <= cube.upper)).all(axis=1)
    values = log_l(cube.parameters(u[inside]))
    missing = np.isfinite(bounds.at_stake(u[inside], values))
    return float(np.logaddexp.reduce((values - log_density[inside])[missing], initial=-np.inf) - math.log(len(u)))
