"""Toy data sets at the best fit of a profile likelihood: do Wilks' intervals hold the truth as often as they say?"""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from alpfit.chains.files import check_place, write_durably
from alpfit.chains.records import json_text, read_json
from alpfit.errors import ConfigurationError, RunFolderError
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.problem import Problem
from alpfit.inference.profiling.coverage import CoverageCheck, coverage, not_drawn
from alpfit.inference.progress import Progress, ProgressReport
from alpfit.runs.profile import RunProfile, way_out
from alpfit.runs.run import Run


def check_drawable(problem: Problem) -> None:
    """Raise :class:`ConfigurationError` where toys would be the data themselves, of which none can be drawn anew."""
    if len(not_drawn(problem)) == len(problem.entries):
        raise ConfigurationError("coverage: the data of none of this run's likelihoods are known, only limits")


def check_coverage(run: Run, problem: Problem, made: RunProfile, n_toys: int, progress: Progress) -> CoverageCheck:
    """Fit ``n_toys`` toy data sets, and write ``coverage.json`` beside the profiles ``made`` of ``run``.

    The toys are those of the run's seed; intervals of derived quantities are not checked. Raises
    :class:`RunFolderError` for a place that cannot be written, and :class:`Interrupted`.
    """
    interrupts = Interrupts()
    groups = [profile.names for profile in made.profiles if set(profile.names) <= set(problem.names)]
    truth = _best_of(made)

    def step(done: int, n_calls: int) -> None:
        progress.update(ProgressReport(n_calls, {"toys": done}, n_toys / done - 1.0))
        interrupts.raise_if_arrived()

    try:
        with interrupts.held_back():
            found = coverage(problem, run.samples, truth, groups, n_toys, run.configuration.sampler.seed, step)
    except Interrupted as interrupt:
        raise Interrupted(interrupt.number, f"{made.folder.path} is complete but for the coverage") from interrupt
    check = CoverageCheck(found, not_drawn(problem))
    _write(made.folder.coverage, check, run)
    return check


def _best_of(made: RunProfile) -> dict[str, float]:
    """The parameters of the best fit that the profiles are held against."""
    best = read_json(made.folder.intervals, way_out(made.folder.path)).get("best_fit")
    try:
        return {str(name): float(value) for name, value in best["parameters"].items()}  # type: ignore[index]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RunFolderError(f"{made.folder.intervals} has no best fit: {way_out(made.folder.path)}") from error


def _write(path: Path, check: CoverageCheck, run: Run) -> None:
    record = {
        "run": str(run.folder.path.resolve()),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": run.configuration.sampler.seed,
        "kept_as_they_are": list(check.kept),
        "intervals": [
            {**asdict(c), "losses": c.losses.tolist(), "share": c.share, "error": c.error} for c in check.coverages
        ],
    }
    check_place(path.parent)
    try:
        write_durably(path, json_text(record).encode())
    except OSError as error:
        raise RunFolderError(f"{path} cannot be written: {error.strerror}; make room") from error
