"""Points of the prior that several searches share, so that what one of them has found none of the others misses."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.batching.threads import Ask, together
from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.minimisation.migrad import WIDTH, Slice, descend
from alpfit.inference.problem import Problem

Array = NDArray[np.float64]
Objective = Callable[[Mapping[str, Array]], Array]
"""From ln L by entry to what is to be made as large as possible, arrays of one shape."""

N_SCAN, BATCH = 2**13, 512
"""Points of the scan (a Sobol sequence), and how many are evaluated at once."""

APART, LOOKED_AT = 0.3, 400
"""How far apart searches begin, in half widths of the prior's central 68 %; at which of the best points they may."""

SIMPLEX, EVALUATIONS = 0.03, 150
"""The first size of a simplex, in the same units, and how often it may ask for ln L, by parameter."""

ROUNDS = 3
"""How often what other searches have found is improved."""


class Pool:
    """A scan of the prior, beside it the parameters ``known (n, n_dim)``, and all ends of searches from these on."""

    def __init__(self, problem: Problem, seed: int, known: Array | None = None) -> None:
        from scipy.stats import qmc

        self.problem, self.coordinates = problem, Coordinates(problem.priors)
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

        By MIGRAD from ``n_starts`` points of each that are far apart, and a simplex from its best end; where they are
        not ``smooth``, by simplices alone.
        """
        starts = [(objective, start) for objective in objectives for start in self._starts(objective, n_starts)]
        if smooth:
            self._run([partial(self._descent, *start) for start in starts])
            starts = [(objective, self.best(objective)) for objective in objectives]
        self._run([partial(self._simplex, *start) for start in starts])

    def settle(self, objectives: Mapping[str, Objective], ends: dict[str, int]) -> None:
        """From points that are better for one of ``objectives`` than where its own search ended, search on.

        ``ends`` are these, which it brings up to date.
        """
        for _ in range(ROUNDS):
            better = {name: self.best(objective) for name, objective in objectives.items()}
            waiting = [name for name in objectives if better[name] != ends.get(name)]
            if not waiting:
                return
            self._run([partial(self._simplex, objectives[name], better[name]) for name in waiting])
            ends.update((name, self.best(objectives[name])) for name in waiting)

    def _starts(self, objective: Objective, n: int) -> list[int]:
        """Of the best points some that are far apart, the best first."""
        values = objective(self.log_l)
        chosen: list[int] = []
        places = self.coordinates.of(self.theta) / self.coordinates.scale
        for i in np.argsort(-values, kind="stable")[:LOOKED_AT].tolist():
            away = np.abs(places[chosen] - places[i]).max(axis=1) if chosen else np.full(1, np.inf)
            if np.isfinite(values[i]) and (away > APART).all():
                chosen.append(i)
            if len(chosen) == n:
                break
        return chosen

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
