"""Nested sampling with dynesty, static or dynamic (J. Speagle, arXiv:1904.02180)."""

import io
import math
import pickle
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from alpfit.inference.batches import samples_of
from alpfit.inference.batching.coroutines import Lockstep
from alpfit.inference.diagnostics import insertion_rank_p_value
from alpfit.inference.progress import ProgressReport
from alpfit.inference.samplers.base import AtOnce, Calls, Points, SamplerOptions, indices
from alpfit.inference.samples import Samples
from alpfit.inference.session import Session, unpickled
from alpfit.numerics.fields import Names

Array = NDArray[np.float64]

NO_LIKELIHOOD = -1e300
"""dynesty's own stand-in for ln L = -inf."""

N_RESAMPLED = 100
"""Resampled runs for the second error of ln Z."""


MOST_AT_ONCE = 64
"""Proposals side by side, where nobody says how many."""


def _an_eighth_of_the_live_points(data: dict[str, Any]) -> int:
    """94 % of them are of use: k at once and n live points gain n ln(1 + k/n), as arXiv:1506.00171 has it."""
    n_live: int = data["n_live"]
    return min(MOST_AT_ONCE, max(1, n_live // 8))


@final
class Dynesty(SamplerOptions):
    """Options with dynesty's names and meanings (``n_live`` is its nlive, for each batch if ``dynamic``).

    ``dlogz`` is the ln Z that the live points may still add when the run stops, or, if dynamic, when the first pass
    ends and batches follow until there are ``n_effective`` samples; ``max_calls`` stops it earlier. ``walks`` and
    ``slices`` are the lengths of their kinds of proposal, dynesty's own if not given. ``periodic`` and ``reflective``
    name parameters. ``queue_size`` proposals are made side by side, so that their likelihood calls come in batches,
    an eighth of the live points if it is not given, at most 64. Proposals that are uniform in the bound (``unif``),
    dynesty's choice in few dimensions, stall in the thin curved shells of a relic density.
    """

    name: Literal["dynesty"] = "dynesty"
    n_live: Annotated[Points, Field(ge=20)] = 500
    dynamic: bool = False
    dlogz: Annotated[float, Field(gt=0.0, le=100.0)] = 0.1
    n_effective: Annotated[Points, Field(ge=1)] | None = None
    bound: Literal["none", "single", "multi", "balls", "cubes"] = "multi"
    sample: Literal["auto", "unif", "rwalk", "slice", "rslice"] = "rwalk"
    walks: Annotated[Calls, Field(ge=1)] | None = None
    slices: Annotated[Calls, Field(ge=1)] | None = None
    periodic: Names = ()
    reflective: Names = ()
    queue_size: Annotated[Points, Field(ge=1, default_factory=_an_eighth_of_the_live_points)]
    max_calls: Annotated[Calls, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _options_belong_together(self) -> Self:
        for option, kinds in (("walks", ("rwalk",)), ("slices", ("slice", "rslice"))):
            if getattr(self, option) is not None and self.sample not in kinds:
                raise ValueError(f"{option} needs sample = {' or '.join(repr(k) for k in kinds)}")
        if self.n_effective is not None and not self.dynamic:
            raise ValueError("n_effective needs dynamic = true")
        if both := set(self.periodic) & set(self.reflective):
            raise ValueError(f"{min(both)} is both periodic and reflective: choose one")
        return self

    @property
    def named_parameters(self) -> Mapping[str, Sequence[str]]:
        """Those of ``periodic`` and ``reflective``."""
        return {"periodic": self.periodic, "reflective": self.reflective}

    @property
    def at_once(self) -> AtOnce:
        """``queue_size``, of which a quarter of the live points still leaves nine tenths of what each is worth."""
        return AtOnce("queue_size", self.queue_size, self.n_live // 4)

    def run(self, session: Session) -> Samples:
        """Sample the posterior; the same seed gives the same samples."""
        import dynesty

        problem = session.problem

        def evaluate(theta: Array) -> list[tuple[float, Array]]:
            batch = session.evaluate(theta)
            return list(zip(batch.log_l.tolist(), batch.columns, strict=True))

        pool = Lockstep(self.queue_size, evaluate)
        attached = {"likelihood": pool.likelihood, "prior_transform": problem.prior_transform}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="dynesty")
            if session.restored is None:
                kind = dynesty.DynamicNestedSampler if self.dynamic else dynesty.NestedSampler
                sampler = kind(
                    attached["likelihood"],
                    attached["prior_transform"],
                    problem.n_dim,
                    nlive=self.n_live,
                    bound=self.bound,
                    sample=self.sample,
                    walks=self.walks,
                    slices=self.slices,
                    periodic=indices(problem, self.periodic),
                    reflective=indices(problem, self.reflective),
                    rstate=np.random.default_rng(self.seed),
                    blob=True,
                    pool=pool,
                    queue_size=pool.size,
                )
            else:
                sampler = _taken_up(session.restored, attached, pool)
            remaining = math.inf

            def report(state: Any, n_iterations: int, *_: object, **__: object) -> None:
                nonlocal remaining
                safe = _can_be_taken_up(sampler)
                remaining = float(state.delta_logz) if safe else remaining
                session.step(
                    self._report(state, n_iterations, session.account.n_calls),
                    (lambda: _dump(sampler, attached)) if safe else None,
                )

            sampler.run_nested(
                **self._limits(sampler.ncall),
                print_func=report,
                save_bounds=False,
                resume=session.restored is not None,
            )
            stopped_early = self.max_calls is not None and sampler.ncall > self.max_calls
            return self._samples(sampler.results, session, remaining if stopped_early else 0.0)

    def _limits(self, n_calls: int) -> dict[str, Any]:
        """When to stop, of a sampler that has made ``n_calls`` so far."""
        left = sys.maxsize if self.max_calls is None else max(self.max_calls - n_calls, 0)
        if not self.dynamic:
            return {"dlogz": self.dlogz, "maxcall": left}
        return {
            "dlogz_init": self.dlogz,
            "n_effective": self.n_effective,
            "maxcall_init": left,
            "maxcall": self.max_calls,
        }

    def _report(self, state: Any, n_iterations: int, n_calls: int) -> ProgressReport:
        """The live points' share of the evidence falls by 1/n_live in ln per iteration, from now to dlogz."""
        remaining = float(state.delta_logz)
        folds = math.log(math.expm1(min(max(remaining, self.dlogz), 500.0)) / math.expm1(self.dlogz))
        left = folds * self.n_live / max(n_iterations, 1) if math.isfinite(folds) else math.inf
        return ProgressReport(n_calls, {"ln Z": float(state.logz), "remaining Δ ln Z": remaining}, left)

    def _samples(self, results: Any, session: Session, remaining: float) -> Samples:
        """dynesty's results without the points that have no likelihood, whose weight is zero."""
        keep = results.logl > NO_LIKELIHOOD
        log_weights = results.logwt[keep]
        log_l, birth = results.logl[keep], None if self.dynamic else _birth(results)[keep]
        diagnostics = {"error of ln Z, resampled": _resampled_error(results, self.seed)}
        if birth is not None:
            diagnostics["insertion rank p-value"] = insertion_rank_p_value(log_l, birth, self.seed)
        return Samples(
            **samples_of(session.problem, results.samples[keep], np.asarray(results.blob)[keep]),
            log_l=log_l,
            log_weights=log_weights - np.logaddexp.reduce(log_weights),
            log_z=float(results.logz[-1]),
            log_z_error=float(results.logzerr[-1]),
            n_calls=session.account.n_calls,
            log_l_birth=birth,
            diagnostics=diagnostics,
            shortfalls=self._shortfalls(log_weights, remaining),
        )

    def _shortfalls(self, log_weights: Array, remaining: float) -> tuple[str, ...]:
        """What the run was to reach and did not, having stopped at ``max_calls``."""
        if self.dynamic and self.n_effective is not None:
            n_eff = float(np.exp(2.0 * np.logaddexp.reduce(log_weights) - np.logaddexp.reduce(2.0 * log_weights)))
            if n_eff < self.n_effective:
                return (f"{n_eff:.0f} effective samples, n_effective = {self.n_effective}: raise max_calls",)
        if not self.dynamic and remaining > self.dlogz:
            return (f"the live points may still add {remaining:.2g} to ln Z, dlogz = {self.dlogz:g}: raise max_calls",)
        return ()


def _birth(results: Any) -> Array:
    """ln L of the point that each sample of a static run took the place of, -inf for the first live points."""
    born = np.asarray(results.samples_it, dtype=int)
    log_l = np.asarray(results.logl)
    return np.where(born > 0, log_l[np.maximum(born - 1, 0)], -np.inf)


def _resampled_error(results: Any, seed: int) -> float:
    """Standard deviation of ln Z over runs drawn anew from this one's strands of live points."""
    from dynesty.utils import resample_run

    rng = np.random.default_rng(seed)
    return float(np.std([resample_run(results, rstate=rng).logz[-1] for _ in range(N_RESAMPLED)], ddof=1))


def _can_be_taken_up(sampler: Any) -> bool:
    """Whether dynesty is between two iterations of a pass or a batch, the moments it can continue from."""
    state = getattr(sampler, "internal_state", None)
    return not sampler.added_live if state is None else state.name in {"INBASE", "INBATCH"}


def _dump(sampler: Any, attached: Mapping[str, Any]) -> bytes:
    """The sampler's state without the functions that are ``attached`` to it."""
    names = {id(value): name for name, value in attached.items()}

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: Any) -> str | None:
            return names.get(id(value))

    buffer = io.BytesIO()
    Pickler(buffer).dump(sampler)
    return buffer.getvalue()


def _taken_up(state: bytes, attached: Mapping[str, Any], pool: Lockstep) -> Any:
    """The sampler that :func:`_dump` wrote, with functions and pool of this process."""
    sampler = unpickled(state, attached)
    for part in (sampler, getattr(sampler, "sampler", None), getattr(sampler, "batch_sampler", None)):
        if part is not None:
            part.pool, part.mapper = pool, pool.map
    return sampler
