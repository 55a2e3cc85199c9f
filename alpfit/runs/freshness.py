"""Whether a finished run's data and code are still those that it was made with, before anything is evaluated for it."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpfit.chains.provenance import check_whole, code_digest
from alpfit.errors import RunFolderError
from alpfit.inference.batches import samples_of
from alpfit.inference.parallel.ahead import compile_ahead
from alpfit.inference.problem import Problem
from alpfit.inference.reweighting import evaluate_all
from alpfit.inference.session import Session
from alpfit.runs.run import Run

N_REPLAYED = 4
"""Samples whose ln L is evaluated anew: the best one, and others over the whole range of ln L."""

SAME = 1e-4
"""ln L that differs by less (and by less than this share of it) is the same on another machine."""

WAYS_OUT = "run anew, put them back, or go on nevertheless with force=True"


@dataclass(frozen=True)
class Freshness:
    """What has changed since ``run`` was made; ``problem`` is what its input stands for today.

    What is not among the problem's likelihoods is not looked at.
    """

    run: Run
    problem: Problem

    @cached_property
    def changes(self) -> tuple[str, ...]:
        """A sentence for data that have changed, and one for ln L that comes out differently; none if all is the same.

        Changed code that gives the same ln L at some of the samples is none. Raises :class:`RunFolderError` where the
        manifest is damaged.
        """
        check_whole(self.run.folder.path, *self._copies)
        changed = [name for name in self.run.changed_entries if name in self.problem.entries]
        kept = [name for name in changed if name in self.run.manifest.originals]
        found = []
        if changed:
            copies = f" (of {', '.join(kept)} the run uses those that it was made with, its own copy)" if kept else ""
            found.append(f"the data of {', '.join(changed)} have changed{copies}")
        return (*found, *self._replayed())

    def check(self, force: bool) -> tuple[str, ...]:
        """The changes, if ``force`` is set; else raise :class:`RunFolderError` where there are any."""
        if self.changes and not force:
            raise RunFolderError(
                f"since {self.run.folder.path} was made, {' and '.join(self.changes)}; old and new ln L must not be "
                f"mixed: {WAYS_OUT}"
            )
        return self.changes

    def _replayed(self) -> list[str]:
        """Which measurement's ln L is another at the first of some samples where one is."""
        compile_ahead(self.problem.rehearsals)
        chosen = _spread(self.run.samples.log_l)
        samples = self.run.samples
        now = self.problem.evaluate(samples.theta(self.problem.names)[chosen])
        for name in set(now.log_l_by_entry) & set(samples.log_l_by_entry):
            was, here = samples.log_l_by_entry[name][chosen], now.log_l_by_entry[name]
            apart = ~(np.abs(here - was) <= SAME * (1.0 + np.abs(was)))
            if apart.any():
                at = int(np.argmax(apart))
                because = "" if self._same_code else " (the program is another)"
                return [f"ln L of {name} at sample {chosen[at]} was {was[at]:.6g} and is {here[at]:.6g} now{because}"]
        return []

    @property
    def _copies(self) -> list[Path]:
        """Files of the entries that were copied into the run's folder."""
        folder, inside = self.run.folder.path, f"{self.run.folder.entries.name}/"
        files = [name for name in self.run.manifest.files if name.startswith(inside)]
        return [folder / name for name in files if name.split("/")[1] in self.problem.entries]

    @property
    def _same_code(self) -> bool:
        return self.run.manifest.code in {None, code_digest()}


def _spread(log_l: NDArray[np.float64]) -> NDArray[np.int64]:
    """Indices of the largest ln L and some others down to the median, each once."""
    order = np.argsort(-log_l, kind="stable")
    places = np.linspace(0, log_l.size // 2, N_REPLAYED).astype(int)
    return np.unique(order[places])


def evaluated_anew(run: Run, session: Session) -> Run:
    """``run`` with all that is predicted and ln L as they are now, in place of what was stored.

    The weights stay; samples without a likelihood now are left out. Raises :class:`RunFolderError` if all are.
    """
    samples, problem = run.samples, session.problem
    theta = samples.theta(problem.names)
    batch = evaluate_all(session, theta)
    keep = np.isfinite(batch.log_l)
    if not keep.any():
        raise RunFolderError(f"no sample of {run.folder.path} has a likelihood any more: run anew")
    weights = samples.log_weights[keep]
    anew = replace(
        samples,
        **samples_of(problem, theta[keep], batch.columns[keep]),
        log_l=batch.log_l[keep],
        log_weights=weights - np.logaddexp.reduce(weights),
        log_l_birth=None,
    )
    return replace(run, samples=anew)
