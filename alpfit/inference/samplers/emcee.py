"""Affine-invariant ensembles of walkers, emcee (D. Foreman-Mackey et al., arXiv:1202.3665)."""

import math
import pickle
from functools import partial
from typing import Annotated, Any, Literal, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from alpfit.errors import AlpfitError, ConfigurationError
from alpfit.inference.batches import samples_of
from alpfit.inference.diagnostics import autocorrelation_time, split_r_hat
from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.progress import ProgressReport
from alpfit.inference.samplers.base import FROM_PRIOR, MOST_POINTS, Calls, Points, SamplerOptions
from alpfit.inference.samples import Samples
from alpfit.inference.session import Session, unpickled

Array = NDArray[np.float64]

N_ATTEMPTS = 200
"""Draws of as many points as there are walkers, until each walker has one with a likelihood."""

STABLE = 0.01
"""Relative change of the autocorrelation time between two checks below which it is known, as emcee's manual has it."""

BURN_IN = 5
"""Autocorrelation times that are left out at the beginning, but at most half of the steps."""

KEPT = 500
"""Steps of each walker that are kept at most where the autocorrelation time is not known."""

MOST_KEPT = 20 * MOST_POINTS
"""Steps of all walkers, which stay in memory until the end: 8 GB."""

LARGEST_R_HAT = 1.05
r"""A. Vehtari et al., arXiv:1903.08008, ask for 1.01 of a few long chains; of many walkers with 50 autocorrelation
times each, converged, it is already :math:`\sqrt{1 + 2/50} = 1.02`."""


@final
class Emcee(SamplerOptions):
    """Walkers in the parameters, or their logarithms where the prior is logarithmic.

    ``n_walkers`` take ``moves`` ("stretch", or "de": differential evolution, with a snooker for each tenth) until there
    are more than ``n_tau`` times as many steps as the longest autocorrelation time, which is computed each
    ``check_interval`` steps, or until ``max_steps``. They start at points drawn from the prior, or, if ``start`` is a
    run folder or a posterior.nc, at its best points.
    """

    name: Literal["emcee"] = "emcee"
    n_walkers: Annotated[Points, Field(ge=8, multiple_of=2)] = 64
    max_steps: Annotated[Calls, Field(ge=10)] = 10_000
    check_interval: Annotated[Calls, Field(ge=1)] = 100
    n_tau: Annotated[float, Field(gt=1.0, allow_inf_nan=False)] = 50.0
    moves: Literal["stretch", "de"] = "stretch"
    start: str = FROM_PRIOR

    @model_validator(mode="after")
    def _chains_fit_into_memory(self) -> Self:
        if self.n_walkers * self.max_steps > MOST_KEPT:
            most = f"max_steps = {MOST_KEPT // self.n_walkers} at most"
            raise ValueError(f"{self.max_steps} steps of {self.n_walkers} walkers do not fit into memory: {most}")
        return self

    @property
    def start_run(self) -> str:
        """``start`` where it is a path."""
        return "" if self.start == FROM_PRIOR else self.start

    def run(self, session: Session) -> Samples:
        """Sample the posterior; the same seed gives the same samples."""
        problem = session.problem
        if self.n_walkers < 2 * problem.n_dim:
            at_least = f"emcee needs two walkers for each of {problem.n_dim} parameters"
            raise ConfigurationError(f"n_walkers = {self.n_walkers}: {at_least}, {2 * problem.n_dim} or more")
        coordinates = Coordinates(problem.priors)
        sampler, state, tau = self._begin(session, coordinates)
        n_steps, converged = int(sampler.iteration), False
        while not converged and n_steps < self.max_steps:
            until_check = min(self.check_interval - n_steps % self.check_interval, self.max_steps - n_steps)
            for current in sampler.sample(state, iterations=until_check, skip_initial_state_check=True):
                state, n_steps = current, n_steps + 1
                if n_steps % self.check_interval == 0 or n_steps == self.max_steps:
                    before, tau = tau, autocorrelation_time(sampler.get_chain())
                    converged = n_steps > self.n_tau * tau and abs(before - tau) < STABLE * tau
                if not converged:
                    session.step(self._report(n_steps, tau, session), partial(_dump, sampler.backend, tau))
        return self._samples(session, coordinates, sampler, tau, converged)

    def _begin(self, session: Session, coordinates: Coordinates) -> tuple[Any, Any, float]:
        """emcee's sampler, where its walkers are, and the autocorrelation time when it was last computed."""
        from emcee import EnsembleSampler, State
        from emcee.backends import Backend
        from emcee.moves import DEMove, DESnookerMove, StretchMove

        n_columns = len(session.problem.derived) + len(session.problem.entries)

        def evaluate(z: Array) -> Array:
            """ln of the posterior, ln L and the columns; outside of the prior there is nothing to evaluate."""
            answer = np.full((len(z), 2 + n_columns), np.nan)
            log_prior = coordinates.log_prior(z)
            inside = np.isfinite(log_prior)
            answer[:, :2] = -np.inf
            if inside.any():
                batch = session.evaluate(coordinates.parameters(z[inside]))
                answer[inside] = np.column_stack([batch.log_l + log_prior[inside], batch.log_l, batch.columns])
            return answer

        backend, tau = Backend(), math.inf
        if session.restored is not None:
            saved, tau = unpickled(session.restored)
            vars(backend).update(saved)
        moves = [(DEMove(), 0.9), (DESnookerMove(), 0.1)] if self.moves == "de" else StretchMove()
        sampler = EnsembleSampler(
            self.n_walkers, session.problem.n_dim, evaluate, moves=moves, backend=backend, vectorize=True
        )
        if session.restored is not None:
            return sampler, sampler.get_last_sample(), tau
        rng = np.random.default_rng(self.seed)
        z, answer = self._starting_points(session, coordinates, evaluate, rng)
        random_state = np.random.RandomState(rng.integers(2**32, size=8, dtype=np.uint32)).get_state()
        return sampler, State(z, log_prob=answer[:, 0], blobs=answer[:, 1:], random_state=random_state), tau

    def _starting_points(
        self, session: Session, coordinates: Coordinates, evaluate: Any, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Coordinates of the walkers, and what is known there."""
        from emcee.ensemble import walkers_independent

        found: list[tuple[Array, Array]] = []
        n_found = n_tried = 0
        for z in self._candidates(session, coordinates, rng):
            answer = evaluate(z)
            good = np.isfinite(answer[:, 0])
            found.append((z[good], answer[good]))
            n_found, n_tried = n_found + int(good.sum()), n_tried + len(z)
            if n_found >= self.n_walkers:
                break
        else:
            where = f"in {self.start}" if self.start_run else "drawn from the prior"
            hint = "narrow the priors, or start from a run of another sampler"
            message = f"{n_found} of {n_tried} points {where} have a likelihood, n_walkers = {self.n_walkers}: {hint}"
            raise AlpfitError(message)
        z, answer = (np.concatenate(parts)[: self.n_walkers] for parts in zip(*found, strict=True))
        if not walkers_independent(z):
            raise AlpfitError(
                f"the points of {self.start} lie in a plane, which no walker could leave: start elsewhere"
            )
        return z, answer

    def _candidates(self, session: Session, coordinates: Coordinates, rng: np.random.Generator) -> Any:
        """Points where walkers may start, in blocks."""
        problem = session.problem
        if not self.start_run:
            for _ in range(N_ATTEMPTS):
                yield coordinates.of(problem.prior_transform(rng.random((self.n_walkers, problem.n_dim))))
            return
        points = session.start_points(self.start)
        if missing := [name for name in problem.names if name not in points]:
            raise ConfigurationError(f"start = {self.start!r} has no samples of {missing[0]}")
        theta = np.stack([points[name] for name in problem.names], axis=1)
        theta = theta[np.sort(np.unique(theta, axis=0, return_index=True)[1])]
        with np.errstate(invalid="ignore", divide="ignore"):
            z = coordinates.of(theta)
        z = z[np.isfinite(z).all(axis=1)]
        yield from np.split(z, range(self.n_walkers, len(z), self.n_walkers))

    def _report(self, n_steps: int, tau: float, session: Session) -> ProgressReport:
        """Steps up to ``n_tau`` autocorrelation times; up to ``max_steps`` before it is known."""
        wanted = min(self.n_tau * tau, self.max_steps)
        values = {"steps": float(n_steps), "autocorrelation time": tau}
        return ProgressReport(session.account.n_calls, values, max(wanted / n_steps - 1.0, 0.0))

    def _samples(
        self, session: Session, coordinates: Coordinates, sampler: Any, tau: float, converged: bool
    ) -> Samples:
        """The walkers' chains, one after the other, without their beginnings."""
        n_steps = int(sampler.iteration)
        discard = min(math.ceil(BURN_IN * tau), n_steps // 2) if math.isfinite(tau) else n_steps // 2
        # at most two samples in an autocorrelation time: the steps between say nothing new
        thin = max(1, int(0.5 * tau)) if converged else max(1, (n_steps - discard) // KEPT)
        chain = np.swapaxes(sampler.get_chain(discard=discard, thin=thin), 0, 1)
        blobs = np.swapaxes(sampler.get_blobs(discard=discard, thin=thin), 0, 1)
        z, kept = chain.reshape(-1, chain.shape[2]), blobs.reshape(-1, blobs.shape[2])
        r_hat = max(split_r_hat(chain[:, :, i]) for i in range(chain.shape[2]))
        shortfalls = []
        if not converged:
            short = (
                f"{n_steps} steps are not more than n_tau = {self.n_tau:g} times the autocorrelation time, {tau:.3g}"
            )
            shortfalls.append(f"{short}, or that is not stable: raise max_steps")
        if r_hat > LARGEST_R_HAT:
            apart = f"the walkers' chains differ by R-hat = {r_hat:.3g}, above {LARGEST_R_HAT}"
            shortfalls.append(f"{apart}: raise max_steps, or use a nested sampler where there are several modes")
        return Samples(
            **samples_of(session.problem, coordinates.parameters(z), kept[:, 1:]),
            log_l=kept[:, 0].copy(),
            log_weights=np.full(len(z), -math.log(len(z))),
            log_z=None,
            log_z_error=None,
            n_calls=session.account.n_calls,
            n_chains=self.n_walkers,
            autocorrelation=max(tau / thin, 1.0) if math.isfinite(tau) else float(chain.shape[1]),
            diagnostics={
                "autocorrelation time": tau,
                "split R-hat": r_hat,
                "acceptance": float(np.mean(sampler.acceptance_fraction)),
            },
            shortfalls=tuple(shortfalls),
        )


def _dump(backend: Any, tau: float) -> bytes:
    """The chains so far, without the room that is kept for more, and the state of the random numbers."""
    state, n_steps = dict(vars(backend)), backend.iteration
    for name in ("chain", "log_prob", "blobs"):
        state[name] = state[name][:n_steps]
    return pickle.dumps((state, tau))
