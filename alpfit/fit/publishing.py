"""A run folder is written whole, and put in place at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alpfit.chains.entries import KeptEntries, keep_entries
from alpfit.chains.folder import RunFolder, staged
from alpfit.chains.posterior import write_posterior
from alpfit.chains.provenance import write_manifest
from alpfit.chains.records import json_text
from alpfit.chains.summary import REWEIGHTED, as_text, summarise
from alpfit.chains.tables import write_profile
from alpfit.config import Configuration
from alpfit.errors import RunFolderError
from alpfit.fit.figures import profiles_1d, profiles_2d, write_quick_figures
from alpfit.fit.run import Run
from alpfit.inference.progress import NoProgress, Progress
from alpfit.inference.samples import Samples
from alpfit.inference.session import Account


def publish(
    path: Path,
    configuration: Configuration,
    samples: Samples,
    account: Account,
    started: datetime,
    origin: Mapping[str, Any] | None = None,
    way_out: str = "continue with --resume",
) -> Run:
    """Put the run folder ``path`` in place, all of it but the figures; ``origin`` says of what run it was made.

    ``way_out`` is what to do when there is room again, where there was none.

    Raises :class:`RunFolderError` where it cannot be written.
    """
    summary = summarise(samples, account) | ({} if origin is None else {REWEIGHTED: dict(origin)})
    try:
        with staged(path) as folder:
            kept = keep_entries(configuration.likelihoods, folder, path)
            _write(folder, configuration, kept, samples, summary, started)
    except OSError as error:
        raise RunFolderError(
            f"{path} cannot be written: {error.strerror or error}; make room, then {way_out}"
        ) from error
    found = [str((path / name).resolve()) if "/" in name else name for name in kept.likelihoods]
    return Run(RunFolder(path), configuration.model_copy(update={"likelihoods": found}), samples)


def _write(
    folder: RunFolder,
    configuration: Configuration,
    kept: KeptEntries,
    samples: Samples,
    summary: Mapping[str, Any],
    started: datetime,
) -> None:
    """All files but the figures."""
    folder.configuration.write_text(configuration.to_toml(kept.likelihoods), encoding="utf-8")
    write_posterior(folder.posterior, samples, configuration.sampler.seed, configuration.quantities)
    folder.summary_json.write_text(json_text(summary) + "\n", encoding="utf-8")
    folder.summary_text.write_text(as_text(summary), encoding="utf-8")
    folder.best_fit.write_text(best_fit_toml(configuration, summary, kept.likelihoods), encoding="utf-8")
    write_profile(folder.profile_1d, samples, profiles_1d(configuration, samples))
    write_profile(folder.profile_2d, samples, profiles_2d(configuration, samples))
    write_manifest(
        folder.manifest,
        seed=configuration.sampler.seed,
        likelihoods={m.name: m.digest for m in configuration.build_likelihood().measurements},
        originals=dict(kept.originals),
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        run_time_s=summary["run_time_s"],
        n_calls=samples.n_calls,
        log_z=samples.log_z,
        log_z_error=samples.log_z_error,
        **{key: summary[key] for key in (REWEIGHTED,) if key in summary},
    )


def present(run: Run, tell: Callable[[Run], None] | None, progress: Progress | None) -> Run:
    """Show the published ``run`` to ``tell``, then draw its quick figures; one that cannot be is a note."""
    if tell is not None:
        tell(run)
    write_quick_figures(run, (progress or NoProgress()).note)
    return run


def best_fit_toml(configuration: Configuration, summary: Mapping[str, Any], likelihoods: Sequence[str]) -> str:
    """The run's input with all parameters fixed at the best sample; what is predicted there, as comments.

    The file finds its ``likelihoods`` there.
    """
    best = summary["best_fit"]
    fixed = configuration.model_copy(update={"parameters": {**configuration.fixed, **best["parameters"]}})
    lines = ["# The sample with the largest ln L; `alpfit evaluate` on this file gives these numbers again."]
    lines += [f"# ln L {name} = {value:.6g}" for name, value in best["log_likelihood"].items()]
    lines.append(f"# ln L total = {best['log_likelihood_total']:.6g}")
    lines += [f"# {name} = {value:.6g}" for name, value in best["derived"].items()]
    return "\n".join([*lines, "", fixed.to_toml(likelihoods)])
