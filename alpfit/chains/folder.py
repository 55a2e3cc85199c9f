"""The run folder: which files there are, and how a whole folder is put in place at once."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from alpfit.errors import RunFolderError

UNFINISHED = "unfinished"
"""The folder inside a run folder that holds a run which is under way, or was interrupted."""


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
        return self.path / "manifest.json"

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
    if not path.is_dir() or not any(path.iterdir()):
        return
    if not RunFolder(path).manifest.exists():
        if [file.name for file in path.iterdir()] == [UNFINISHED]:
            return
        raise RunFolderError(f"{path} holds something that is not a {what}: choose another folder with --output DIR")
    if not overwrite:
        raise RunFolderError(
            f"{path} holds a {what} already: replace it with --overwrite, or keep it with --output DIR"
        )


def recover(path: Path) -> None:
    """Bring back a run that was just being replaced when its process died."""
    if not path.exists():
        for replaced in path.parent.glob(f".{path.name}.*.replaced"):
            replaced.rename(path)
            return


@contextmanager
def staged(path: Path) -> Iterator[RunFolder]:
    """A folder to write to that becomes ``path`` when the block ends well.

    Until then what was at ``path`` stays; if the block fails, it stays for good. Raises :class:`RunFolderError` at
    once where nothing can be written.
    """
    path = path.resolve()
    mark = token_hex(4)
    for left_over in path.parent.glob(f".{path.name}.*.writing"):
        shutil.rmtree(left_over, ignore_errors=True)
    staging, replaced = (path.with_name(f".{path.name}.{mark}.{what}") for what in ("writing", "replaced"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staging.mkdir()
    except OSError as error:
        raise RunFolderError(f"{path} cannot be written: {error.strerror}; choose another with --output DIR") from error
    try:
        yield RunFolder(staging)
        if path.exists():
            path.rename(replaced)
        staging.rename(path)
    except BaseException:
        if replaced.exists():
            replaced.rename(path)
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    shutil.rmtree(replaced, ignore_errors=True)
