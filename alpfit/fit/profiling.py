"""The profile likelihood of a finished run: from its samples, or refined by minimisation."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from alpfit.chains.profiles import ProfileFolder
from alpfit.chains.profiles.folder import PROFILE
from alpfit.chains.unfinished import StatusFile, UnfinishedRun, under_way
from alpfit.config import parse_configuration
from alpfit.fit.fit import Fit
from alpfit.fit.profile_folder import RunProfile, publish_profile
from alpfit.fit.profile_request import ProfileRequest, plans_of
from alpfit.fit.revision import revise
from alpfit.fit.run import Run
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.parallel import EXECUTORS, Job
from alpfit.inference.profiling import Plan, refined_profiles, sampled_profiles
from alpfit.inference.progress import NoProgress, Progress
from alpfit.inference.session import Account, Session


def profile_run(
    run: Run,
    request: ProfileRequest,
    output: str | Path | None = None,
    *,
    overwrite: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
) -> RunProfile:
    """Make the profiles of ``run`` and write them to ``output``, the folder ``profile`` of the run if None.

    ``resume`` continues what was interrupted there; what is finished is read. Raises :class:`ConfigurationError` for a
    request that cannot be met, :class:`RunFolderError` where ``output`` is taken, :class:`ExecutorError` if workers are
    lost, and :class:`Interrupted`.
    """
    fit = fit_of(run)
    task = _Task(run, fit, plans_of(run, request), profile_folder(run, output), _identity(run, fit, request))
    choices = {"overwrite": overwrite, "resume": resume}
    tell = progress or NoProgress()
    if resume and ProfileFolder(task.path).manifest.exists() and not UnfinishedRun(task.path).exists:
        tell.note(f"{task.path} is finished already")
        return RunProfile.read(task.path, task.identity)
    return _refined(task, choices, tell) if request.refine else _sampled(task, choices, tell)


def profile_folder(run: Run, output: str | Path | None) -> Path:
    """Where the profiles of ``run`` go."""
    return Path(output) if output is not None else run.folder.path / PROFILE


def with_workers(run: Run, overrides: Sequence[str]) -> Run:
    """``run`` with ``parallel.key=value`` in its input; raises :class:`ConfigurationError` for anything else."""
    document = tomllib.loads(run.folder.configuration.read_text(encoding="utf-8"))
    revise(document, overrides, ("parallel",), "reweight the run, or run anew")
    return replace(run, configuration=parse_configuration(document, "profile")) if overrides else run


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


def _identity(run: Run, fit: Fit, request: ProfileRequest) -> dict[str, Any]:
    """What decides the profiles: what was begun with something else is not continued."""
    samples = sha256(run.folder.posterior.read_bytes()).hexdigest()
    wanted = {"parameters": list(request.parameters), "grid": request.grid, "refine": request.refine}
    return {**fit.identity(), "samples": samples, "profile": wanted}


def _sampled(task: _Task, choices: Mapping[str, bool], progress: Progress) -> RunProfile:
    started = datetime.now(UTC)
    with under_way(task.path, task.identity, progress, what="profile", **choices):
        profiles = sampled_profiles(task.run.samples, task.plans, task.run.configuration.priors)
        return publish_profile(task.path, task.run, profiles, task.identity, Account(), started)


def _refined(task: _Task, choices: Mapping[str, bool], progress: Progress) -> RunProfile:
    """The profiles with the likelihood evaluated by the workers of the run's own table ``[parallel]``."""
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
            profiles = refined_profiles(session, task.run.samples, task.plans)
            return publish_profile(task.path, task.run, profiles, task.identity, session.account, started)
    except Interrupted as interrupt:
        raise Interrupted(interrupt.number, _what_is_left(task.path)) from interrupt


def _what_is_left(path: Path) -> str:
    """What to do after an interrupt."""
    if UnfinishedRun(path).exists:
        return f"continue {path} with --resume"
    return f"{path} is complete" if ProfileFolder(path).manifest.exists() else "there was nothing yet to keep"
