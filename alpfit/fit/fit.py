"""A fit, from its TOML file to its run folder: the one place where everything meets."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.chains.folder import RunFolder
from alpfit.chains.provenance import check_whole, code_digest
from alpfit.chains.unfinished import StatusFile, UnfinishedRun, is_finished, replacing, under_way, what_is_left
from alpfit.config import FROM_PRIOR, Configuration, check_regimes, check_start, load_configuration, workers_left_out
from alpfit.errors import ConfigurationError, PredictionError, RunFolderError, one_of
from alpfit.fit.memory import give_back
from alpfit.fit.publishing import present, publish
from alpfit.fit.repeat import Repeats
from alpfit.fit.run import Run
from alpfit.inference.explanation import Explanation, explain
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.parallel import EXECUTORS, Job
from alpfit.inference.problem import Evaluation, Problem
from alpfit.inference.progress import NoProgress, Progress
from alpfit.inference.session import Session
from alpfit.inference.trial import Trial, try_prior
from alpfit.numerics.arguments import instance, path_of, real_array, shown, words
from alpfit.version import __version__


@dataclass(frozen=True)
class Fit:
    """A checked configuration, ready to evaluate or to run; ``name`` is that of its default run folder.

    ``file`` and ``overrides`` are what it was read from.
    """

    configuration: Configuration
    name: str
    file: Path | None = None
    overrides: tuple[str, ...] = ()

    @cached_property
    def problem(self) -> Problem:
        """The inference problem, for which the tables of all likelihoods are read once."""
        return self.configuration.build_problem()

    @classmethod
    def from_file(cls, path: str | Path, overrides: Sequence[str] = ()) -> "Fit":
        """Read and check a TOML file, or the one in a run folder; ``overrides`` are ``table.key=value``.

        Raises :class:`ConfigurationError`.
        """
        path, overrides = path_of("path", path), words("overrides", overrides)
        if path.is_dir():
            folder = RunFolder(path)
            check_whole(folder.path, folder.configuration)
            path = folder.configuration
        return cls(load_configuration(path, overrides), path.stem, path, overrides)

    def evaluate(self, values: Mapping[str, float]) -> Evaluation:
        """One point: ``values`` of all parameters that the file does not fix.

        Raises :class:`ConfigurationError` for a name that is unknown or missing, for what is no number, and where a
        measurement does not hold at the point; :class:`PredictionError` where the model has no answer.
        """
        problem = self.problem
        known = {**problem.scenario.parameters, **problem.scenario.optional}
        if not isinstance(values, Mapping):
            raise ConfigurationError(f"{shown(values)} must be a dictionary: parameter to number")
        for name in values:
            if name not in known:
                raise ConfigurationError(f"--at {name}: not a parameter of this scenario: {one_of(str(name), known)}")
        for name in problem.names:
            if name not in values:
                raise ConfigurationError(f"{name} has no value: the file gives it a prior, so say --at {name}=...")
        point = problem.evaluate_at({name: _one(name, value) for name, value in values.items()})
        if point.failures[0]:
            raise PredictionError(point.failures[0])
        ends = {name: (float(array[0]), float(array[0])) for name, array in point.parameters.items()}
        for measurement in problem.likelihood.measurements:
            check_regimes(measurement, problem.scenario, ends)
        return point

    def diagnose(self, point: Evaluation) -> dict[str, float]:
        """How far the predictions at a point that :meth:`evaluate` returned can be trusted."""
        point = instance("point", point, Evaluation, "evaluate()")
        diagnostics = self.problem.scenario.diagnose(point.parameters)
        return {name: float(array[0]) for name, array in diagnostics.items()}

    def remark(self, point: Evaluation) -> str:
        """What a prediction at a point that :meth:`evaluate` returned assumes; empty where it is nothing unusual."""
        point = instance("point", point, Evaluation, "evaluate()")
        return self.problem.scenario.remarks(point.parameters)[0]

    def compare(self, point: Evaluation) -> dict[str, dict[str, float]]:
        """Of a point that :meth:`evaluate` returned, by likelihood: log_likelihood, prediction, bound and pull.

        What they are, :class:`~alpfit.likelihoods.Comparison` says.
        """
        point = instance("point", point, Evaluation, "evaluate()")
        seen = {**point.parameters, **point.predictions}
        table = {}
        for measurement in self.problem.likelihood.measurements:
            comparison = {name: float(array[0]) for name, array in measurement.compare(seen)._asdict().items()}
            table[measurement.name] = {"log_likelihood": float(point.log_l_by_entry[measurement.name][0]), **comparison}
        return table

    def explain(self) -> Explanation:
        """Whether the model explains an excess, by scanning the priors and improving the best points."""
        problem = self.problem
        if not problem.names:
            raise ConfigurationError("[parameters] all are fixed: give at least one of them a prior")
        return explain(problem, self.configuration.sampler.seed)

    def check_start(self) -> None:
        """Raise :class:`AlpfitError` where sampling would start from a run that cannot be read, or of another fit."""
        self._check_file(NoProgress())
        start = getattr(self.configuration.sampler, "start", FROM_PRIOR)
        if start != FROM_PRIOR:
            points = best_points(start)
            if missing := [name for name in self.problem.names if name not in points]:
                raise ConfigurationError(
                    f"[sampler] start = {shown(start)} has no samples of {missing[0]}: name another"
                )

    def try_prior(self) -> Trial:
        """Points drawn from the prior: in how much of it there is no likelihood, and why.

        Raises :class:`ConfigurationError` where none has a likelihood. Nothing is tried if all parameters are fixed.
        """
        problem = self.problem
        return try_prior(problem, self.configuration.sampler.seed) if problem.names else Trial(1, {}, 0.0)

    def seconds_per_call(self) -> float:
        """Time of one likelihood call, warm: the median over seven points spread over the prior."""
        problem = self.problem
        times = []
        for u in np.linspace(0.2, 0.8, 8):
            start = time.perf_counter()
            problem.evaluate_at({name: prior.transform(np.array([u])) for name, prior in problem.priors.items()})
            times.append(time.perf_counter() - start)
        return float(np.median(times[1:]))

    def serve(self) -> bool:
        """Under mpirun, in all processes but the first: evaluate for that one until it is done. Elsewhere False."""
        from alpfit.inference.parallel import ranks

        if self.configuration.parallel.executor != "mpi" or not ranks.is_worker():
            return False
        ranks.serve(self.problem)
        return True

    def run(
        self,
        output: str | Path | None = None,
        *,
        overwrite: bool = False,
        resume: bool = False,
        force: bool = False,
        progress: Progress | None = None,
        tell: Callable[[Run], None] | None = None,
    ) -> Run:
        """Sample, and write the run folder ``output`` (``chains/`` and the file's name if None).

        ``resume`` continues the run that was interrupted there, ``force`` also where its input, the likelihoods' data
        or the code have changed; what is finished is read. ``tell`` gets the run when its results are written, before
        figures are drawn; one that cannot be drawn is a note to ``progress``.

        Raises :class:`ConfigurationError` if all parameters are fixed, :class:`RunFolderError` if ``output`` is taken,
        :class:`ExecutorError` if workers are lost, and :class:`Interrupted`.
        """
        path = self._path(output)
        if not self.problem.names:
            raise ConfigurationError("[parameters] all are fixed: give at least one of them a prior, or use evaluate")
        progress, interrupts = progress or NoProgress(), Interrupts()
        self._check_file(progress)
        parallel = self.configuration.parallel
        job = Job(self.problem, parallel, interrupts)
        try:
            with interrupts.held_back(), EXECUTORS[parallel.executor](job) as evaluate:
                if resume and is_finished(path):
                    run = self._finished(path, force, progress)
                    if tell is not None:
                        tell(run)
                    return run
                identity = self.identity()
                with under_way(
                    path, identity, progress, overwrite=overwrite, resume=resume, force=force
                ) as checkpoints:
                    session = Session(
                        self.problem,
                        evaluate=evaluate,
                        progress=StatusFile(UnfinishedRun(path), progress),
                        store=checkpoints,
                        checkpoint_interval=self.configuration.checkpoint_interval,
                        interrupts=interrupts,
                        read_points=best_points,
                        chunk=parallel.chunk,
                    )
                    run = self._run(path, session)
        except Interrupted as interrupt:
            raise Interrupted(interrupt.number, what_is_left(path)) from interrupt
        return present(run, tell, progress)

    def repeat(
        self,
        n: int,
        output: str | Path | None = None,
        *,
        flags: Sequence[str] = (),
        progress: Progress | None = None,
        tell: Callable[[Run], None] | None = None,
    ) -> Run:
        """Run ``n`` seeds side by side, and write them merged to the run folder ``output``.

        ``flags`` are those of ``alpfit run`` for each seed, whose folders stand beside ``output``. All else is as in
        :meth:`run`.
        """
        path = self._path(output)
        if self.file is None:
            raise ConfigurationError("only a fit that was read from a file can be repeated")
        progress, interrupts = progress or NoProgress(), Interrupts()
        self._check_file(progress)
        repeats = Repeats(self.configuration, self.file, self.overrides, path, n)
        started = datetime.now(UTC)
        with replacing(path, overwrite="--overwrite" in flags or "--resume" in flags), interrupts.held_back():
            try:
                repeats.run(flags, progress, interrupts)
            except Interrupted as interrupt:
                raise Interrupted(interrupt.number, "continue with --resume") from interrupt
            run = publish(path, self.configuration, *repeats.merged(), started)
        return present(run, tell, progress)

    def _check_file(self, progress: Progress) -> None:
        """What an input in a run folder asks for and does not get: a sentence, or :class:`ConfigurationError`."""
        if self.file is not None:
            check_start(self.file, self.configuration, self.overrides)
            if said := workers_left_out(self.file, self.overrides):
                progress.note(said)

    def _path(self, output: str | Path | None) -> Path:
        return path_of("output", output) if output is not None else Path("chains") / self.name

    def _finished(self, path: Path, force: bool, progress: Progress) -> Run:
        """The finished run at ``path``, if it is this fit; with ``force`` also of other data."""
        run = Run.read(path)
        ways_out = "replace it with --overwrite, or choose another folder with --output DIR"
        if run.configuration.deciding() != self.configuration.deciding():
            raise RunFolderError(
                f"{path} is a finished run of another input, see {run.folder.configuration}: {ways_out}"
            )
        digests = {m.name: m.digest for m in self.problem.likelihood.measurements}
        other = [name for name, digest in digests.items() if run.manifest.likelihoods.get(name) != digest]
        if other and not force:
            raise RunFolderError(
                f"{path} is a finished run, but the data of {', '.join(other)} have changed since: {ways_out}, or keep "
                "it as it is with --force"
            )
        progress.note(f"{path} is finished already" + (f", with other data of {', '.join(other)}" if other else ""))
        return run

    def _run(self, path: Path, session: Session) -> Run:
        """Sample in ``session``, and put the run folder ``path`` in place, but for the figures."""
        started = datetime.now(UTC)
        trial = try_prior(self.problem, self.configuration.sampler.seed)
        session.account.first_call_s, session.account.share_without_likelihood = trial.first_call_s, trial.share
        session.raise_if_interrupted()
        samples = session.finished or self.configuration.sampler.run(session)
        give_back()
        session.end(samples)
        return publish(path, self.configuration, samples, session.account, started)

    def identity(self) -> dict[str, Any]:
        """What decides the samples: a run that was begun with something else is not continued."""
        return {
            "configuration": self.configuration.deciding(),
            "likelihoods": {m.name: m.digest for m in self.problem.likelihood.measurements},
            "code": {"alpfit": __version__, "digest": code_digest()},
        }


def _one(name: str, value: float) -> NDArray[np.float64]:
    """The number ``value`` as an array ``(1,)``; whether the model has an answer there it says itself."""
    array = real_array(name, value, ConfigurationError)
    if array.ndim:
        raise ConfigurationError(f"{name} = {shown(value)} must be a number: evaluate takes one point")
    return array[None]


def best_points(path: str) -> dict[str, NDArray[np.float64]]:
    """Parameters of the samples in the run folder ``path``, the largest ln L first."""
    samples = Run.read(path).samples
    order = np.argsort(-samples.log_l)
    return {name: values[order] for name, values in samples.parameters.items()}
