"""The profile likelihood of a finished run: from its samples, or refined by minimisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from alpfit.chains.profiles import ProfileFolder
from alpfit.chains.profiles.folder import PROFILE
from alpfit.chains.unfinished import StatusFile, UnfinishedRun, under_way
from alpfit.config import parse_configuration, read_document, revise
from alpfit.errors import AlpfitError
from alpfit.fit.coverage import check_coverage, check_drawable
from alpfit.fit.fit import Fit, fit_of
from alpfit.fit.progress import shown_progress
from alpfit.inference.batches import evaluate_batch
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.parallel import EXECUTORS, Job
from alpfit.inference.profiling import Plan, Profile, refined_profiles, sampled_profiles
from alpfit.inference.profiling.steps import in_a_sentence, steps_within
from alpfit.inference.progress import Progress
from alpfit.inference.session import Account, Session
from alpfit.numerics.arguments import path_of, whole_number, words
from alpfit.numerics.files import digest_of
from alpfit.runs.freshness import Freshness, evaluated_anew
from alpfit.runs.profile import RunProfile, publish_profile
from alpfit.runs.profile_request import ProfileRequest, affordable, plans_of
from alpfit.runs.run import Run, run_of


def profile(
    run: Run | str | Path,
    parameters: Sequence[str] = (),
    *,
    grid: str | int | tuple[int, int] | None = None,
    refine: bool | None = None,
    coverage: int | None = None,
    output: str | Path | None = None,
    overrides: Sequence[str] = (),
    overwrite: bool = False,
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> RunProfile:
    """The profile likelihood of ``run`` over ``parameters``, each and in pairs; all that were sampled if none is named.

    ``grid`` gives the bins of pairs as ``(60, 60)`` or ``"60x60"``, of a single parameter as ``60``; with ``refine`` ln
    L is maximised in each bin, if it is False nowhere, and if None where that takes less than a minute, by what a call
    took in the run: of single parameters first; not of a scenario of one's own, whose code that would run. With
    ``coverage`` the intervals are checked with so many toy data sets. What is made is written to ``output``, the folder
    ``profile`` of the run if None; ``resume`` continues what was interrupted there, and reads what is finished.
    ``overrides`` may name workers (``parallel.key=value``), without which it is this machine's threads. With ``force``
    ln L is maximised also where data or code have changed since the run, all of whose samples are then evaluated anew.

    Raises :class:`ConfigurationError` for what cannot be profiled or checked, :class:`RunFolderError` where ``output``
    is taken or the run is not what it would be today, :class:`ExecutorError` if workers are lost, and
    :class:`Interrupted`.

        >>> import alpfit
        >>> made = alpfit.profile("chains/reference/invisible", ["m_a", "g_agg"], grid=20, refine=False, output="p")
        >>> [profile.names for profile in made.profiles[:2]]
        [('m_a', 'g_agg'), ('m_a',)]
    """
    run = with_workers(run_of(run), overrides)
    request, fit = ProfileRequest.of(parameters, grid, refine), fit_of(run)
    plans = plans_of(run, request)
    if coverage is not None:
        whole_number("coverage", coverage, 1)
        check_drawable(fit.problem)
    refined, seconds = _to_refine(run, fit, request, plans, force)
    changes = Freshness(run, fit.problem).check(force) if refined or coverage is not None else ()
    identity = _identity(run, fit, request, refined)
    task = _Task(run, fit, plans, refined, profile_folder(run, output), identity, changes)
    choices = {"overwrite": overwrite, "resume": resume, "force": force}
    with shown_progress(progress) as display:
        if resume and ProfileFolder(task.path).manifest.exists() and not UnfinishedRun(task.path).exists:
            display.note(f"{task.path} is finished already")
            made = RunProfile.read(task.path, task.identity)
        else:
            if refine is None and refined:
                display.note(
                    f"ln L is maximised in each bin of {len(refined)} of {len(plans)} profiles, which takes about "
                    f"{seconds:.0f} s: refine=False leaves that out"
                )
            made = _refined(task, choices, display) if refined else _sampled(task, choices, display)
        if coverage is None:
            return made
        return replace(made, coverage=check_coverage(run, fit.problem, made, coverage, display))


def refines(run: Run, parameters: Sequence[str], grid: str | None, refine: bool | None, force: bool) -> bool:
    """Whether :func:`profile` would maximise ln L in any bin, and so needs workers."""
    request = ProfileRequest.of(parameters, grid, refine)
    return bool(_to_refine(run, fit_of(run), request, plans_of(run, request), force)[0])


Refined = frozenset[tuple[str, ...]]
"""The names of the profiles that are refined."""


def _to_refine(
    run: Run, fit: Fit, request: ProfileRequest, plans: Sequence[Plan], force: bool
) -> tuple[Refined, float]:
    """Which of ``plans`` are refined, and how long that may take where nobody has asked for it [s].

    Unasked, none is where the likelihoods cannot be had, or where they are not what they were; nor of a scenario that
    is not the package's own, since that is somebody's code, which only what is asked for runs.
    """
    if request.refine is not None:
        return frozenset(plan.names for plan in plans) if request.refine else frozenset(), 0.0
    if run.configuration.kind.place:
        return frozenset(), 0.0
    try:
        chosen, seconds = affordable(run, request, plans)
        usable = bool(chosen) and (force or not Freshness(run, fit.problem).changes)
    except AlpfitError:
        return frozenset(), 0.0
    return (chosen, seconds) if usable else (frozenset(), 0.0)


def profile_folder(run: Run, output: str | Path | None) -> Path:
    """Where the profiles of ``run`` go."""
    return path_of("output", output) if output is not None else run.folder.path / PROFILE


def with_workers(run: Run, overrides: Sequence[str]) -> Run:
    """``run`` with the ``parallel.key=value`` of the user, without which the work is done by this machine's threads.

    Raises :class:`ConfigurationError` for anything else.
    """
    if not words("overrides", overrides):
        return run
    document = read_document(run.folder.configuration)
    revise(document, overrides, ("parallel",), "reweight the run, or run anew")
    return replace(run, configuration=parse_configuration(document, "profile", run.folder.path, entries=False))


@dataclass(frozen=True)
class _Task:
    """The profiles to make of a run, which of them ``refined``, where they go, and what decides them."""

    run: Run
    fit: Fit
    plans: list[Plan]
    refined: Refined
    path: Path
    identity: Mapping[str, Any]
    changes: tuple[str, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What stands with the profiles: what the run fell short of, and that it is not what it would be today."""
        missed = [f"the run missed a target: {sentence}" for sentence in self.run.samples.shortfalls]
        anew = [f"since the run was made, {change}: all of its samples were evaluated anew" for change in self.changes]
        return (*missed, *anew)


def _identity(run: Run, fit: Fit, request: ProfileRequest, refined: Refined) -> dict[str, Any]:
    """What decides the profiles: what was begun with something else is not continued.

    Profiles from samples need nothing else, not even the likelihoods.
    """
    refine = request.refine if request.refine is not None else [list(names) for names in sorted(refined)] or False
    wanted = {"parameters": list(request.parameters), "grid": request.grid, "refine": refine}
    decides = fit.identity() if refined else {"priors": run.configuration.model_dump()["parameters"]}
    return {**decides, "samples": digest_of(run.folder.posterior), "profile": wanted}


def _sampled(task: _Task, choices: Mapping[str, bool], progress: Progress) -> RunProfile:
    started = datetime.now(UTC)
    with under_way(task.path, task.identity, progress, what="profile", **choices):
        profiles = list(sampled_profiles(task.run.samples, task.plans, task.run.configuration.priors))
        return publish_profile(task.path, task.run, profiles, task.identity, Account(), started, task.remarks)


def _refined(task: _Task, choices: Mapping[str, bool], progress: Progress) -> RunProfile:
    """The profiles with the likelihood evaluated by workers."""
    started, interrupts = datetime.now(UTC), Interrupts()
    configuration, problem = task.fit.configuration, task.fit.problem
    job = Job(partial(evaluate_batch, problem), configuration.parallel, interrupts)
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
            profiles = _both(session, run, task)
            steps = steps_within(problem, run.samples)
            remarks = (*task.remarks, *filter(None, [in_a_sentence(steps)]))
            return publish_profile(task.path, run, profiles, task.identity, session.account, started, remarks, steps)
    except Interrupted as interrupt:
        raise Interrupted(interrupt.number, _what_is_left(task.path)) from interrupt


def _both(session: Session, run: Run, task: _Task) -> list[Profile]:
    """All profiles in the order of their plans, some of them refined, the others of the samples."""
    wanted = [[plan for plan in task.plans if (plan.names in task.refined) is refined] for refined in (True, False)]
    made = [
        *refined_profiles(session, run.samples, wanted[0]),
        *sampled_profiles(run.samples, wanted[1], run.configuration.priors),
    ]
    by_names = {profile.names: profile for profile in made}
    return [by_names[plan.names] for plan in task.plans if plan.names in by_names]


def _what_is_left(path: Path) -> str:
    """What to do after an interrupt."""
    if UnfinishedRun(path).exists:
        return f"continue {path} with resume=True"
    return f"{path} is complete" if ProfileFolder(path).manifest.exists() else "there was nothing yet to keep"
