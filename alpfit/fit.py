"""A run, from its TOML file to its folder: the one place where everything meets."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alpfit.chains.folder import RunFolder, check_output, staged
from alpfit.chains.posterior import read_posterior, write_posterior
from alpfit.chains.provenance import manifest
from alpfit.chains.summary import as_text, summarise
from alpfit.chains.tables import write_profile
from alpfit.config import Configuration, load_configuration
from alpfit.errors import ConfigurationError, PredictionError, RunFolderError, one_of
from alpfit.inference.interrupts import InterruptibleProgress
from alpfit.inference.problem import Evaluation, Problem
from alpfit.inference.profile import ProfileBin, profile
from alpfit.inference.samplers import NoProgress, Progress
from alpfit.inference.samples import Samples
from alpfit.plots.style import axis, paper_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BINS_1D, BINS_2D = 50, 40
"""Bins of the profile likelihood from samples, along each axis."""

N_TRIALS = 1000
"""Points drawn from the prior before a run, at most, to see that there is a likelihood."""


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, input, samples and summary."""

    folder: RunFolder
    configuration: Configuration
    samples: Samples
    summary: Mapping[str, Any]

    @classmethod
    def read(cls, path: str | Path) -> "Run":
        """The run in folder ``path``; raises :class:`RunFolderError` where there is none."""
        folder = RunFolder(Path(path))
        if not folder.manifest.exists():
            raise RunFolderError(f"{folder.path} is not a run folder: it has no {folder.manifest.name}")
        configuration = load_configuration(folder.configuration)
        try:
            summary = json.loads(folder.summary_json.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunFolderError(f"{folder.summary_json} cannot be read: {error}; run again") from error
        samples = read_posterior(folder.posterior)
        if set(samples.parameters) != set(configuration.priors):
            raise RunFolderError(
                f"{folder.configuration} samples {', '.join(configuration.priors)}, but {folder.posterior.name} holds "
                f"{', '.join(samples.parameters)}: restore the file"
            )
        return cls(folder, configuration, samples, summary)

    def plot(self, output: str | Path | None = None) -> list[Path]:
        """Draw all figures anew, into ``output`` or the run's own folder; the files written."""
        folder = self.folder if output is None else RunFolder(Path(output))
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunFolderError(f"{folder.path} is no folder for figures: {error.strerror}") from error
        return draw_figures(folder, self.configuration, self.samples)


@dataclass(frozen=True)
class Fit:
    """A checked configuration, ready to evaluate or to run; ``name`` is that of its default run folder."""

    configuration: Configuration
    name: str

    @classmethod
    def from_file(cls, path: str | Path, overrides: Sequence[str] = ()) -> "Fit":
        """Read and check a TOML file; ``overrides`` are ``table.key=value``. Raises :class:`ConfigurationError`."""
        return cls(load_configuration(Path(path), overrides), Path(path).stem)

    def evaluate(self, values: Mapping[str, float]) -> Evaluation:
        """One point: ``values`` of all parameters that the file does not fix.

        Raises :class:`ConfigurationError` for a name that is unknown or missing, :class:`PredictionError` where the
        model has no answer.
        """
        problem = self.configuration.build_problem()
        known = {**problem.scenario.parameters, **problem.scenario.optional}
        for name in values:
            if name not in known:
                raise ConfigurationError(f"--at {name}: not a parameter of this scenario: {one_of(name, known)}")
        for name in problem.names:
            if name not in values:
                raise ConfigurationError(f"{name} has no value: the file gives it a prior, so say --at {name}=...")
        point = problem.evaluate_at({name: np.array([float(value)]) for name, value in values.items()})
        if point.failures[0]:
            raise PredictionError(point.failures[0])
        return point

    def diagnose(self, point: Evaluation) -> dict[str, float]:
        """How far the predictions at a point that :meth:`evaluate` returned can be trusted."""
        scenario = self.configuration.build_scenario()
        return {name: float(array[0]) for name, array in scenario.diagnose(point.parameters).items()}

    def seconds_per_call(self) -> float:
        """Time of one likelihood call, warm: the median over seven points spread over the prior."""
        problem = self.configuration.build_problem()
        times = []
        for u in np.linspace(0.2, 0.8, 8):
            start = time.perf_counter()
            problem.evaluate_at({name: prior.transform(np.array([u])) for name, prior in problem.priors.items()})
            times.append(time.perf_counter() - start)
        return float(np.median(times[1:]))

    def run(
        self, output: str | Path | None = None, *, overwrite: bool = False, progress: Progress | None = None
    ) -> Run:
        """Sample, and write the run folder ``output`` (``chains/`` and the file's name if None).

        Raises :class:`ConfigurationError` if all parameters are fixed, :class:`RunFolderError` if ``output`` is taken.
        """
        path = Path(output) if output is not None else Path("chains") / self.name
        check_output(path, overwrite)
        problem = self.configuration.build_problem()
        if not problem.names:
            raise ConfigurationError("[parameters] all are fixed: give at least one of them a prior, or use evaluate")
        watched = InterruptibleProgress(progress or NoProgress())
        with watched.held_back(), staged(path) as folder:
            started, start = datetime.now(UTC), time.perf_counter()
            check_prior(problem, self.configuration.sampler.seed)
            samples = self.configuration.sampler.run(problem, watched)
            summary = summarise(samples, time.perf_counter() - start)
            self._write(folder, problem, samples, summary, started)
        run = Run(RunFolder(path), self.configuration, samples, summary)
        run.plot()
        return run

    def _write(
        self,
        folder: RunFolder,
        problem: Problem,
        samples: Samples,
        summary: Mapping[str, Any],
        started: datetime,
    ) -> None:
        """All files but the figures."""
        configuration = self.configuration
        folder.configuration.write_text(configuration.to_toml(), encoding="utf-8")
        write_posterior(folder.posterior, samples, configuration.sampler.seed)
        folder.summary_json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        folder.summary_text.write_text(as_text(summary), encoding="utf-8")
        folder.best_fit.write_text(best_fit_toml(configuration, summary), encoding="utf-8")
        write_profile(folder.profile_1d, samples, profiles_1d(configuration, samples))
        write_profile(folder.profile_2d, samples, profiles_2d(configuration, samples))
        facts = manifest(
            seed=configuration.sampler.seed,
            likelihoods={m.name: m.digest for m in problem.likelihood.measurements},
            started=started.isoformat(timespec="seconds"),
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            run_time_s=summary["run_time_s"],
            n_calls=samples.n_calls,
            log_z=samples.log_z,
            log_z_error=samples.log_z_error,
        )
        folder.manifest.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def check_prior(problem: Problem, seed: int) -> None:
    """Raise :class:`ConfigurationError` where none of some points drawn from the prior has a likelihood."""
    rng, failure = np.random.default_rng(seed), ""
    for _ in range(N_TRIALS // 50):
        trial = problem.evaluate(problem.prior_transform(rng.random((50, problem.n_dim))))
        if np.isfinite(trial.log_l).any():
            return
        failure = failure or trial.failures[0]
    if failure:
        raise ConfigurationError(
            f"[parameters] none of {N_TRIALS} points drawn from the prior has a likelihood, the first because: "
            f"{failure}; change the priors"
        )


def best_fit_toml(configuration: Configuration, summary: Mapping[str, Any]) -> str:
    """The run's input with all parameters fixed at the best sample; what is predicted there, as comments."""
    best = summary["best_fit"]
    fixed = configuration.model_copy(update={"parameters": {**configuration.fixed, **best["parameters"]}})
    lines = ["# The sample with the largest ln L; `alpfit evaluate` on this file gives these numbers again."]
    lines += [f"# ln L {name} = {value:.6g}" for name, value in best["log_likelihood"].items()]
    lines.append(f"# ln L total = {best['log_likelihood_total']:.6g}")
    lines += [f"# {name} = {value:.6g}" for name, value in best["derived"].items()]
    return "\n".join([*lines, "", fixed.to_toml()])


def _is_logarithmic(configuration: Configuration, name: str) -> bool:
    """How to bin and draw a quantity: parameters as their prior says, derived ones as the scenario does."""
    priors = configuration.priors
    return priors[name].logarithmic if name in priors else configuration.build_scenario().observables[name].logarithmic


def profiles_1d(configuration: Configuration, samples: Samples) -> list[ProfileBin]:
    """Bins of every sampled parameter and derived quantity."""
    names = (*samples.parameters, *samples.derived)
    return [b for name in names for b in profile(samples, (name,), (_is_logarithmic(configuration, name),), BINS_1D)]


def profiles_2d(configuration: Configuration, samples: Samples) -> list[ProfileBin]:
    """Bins of every pair of sampled parameters; none where there is but one."""
    pairs = list(combinations(samples.parameters, 2))
    bins = []
    for pair in pairs:
        logarithmic = tuple(_is_logarithmic(configuration, name) for name in pair)
        bins += profile(samples, pair, logarithmic, BINS_2D)
    return bins


def figures(configuration: Configuration, samples: Samples) -> dict[str, "Figure"]:
    """All figures of a run by name; with one sampled parameter there is no ``profile_2d``."""
    from alpfit.plots.corner import corner_figure
    from alpfit.plots.profile import profile_1d_figure, profile_2d_figure

    scenario = configuration.build_scenario()
    quantities = {**scenario.parameters, **scenario.optional}
    axes = [axis(samples, name, quantities[name], _is_logarithmic(configuration, name)) for name in samples.parameters]
    pairs = list(combinations(axes, 2))
    with paper_style():
        drawn = {
            "corner": corner_figure(samples, axes),
            "profile_1d": profile_1d_figure(samples, axes, profiles_1d(configuration, samples)),
        }
        if pairs:
            drawn["profile_2d"] = profile_2d_figure(samples, pairs, profiles_2d(configuration, samples))
    return drawn


def draw_figures(folder: RunFolder, configuration: Configuration, samples: Samples) -> list[Path]:
    """Write all figures of a run to ``folder``; the files written."""
    written = []
    for name, figure in figures(configuration, samples).items():
        for extension in ("png", "pdf") if name == "corner" else ("png",):
            path = folder.figure(f"{name}.{extension}")
            with paper_style():
                figure.savefig(path)
            written.append(path)
    return written
