"""A finished run, reweighted to other likelihoods or other predictions: a new run folder, without sampling."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from shlex import quote
from typing import Any

from alpfit.chains.unfinished import replacing
from alpfit.config import Configuration, parse_configuration, read_document, revise
from alpfit.errors import ConfigurationError, RunFolderError, one_of
from alpfit.fit.fit import Fit
from alpfit.fit.presenting import Tell, present
from alpfit.fit.progress import shown_progress
from alpfit.inference.batches import evaluate_batch
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.parallel import EXECUTORS, Job
from alpfit.inference.prior_change import change_priors
from alpfit.inference.progress import Progress
from alpfit.inference.reweighting import evaluate_all, reweighted, stored_batch
from alpfit.inference.samples import Samples
from alpfit.inference.session import Session
from alpfit.numerics.arguments import path_of, words
from alpfit.runs.freshness import Freshness
from alpfit.runs.publishing import publish
from alpfit.runs.run import Run, run_of

PRIORS = ("parameters", "joint", "derived")
"""Those of priors and of what follows from parameters."""

CHANGEABLE = ("relic", "physics", "model", "options", "parallel", *PRIORS)
"""Tables of the input that may change: samples of another scenario would be those of another run."""


@dataclass(frozen=True)
class Changes:
    """Entries to add, entries to drop, and ``table.key=value`` to set."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("add", "drop", "overrides"):
            object.__setattr__(self, name, words(name, getattr(self, name)))

    def apply(self, run: Run) -> Configuration:
        """The input of ``run`` with the changes; raises :class:`ConfigurationError`."""
        if not (self.add or self.drop or self.overrides):
            raise ConfigurationError(
                "nothing to change: give add=[ENTRY], drop=[ENTRY] or overrides=['TABLE.KEY=VALUE']"
            )
        document = read_document(run.folder.configuration)
        document["likelihoods"] = [*self._kept(document["likelihoods"]), *map(_found_from_here, self.add)]
        options = document.get("options", {})
        document["options"] = {name: table for name, table in options.items() if name not in self.drop}
        revise(document, self.overrides, CHANGEABLE, "run anew")
        return parse_configuration(document, "reweight", run.folder.path)

    @property
    def of_priors(self) -> bool:
        """Whether a prior changes, or what is sampled."""
        return any(_table(override) in ("parameters", "joint") for override in self.overrides)

    @property
    def of_likelihoods(self) -> bool:
        """Whether anything changes that ln L depends on."""
        tables = {_table(override) for override in self.overrides} - {*PRIORS, "parallel"}
        return bool(self.add or self.drop or tables)

    def kept_of(self, run: Run) -> Configuration:
        """The input of ``run`` with what is dropped left out, and nothing else changed."""
        return run.configuration.changed(likelihoods=self._kept(run.configuration.likelihoods))

    def _kept(self, likelihoods: Sequence[str]) -> list[str]:
        names = [Path(entry).name for entry in likelihoods]
        for name in self.drop:
            if name not in names:
                raise ConfigurationError(f"drop = {name} is not one of this run's likelihoods: {one_of(name, names)}")
        return [entry for entry in likelihoods if Path(entry).name not in self.drop]


def _table(override: str) -> str:
    return override.partition("=")[0].split(".")[0].strip()


def _found_from_here(entry: str) -> str:
    """An entry of one's own by its whole path."""
    return str(path_of("add", entry).resolve()) if "/" in entry else entry


@dataclass(frozen=True)
class Reweighting:
    """``run`` with ``changes``, whose input is ``configuration``."""

    run: Run
    changes: Changes
    configuration: Configuration

    @classmethod
    def of(
        cls, run: Run | str | Path, add: Sequence[str] = (), drop: Sequence[str] = (), overrides: Sequence[str] = ()
    ) -> "Reweighting":
        """Of ``run``; errors as for :func:`reweight`."""
        run, changes = run_of(run), Changes(tuple(add), tuple(drop), tuple(overrides))
        return cls(run, changes, changes.apply(run))

    @cached_property
    def fit(self) -> Fit:
        """What would be sampled if the run were made anew."""
        return Fit(self.configuration, self.run.folder.path.name)

    def write(
        self,
        output: str | Path | None = None,
        *,
        overwrite: bool = False,
        force: bool = False,
        progress: Progress | None = None,
        tell: Tell | None = None,
    ) -> Run:
        """Evaluate all samples anew and put the run folder ``output`` in place (NAME.reweighted beside it if None).

        With ``force`` also where the data or the code have changed since the run, which then count as changes like
        others. ``tell`` gets the new run before its figures are drawn. Raises :class:`RunFolderError` if ``output`` is
        taken, or data and code have changed, :class:`AlpfitError` if no sample has a likelihood, and
        :class:`Interrupted`.
        """
        source = self.run.folder.path.resolve()
        path = path_of("output", output) if output is not None else source.with_name(f"{source.name}.reweighted")
        if path.resolve() == source:
            raise RunFolderError(f"{path} is the run that is reweighted, which is kept: choose another output=DIR")
        interrupts, started = Interrupts(), datetime.now(UTC)
        left = "nothing is written: begin again"
        parallel = self.configuration.parallel
        problem = self.fit.problem
        job = Job(partial(evaluate_batch, problem), parallel, interrupts)
        with shown_progress(progress) as display:
            try:
                with replacing(path, overwrite=overwrite), interrupts.held_back():
                    self._check_fresh(force)
                    with EXECUTORS[parallel.executor](job) as evaluate:
                        session = Session(
                            problem,
                            evaluate=evaluate,
                            progress=display,
                            interrupts=interrupts,
                            chunk=parallel.chunk,
                        )
                        samples = self._samples(session)
                    run = publish(
                        path, self.configuration, samples, session.account, started, self._origin(), "reweight again"
                    )
                    left = f"{path} is complete but for its figures: alpfit plot {quote(str(path))}"
            except Interrupted as interrupt:
                raise Interrupted(interrupt.number, left) from interrupt
            return present(run, tell, display)

    def _check_fresh(self, force: bool) -> None:
        kept = self.changes.kept_of(self.run)
        if kept.likelihoods:
            Freshness(self.run, kept.problem).check(force)

    def _samples(self, session: Session) -> Samples:
        """The run's samples, evaluated anew and reweighted."""
        problem, before = session.problem, self.run.samples
        change = None
        if self.changes.of_priors:
            change = change_priors(before, self.changes.kept_of(self.run).problem, problem)
        theta = before.theta(problem.names) if change is None else change.theta
        stored = None if self.changes.of_likelihoods else stored_batch(before, problem, theta)
        batch = evaluate_all(session, theta) if stored is None else stored
        session.account.share_without_likelihood = self.run.summary["prior_share_without_likelihood"]
        samples = reweighted(before, problem, theta, batch, 0.0 if change is None else change.log_factor)
        if stored is not None:
            samples = replace(samples, n_calls=0)
        if change is not None and change.shortfall:
            samples = replace(samples, shortfalls=(*samples.shortfalls, change.shortfall))
        session.end(samples)
        return samples

    def _origin(self) -> dict[str, Any]:
        """Where the new run comes from, as JSON."""
        return {
            "run": str(self.run.folder.path.resolve()),
            "log_z": self.run.samples.log_z,
            "n_eff": self.run.samples.n_eff,
            "added": list(self.changes.add),
            "dropped": list(self.changes.drop),
            "set": list(self.changes.overrides),
        }


def reweight(
    run: Run | str | Path,
    *,
    add: Sequence[str] = (),
    drop: Sequence[str] = (),
    overrides: Sequence[str] = (),
    output: str | Path | None = None,
    overwrite: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> Run:
    """Reweight ``run`` to other likelihoods, or other predictions: a new run folder, ``output``, without sampling.

    ``add`` and ``drop`` name likelihoods, ``overrides`` are ``table.key=value`` for the tables that may change. What is
    written and raised as in :meth:`Reweighting.write`; :class:`ConfigurationError` for changes that cannot be made.

        >>> import alpfit
        >>> changes = {"drop": ["fermi_lines_r16_2015"], "add": ["fermi_lines_2015"]}
        >>> new = alpfit.reweight("chains/reference/invisible", **changes, output="reweighted")
        >>> new.samples.n_eff > 400.0
        True
    """
    add, drop, overrides = words("add", add), words("drop", drop), words("overrides", overrides)
    reweighting = Reweighting.of(run, add, drop, overrides)
    return reweighting.write(output, overwrite=overwrite, force=force, progress=progress, tell=tell)
