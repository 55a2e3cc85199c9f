"""A finished run."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpfit.chains.exports import Contents, export
from alpfit.chains.folder import RunFolder
from alpfit.chains.posterior import read_posterior
from alpfit.config import Configuration, load_configuration
from alpfit.errors import RunFolderError
from alpfit.fit.figures import Drawn, quick_figures, save_figures
from alpfit.inference.samples import Samples


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

    @property
    def headline(self) -> dict[str, float]:
        """What to say of it in a line."""
        evidence = {} if self.samples.log_z is None else {"ln Z": self.samples.log_z}
        return {**evidence, "effective samples": self.samples.n_eff}

    def plot(self, output: str | Path | None = None, drawn: Iterable[Drawn] | None = None) -> list[Path]:
        """Write figures into ``output`` or the run's own folder; the files written.

        They are those that :func:`~alpfit.fit.figures.figures` has ``drawn``, or the quick ones. Raises
        :class:`RunFolderError` for a place that cannot be written.
        """
        folder = self.folder.path if output is None else Path(output)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return list(save_figures(quick_figures(self) if drawn is None else drawn, folder))
        except OSError as error:
            raise RunFolderError(f"{folder} is no folder for figures: {error.strerror}") from error

    def export(self, format: str, output: str | Path | None = None) -> list[Path]:  # noqa: A002
        """Write the samples for another program: a format of :data:`~alpfit.chains.exports.EXPORTS`.

        The files, which are returned, are in a folder named as the format, in ``output`` or the run's own folder, and
        begin with the name of the run's folder. Raises :class:`ConfigurationError` for a format that cannot be written,
        :class:`RunFolderError` for a place that cannot.
        """
        scenario = self.configuration.build_scenario()
        quantities = {**scenario.parameters, **scenario.optional, **scenario.observables}
        labels = {name: quantity.label for name, quantity in quantities.items()}
        contents = Contents(self.samples, labels, self.configuration.priors)
        folder = self.folder.path if output is None else Path(output)
        return export(self.folder.path.resolve().name, format, contents, folder)
