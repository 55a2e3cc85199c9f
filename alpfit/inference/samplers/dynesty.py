"""Static nested sampling with dynesty (J. Speagle, arXiv:1904.02180)."""

import math
from typing import Annotated, Any, Literal, Self, final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from alpfit.inference.problem import Problem
from alpfit.inference.samplers.base import Progress, ProgressReport
from alpfit.inference.samples import Samples

Array = NDArray[np.float64]

NO_LIKELIHOOD = -1e300
"""dynesty's own stand-in for ln L = -inf."""


@final
class Dynesty(BaseModel):
    """Options with dynesty's names and meanings (``n_live`` is its nlive).

    ``dlogz`` is the ln Z that the live points may still add when the run stops; ``max_calls`` stops it earlier.
    ``walks`` and ``slices`` are the lengths of their kinds of proposal, dynesty's own if not given. Proposals that
    are uniform in the bound, dynesty's choice in few dimensions, stall in the thin curved shells of a relic density.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["dynesty"] = "dynesty"
    n_live: Annotated[int, Field(ge=20)] = 500
    dlogz: Annotated[float, Field(gt=0.0, le=100.0)] = 0.1
    seed: Annotated[int, Field(ge=0)] = 1
    bound: Literal["none", "single", "multi", "balls", "cubes"] = "multi"
    sample: Literal["auto", "unif", "rwalk", "slice", "rslice"] = "rwalk"
    walks: Annotated[int, Field(ge=1)] | None = None
    slices: Annotated[int, Field(ge=1)] | None = None
    max_calls: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _lengths_belong_to_the_proposal(self) -> Self:
        for option, kinds in (("walks", ("rwalk",)), ("slices", ("slice", "rslice"))):
            if getattr(self, option) is not None and self.sample not in kinds:
                raise ValueError(f"{option} needs sample = {' or '.join(repr(k) for k in kinds)}")
        return self

    def run(self, problem: Problem, progress: Progress) -> Samples:
        """Sample the posterior of ``problem``; the same seed gives the same samples."""
        from dynesty import NestedSampler

        derived = problem.derived

        def log_l_and_blob(theta: Array) -> tuple[float, Array]:
            point = problem.evaluate(theta[None, :])
            columns = [*(point.predictions[name] for name in derived), *point.log_l_by_entry.values()]
            return max(float(point.log_l[0]), NO_LIKELIHOOD), np.array([column[0] for column in columns])

        def report(state: Any, n_iterations: int, n_calls: int, **_: object) -> None:
            progress.update(self._report(state, n_iterations, n_calls))

        sampler = NestedSampler(
            log_l_and_blob,
            problem.prior_transform,
            problem.n_dim,
            nlive=self.n_live,
            bound=self.bound,
            sample=self.sample,
            walks=self.walks,
            slices=self.slices,
            rstate=np.random.default_rng(self.seed),
            blob=True,
        )
        sampler.run_nested(dlogz=self.dlogz, maxcall=self.max_calls, print_func=report)
        return _samples(sampler.results, problem)

    def _report(self, state: Any, n_iterations: int, n_calls: int) -> ProgressReport:
        """The live points' share of the evidence falls by 1/n_live in ln per iteration, from now to dlogz."""
        remaining = float(state.delta_logz)
        folds = math.log(math.expm1(min(max(remaining, self.dlogz), 500.0)) / math.expm1(self.dlogz))
        left = folds * self.n_live / max(n_iterations, 1) if math.isfinite(folds) else math.inf
        return ProgressReport(n_calls, float(state.logz), remaining, left)


def _samples(results: Any, problem: Problem) -> Samples:
    """dynesty's results without the points that have no likelihood, whose weight is zero."""
    keep = results.logl > NO_LIKELIHOOD
    theta, blobs = results.samples[keep], np.asarray(results.blob)[keep]
    n_derived = len(problem.derived)
    log_weights = results.logwt[keep]
    return Samples(
        parameters={name: theta[:, i] for i, name in enumerate(problem.names)},
        derived={name: blobs[:, i] for i, name in enumerate(problem.derived)},
        log_l_by_entry={name: blobs[:, n_derived + i] for i, name in enumerate(problem.entries)},
        log_l=results.logl[keep],
        log_weights=log_weights - np.logaddexp.reduce(log_weights),
        log_z=float(results.logz[-1]),
        log_z_error=float(results.logzerr[-1]),
        n_calls=int(np.sum(results.ncall)),
    )
