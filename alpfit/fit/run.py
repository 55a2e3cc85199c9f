"""A finished run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from alpfit.chains.entries import changed_entries
from alpfit.chains.exports import Contents, export
from alpfit.chains.files import check_place
from alpfit.chains.folder import RunFolder
from alpfit.chains.layout import check_no_other_run
from alpfit.chains.posterior import read_posterior
from alpfit.chains.provenance import Manifest, check_whole, damaged, read_manifest
from alpfit.chains.records import read_json, read_text
from alpfit.chains.summary import check_summary
from alpfit.config import Configuration, load_configuration
from alpfit.errors import RunFolderError, in_one_line
from alpfit.fit.figures import Drawn, quick_figures, save_figures
from alpfit.inference.samples import Samples
from alpfit.numerics.arguments import path_of


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, input and samples."""

    folder: RunFolder
    configuration: Configuration
    samples: Samples

    @classmethod
    def read(cls, path: str | Path) -> "Run":
        """The run in folder ``path``, of which input and samples must be whole; the likelihoods are not looked for.

        Raises :class:`RunFolderError` where there is none, and for the first of these files that is damaged.
        """
        folder = RunFolder(path_of("path", path, RunFolderError))
        if not folder.manifest.exists():
            raise RunFolderError(f"{folder.path} is not a run folder: it has no {folder.manifest.name}")
        check_whole(folder.path, folder.configuration, folder.posterior)
        configuration = load_configuration(folder.configuration, entries=False)
        samples = read_posterior(folder.posterior, configuration.priors)
        found = cls(folder, configuration, samples)
        if set(samples.log_l_by_entry) != set(configuration.entries):
            raise RunFolderError(
                f"{folder.configuration} names {', '.join(configuration.entries)}, but {folder.posterior.name} holds "
                f"ln L of {', '.join(samples.log_l_by_entry)}: restore the file"
            )
        return found

    @cached_property
    def manifest(self) -> Manifest:
        """What it was made with; raises :class:`RunFolderError` where the file is damaged."""
        return read_manifest(self.folder.manifest)

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """What stands in ``summary.json``; raises :class:`RunFolderError` where the file is damaged."""
        path = self.folder.summary_json
        check_whole(self.folder.path, path)
        summary = read_json(path, "restore the file, or run anew")
        check_summary(path, summary, self.samples)
        return summary

    @property
    def summary_text(self) -> str:
        """The summary as it stands in ``summary.txt``; raises :class:`RunFolderError` where the file is damaged."""
        path = self.folder.summary_text
        check_whole(self.folder.path, path)
        return read_text(path, "restore the file, or run anew")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What everybody should know who reads this run: damaged files, data that have changed, targets missed."""
        path, said = self.folder.path, []
        try:
            said += [f"{path / name} {fault}" for name, fault in damaged(path, self.manifest.files).items()]
            said += filter(None, [self.staleness])
        except RunFolderError as error:
            said.append(str(error))
        said += [f"{path} missed a target: {sentence}" for sentence in self.samples.shortfalls]
        return tuple(map(in_one_line, said))

    @property
    def changed_entries(self) -> list[str]:
        """Names of the likelihoods whose data are not those that the run was made with."""
        return changed_entries(self.configuration.likelihoods, self.folder, self.manifest)

    @property
    def staleness(self) -> str:
        """That data have changed since the run was made; empty where they have not."""
        changed = self.changed_entries
        return f"the data of {', '.join(changed)} have changed since {self.folder.path} was made" if changed else ""

    @property
    def headline(self) -> dict[str, float]:
        """What to say of it in a line."""
        evidence = {} if self.samples.log_z is None else {"ln Z": self.samples.log_z}
        return {**evidence, "effective samples": self.samples.n_eff}

    def plot(self, output: str | Path | None = None, drawn: Iterable[Drawn] | None = None) -> list[Path]:
        """Write figures into ``output`` or the run's own folder; the files written.

        They are those that :func:`~alpfit.fit.figures.figures` has ``drawn``, or the quick ones. Raises
        :class:`RunFolderError` for a place that cannot be written, and for the folder of another run.
        """
        folder = self.folder.path if output is None else path_of("output", output)
        check_place(folder)
        check_no_other_run(folder, [self.folder.path])
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return list(save_figures(quick_figures(self) if drawn is None else drawn, folder))
        except OSError as error:
            raise RunFolderError(f"figures cannot be written to {folder}: {error.strerror or error}") from error

    def export(self, format: str, output: str | Path | None = None) -> list[Path]:  # noqa: A002
        """Write the samples for another program: a format of :data:`~alpfit.chains.exports.EXPORTS`.

        The files, which are returned, are in a folder named as the format, in ``output`` or the run's own folder, and
        begin with the name of the run's folder. Raises :class:`ConfigurationError` for a format that cannot be written,
        :class:`RunFolderError` for a place that cannot.
        """
        configuration = self.configuration
        seed = configuration.sampler.seed
        contents = Contents(self.samples, configuration.quantities, configuration.priors, seed)
        folder = self.folder.path if output is None else path_of("output", output)
        return export(self.folder.path.resolve().name, format, contents, folder)
