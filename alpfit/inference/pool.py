"""Points of the prior that several searches share, so that what one of them has found none of the others misses."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.batching.threads import Ask, together
from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.minimisation.migrad import WIDTH, Slice, descend
from alpfit.inference.minimisation.starts import peaks
from alpfit.inference.problem import Problem

Array = NDArray[np.float64]
Objective = Callable[[Mapping[str, Array]], Array]
"""From ln L by entry to what is to be made as large as possible, arrays of one shape."""

N_SCAN, BATCH = 2**13, 512
"""Points of the scan (a Sobol sequence), and how many are evaluated at once."""

SIMPLEX, EVALUATIONS = 0.03, 150
"""The first size of a simplex, in half widths of the prior's central 68 %; how often it asks for ln L, by parameter."""

ROUNDS = 3
"""How often what other searches have found is improved."""


class Pool:
    """A scan of the prior, beside it the parameters ``known (n, n_dim)``, and all ends of searches from these on."""

    def __init__(self, problem: Problem, seed: int, known: Array | None = None) -> None:
        from scipy.stats import qmc

        self.problem, self.coordinates = problem, Coordinates(problem.priors)
        self._ends: dict[Objective, int] = {}  # of the last search for each objective
        cube = qmc.Sobol(problem.n_dim, seed=seed).random(N_SCAN)
        self.theta, self.log_l = np.empty((0, problem.n_dim)), {name: np.empty(0) for name in problem.entries}
        for part in np.split(cube, N_SCAN // BATCH):
            self._add(problem.prior_transform(part))
        if known is not None:
            self._add(known)

    def best_of(self, entry: str) -> float:
        """The largest ln L of ``entry`` that is known."""
        return float(self.log_l[entry].max())

    def best(self, objective: Objective) -> int:
        """The point with the largest ``objective`` that is known."""
        return int(np.argmax(objective(self.log_l)))

    def search(self, objectives: Sequence[Objective], n_starts: int, *, smooth: bool = True) -> None:
        """Look for larger ``objectives``, for all of them at once, so that points are evaluated together.

        By MIGRAD from the ``n_starts`` best peaks of each, and a simplex from its best end; where they are not
        ``smooth``, by simplices alone.
        """
        places = self.coordinates.of(self.theta) / self.coordinates.scale
        starts = [
            (objective, start)
            for objective in objectives
            for start in peaks(places, objective(self.log_l))[:n_starts].tolist()
        ]
        if smooth:
            self._run([partial(self._descent, *start) for start in starts])
            starts = [(objective, self.best(objective)) for objective in objectives]
        self._improve(starts)

    def settle(self, objectives: Sequence[Objective]) -> None:
        """From points that are better for one of ``objectives`` than where its own search has ended, search on."""
        for _ in range(ROUNDS):
            better = [(objective, self.best(objective)) for objective in objectives]
            waiting = [(objective, best) for objective, best in better if best != self._ends.get(objective)]
            if not waiting:
                return
            self._improve(waiting)

    def _improve(self, starts: Sequence[tuple[Objective, int]]) -> None:
        """Simplices from points, each for an objective."""
        self._run([partial(self._simplex, *start) for start in starts])
        self._ends.update((objective, self.best(objective)) for objective, _ in starts)

    def _run(self, tasks: Sequence[Callable[[Ask], Array]]) -> None:
        """Searches side by side, whose ends ``(n_dim,)`` in the coordinates are known afterwards."""
        if tasks:
            ends = together(tasks, self._rows, WIDTH)
            self._add(self.coordinates.parameters(np.array(ends)))

    def _descent(self, objective: Objective, start: int, ask: Ask) -> Array:
        """Where MIGRAD ends."""
        every = np.arange(self.problem.n_dim)
        space = Slice(self.coordinates, self._place(start), every)
        return descend(space, 0, lambda theta: objective(self._by_entry(ask(theta)))).z

    def _simplex(self, objective: Objective, start: int, ask: Ask) -> Array:
        """Where the downhill simplex of J. A. Nelder and R. Mead, Comput. J. 7 (1965) 308, ends."""
        from scipy.optimize import minimize

        space, z = self.coordinates, self._place(start)

        def cost(z: Array) -> float:
            inside = np.clip(z, space.lower, space.upper)[None, :]
            return -float(objective(self._by_entry(ask(space.parameters(inside))))[0])

        if not np.isfinite(cost(z)):
            return z
        step = SIMPLEX * space.scale * np.where(z + SIMPLEX * space.scale < space.upper, 1.0, -1.0)
        options = {
            "initial_simplex": np.vstack([z, z + np.diag(step)]),
            "maxfev": EVALUATIONS * z.size,
            "xatol": 1e-7,
            "fatol": 1e-4,
        }
        found = minimize(cost, z, method="Nelder-Mead", options=options).x
        return np.asarray(np.clip(found, space.lower, space.upper))

    def _place(self, point: int) -> Array:
        """The coordinates of a point that is known."""
        return np.asarray(self.coordinates.of(self.theta[point : point + 1])[0])

    def _rows(self, theta: Array) -> Array:
        """ln L ``(n, n_entries)``, -inf where there is none."""
        log_l = self.problem.evaluate(theta).log_l_by_entry
        rows = np.stack([log_l[name] for name in self.problem.entries], axis=1)
        return np.where(np.isnan(rows), -np.inf, rows)

    def _by_entry(self, rows: Array) -> dict[str, Array]:
        return dict(zip(self.problem.entries, rows.T, strict=True))

    def _add(self, theta: Array) -> None:
        """Points ``(n, n_dim)`` that are known from now on."""
        log_l = self._by_entry(self._rows(theta))
        self.theta = np.concatenate([self.theta, theta])
        self.log_l = {name: np.concatenate([self.log_l[name], log_l[name]]) for name in self.log_l}
