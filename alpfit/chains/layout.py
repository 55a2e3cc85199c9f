"""The run folder: which files there are, and whether one may be written somewhere."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from alpfit.chains.records import read_json
from alpfit.errors import RunFolderError
from alpfit.numerics.arguments import shown

UNFINISHED = "unfinished"
"""The folder inside a run folder that holds a run which is under way, or was interrupted."""

MANIFEST = "manifest.json"
"""The file that makes a folder a finished run, or a finished profile."""

INTERVALS = "intervals.json"
"""The file that tells a profile's folder from a run's."""

PROFILE = "profile"
"""The folder inside a run folder that holds its profile, if no other is chosen."""

SCENARIO = "scenario"
"""The folder inside a run folder with the code of a scenario of one's own, and what it has."""

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
    def scenario(self) -> Path:
        """The code of the scenario that is not the package's, and what it has."""
        return self.path / SCENARIO

    @property
    def report(self) -> Path:
        """The run as a web page."""
        return self.path / "report.html"

    def figure(self, name: str) -> Path:
        """A figure by its file name."""
        return self.path / name


def kind_of(path: Path) -> str:
    """What the folder ``path`` holds: a ``run``, a ``profile``, or neither."""
    folder = RunFolder(path)
    if not folder.manifest.exists():
        return ""
    if not folder.configuration.exists() and (path / INTERVALS).exists():
        return "profile"
    try:
        return "run" if "alpfit" in read_json(folder.manifest, "") else ""
    except RunFolderError:  # damaged, but whose else should it be
        return "profile" if is_place_of_profile(path) and not folder.configuration.exists() else "run"


def is_place_of_profile(path: Path) -> bool:
    """Whether the folder ``path`` is where the profile of a run goes, inside of the run's folder."""
    return path.name == PROFILE and RunFolder(path.parent).manifest.exists()


def check_output(path: Path, overwrite: bool, what: str = "run", *, beside: bool = False) -> None:
    """Raise :class:`RunFolderError` where a run must not be written; an unfinished one is not looked at.

    ``what`` is written, and has a manifest as a run has one; ``beside`` what an unfinished one shares its folder with
    it may, and it will be kept.
    """
    if path.exists() and not path.is_dir():
        raise RunFolderError(f"{path} is a file: choose a folder with output=DIR")
    others = others_in(path) if path.is_dir() else []
    if not others:
        return
    kind = kind_of(path)
    if not kind:
        if beside and not RunFolder(path).manifest.exists():
            return
        raise RunFolderError(
            f"{path} holds something that is not a {what} ({_listed(others)}): choose another folder with output=DIR, "
            "or move that away"
        )
    if kind != what:
        raise RunFolderError(f"{path} holds a {kind}, not a {what}: choose another folder with output=DIR")
    if not overwrite:
        raise RunFolderError(
            f"{path} holds a {what} already: replace it with overwrite=True, or keep it with output=DIR"
        )


def others_in(path: Path) -> list[str]:
    """The names of all in the folder ``path`` but for what is no content of its own."""
    return sorted({file.name for file in path.iterdir()} - NO_CONTENT)


def check_no_other_run(folder: Path, own: Collection[Path] = ()) -> None:
    """Raise :class:`RunFolderError` where ``folder`` is that of a run, or a profile, and none of its ``own``."""
    kind = kind_of(folder)
    if kind and not any(folder.samefile(path) for path in own):
        raise RunFolderError(f"{folder} holds another {kind}, whose files these are not: choose another output=DIR")


def _listed(names: list[str]) -> str:
    """Some of the ``names``."""
    some = ", ".join(map(shown, names[:3]))
    return some if len(names) <= 3 else f"{some} and {len(names) - 3} more"
