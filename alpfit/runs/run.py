"""A finished run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpfit.chains.entries import changed_entries
from alpfit.chains.exports import Contents
from alpfit.chains.exports.anesthetic import to_anesthetic
from alpfit.chains.exports.arviz import to_arviz
from alpfit.chains.exports.dataframe import to_dataframe
from alpfit.chains.exports.getdist import to_getdist
from alpfit.chains.folder import RunFolder
from alpfit.chains.kept_scenario import changed_scenario
from alpfit.chains.posterior import read_posterior
from alpfit.chains.provenance import Manifest, check_whole, damaged, read_manifest
from alpfit.chains.records import read_json, read_text
from alpfit.chains.summary import check_summary
from alpfit.chains.unfinished import not_finished
from alpfit.config import Configuration, load_configuration
from alpfit.errors import RunFolderError, in_one_line
from alpfit.inference.samples import Samples
from alpfit.numerics.arguments import path_of
from alpfit.numerics.notebook import html_table, preformatted
from alpfit.scenarios.recorded import RECORD

if TYPE_CHECKING:
    from anesthetic.samples import Samples as AnestheticSamples
    from getdist import MCSamples
    from pandas import DataFrame
    from xarray import DataTree


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A finished run: its folder, input and samples.

    >>> import alpfit
    >>> run = alpfit.Run.read("chains/reference/invisible")
    >>> run.name, list(run.headline), "planck_relic_2018" in run.manifest.likelihoods
    ('invisible', ['ln Z', 'effective samples', 'kept after thinning'], True)
    >>> run.thinned_from > len(run.samples.weights)  # only some of its samples were kept
    True
    >>> run.samples.log_l.shape == run.samples.weights.shape == run.samples.column("Omega_h2").shape
    True
    >>> 0.0 < run.summary["parameters"]["m_a"]["median"] < 4.8  # GeV
    True
    >>> run.summary_text.split()[:3]
    ['median', '68', '%']
    >>> run.warnings, run.changed_entries, run.staleness  # its files are whole, and its data are today's
    ((), [], '')
    >>> run.anchored.folder.path.is_absolute(), run.contents.label("m_a")
    (True, 'm_a')
    """

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
            raise RunFolderError(not_finished(folder.path))
        record = folder.scenario / RECORD
        check_whole(folder.path, folder.configuration, folder.posterior, *([record] if record.exists() else []))
        configuration = load_configuration(folder.configuration, entries=False)
        samples = read_posterior(folder.posterior, configuration.priors)
        found = cls(folder, configuration, samples)
        if set(samples.log_l_by_entry) != set(configuration.entries):
            raise RunFolderError(
                f"{folder.configuration} names {', '.join(configuration.entries)}, but {folder.posterior.name} holds "
                f"ln L of {', '.join(samples.log_l_by_entry)}: restore the file"
            )
        return found

    @property
    def name(self) -> str:
        """That of its folder, in one line."""
        return in_one_line(self.folder.path.resolve().name)

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
        """That data or the scenario have changed since the run was made; empty where they have not."""
        changed, path = self.changed_entries, self.folder.path
        said = [f"the data of {', '.join(changed)} have changed"] if changed else []
        if scenario := changed_scenario(self.folder, self.manifest):
            said.append(f"the scenario in {scenario} has changed")
        return f"{' and '.join(said)} since {path} was made" if said else ""

    @cached_property
    def thinned_from(self) -> float | None:
        """How many independent samples those of the folder were drawn from; None where they are all that there were.

        The summary of a thinned run is that of all samples. What is made of the folder's has what these are worth.
        """
        try:
            summary = self.summary
        except RunFolderError:  # which is told elsewhere: the samples can be read without it
            return None
        return None if summary["n_samples"] == self.samples.log_l.size else float(summary["n_eff"])

    @property
    def headline(self) -> dict[str, float]:
        """What to say of it in a line."""
        found = {} if self.samples.log_z is None else {"ln Z": self.samples.log_z}
        if self.thinned_from is None:
            return {**found, "effective samples": self.samples.n_eff}
        return {**found, "effective samples": self.thinned_from, "kept after thinning": self.samples.n_eff}

    @property
    def contents(self) -> Contents:
        """What exports are made of."""
        configuration = self.configuration
        return Contents(self.samples, configuration.quantities, configuration.priors, configuration.sampler.seed)

    def to_arviz(self) -> "DataTree":
        """The samples for arviz, as they are in ``posterior.nc``: ``arviz_stats.summary(run.to_arviz())``.

        >>> import alpfit
        >>> tree = alpfit.read_run("chains/reference/invisible").to_arviz()
        >>> tree["posterior"]["m_a"].dims, tree["posterior"]["m_a"].attrs["units"]
        (('chain', 'draw'), 'GeV')
        """
        return to_arviz(self.contents)

    def to_getdist(self) -> "MCSamples":
        """The samples for getdist; raises :class:`ConfigurationError` without it.

        >>> import alpfit
        >>> samples = alpfit.read_run("chains/reference/invisible").to_getdist()
        >>> samples.getParamNames().list()[:4]
        ['m_a', 'r', 'g_agg', 'g_achi']
        """
        return to_getdist(self.contents)

    def to_anesthetic(self) -> "AnestheticSamples":
        """The samples for anesthetic; raises :class:`ConfigurationError` without it.

        >>> import alpfit
        >>> alpfit.read_run("chains/reference/invisible").to_anesthetic().get_label("m_a")
        '$m_a$'
        """
        return to_anesthetic(self.contents)

    def to_dataframe(self) -> "DataFrame":
        """The samples as a pandas table, a row a sample.

        >>> import alpfit
        >>> table = alpfit.read_run("chains/reference/invisible").to_dataframe()
        >>> list(table.columns[:4])
        ['weight', 'log_weight', 'log_likelihood', 'm_a']
        """
        return to_dataframe(self.contents)

    @property
    def anchored(self) -> "Run":
        """The same run with its whole path, which a change of the working directory does not mislead."""
        return replace(self, folder=RunFolder(self.folder.path.absolute()))

    def __repr__(self) -> str:
        said = ", ".join(f"{what} = {value:.2f}" for what, value in self.headline.items())
        missed = "".join(f"; target missed: {sentence}" for sentence in self.samples.shortfalls)
        return in_one_line(f"<Run {self.folder.path}: {said}{missed}>")

    def _repr_html_(self) -> str:
        """Medians, intervals and the evidence, for a notebook."""
        numbers, best = self.summary["parameters"], self.summary["best_fit"]["parameters"]
        rows = [
            (name, *(f"{q[key]:.4g}" for key in ("median", "lower_68", "upper_68", "lower_95", "upper_95")), at)
            for (name, q), at in zip(numbers.items(), (f"{value:.4g}" for value in best.values()), strict=True)
        ]
        header = ("", "median", "68 %", "", "95 %", "", "best fit")
        said = [f"{what} = {value:.2f}" for what, value in self.headline.items()]
        said += [f"target missed: {sentence}" for sentence in self.samples.shortfalls]
        return html_table(f"Run {self.name}", rows, header) + preformatted("\n".join(said))


def read_run(path: str | Path) -> Run:
    """The finished run in the folder ``path``; see :meth:`Run.read`.

    >>> import alpfit
    >>> run = alpfit.read_run("chains/reference/invisible")
    >>> round(run.samples.log_z, 1)
    -117.9
    """
    return Run.read(path).anchored


def run_of(run: Run | str | Path) -> Run:
    """``run`` itself, or the one in the folder of that path."""
    return run if isinstance(run, Run) else Run.read(run)
