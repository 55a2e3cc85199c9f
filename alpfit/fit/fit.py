"""A fit, from its TOML file to its run folder: the one place where everything meets."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from alpfit.chains.folder import RunFolder, check_output, staged
from alpfit.chains.posterior import write_posterior
from alpfit.chains.provenance import manifest
from alpfit.chains.summary import as_text, summarise
from alpfit.chains.tables import write_profile
from alpfit.config import Configuration, load_configuration
from alpfit.errors import ConfigurationError, PredictionError, one_of
from alpfit.fit.figures import profiles_1d, profiles_2d
from alpfit.fit.run import Run
from alpfit.inference.explanation import Explanation, explain
from alpfit.inference.interrupts import InterruptibleProgress
from alpfit.inference.problem import Evaluation, Problem
from alpfit.inference.samplers import NoProgress, Progress
from alpfit.inference.samples import Samples

N_TRIALS = 1000
"""Points drawn from the prior before a run, at most, to see that there is a likelihood."""


@dataclass(frozen=True)
class Fit:
    """A checked configuration, ready to evaluate or to run; ``name`` is that of its default run folder."""

    configuration: Configuration
    name: str

    @cached_property
    def problem(self) -> Problem:
        """The inference problem, for which the tables of all likelihoods are read once."""
        return self.configuration.build_problem()

    @classmethod
    def from_file(cls, path: str | Path, overrides: Sequence[str] = ()) -> "Fit":
        """Read and check a TOML file; ``overrides`` are ``table.key=value``. Raises :class:`ConfigurationError`."""
        return cls(load_configuration(Path(path), overrides), Path(path).stem)

    def evaluate(self, values: Mapping[str, float]) -> Evaluation:
        """One point: ``values`` of all parameters that the file does not fix.

        Raises :class:`ConfigurationError` for a name that is unknown or missing, :class:`PredictionError` where the
        model has no answer.
        """
        problem = self.problem
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
        diagnostics = self.problem.scenario.diagnose(point.parameters)
        return {name: float(array[0]) for name, array in diagnostics.items()}

    def compare(self, point: Evaluation) -> dict[str, dict[str, float]]:
        """Of a point that :meth:`evaluate` returned, by likelihood: log_likelihood, prediction, bound and pull.

        What they are, :class:`~alpfit.likelihoods.Comparison` says.
        """
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

    def seconds_per_call(self) -> float:
        """Time of one likelihood call, warm: the median over seven points spread over the prior."""
        problem = self.problem
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
        problem = self.problem
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
