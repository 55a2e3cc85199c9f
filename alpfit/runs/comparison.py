"""Several finished runs side by side: evidence, best fit and intervals."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from alpfit.chains.summary import KEYS
from alpfit.errors import ConfigurationError, RunFolderError, in_one_line
from alpfit.inference.joint import JointTable
from alpfit.inference.priors import Prior
from alpfit.inference.reweighting import PARETO_K
from alpfit.numerics.notebook import preformatted
from alpfit.runs.run import Run

STRENGTHS = (
    (2.0, "not worth more than a bare mention"),
    (6.0, "positive"),
    (10.0, "strong"),
    (math.inf, "very strong"),
)
"""2 |ln B| up to a number, and what such evidence is called: R. E. Kass and A. E. Raftery, JASA 90 (1995) 773."""

SCALE = "Kass and Raftery 1995, JASA 90, 773"


@dataclass(frozen=True)
class ComparedRun:
    """What a run says; ``log_bayes`` is its ln Z over that of the first run.

    It is None where one of them has no ln Z, and where it would mean nothing: their data differ, or one of them
    missed a target (``reached`` is false). ``intervals`` are lower end, median and upper end (68 %) of the parameters
    that all runs sample; ``n_eff`` effective samples, and ``pareto_k`` of a reweighted run what says whether its
    weights can be trusted.
    """

    name: str
    log_z: float | None
    log_z_error: float | None
    log_bayes: float | None
    log_bayes_error: float | None
    best_log_l: float
    same_data: bool
    intervals: Mapping[str, tuple[float, float, float]]
    reached: bool = True
    n_eff: float = math.nan
    pareto_k: float | None = None

    @property
    def verdict(self) -> str:
        """Evidence for or against the run compared with the first one, in words."""
        if not self.same_data:
            return "other data"
        if not self.reached:
            return "target missed"
        if self.log_bayes is None:
            return "-"
        strength = next(word for limit, word in STRENGTHS if 2.0 * abs(self.log_bayes) <= limit)
        if strength == STRENGTHS[0][1]:
            return strength
        return f"{strength} evidence {'for' if self.log_bayes > 0.0 else 'against'} it"


@dataclass(frozen=True)
class RunComparison:
    """The ``runs``, ``warnings`` that say what must not be compared, and the ``files`` that were written of it."""

    runs: tuple[ComparedRun, ...]
    warnings: tuple[str, ...]
    files: tuple[Path, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """The comparison as JSON can hold it."""
        runs = [{**asdict(run), "verdict": run.verdict} for run in self.runs]
        return {"runs": runs, "warnings": list(self.warnings), "scale": SCALE}

    def _repr_html_(self) -> str:
        """The table, for a notebook."""
        return preformatted(self.as_text())

    def as_text(self) -> str:
        """The comparison as a table."""
        width = max(len("run"), *(len(run.name) for run in self.runs)) + 2
        lines = [
            f"{'run':{width}s}{'best ln L':>12s}{'samples':>9s}{'ln Z':>20s}{'ln B':>20s}  compared with the first"
        ]
        for i, run in enumerate(self.runs):
            bayes = _with_error(run.log_bayes, run.log_bayes_error) if i else "-"
            lines.append(
                f"{run.name:{width}s}{run.best_log_l:12.3f}{run.n_eff:9.0f}"
                f"{_with_error(run.log_z, run.log_z_error):>20s}{bayes:>20s}  {run.verdict if i else '-'}"
            )
        lines += [
            f"{run.name}: Pareto k-hat of its weights {run.pareto_k:.2f}"
            for run in self.runs
            if run.pareto_k is not None
        ]
        lines.append("samples: effective number, of those kept in the folder")
        lines.append(f"words: {SCALE}")
        for name in self.runs[0].intervals:
            lines += ["", f"{name:{width}s}{'median':>12s}{'68 % interval':>28s}"]
            for run in self.runs:
                low, middle, high = run.intervals[name]
                lines.append(f"{run.name:{width}s}{middle:12.4g}{low:16.4g}{high:12.4g}")
        return "\n".join(
            [*lines, *([""] if self.warnings else []), *(f"warning: {in_one_line(w)}" for w in self.warnings)]
        )


def compared(runs: Sequence[Run], *, force: bool = False) -> RunComparison:
    """Two or more runs, each against the first.

    Raises :class:`ConfigurationError` for fewer and, without ``force``, :class:`RunFolderError` where data have changed
    since one of them.
    """
    if len(runs) < 2:
        raise ConfigurationError("a comparison needs two run folders or more")
    stale = [sentence for run in runs if (sentence := run.staleness)]
    if stale and not force:
        raise RunFolderError(
            f"{stale[0]}: its ln L is not that of today's data: run anew, or compare them nevertheless with force=True"
        )
    names, first = run_names(runs), runs[0]
    common = [name for name in first.samples.parameters if all(name in run.samples.parameters for run in runs)]
    rows, warnings = [], stale
    for name, run in zip(names, runs, strict=True):
        differences = _different_data(names[0], first, name, run)
        warnings += differences + _different_priors(names[0], first, name, run)
        warnings += [f"{name} missed a target: {sentence}" for sentence in run.samples.shortfalls]
        reached = not run.samples.shortfalls and not first.samples.shortfalls
        log_bayes, error = _log_bayes(run, first) if reached and not differences else (None, None)
        intervals = {parameter: _interval(run, parameter) for parameter in common}
        samples = run.samples
        best = float(samples.log_l[samples.best])
        evidence = (samples.log_z, samples.log_z_error, log_bayes, error)
        k_hat = samples.diagnostics.get(PARETO_K)
        rows.append(ComparedRun(name, *evidence, best, not differences, intervals, reached, samples.n_eff, k_hat))
    return RunComparison(tuple(rows), tuple(warnings))


def run_names(runs: Sequence[Run]) -> list[str]:
    """The names of the runs' folders, with their paths where two have the same."""
    names = [run.name for run in runs]
    return names if len(set(names)) == len(names) else [in_one_line(str(run.folder.path)) for run in runs]


def _log_bayes(run: Run, first: Run) -> tuple[float | None, float | None]:
    """ln Z over that of the first run, with the error of the difference; nothing for the first run itself."""
    own, other = run.samples, first.samples
    if run is first or own.log_z is None or other.log_z is None:
        return None, None
    return own.log_z - other.log_z, math.hypot(own.log_z_error or 0.0, other.log_z_error or 0.0)


def _interval(run: Run, name: str) -> tuple[float, float, float]:
    quantiles = run.summary["parameters"][name]
    low, middle, high = (float(quantiles[key]) for key in KEYS[1:4])
    return low, middle, high


def _different_data(first_name: str, first: Run, name: str, run: Run) -> list[str]:
    one, other = first.manifest.likelihoods, run.manifest.likelihoods
    sides = ((first_name, one, other), (name, other, one))
    alone = {owner: [entry for entry in used if entry not in others] for owner, used, others in sides}
    sentences = [f"only {owner} uses {', '.join(entries)}" for owner, entries in alone.items() if entries]
    sentences += [f"{entry} has other numbers" for entry in one if entry in other and one[entry] != other[entry]]
    options = [run.configuration.options for run in (first, run)]  # completed, as all that a run has written
    for entry in sorted(one.keys() & other.keys()):
        if options[0].get(entry) != options[1].get(entry):
            sentences.append(f"{entry} has other options")
    if not sentences:
        return []
    return [f"ln Z of {first_name} and {name} cannot be compared, their data differ: {'; '.join(sentences)}"]


def _different_priors(first_name: str, first: Run, name: str, run: Run) -> list[str]:
    """Where the priors of a parameter in both runs differ, on which ln Z depends."""
    one, other = _all_priors(first), _all_priors(run)
    differ = [parameter for parameter in one if parameter in other and one[parameter] != other[parameter]]
    if not differ:
        return []
    texts = [f"{parameter} ({_prior(one[parameter])} and {_prior(other[parameter])})" for parameter in differ]
    return [f"ln Z depends on the priors, which differ between {first_name} and {name}: {', '.join(texts)}"]


def _all_priors(run: Run) -> dict[str, Any]:
    """Values, formulas and priors, also those that parameters share."""
    configuration = run.configuration
    return configuration.parameters | {f"[joint.{name}]": joint for name, joint in configuration.joint.items()}


def _prior(parameter: Any) -> str:
    """A prior in a few words."""
    if isinstance(parameter, (Prior, JointTable)):
        return parameter.in_words
    return f"fixed at {parameter:g}" if isinstance(parameter, (int, float)) else f"as {parameter}"


def _with_error(value: float | None, error: float | None) -> str:
    return "-" if value is None else f"{value:.3f} +- {error or 0.0:.3f}"
