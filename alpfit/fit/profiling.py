"""The profile likelihood of a finished run: from its samples, or refined by minimisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alpfit.chains.profiles import ProfileFolder
from alpfit.chains.profiles.folder import PROFILE
from alpfit.chains.unfinished import StatusFile, UnfinishedRun, under_way
from alpfit.config import parse_configuration, read_document
from alpfit.fit.fit import Fit
from alpfit.fit.freshness import Freshness, evaluated_anew
from alpfit.fit.profile_folder import RunProfile, publish_profile
from alpfit.fit.profile_request import ProfileRequest, plans_of
from alpfit.fit.revision import revise
from alpfit.fit.run import Run
from alpfit.fit.steps import in_a_sentence, steps_within
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.parallel import EXECUTORS, Job
from alpfit.inference.profiling import Plan, refined_profiles, sampled_profiles
from alpfit.inference.progress import NoProgress, Progress
from alpfit.inference.session import Account, Session
from alpfit.numerics.arguments import instance, path_of
from alpfit.numerics.files import digest_of


def profile_run(
    run: Run,
    request: ProfileRequest,
    output: str | Path | None = None,
    *,
    overwrite: bool = False,
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> RunProfile:
    """Make the profiles of ``run`` and write them to ``output``, the folder ``profile`` of the run if None.

    ``resume`` continues what was interrupted there; what is finished is read. With ``force`` ln L is maximised also
    where data or code have changed since the run, all of whose samples are then evaluated anew. Raises
    :class:`ConfigurationError` for a request that cannot be met, :class:`RunFolderError` where ``output`` is taken or
    the run is not what it would be today, :class:`ExecutorError` if workers are lost, and :class:`Interrupted`.
    """
    run = instance("run", run, Run, "Run.read()")
    plans, fit = plans_of(run, instance("request", request, ProfileRequest, "ProfileRequest()")), fit_of(run)
    changes = Freshness(run, fit.problem).check(force) if request.refine else ()
    task = _Task(run, fit, plans, profile_folder(run, output), _identity(run, fit, request), changes)
    choices = {"overwrite": overwrite, "resume": resume, "force": force}
    tell = progress or NoProgress()
    if resume and ProfileFolder(task.path).manifest.exists() and not UnfinishedRun(task.path).exists:
        tell.note(f"{task.path} is finished already")
        return RunProfile.read(task.path, task.identity)
    return _refined(task, choices, tell) if request.refine else _sampled(task, choices, tell)


def profile_folder(run: Run, output: str | Path | None) -> Path:
    """Where the profiles of ``run`` go."""
    return path_of("output", output) if output is not None else run.folder.path / PROFILE


def with_workers(run: Run, overrides: Sequence[str]) -> Run:
    """``run`` with the ``parallel.key=value`` of the user, without which the work is done by this machine's threads.

    Raises :class:`ConfigurationError` for anything else.
    """
    document = read_document(run.folder.configuration)
    revise(document, overrides, ("parallel",), "reweight the run, or run anew")
    changed = parse_configuration(document, "profile", run.folder.path, entries=False)
    return replace(run, configuration=changed) if len(overrides) else run


def fit_of(run: Run) -> Fit:
    """The fit that ``run`` was, for its likelihood and its workers."""
    return Fit(run.configuration, run.folder.path.name)


@dataclass(frozen=True)
class _Task:
    """The profiles to make of a run, where they go, and what decides them."""

    run: Run
    fit: Fit
    plans: list[Plan]
    path: Path
    identity: Mapping[str, Any]
    changes: tuple[str, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What stands with the profiles: what the run fell short of, and that it is not what it would be today."""
        missed = [f"the run missed a target: {sentence}" for sentence in self.run.samples.shortfalls]
        anew = [f"since the run was made, {change}: all of its samples were evaluated anew" for change in self.changes]
        return (*missed, *anew)


def _identity(run: Run, fit: Fit, request: ProfileRequest) -> dict[str, Any]:
    """What decides the profiles: what was begun with something else is not continued.

    Profiles from samples need nothing else, not even the likelihoods.
    """
    wanted = {"parameters": list(request.parameters), "grid": request.grid, "refine": request.refine}
    decides = fit.identity() if request.refine else {"priors": run.configuration.model_dump()["parameters"]}
    return {**decides, "samples": digest_of(run.folder.posterior), "profile": wanted}


def _sampled(task: _Task, choices: Mapping[str, bool], progress: Progress) -> RunProfile:
    started = datetime.now(UTC)
    with under_way(task.path, task.identity, progress, what="profile", **choices):
        profiles = sampled_profiles(task.run.samples, task.plans, task.run.configuration.priors)
        return publish_profile(task.path, task.run, profiles, task.identity, Account(), started, task.remarks)


def _refined(task: _Task, choices: Mapping[str, bool], progress: Progress) -> RunProfile:
    """The profiles with the likelihood evaluated by workers."""
    started, interrupts = datetime.now(UTC), Interrupts()
    configuration, problem = task.fit.configuration, task.fit.problem
    job = Job(problem, configuration.parallel, interrupts)
    try:
        with (
            interrupts.held_back(),
            EXECUTORS[configuration.parallel.executor](job) as evaluate,
            under_way(task.path, task.identity, progress, what="profile", **choices) as checkpoints,
        ):
            session = Session(
                problem,
                evaluate=evaluate,
                progress=StatusFile(UnfinishedRun(task.path), progress),
                store=checkpoints,
                checkpoint_interval=configuration.checkpoint_interval,
                interrupts=interrupts,
                chunk=configuration.parallel.chunk,
            )
            run = evaluated_anew(task.run, session) if task.changes else task.run
            profiles = refined_profiles(session, run.samples, task.plans)
            steps = steps_within(problem, run.samples)
            remarks = (*task.remarks, *filter(None, [in_a_sentence(steps)]))
            return publish_profile(task.path, run, profiles, task.identity, session.account, started, remarks, steps)
    except Interrupted as interrupt:
        raise Interrupted(interrupt.number, _what_is_left(task.path)) from interrupt


def _what_is_left(path: Path) -> str:
    """What to do after an interrupt."""
    if UnfinishedRun(path).exists:
        return f"continue {path} with --resume"
    return f"{path} is complete" if ProfileFolder(path).manifest.exists() else "there was nothing yet to keep"
