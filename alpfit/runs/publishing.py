"""A run folder is written whole, and put in place at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alpfit.chains.entries import KeptEntries, keep_entries
from alpfit.chains.folder import RunFolder, staged
from alpfit.chains.kept_scenario import KeptScenario, keep_scenario
from alpfit.chains.posterior import write_posterior
from alpfit.chains.profiles.tables import write_bins
from alpfit.chains.provenance import write_manifest
from alpfit.chains.records import json_text
from alpfit.chains.summary import FIT_QUALITY, REWEIGHTED, as_text, summarise
from alpfit.config import Configuration
from alpfit.errors import RunFolderError
from alpfit.inference.fit_quality import FEW_TOYS, SEED, quality_at_best
from alpfit.inference.profiling import sampled_profiles
from alpfit.inference.profiling.steps import steps_within
from alpfit.inference.samples import Samples
from alpfit.inference.session import Account
from alpfit.runs.profile_request import all_plans
from alpfit.runs.run import Run


def publish(
    path: Path,
    configuration: Configuration,
    samples: Samples,
    account: Account,
    started: datetime,
    origin: Mapping[str, Any] | None = None,
    way_out: str = "continue with resume=True",
) -> Run:
    """Put the run folder ``path`` in place, all of it but the figures; ``origin`` says of what run it was made.

    ``way_out`` is what to do when there is room again, where there was none.

    Raises :class:`RunFolderError` where it cannot be written.
    """
    doubts = {m.name: m.source.doubt for m in configuration.likelihood.measurements if m.source.doubt}
    summary = summarise(samples, account, doubts)
    summary[FIT_QUALITY] = quality_at_best(configuration.problem, samples, FEW_TOYS, SEED).as_record()
    summary |= {} if origin is None else {REWEIGHTED: dict(origin)}
    try:
        with staged(path) as folder:
            kept = keep_entries(configuration.likelihoods, folder, path)
            scenario = keep_scenario(configuration.kind, configuration.theory, folder, path)
            _write(folder, configuration, kept, scenario, samples, summary, started)
    except OSError as error:
        raise RunFolderError(
            f"{path} cannot be written: {error.strerror or error}; make room, then {way_out}"
        ) from error
    found = [str((path / name).resolve()) if "/" in name else name for name in kept.likelihoods]
    return Run(RunFolder(path), configuration.changed(likelihoods=found), samples)


def _write(
    folder: RunFolder,
    configuration: Configuration,
    kept: KeptEntries,
    scenario: KeptScenario,
    samples: Samples,
    summary: Mapping[str, Any],
    started: datetime,
) -> None:
    """All files but the figures."""
    folder.configuration.write_text(configuration.to_toml(kept.likelihoods, scenario=scenario.named), encoding="utf-8")
    write_posterior(folder.posterior, samples, configuration.sampler.seed, configuration.quantities)
    folder.summary_json.write_text(json_text(summary) + "\n", encoding="utf-8")
    folder.summary_text.write_text(as_text(summary), encoding="utf-8")
    best = best_fit_toml(configuration, summary, kept.likelihoods, scenario.named)
    folder.best_fit.write_text(best, encoding="utf-8")
    top, steps = float(samples.log_l[samples.best]), steps_within(configuration.problem, samples)
    for path, n in ((folder.profile_1d, 1), (folder.profile_2d, 2)):
        plans = [plan for plan in all_plans(configuration, samples) if len(plan.names) == n]
        write_bins(path, sampled_profiles(samples, plans, configuration.priors), top, steps)
    write_manifest(
        folder.manifest,
        seed=configuration.sampler.seed,
        likelihoods={m.name: m.digest for m in configuration.likelihood.measurements},
        originals=dict(kept.originals),
        **({"scenario": _own_scenario(configuration, scenario)} if configuration.kind.place else {}),
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        run_time_s=summary["run_time_s"],
        n_calls=samples.n_calls,
        log_z=samples.log_z,
        log_z_error=samples.log_z_error,
        **{key: summary[key] for key in (REWEIGHTED,) if key in summary},
    )


def _own_scenario(configuration: Configuration, kept: KeptScenario) -> dict[str, str]:
    """What the manifest says of a scenario that is not the package's own."""
    facts = {"digest": configuration.kind.digest, "original": kept.original}
    return {name: value for name, value in facts.items() if value}


def best_fit_toml(
    configuration: Configuration, summary: Mapping[str, Any], likelihoods: Sequence[str], scenario: str = ""
) -> str:
    """The run's input with all parameters fixed at the best sample; what is predicted there, as comments.

    The file finds its ``likelihoods`` and its ``scenario`` there.
    """
    best = summary["best_fit"]
    lines = ["# The sample with the largest ln L; `alpfit evaluate` on this file gives these numbers again."]
    lines += [f"# ln L {name} = {value:.6g}" for name, value in best["log_likelihood"].items()]
    lines.append(f"# ln L total = {best['log_likelihood_total']:.6g}")
    lines += [f"# {name} = {value:.6g}" for name, value in best["derived"].items()]
    fixed = {**configuration.fixed, **best["parameters"]}
    return "\n".join([*lines, "", configuration.to_toml(likelihoods, fixed, scenario)])
