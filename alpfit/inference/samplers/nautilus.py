"""Importance nested sampling with neural networks, nautilus (J. U. Lange, arXiv:2306.16923)."""

import math
import pickle
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.errors import ConfigurationError
from alpfit.inference.batches import samples_of
from alpfit.inference.progress import ProgressReport
from alpfit.inference.samplers.base import MOST_POINTS, AtOnce, Calls, Points, SamplerOptions, Whole, indices
from alpfit.inference.samplers.nautilus_library import Generator, enclosing_ellipsoid, nautilus_sampler
from alpfit.inference.samplers.search import Bounds, Missing, search
from alpfit.inference.samplers.shells import LARGEST_LOSS, Shell, log_z_error, loss, resampled_log_z_error
from alpfit.inference.samples import LOST, MISSED, Samples
from alpfit.inference.session import Session, unpickled
from alpfit.numerics.fields import Names
from alpfit.numerics.rehearsal import Rehearsal

Array = NDArray[np.float64]

TYPICAL_EFFICIENCY = 0.3
"""Effective samples for a likelihood call once the shells stand; a guess, for the progress bar, until they do."""

FEWEST_LIVE = 50
"""Live points for each parameter. With 33 (100 of three parameters; relic density alone, r = 0.4) three seeds of twelve
ended elsewhere, one of them at ln Z = -35.5 in place of -4.8, and no point of any shell showed it."""

FEWEST_LATER = 100
"""Points of each shell, drawn when all bounds stand, that tell what they lose: nautilus' own batch is as large."""

NETWORKS = {"hidden_layer_sizes": (64, 32, 16), "early_stopping": True}
"""Of scikit-learn's MLPRegressor, trained until it predicts a tenth of the points, which it is not shown, no better. It
takes six tenths of the time that nautilus' own (100, 50, 20) takes, which is trained until it knows by heart what it is
shown, and loses less: ``tests/validation/evidence_errors.py`` has twelve seeds of both."""

FEWEST_FOR_NETWORKS = 1000
"""Live points for these: with a hundred a tenth of the points tells too little (relic density alone, three parameters:
ln Z comes out lower by 0.06 on average), so that with fewer networks are nautilus' own."""

ATTACHED = ("prior", "likelihood")
"""What a sampler holds of the process it runs in; the rest is its state."""


@final
class Nautilus(SamplerOptions):
    """Options with nautilus' names and meanings.

    Shells are built with ``n_live`` points until at most ``f_live`` of the evidence is among the live ones, and then
    sampled until there are ``n_shell`` points in each and ``n_eff`` effective ones; ``n_like_max`` calls stop it
    earlier. ``discard_exploration`` leaves out the points that built the shells, which are not quite independent of
    them; with it or without each shell gets at least a hundred others, which tell what its bounds lose. A search for
    what they do not hold comes last, and is not counted in ``n_like_max``. ``n_batch`` points are evaluated at once.
    ``n_update``, ``n_like_new_bound`` and ``n_points_min`` are nautilus' own if not given. ``periodic`` names
    parameters.
    """

    name: Literal["nautilus"] = "nautilus"
    n_live: Annotated[Points, Field(ge=20)] = 1000
    n_networks: Annotated[Whole, Field(ge=0, le=100)] = 1
    n_eff: Annotated[float, Field(gt=0.0, le=MOST_POINTS, allow_inf_nan=False)] = 4000.0
    f_live: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.01
    n_shell: Annotated[Points, Field(ge=1)] = 1
    n_update: Annotated[Calls, Field(ge=1)] | None = None
    n_like_new_bound: Annotated[Calls, Field(ge=1)] | None = None
    n_points_min: Annotated[Points, Field(ge=2)] | None = None
    enlarge_per_dim: Annotated[float, Field(ge=1.0, le=10.0)] = 1.1
    split_threshold: Annotated[float, Field(ge=1.0, allow_inf_nan=False)] = 100.0
    n_batch: Annotated[Points, Field(ge=2)] = 128
    n_like_max: Annotated[Calls, Field(ge=1)] | None = None
    discard_exploration: bool = True
    periodic: Names = ()

    @property
    def named_parameters(self) -> Mapping[str, Sequence[str]]:
        """Those of ``periodic``."""
        return {"periodic": self.periodic}

    @property
    def at_once(self) -> AtOnce:
        """``n_batch``; bounds are built anew each ``n_live`` points, so that more would come too early."""
        return AtOnce("n_batch", self.n_batch, self.n_live)

    @property
    def rehearsals(self) -> Sequence[Rehearsal]:
        """The ellipsoids."""
        corners = np.concatenate([np.eye(2), -np.eye(2)])
        return (Rehearsal("ellipsoids", 1.5, partial(enclosing_ellipsoid, corners)),)

    def run(self, session: Session) -> Samples:
        """Sample the posterior; the same seed gives the same samples."""
        problem = session.problem
        if problem.n_dim < 2:
            raise ConfigurationError("sampler nautilus needs at least 2 parameters with a prior: use sampler dynesty")

        def evaluate(theta: Array) -> tuple[Array, Array]:
            batch = session.evaluate(theta)
            return batch.log_l, batch.columns

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"nautilus|scipy\.special")
            warnings.filterwarnings("ignore", module="sklearn")
            sampler = self._sampler(session, evaluate)
            answers: list[Array] = []
            if session.restored is not None:
                state, answers = unpickled(session.restored)
                vars(sampler).update(state)
            most, finished = self.n_like_max or math.inf, False
            while not finished and sampler.n_like < most:
                # one turn of nautilus' loop
                finished = sampler.run(
                    f_live=self.f_live,
                    n_shell=self.n_shell,
                    n_eff=self.n_eff,
                    n_like_max=sampler.n_like + 1,
                    discard_exploration=self.discard_exploration,
                )
                session.step(self._report(sampler, session.account.n_calls), lambda: _dump(sampler, answers))
            while finished and sampler.n_like < most and (thin := _drawn_later(sampler) < FEWEST_LATER).any():
                sampler.add_samples(int(np.argmax(thin)))
                session.step(self._report(sampler, session.account.n_calls), lambda: _dump(sampler, answers))
            return self._samples(sampler, session, self._search(sampler, session, answers))

    def _sampler(self, session: Session, evaluate: Any) -> Any:
        periodic = indices(session.problem, self.periodic)
        sampler = nautilus_sampler()(
            session.problem.prior_transform,
            evaluate,
            n_dim=session.problem.n_dim,
            n_live=self.n_live,
            n_networks=self.n_networks,
            neural_network_kwargs=NETWORKS if self.n_live >= FEWEST_FOR_NETWORKS else {},
            n_update=self.n_update,
            n_like_new_bound=self.n_like_new_bound,
            n_points_min=self.n_points_min,
            enlarge_per_dim=self.enlarge_per_dim,
            split_threshold=self.split_threshold,
            n_batch=self.n_batch,
            periodic=None if periodic is None else np.array(periodic),
            vectorized=True,
            seed=self.seed,
        )
        sampler.rng = Generator(sampler.rng.bit_generator)
        return sampler

    def _report(self, sampler: Any, n_calls: int) -> ProgressReport:
        """Live points lose 1/n_live of their share in ln with each call, until it is f_live; then n_eff rises."""
        n_eff, log_z = float(sampler.n_eff), sampler.log_z
        if sampler.explored:
            calls = max(self.n_eff - n_eff, 0.0) / max(float(np.nan_to_num(sampler.eta)), 1e-3)
        else:
            share = float(np.clip(np.nan_to_num(sampler.f_live, nan=1.0), self.f_live, 1.0 - 1e-9))
            folds = math.log(share / (1.0 - share)) - math.log(self.f_live / (1.0 - self.f_live))
            calls = self.n_live * folds + self.n_eff / TYPICAL_EFFICIENCY
        values = {"ln Z": -math.inf if log_z is None else float(log_z), "effective samples": n_eff}
        return ProgressReport(n_calls, values, calls / max(sampler.n_like, 1))

    def _search(self, sampler: Any, session: Session, answers: list[Array]) -> Missing | None:
        """What is missing outside of the bounds; ``answers`` are those that the search had before it was interrupted.

        They are told again, and kept for the next time.
        """
        known = iter(tuple(answers))

        def log_l(theta: Array) -> Array:
            if (answer := next(known, None)) is None:
                answer = session.evaluate(theta).log_l
                answers.append(answer)
                session.step(self._report(sampler, session.account.n_calls), lambda: _dump(sampler, answers))
            return answer

        bounds, n_calls = _bounds(sampler), sampler.n_like
        u, values = np.concatenate(sampler.points), np.concatenate(sampler.log_l)
        stakes = bounds.at_stake(u, values)
        lost = u[[np.argmax(stakes)]] if stakes.max() > -np.inf else u[:0]
        log_z = float(sampler.log_z)
        return search(session.problem, log_l, bounds, log_z, lost=lost, n_calls=n_calls, seed=self.seed)

    def _samples(self, sampler: Any, session: Session, missing: Missing | None) -> Samples:
        """All points of the shells that have a likelihood.

        The error of ln Z is the scatter of the points and, added to it since it has one sign, what bounds may have
        lost, or have not held of what is ``missing``; in a run that was cut short before all shells were built, what is
        still among the live points.
        """
        lost = loss(_shells(sampler, later=True) or _shells(sampler, later=False)) if sampler.explored else 0.0
        shortfalls = self._shortfalls(sampler) + self._doubts(lost, missing, session.problem.n_dim)
        missed = missing.log_z if missing else 0.0
        lost = (lost if sampler.explored else float(sampler.f_live)) + missed
        if np.any(sampler.shell_n < 1):
            sampler.discard_exploration = False
        theta, log_weights, log_l, columns = sampler.posterior(return_blobs=True)
        keep = np.isfinite(log_l)
        shells = _shells(sampler, later=sampler.explored and sampler.discard_exploration)
        return Samples(
            **samples_of(session.problem, theta[keep], columns.reshape(len(theta), -1)[keep]),
            log_l=log_l[keep],
            log_weights=log_weights[keep] - np.logaddexp.reduce(log_weights[keep]),
            log_z=float(sampler.log_z),
            log_z_error=log_z_error(shells) + lost,
            n_calls=session.account.n_calls,
            diagnostics={
                "error of ln Z, resampled": resampled_log_z_error(shells, self.seed) + lost,
                LOST: lost,
                MISSED: missed,
            },
            shortfalls=shortfalls,
        )

    def _shortfalls(self, sampler: Any) -> tuple[str, ...]:
        """What the run was to reach and did not, having stopped at ``n_like_max``."""
        if not sampler.explored:
            share = f"{sampler.f_live:.2g} of the evidence is among the live points, f_live = {self.f_live:g}"
            return (f"{share}: raise n_like_max",)
        if empty := int(np.sum(sampler.shell_n < self.n_shell)):
            return (f"{empty} shells have fewer than n_shell = {self.n_shell} points: raise n_like_max",)
        if sampler.n_eff < self.n_eff:
            return (f"{sampler.n_eff:.0f} effective samples, n_eff = {self.n_eff:g}: raise n_like_max",)
        if thin := int(np.sum(_drawn_later(sampler) < FEWEST_LATER)):
            return (f"{thin} shells have too few points to tell what their bounds lose: raise n_like_max",)
        return ()

    def _doubts(self, lost: float, missing: Missing | None, n_dim: int) -> tuple[str, ...]:
        """What is to be said against the bounds."""
        doubts = []
        if lost > LARGEST_LOSS:
            said = f"ln Z may be too low by {lost:.2g}, more than {LARGEST_LOSS:g}, for what bounds lose"
            doubts.append(f"{said}, and a part of the posterior missing: raise n_live")
        if missing:
            where = ", ".join(f"{name} = {value:.4g}" for name, value in missing.parameters.items())
            said = f"a descent has found ln L = {missing.log_l:.4g} at {where}, outside of the bounds"
            doubts.append(f"{said}: ln Z may be too low by as much as {missing.log_z:.2g}: raise n_live")
        if self.n_live < FEWEST_LIVE * n_dim:
            few = f"n_live = {self.n_live} is less than {FEWEST_LIVE} for each of {n_dim} parameters"
            doubts.append(f"{few}, so that a maximum may be lost without a trace: raise n_live")
        return tuple(doubts)


def _dump(sampler: Any, answers: list[Array]) -> bytes:
    """The sampler's state, in one piece: its bounds share its random numbers; and ``answers`` to the search."""
    return pickle.dumps(({name: value for name, value in vars(sampler).items() if name not in ATTACHED}, answers))


def _drawn_later(sampler: Any) -> NDArray[np.int64]:
    """How many points of each shell were drawn when all bounds stood, ``(n_shells,)``."""
    return np.array([len(log_l) - end for log_l, end in zip(sampler.log_l, sampler.shell_end_exp, strict=True)])


def _bounds(sampler: Any) -> Bounds:
    """The bounds as the search sees them; a shell's points are those drawn when all bounds stood, if there are any."""
    drawn = np.array(sampler.shell_n_sample)
    if sampler.explored:
        later = drawn - sampler.shell_n_sample_exp
        drawn = np.where(later > 0, later, drawn)
    log_volumes = np.array([float(bound.log_v) for bound in sampler.bounds]) - np.log(np.maximum(drawn, 1))
    thresholds = np.array([*sampler.shell_log_l_min[1:], np.inf])
    return Bounds([bound.contains for bound in sampler.bounds], thresholds, log_volumes)


def _shells(sampler: Any, *, later: bool) -> list[Shell]:
    """What the shells say of their part of the evidence, by all points or those drawn ``later`` than all bounds."""
    shells = []
    thresholds = [*sampler.shell_log_l_min[1:], np.inf]
    for i, (bound, threshold) in enumerate(zip(sampler.bounds, thresholds, strict=True)):
        start = int(sampler.shell_end_exp[i]) if later else 0
        drawn = int(sampler.shell_n_sample[i]) - (int(sampler.shell_n_sample_exp[i]) if later else 0)
        if drawn:
            # the first bound is the whole cube; the others' volumes were found by rejection, in two stages
            trials = tuple((part.n_sample, part.n_reject) for part in (bound, bound.outer_bound)) if i else ()
            shells.append(Shell(sampler.log_l[i][start:], drawn, float(bound.log_v), trials, float(threshold)))
    return shells
