"""A fit, from its TOML file to its run folder: the one place where everything meets."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alpfit.chains.folder import RunFolder
from alpfit.chains.provenance import check_whole, code_digest
from alpfit.chains.unfinished import StatusFile, UnfinishedRun, is_finished, recover, replacing, under_way, what_is_left
from alpfit.config import (
    Configuration,
    apply_overrides,
    check_regimes,
    check_start,
    load_configuration,
    parse_configuration,
    workers_left_out,
)
from alpfit.errors import ConfigurationError, PredictionError, RunFolderError, one_of
from alpfit.fit.elsewhere import carry_out
from alpfit.fit.point import EvaluatedPoint
from alpfit.fit.presenting import Tell, present
from alpfit.fit.progress import shown_progress
from alpfit.fit.repeat import Repeats
from alpfit.inference.batches import evaluate_batch
from alpfit.inference.explanation import Explanation, explain
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.joint import log_density
from alpfit.inference.parallel import EXECUTORS, Job
from alpfit.inference.parallel.ahead import compile_ahead
from alpfit.inference.prior_check import PriorCheck, check_prior
from alpfit.inference.problem import Problem
from alpfit.inference.progress import NoProgress, Progress
from alpfit.inference.samples import Samples
from alpfit.inference.session import Evaluate, Session, Store
from alpfit.numerics.arguments import path_of, real_array, shown, words
from alpfit.numerics.compile import cache_folder
from alpfit.numerics.memory import give_back
from alpfit.numerics.notebook import html_table
from alpfit.numerics.rehearsal import Rehearsal, make_all
from alpfit.runs.publishing import publish
from alpfit.runs.run import Run
from alpfit.version import __version__

NO_PARAMETER = "[parameters] all are fixed: give at least one of them a prior"


@dataclass(frozen=True)
class Fit:
    """A checked configuration, ready to evaluate or to run; ``name`` is that of its default run folder.

    ``file`` and ``overrides`` are what it was read from, if it was.

    >>> import alpfit
    >>> fit = alpfit.Fit.from_file("examples/displaced.toml", ["parameters.g_agg=1e-5"])
    >>> fit.name, fit.configuration.sampler.name
    ('displaced', 'dynesty')
    >>> fit.problem.names, fit.problem.fixed, len(fit.problem.entries)
    (('m_a',), {'g_agg': 1e-05}, 20)
    >>> sorted(fit.identity())
    ['code', 'configuration', 'likelihoods']
    """

    configuration: Configuration
    name: str
    file: Path | None = None
    overrides: tuple[str, ...] = ()

    @property
    def problem(self) -> Problem:
        """The inference problem, for which the tables of all likelihoods are read once."""
        return self.configuration.problem

    @classmethod
    def from_file(cls, path: str | Path, overrides: Sequence[str] = ()) -> "Fit":
        """Read and check a TOML file, or the one in a run folder; ``overrides`` are ``table.key=value``.

        Raises :class:`ConfigurationError`, of a run folder :class:`RunFolderError` where its input is damaged.

        >>> import alpfit
        >>> alpfit.Fit.from_file("examples/invisible.toml", ["relic.engine=nbe"]).problem.names
        ('m_a', 'r', 'g_agg', 'g_achi')
        """
        path, overrides = path_of("path", path), words("overrides", overrides)
        name = path.stem
        if path.is_dir():
            folder, name = RunFolder(path), path.absolute().name
            check_whole(folder.path, folder.configuration)
            path = folder.configuration
        return cls(load_configuration(path, overrides), name, path.absolute(), overrides)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], name: str = "fit", overrides: Sequence[str] = ()) -> "Fit":
        """Check a configuration given as nested dictionaries, as a TOML file would have them.

        Paths in it start from the working directory. Raises :class:`ConfigurationError`.

        >>> import alpfit
        >>> prior = {"prior": "log-uniform", "min": 0.2, "max": 4.7}
        >>> fit = alpfit.Fit.from_dict(
        ...     {
        ...         "scenario": "displaced",
        ...         "likelihoods": ["belle2_bknunu_2023", "babar_bkgg_2021"],
        ...         "parameters": {"m_a": prior, "g_agg": 1e-5},
        ...     }
        ... )
        >>> fit.problem.entries
        ('belle2_bknunu_2023', 'babar_bkgg_2021')
        """
        if not isinstance(document, Mapping):
            raise ConfigurationError(f"document = {shown(document)} must be a dictionary: table to its keys")
        tables = {key: dict(table) if isinstance(table, Mapping) else table for key, table in document.items()}
        apply_overrides(tables, words("overrides", overrides))
        return cls(parse_configuration(tables, name), name)

    def with_overrides(self, overrides: Sequence[str]) -> "Fit":
        """The fit with some ``table.key=value`` replaced; raises :class:`ConfigurationError`.

        >>> import alpfit
        >>> fit = alpfit.Fit.from_file("examples/displaced.toml")
        >>> fit.with_overrides(["sampler.n_live=50"]).configuration.sampler.n_live
        50
        """
        overrides = words("overrides", overrides)
        if not overrides:
            return self
        if self.file is not None:
            return Fit.from_file(self.file, (*self.overrides, *overrides))
        return Fit.from_dict(self.configuration.completed(), self.name, overrides)

    def evaluate(self, at: Mapping[str, float]) -> EvaluatedPoint:
        """One point: the values ``at`` which to evaluate, of all parameters that the fit does not fix.

        Raises :class:`ConfigurationError` for a name that is unknown or missing, for what is no number, and where a
        measurement does not hold at the point; :class:`PredictionError` where the model has no answer.

        >>> import alpfit
        >>> point = alpfit.Fit.from_file("examples/displaced.toml").evaluate({"m_a": 1.9, "g_agg": 1e-5})
        >>> print(f"tau_a = {point.predictions['tau_a'][0]:.2e} s")
        tau_a = 1.93e-13 s
        """
        problem = self.problem
        known = {**problem.scenario.parameters, **problem.scenario.optional, **problem.priors, **problem.fixed}
        if not isinstance(at, Mapping):
            raise ConfigurationError(f"at = {shown(at)} must be a dictionary: parameter to number")
        for name in at:
            if name not in known:
                raise ConfigurationError(f"at[{name!r}]: not a parameter of this scenario: {one_of(str(name), known)}")
        for name in at:
            if name in problem.formulas:
                reads = " and ".join(problem.formulas[name].names)
                raise ConfigurationError(f"at[{name!r}]: it follows from {reads}: give those")
        for name in problem.names:
            if name not in at:
                raise ConfigurationError(
                    f"{name} has no value: the fit gives it a prior, so give at={{{name!r}: VALUE}}"
                )
        point = problem.completed({name: _one(name, value) for name, value in at.items()})
        ends = {name: (float(array[0]), float(array[0])) for name, array in problem.of_scenario(point).items()}
        compile_ahead(problem.rehearsals_between(ends))
        found = problem.evaluate_at(point)
        if found.failures[0]:
            raise PredictionError(found.failures[0])
        for measurement in problem.likelihood.measurements:
            check_regimes(measurement, problem.scenario, ends)
        return EvaluatedPoint.of(problem, found)

    def log_posterior(self, theta: ArrayLike) -> NDArray[np.float64]:
        """ln of prior density times L at ``theta``, sampled parameters of shape ``(n_dim,)`` or ``(n, n_dim)``.

        A number, shape ``()``, or ``(n,)``: for another sampler, which may call it with many points at once. The order
        is that of ``problem.names``. -inf beyond the prior and where the model has no answer. Raises
        :class:`PredictionError` for what has another shape, or is not a number.

        >>> import alpfit
        >>> fit = alpfit.Fit.from_file("examples/displaced.toml")
        >>> log_p = fit.log_posterior([[1.9, 1e-6], [9.0, 1e-6]])  # the second is beyond the prior
        >>> log_p.shape, log_p[1]
        ((2,), np.float64(-inf))
        """
        problem, points = self.problem, real_array("theta", theta)
        if points.ndim not in (1, 2) or points.shape[-1] != problem.n_dim:
            names = ", ".join(problem.names)
            raise PredictionError(f"theta has the shape {points.shape}; it must have a column for each of {names}")
        rows = np.atleast_2d(points)
        log_p = log_density(problem.priors, dict(zip(problem.names, rows.T, strict=True)), len(rows))
        log_p = np.where(np.isnan(log_p), -np.inf, log_p)
        inside = log_p > -np.inf
        if inside.any():
            log_p[inside] += problem.evaluate(rows[inside]).log_l
        return log_p.reshape(points.shape[:-1])

    def explain(self, known: NDArray[np.float64] | None = None) -> Explanation:
        """Whether the model explains an excess, by scanning the priors and improving the best points.

        Parameters ``known (n, n_dim)`` are improved, too.

        Raises :class:`ConfigurationError` if all parameters are fixed.

        >>> import alpfit
        >>> overrides = ["likelihoods=['belle2_bknunu_2023', 'e787_kpigg_2005']", "parameters.m_a=0.04"]
        >>> alpfit.Fit.from_file("examples/displaced.toml", overrides).explain().wanting
        ('belle2_bknunu_2023',)
        """
        if not self.problem.names:
            raise ConfigurationError(NO_PARAMETER)
        return explain(self.problem, self.configuration.sampler.seed, known)

    def check_start(self) -> None:
        """Raise :class:`AlpfitError` where sampling would start from a run that cannot be read, or of another fit.

        >>> import alpfit
        >>> start = ["sampler={ name = 'emcee', start = 'chains/reference/invisible' }"]
        >>> alpfit.Fit.from_file("examples/invisible.toml", start).check_start()
        """
        self._check_file(NoProgress())
        if start := self.configuration.sampler.start_run:
            points = best_points(start)
            if missing := [name for name in self.problem.names if name not in points]:
                raise ConfigurationError(
                    f"[sampler] start = {shown(start)} has no samples of {missing[0]}: name another"
                )

    def compile(self) -> Path | None:
        """Compile what this fit calls, on all cores; the folder in which that is kept, None where it cannot be.

        A run does it by itself. This is for a machine, a container or a cluster that is to have it before.

        >>> import alpfit
        >>> folder = alpfit.Fit.from_file("examples/displaced.toml").compile()
        """
        problem = self.problem
        rehearsals = self._rehearsals
        compile_ahead(rehearsals)
        make_all([rehearsal for rehearsal in rehearsals if rehearsal.is_needed])  # as on one core
        problem.evaluate(problem.prior_transform(np.full((1, problem.n_dim), 0.5)))
        return cache_folder()

    def check_prior(self) -> PriorCheck:
        """Points drawn from the prior: in how much of it there is no likelihood, and why.

        Raises :class:`ConfigurationError` where none has a likelihood. Nothing is drawn if all parameters are fixed.

        >>> import alpfit
        >>> alpfit.Fit.from_file("examples/displaced.toml").check_prior().share
        0.0
        """
        problem = self.problem
        return check_prior(problem, self.configuration.sampler.seed) if problem.names else PriorCheck(1, {}, 0.0)

    def seconds_per_call(self) -> float:
        """Time of one likelihood call [s], warm: the median over seven points spread over the prior.

        >>> import alpfit
        >>> alpfit.Fit.from_file("examples/displaced.toml").seconds_per_call() > 0.0
        True
        """
        problem = self.problem
        times = []
        for u in np.linspace(0.2, 0.8, 8):
            start = time.perf_counter()
            problem.evaluate_at({name: prior.transform(np.array([u])) for name, prior in problem.priors.items()})
            times.append(time.perf_counter() - start)
        return float(np.median(times[1:]))

    def serve_as_mpi_worker(self, repeat: int = 1) -> bool:
        """Under mpirun, in all processes but the first: evaluate for that one until it is done. Elsewhere False.

        Where it is to ``repeat`` the run, whole runs are worked out for it.

        >>> import alpfit
        >>> fit = alpfit.Fit.from_file("examples/displaced.toml")
        >>> if not fit.serve_as_mpi_worker():
        ...     print("the process that samples")
        the process that samples
        """
        function = partial(evaluate_batch, self.problem) if repeat == 1 else carry_out
        return EXECUTORS[self.configuration.parallel.executor].serve(function)

    def sample(self, *, progress: Progress | None = None) -> Samples:
        """Sample, and keep nothing on the disk; the samples are those of :meth:`run`.

        Raises :class:`ConfigurationError` if all parameters are fixed, :class:`ExecutorError` if workers are lost, and
        :class:`Interrupted`.

        >>> import alpfit
        >>> quick = ["sampler={ name = 'minuit', n_scan = 64, n_starts = 1, n_draws = 50 }"]
        >>> samples = alpfit.Fit.from_file("examples/displaced.toml", quick).sample()
        >>> samples.log_l.shape == samples.parameters["m_a"].shape
        True
        """
        interrupts = Interrupts()
        with shown_progress(progress) as display, self._workers(display, interrupts) as evaluate:
            return self._sampled(self._session(evaluate, display, interrupts))

    def run(
        self,
        output: str | Path | None = None,
        *,
        overwrite: bool = False,
        resume: bool = False,
        force: bool = False,
        progress: Progress | None = None,
        tell: Tell | None = None,
    ) -> Run:
        """Sample, and write the run folder ``output`` (``chains/`` and the file's name if None).

        ``resume`` continues the run that was interrupted there, ``force`` also where its input, the likelihoods' data
        or the code have changed; what is finished is read, and figures that it lacks are drawn. ``tell`` gets the run
        when its results are written, before figures are drawn; one that cannot be drawn is a note to ``progress``.

        Raises :class:`ConfigurationError` if all parameters are fixed, :class:`RunFolderError` if ``output`` is taken,
        :class:`ExecutorError` if workers are lost, and :class:`Interrupted`.

        >>> import alpfit
        >>> quick = ["sampler={ name = 'minuit', n_scan = 64, n_starts = 1, n_draws = 50 }"]
        >>> fit = alpfit.Fit.from_file("examples/displaced.toml", quick)
        >>> fit.run().name == fit.run(resume=True).name == "displaced"  # which is finished already
        True
        """
        path, interrupts = self._path(output), Interrupts()
        with shown_progress(progress) as display:
            try:
                with self._workers(display, interrupts) as evaluate:
                    if finished := resume and is_finished(path):
                        recover(path)
                        run = self._finished(path, force, display)
                    else:
                        with under_way(
                            path, self.identity(), display, overwrite=overwrite, resume=resume, force=force
                        ) as checkpoints:
                            status = StatusFile(UnfinishedRun(path), display)
                            session = self._session(evaluate, status, interrupts, checkpoints)
                            started, samples = datetime.now(UTC), self._sampled(session)
                            session.end(samples)
                            run = publish(path, self.configuration, samples, session.account, started)
            except Interrupted as interrupt:
                raise Interrupted(interrupt.number, what_is_left(path)) from interrupt
            return present(run, tell, display, only_missing=finished)

    def repeat(
        self,
        n: int,
        output: str | Path | None = None,
        *,
        overwrite: bool = False,
        resume: bool = False,
        force: bool = False,
        progress: Progress | None = None,
        tell: Tell | None = None,
    ) -> Run:
        """Run ``n`` seeds side by side, and write them merged to the run folder ``output``.

        On dask and MPI each is a worker's, which writes its folder itself. They stand beside ``output``; all else is as
        in :meth:`run`, for each seed.

        >>> import alpfit
        >>> fit = alpfit.Fit.from_file("examples/displaced.toml")
        >>> try:
        ...     merged = fit.repeat(4, "chains/reference/invisible")
        ... except alpfit.AlpfitError as error:
        ...     print(str(error).partition(":")[0])
        chains/reference/invisible holds a run already
        """
        path, interrupts = self._path(output), Interrupts()
        choices = {"overwrite": overwrite, "resume": resume, "force": force}
        with shown_progress(progress) as display:
            self._check_file(display)
            repeats = Repeats(self.configuration.parallel, self.configuration.sampler.seed, path, n)
            compile_ahead(self._rehearsals)
            started = datetime.now(UTC)
            with (
                interrupts.held_back(),
                repeats.workers(interrupts) as workers,
                replacing(path, overwrite=overwrite or resume),
            ):
                try:
                    repeats.run(
                        workers, lambda overrides: self.with_overrides(overrides).run, choices, display, interrupts
                    )
                except Interrupted as interrupt:
                    raise Interrupted(interrupt.number, "continue with resume=True") from interrupt
                run = publish(path, self.configuration, *repeats.merged(), started)
            return present(run, tell, display)

    @property
    def _rehearsals(self) -> Sequence[Rehearsal]:
        """Calls that compile what a run calls."""
        problem = self.problem
        return [*problem.rehearsals, *problem.toy_rehearsals, *self.configuration.sampler.rehearsals]

    def identity(self) -> dict[str, Any]:
        """What decides the samples: a run that was begun with something else is not continued."""
        return {
            "configuration": self.configuration.deciding(),
            **({"scenario": digest} if (digest := self.configuration.kind.digest) else {}),
            "likelihoods": {m.name: m.digest for m in self.problem.likelihood.measurements},
            "code": {"alpfit": __version__, "digest": code_digest()},
        }

    def _repr_html_(self) -> str:
        """The parameters, the sampler and the likelihoods, for a notebook."""
        configuration = self.configuration
        rows = [("scenario", configuration.kind.name), ("likelihoods", ", ".join(configuration.entries))]
        rows += [(name, prior.in_words) for name, prior in configuration.priors.items()]
        rows += [(name, f"{value:g}") for name, value in configuration.fixed.items()]
        rows += [(name, formula.text) for name, formula in configuration.formulas.items()]
        rows += [("sampler", configuration.sampler.name), ("executor", configuration.parallel.executor)]
        return html_table(f"Fit {self.name}", rows)

    @contextmanager
    def _workers(self, progress: Progress, interrupts: Interrupts) -> Iterator[Evaluate]:
        """Workers for this fit, with signals held back as long as they are there."""
        if not self.problem.names:
            raise ConfigurationError(f"{NO_PARAMETER}, or use evaluate")
        self._check_file(progress)
        compile_ahead(self._rehearsals)
        parallel = self.configuration.parallel
        job = Job(partial(evaluate_batch, self.problem), parallel, interrupts)
        with interrupts.held_back(), EXECUTORS[parallel.executor](job) as evaluate:
            yield evaluate

    def _session(
        self, evaluate: Evaluate, progress: Progress, interrupts: Interrupts, store: Store | None = None
    ) -> Session:
        return Session(
            self.problem,
            evaluate=evaluate,
            progress=progress,
            store=store,
            checkpoint_interval=self.configuration.checkpoint_interval,
            interrupts=interrupts,
            read_points=best_points,
            chunk=self.configuration.parallel.chunk,
        )

    def _sampled(self, session: Session) -> Samples:
        """The samples that a ``session`` ends with."""
        drawn = check_prior(self.problem, self.configuration.sampler.seed)
        session.account.first_call_s, session.account.share_without_likelihood = drawn.first_call_s, drawn.share
        session.raise_if_interrupted()
        samples = session.finished or self.configuration.sampler.run(session)
        give_back()
        return samples

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
        ways_out = "replace it with overwrite=True, or choose another folder with output=DIR"
        if run.configuration.deciding() != self.configuration.deciding():
            raise RunFolderError(
                f"{path} is a finished run of another input, see {run.folder.configuration}: {ways_out}"
            )
        digests = {m.name: m.digest for m in self.problem.likelihood.measurements}
        other = [name for name, digest in digests.items() if run.manifest.likelihoods.get(name) != digest]
        kind = self.configuration.kind
        if kind.place and run.manifest.scenario.get("digest") != kind.digest:
            other.append(f"the scenario '{kind.name}'")
        if other and not force:
            raise RunFolderError(
                f"{path} is a finished run, but the data of {', '.join(other)} have changed since: {ways_out}, or keep "
                "it as it is with force=True"
            )
        progress.note(f"{path} is finished already" + (f", with other data of {', '.join(other)}" if other else ""))
        return run


def fit_of(what: Fit | Run | str | Path | Mapping[str, Any], overrides: Sequence[str] = ()) -> Fit:
    """``what`` as a fit: one already, that of a run, a TOML file, a run folder, or nested dictionaries.

    Raises :class:`ConfigurationError`.
    """
    if isinstance(what, Fit):
        return what.with_overrides(overrides)
    if isinstance(what, Run):
        return Fit(what.configuration, what.folder.path.name).with_overrides(overrides)
    return Fit.from_dict(what, overrides=overrides) if isinstance(what, Mapping) else Fit.from_file(what, overrides)


def best_points(path: str) -> dict[str, NDArray[np.float64]]:
    """Parameters of the samples in the run folder ``path``, the largest ln L first."""
    return best_first(Run.read(path).samples)


def best_first(samples: Samples) -> dict[str, NDArray[np.float64]]:
    """The parameters of ``samples``, the largest ln L first."""
    order = np.argsort(-samples.log_l, kind="stable")
    return {name: values[order] for name, values in samples.parameters.items()}


def _one(name: str, value: float) -> NDArray[np.float64]:
    """The number ``value`` as an array ``(1,)``; whether the model has an answer there it says itself."""
    array = real_array(name, value, ConfigurationError)
    if array.ndim:
        raise ConfigurationError(f"{name} = {shown(value)} must be a number: evaluate takes one point")
    return array[None]
