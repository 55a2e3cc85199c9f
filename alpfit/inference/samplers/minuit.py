"""Best fit with MINUIT (F. James and M. Roos, Comput. Phys. Commun. 10 (1975) 343), and samples around it."""

import math
import pickle
from collections.abc import Sequence
from typing import Annotated, Any, Literal, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.errors import AlpfitError
from alpfit.inference.batches import samples_of
from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.minimisation.cost import NO_COST, Cost, End
from alpfit.inference.minimisation.migrad import migrad
from alpfit.inference.progress import ProgressReport
from alpfit.inference.samplers.base import Points, SamplerOptions
from alpfit.inference.samplers.proposal import StudentT, usable_root
from alpfit.inference.samples import Samples
from alpfit.inference.session import Session, unpickled

Array = NDArray[np.float64]

SAME = 0.1
"""Starts that end within this of the best ln L have found it."""

LEAST_EFFICIENCY = 0.1
"""Effective samples for each draw, below which the Gaussian around the best fit is not the posterior."""

NEGLIGIBLE = 30.0
"""ln of how much less than the largest one the best fit's own weight is: it was not drawn."""


@final
class Minuit(SamplerOptions):
    """MIGRAD from the best ``n_starts`` of ``n_scan`` points of the prior, HESSE, and ``minos`` if wanted.

    ln L is maximised within the range of the prior, in the parameters or, where their prior is logarithmic, their
    logarithms; ``strategy`` and ``tolerance`` are MINUIT's. The posterior's samples are ``n_draws`` weighted draws from
    Student's t distribution with the Hessian's covariance around the best fit: as good as it is near Gaussian.
    """

    name: Literal["minuit"] = "minuit"
    n_starts: Annotated[Points, Field(ge=1)] = 8
    n_scan: Annotated[Points, Field(ge=1)] = 1024
    strategy: Literal[0, 1, 2] = 1
    tolerance: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] = 0.1
    minos: bool = False
    n_draws: Annotated[Points, Field(ge=1)] = 2000

    def run(self, session: Session) -> Samples:
        """Find the best fit and sample around it; the same seed gives the same samples."""
        coordinates = Coordinates(session.problem.priors)
        cost = Cost(lambda theta: session.evaluate(theta).log_l, coordinates)
        points: Array
        ends: list[End]
        points, ends = unpickled(session.restored) if session.restored else (self._scan(session, coordinates, cost), [])
        while True:
            best = -min((end.cost for end in ends), default=math.inf)
            left = (len(points) - len(ends)) / (1 + len(ends))
            report = ProgressReport(session.account.n_calls, {"best ln L": best}, left)
            session.step(report, lambda: pickle.dumps((points, ends)))
            if len(ends) == len(points):
                break
            ends.append(self._descend(session, cost, points[len(ends)])[1])
        minuit, end = self._descend(session, cost, min(ends, key=lambda end: end.cost).z)
        if end.valid:
            minuit.hesse()
        return self._samples(session, coordinates, minuit, end, ends)

    def _scan(self, session: Session, coordinates: Coordinates, cost: Cost) -> Array:
        """The best points of a Sobol sequence in the prior, in coordinates."""
        from scipy.stats import qmc

        n_dim = session.problem.n_dim
        m = math.ceil(math.log2(max(self.n_scan, self.n_starts)))
        u = np.clip(qmc.Sobol(n_dim, rng=np.random.default_rng(self.seed)).random_base2(m), 1e-9, 1.0 - 1e-9)
        z = coordinates.of(session.problem.prior_transform(u))
        values = cost.many(z)
        order = np.argsort(values, kind="stable")[: self.n_starts]
        points = z[order][values[order] < NO_COST]
        if not len(points):
            raise AlpfitError(
                f"none of {len(z)} points of the prior has a likelihood: raise n_scan, or narrow the priors"
            )
        return points

    def _descend(self, session: Session, cost: Cost, z: Array) -> tuple[Any, End]:
        """MINUIT's object after MIGRAD from ``z``, and where it ended."""
        return migrad(cost, z, strategy=self.strategy, tolerance=self.tolerance, names=session.problem.names)

    def _samples(
        self, session: Session, coordinates: Coordinates, minuit: Any, end: End, ends: Sequence[End]
    ) -> Samples:
        """Weighted draws, and the best fit."""
        best = end.z
        diagnostics = {
            "starts that reach the best fit": float(sum(other.cost < end.cost + SAME for other in ends)),
            "valid minimum": float(end.valid),
            "EDM": end.edm,
        }
        found, shortfalls = self._errors(coordinates, minuit, end)
        trusted = end.valid and minuit.fmin.has_accurate_covar
        root, usable = usable_root(minuit.covariance, trusted, coordinates.scale)
        proposal = StudentT(best, root)
        drawn = proposal.draw(np.random.default_rng(self.seed), self.n_draws)
        z = np.concatenate([best[None, :], drawn[np.isfinite(coordinates.log_prior(drawn))]])
        theta = coordinates.parameters(z)
        batch = session.evaluate(theta)
        log_weights = batch.log_l + coordinates.log_prior(z) - proposal.log_density(z)
        # the prior's density may vanish at the best fit; without any draw the best fit is all there is
        drawn_weights = log_weights[1:][np.isfinite(log_weights[1:])]
        log_weights[0] = drawn_weights.max() - NEGLIGIBLE if drawn_weights.size else 0.0
        keep = np.isfinite(batch.log_l) & np.isfinite(log_weights)
        log_weights = log_weights[keep] - np.logaddexp.reduce(log_weights[keep])
        n_eff = float(1.0 / np.sum(np.exp(2.0 * log_weights)))
        if not end.valid:
            shortfalls.append(f"MIGRAD's best fit, ln L = {-end.cost:.6g}, is not a valid minimum: raise n_starts")
        if not usable:
            shortfalls.append("the Hessian is not positive definite, so that errors are not known: use another sampler")
        if n_eff < LEAST_EFFICIENCY * self.n_draws:
            poor = f"{n_eff:.0f} effective samples of n_draws = {self.n_draws}"
            shortfalls.append(f"{poor}: the posterior is not near a Gaussian, use another sampler")
        return Samples(
            **samples_of(session.problem, theta[keep], batch.columns[keep]),
            log_l=batch.log_l[keep],
            log_weights=log_weights,
            log_z=None,
            log_z_error=None,
            n_calls=session.account.n_calls,
            diagnostics=diagnostics | found,
            shortfalls=tuple(shortfalls),
        )

    def _errors(self, coordinates: Coordinates, minuit: Any, end: End) -> tuple[dict[str, float], list[str]]:
        """Errors in the units of the parameters, and what MINOS could not find."""
        best, sigma = end.z, np.array(minuit.errors)
        sigma[sigma <= 0.0] = np.nan
        theta = coordinates.parameters(best[None, :])[0]
        hesse = np.where(coordinates.logarithmic, theta * sigma, sigma)
        found = {f"{name}: Hesse error": float(error) for name, error in zip(minuit.parameters, hesse, strict=True)}
        if not self.minos or not end.valid:
            return found, ["MINOS needs a valid minimum"] if self.minos else []
        minuit.minos()
        shortfalls = []
        for i, name in enumerate(minuit.parameters):
            errors = minuit.merrors[name]
            for side, step, good in (
                ("lower", errors.lower, errors.lower_valid),
                ("upper", errors.upper, errors.upper_valid),
            ):
                z = np.clip(best + step * (np.arange(best.size) == i), coordinates.lower, coordinates.upper)
                end = coordinates.parameters(z[None, :])[0, i]
                found[f"{name}: MINOS {side} error"] = float(end - theta[i]) if good else math.nan
                if not good:
                    shortfalls.append(f"MINOS has found no {side} error of {name}")
        return found, shortfalls
