"""Points of the prior that several searches share, so that what one of them has found none of the others misses."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.minimisation.migrad import Descents
from alpfit.inference.problem import Problem

Array = NDArray[np.float64]
Objective = Callable[[Mapping[str, Array]], Array]
"""From ln L by entry to what is to be made as large as possible, arrays of one shape."""

N_SCAN, BATCH = 2**13, 512
"""Points of the scan (a Sobol sequence), and how many are evaluated at once."""

N_STARTS, APART, LOOKED_AT = 12, 0.3, 400
"""Descents of a search; how far apart they begin, in half widths of the prior's central 68 %; of how many points."""

N_SIMPLICES = 4
"""Searches of an objective that is not smooth."""

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

    def search(self, objective: Objective, *, smooth: bool = True) -> None:
        """Look for a larger ``objective``: by MIGRAD from points that are far apart, and a simplex from its best end.

        Where the objective is not ``smooth``, by simplices alone.
        """
        starts = self._starts(objective, N_STARTS if smooth else N_SIMPLICES)
        if smooth and len(starts):
            ends = Descents(self._value_of(objective), self.coordinates).run(self.coordinates.of(self.theta[starts]))
            self._add(self.coordinates.parameters(np.array([end.z for end in ends])))
            self._simplex(objective, self.best(objective))
        for start in () if smooth else starts:
            self._simplex(objective, start)

    def settle(self, objectives: Mapping[str, Objective], improved: dict[str, int]) -> None:
        """From points that are better for one of ``objectives`` than where its own search ended, search on.

        ``improved`` are these ends, which it brings up to date.
        """
        for _ in range(ROUNDS):
            better = {name: self.best(objective) for name, objective in objectives.items()}
            waiting = [name for name in objectives if better[name] != improved.get(name)]
            for name in waiting:
                self._simplex(objectives[name], self.best(objectives[name]))
                improved[name] = self.best(objectives[name])
            if not waiting:
                return

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

    def _simplex(self, objective: Objective, start: int) -> None:
        """The downhill simplex of J. A. Nelder and R. Mead, Comput. J. 7 (1965) 308, from a point."""
        from scipy.optimize import minimize

        value_of, space, n_dim = self._value_of(objective), self.coordinates, self.problem.n_dim

        def cost(z: Array) -> float:
            inside = np.clip(z, space.lower, space.upper)[None, :]
            return -float(value_of(space.parameters(inside))[0])

        z = space.of(self.theta[start : start + 1])[0]
        if not np.isfinite(cost(z)):
            return
        step = SIMPLEX * space.scale * np.where(z + SIMPLEX * space.scale < space.upper, 1.0, -1.0)
        options = {
            "initial_simplex": np.vstack([z, z + np.diag(step)]),
            "maxfev": EVALUATIONS * n_dim,
            "xatol": 1e-7,
            "fatol": 1e-4,
        }
        found = minimize(cost, z, method="Nelder-Mead", options=options).x
        self._add(space.parameters(np.clip(found, space.lower, space.upper)[None, :]))

    def _value_of(self, objective: Objective) -> Callable[[Array], Array]:
        return lambda theta: objective(self._evaluated(theta))

    def _evaluated(self, theta: Array) -> dict[str, Array]:
        """ln L by entry, -inf where there is none."""
        point = self.problem.evaluate(theta)
        return {name: np.where(np.isnan(values), -np.inf, values) for name, values in point.log_l_by_entry.items()}

    def _add(self, theta: Array) -> None:
        """Points ``(n, n_dim)`` that are known from now on."""
        log_l = self._evaluated(theta)
        self.theta = np.concatenate([self.theta, theta])
        self.log_l = {name: np.concatenate([self.log_l[name], log_l[name]]) for name in self.log_l}
