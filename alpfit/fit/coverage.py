"""Toy data sets at the best fit of a profile likelihood: do Wilks' intervals hold the truth as often as they say?"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from alpfit.chains.files import check_place, write_durably
from alpfit.chains.records import json_text, read_json
from alpfit.errors import ConfigurationError, RunFolderError
from alpfit.fit.freshness import Freshness
from alpfit.fit.profile_folder import WAY_OUT, RunProfile
from alpfit.fit.profiling import fit_of
from alpfit.fit.run import Run
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.profiling.coverage import Coverage, coverage, not_drawn
from alpfit.inference.progress import NoProgress, Progress, ProgressReport
from alpfit.numerics.arguments import whole_number


@dataclass(frozen=True)
class CoverageCheck:
    """How often intervals hold the truth, in the file ``path``; ``kept`` names measurements that no toy changes."""

    path: Path
    coverages: tuple[Coverage, ...]
    kept: tuple[str, ...]

    @property
    def text(self) -> str:
        """A line for each interval or region, and what was not drawn."""
        lines = ["share of toys whose interval holds the truth"]
        lines += [
            f"{', '.join(c.names)}, {c.level}: {100.0 * c.share:.1f} +- {100.0 * c.error:.1f} % of {c.n_toys} toys"
            for c in self.coverages
        ]
        kept = f"limits whose data are not known were kept as they are: {', '.join(self.kept)}"
        return "\n".join([*lines, *([kept] if self.kept else [])])


def check_coverage(
    run: Run, made: RunProfile, n_toys: int, progress: Progress | None = None, *, force: bool = False
) -> CoverageCheck:
    """Fit ``n_toys`` toy data sets, and write ``coverage.json`` beside the profiles ``made`` of ``run``.

    The toys are those of the run's seed; intervals of derived quantities are not checked. Raises
    :class:`ConfigurationError` if no measurement can be drawn, :class:`RunFolderError` for a place that cannot be
    written and, without ``force``, where data or code have changed since the run, and :class:`Interrupted`.
    """
    n_toys = whole_number("n_toys", n_toys, 1)
    problem, interrupts = fit_of(run).problem, Interrupts()
    groups = [profile.names for profile in made.profiles if set(profile.names) <= set(problem.names)]
    kept, tell = not_drawn(problem), progress or NoProgress()
    if len(kept) == len(problem.entries):
        raise ConfigurationError("--coverage: the data of none of this run's likelihoods are known, only limits")
    Freshness(run, problem).check(force)
    truth = _best_of(made)

    def step(done: int, n_calls: int) -> None:
        tell.update(ProgressReport(n_calls, {"toys": done}, n_toys / done - 1.0))
        interrupts.raise_if_arrived()

    try:
        with interrupts.held_back():
            found = coverage(problem, run.samples, truth, groups, n_toys, run.configuration.sampler.seed, step)
    except Interrupted as interrupt:
        raise Interrupted(interrupt.number, f"{made.folder.path} is complete but for the coverage") from interrupt
    check = CoverageCheck(made.folder.coverage, found, kept)
    _write(check, run)
    return check


def _best_of(made: RunProfile) -> dict[str, float]:
    """The parameters of the best fit that the profiles are held against."""
    best = read_json(made.folder.intervals, WAY_OUT).get("best_fit")
    try:
        return {str(name): float(value) for name, value in best["parameters"].items()}  # type: ignore[index]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RunFolderError(f"{made.folder.intervals} has no best fit: {WAY_OUT}") from error


def _write(check: CoverageCheck, run: Run) -> None:
    record = {
        "run": str(run.folder.path.resolve()),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": run.configuration.sampler.seed,
        "kept_as_they_are": list(check.kept),
        "intervals": [
            {**asdict(c), "losses": c.losses.tolist(), "share": c.share, "error": c.error} for c in check.coverages
        ],
    }
    check_place(check.path.parent)
    try:
        write_durably(check.path, json_text(record).encode())
    except OSError as error:
        raise RunFolderError(f"{check.path} cannot be written: {error.strerror}; make room") from error
