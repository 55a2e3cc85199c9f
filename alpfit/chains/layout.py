"""The run folder: which files there are, and whether one may be written somewhere."""

from dataclasses import dataclass
from pathlib import Path

from alpfit.errors import RunFolderError

UNFINISHED = "unfinished"
"""The folder inside a run folder that holds a run which is under way, or was interrupted."""

MANIFEST = "manifest.json"
"""The file that makes a folder a finished run, or a finished profile."""

NO_CONTENT = frozenset({UNFINISHED, "lost+found"})
"""What may be in a folder that holds nothing yet: a file system that is mounted there can have brought the second."""


@dataclass(frozen=True)
class RunFolder:
    """The files of a run at ``path``."""

    path: Path

    @property
    def configuration(self) -> Path:
        """The completed input, every default filled in."""
        return self.path / "run.toml"

    @property
    def manifest(self) -> Path:
        """Provenance: versions, seed, digests, host, times."""
        return self.path / MANIFEST

    @property
    def posterior(self) -> Path:
        """All samples, for arviz."""
        return self.path / "posterior.nc"

    @property
    def summary_json(self) -> Path:
        """Intervals, evidence and best fit, for a program."""
        return self.path / "summary.json"

    @property
    def summary_text(self) -> Path:
        """The same, for a human."""
        return self.path / "summary.txt"

    @property
    def best_fit(self) -> Path:
        """The run's input with all parameters fixed at the best sample."""
        return self.path / "best_fit.toml"

    @property
    def profile_1d(self) -> Path:
        """Profile likelihood of each parameter and derived quantity."""
        return self.path / "profile_1d.csv"

    @property
    def profile_2d(self) -> Path:
        """Profile likelihood of each pair of parameters."""
        return self.path / "profile_2d.csv"

    @property
    def entries(self) -> Path:
        """Copies of the likelihood entries that are not the catalogue's, a folder each."""
        return self.path / "likelihoods"

    @property
    def report(self) -> Path:
        """The run as a web page."""
        return self.path / "report.html"

    def figure(self, name: str) -> Path:
        """A figure by its file name."""
        return self.path / name


def check_output(path: Path, overwrite: bool, what: str = "run") -> None:
    """Raise :class:`RunFolderError` where a run must not be written; an unfinished one is not looked at.

    ``what`` is written, and has a manifest as a run has one.
    """
    if path.exists() and not path.is_dir():
        raise RunFolderError(f"{path} is a file: choose a folder with --output DIR")
    if not path.is_dir() or {file.name for file in path.iterdir()} <= NO_CONTENT:
        return
    if not RunFolder(path).manifest.exists():
        raise RunFolderError(f"{path} holds something that is not a {what}: choose another folder with --output DIR")
    if not overwrite:
        raise RunFolderError(
            f"{path} holds a {what} already: replace it with --overwrite, or keep it with --output DIR"
        )
