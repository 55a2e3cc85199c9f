"""MIGRAD, from one start, and from many at once with some coordinates held fixed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.batching.threads import Ask, together
from alpfit.inference.minimisation.cost import NO_COST, Cost, End, Space

Array = NDArray[np.float64]

WIDTH = 64
"""Descents under way at a time."""

MOST_CALLS = 400
"""Where MIGRAD gives up, in calls of its own."""

TOLERANCE = 0.1
"""MINUIT's own: it ends where ln L is estimated to be within 10^-4 of its maximum (0.002 x tolerance x 1/2)."""


@dataclass(frozen=True)
class Slice:
    """The coordinates with all but the ``free`` ones (indices) held at those of ``point`` ``(n_dim,)``."""

    whole: Space
    point: Array
    free: NDArray[np.int64]

    @property
    def lower(self) -> Array:
        """Lower ends of the free ones."""
        return np.asarray(self.whole.lower[self.free])

    @property
    def upper(self) -> Array:
        """Upper ends of the free ones."""
        return np.asarray(self.whole.upper[self.free])

    @property
    def scale(self) -> Array:
        """Half of the prior's central 68 % of the free ones."""
        return np.asarray(self.whole.scale[self.free])

    def filled(self, z: Array) -> Array:
        """All coordinates, of the free ones ``(n, n_free)``."""
        points = np.repeat(self.point[None, :], len(z), axis=0)
        points[:, self.free] = z
        return points

    def parameters(self, z: Array) -> Array:
        """The parameters at free coordinates ``(n, n_free)``."""
        return self.whole.parameters(self.filled(z))


@dataclass(frozen=True)
class Descents:
    """Descents whose likelihood calls go to ``log_l``, from parameters ``(n, n_dim)`` to ``(n,)``."""

    log_l: Callable[[Array], Array]
    coordinates: Space

    def costs(self, z: Array) -> Array:
        """-ln L at points ``(n, n_dim)``."""
        return Cost(self.log_l, self.coordinates).many(z)

    def run(self, starts: Array, fixed: Sequence[int] = (), strategy: int = 0) -> list[End]:
        """Where MIGRAD ends from each of ``starts`` ``(n, n_dim)``, with the coordinates ``fixed`` (indices) held.

        It is never above its start.
        """
        free = np.setdiff1d(np.arange(starts.shape[1]), fixed)
        if not free.size:
            return [
                End(z, float(cost), cost < NO_COST, 0.0) for z, cost in zip(starts, self.costs(starts), strict=True)
            ]
        tasks = [partial(descend, Slice(self.coordinates, z, free), strategy) for z in starts]
        return together(tasks, self.log_l, WIDTH)


@dataclass(frozen=True)
class _Remembering:
    """Asks for no point twice: MINUIT does, and a gradient begins with the point that it has just asked for."""

    ask: Ask
    known: dict[bytes, float] = field(default_factory=dict)

    def __call__(self, theta: Array) -> Array:
        keys = [point.tobytes() for point in theta]
        new = [i for i, key in enumerate(keys) if key not in self.known]
        if new:
            self.known.update(zip((keys[i] for i in new), self.ask(theta[new]).tolist(), strict=True))
        return np.array([self.known[key] for key in keys])


def descend(space: Slice, strategy: int, ask: Ask) -> End:
    """MIGRAD in ``space`` from its point, with ln L from ``ask``."""
    cost = Cost(_Remembering(ask), space)
    start = space.point[space.free]
    _, end = migrad(cost, start, strategy=strategy, ncall=MOST_CALLS, iterate=1, use_simplex=False)
    return replace(end, z=space.filled(end.z[None, :])[0])


def migrad(
    cost: Cost, start: Array, *, strategy: int, tolerance: float = TOLERANCE, names: Sequence[str] = (), **limits: Any
) -> tuple[Any, End]:
    """MINUIT's object after MIGRAD from ``start``, and where it ended: at its start if it is lost, as on a plateau.

    ``strategy`` and ``tolerance`` are MINUIT's, ``limits`` those of its method ``migrad``, and ``names`` those of the
    coordinates.
    """
    from iminuit import Minuit

    cost.begin()
    space = cost.coordinates
    start = np.clip(start, space.lower, space.upper)
    at_start = cost.at(start)
    engine = Minuit(cost.at, start, grad=cost.gradient, name=names or None)
    engine.print_level = -1  # what it has to say is asked for below
    engine.errordef, engine.strategy, engine.tol = Minuit.LIKELIHOOD, strategy, tolerance
    engine.errors = 0.1 * space.scale
    engine.limits = list(zip(space.lower, space.upper, strict=True))
    engine.migrad(**limits)
    found = np.array(engine.values)
    if np.isfinite(found).all() and engine.fval <= at_start:
        valid = bool(engine.valid) and engine.fval < NO_COST
        covariance = None if engine.covariance is None else np.array(engine.covariance)
        return engine, End(found, float(engine.fval), valid, float(engine.fmin.edm), covariance)
    return engine, End(start, at_start, valid=False, edm=np.nan)
