"""The folder of a profile likelihood: which files there are."""

from dataclasses import dataclass
from pathlib import Path

from alpfit.chains.layout import INTERVALS, MANIFEST, PROFILE

__all__ = ["PROFILE", "ProfileFolder"]


@dataclass(frozen=True)
class ProfileFolder:
    """The files of a profile likelihood at ``path``."""

    path: Path

    @property
    def manifest(self) -> Path:
        """What it was made of and with."""
        return self.path / MANIFEST

    @property
    def intervals(self) -> Path:
        """Confidence intervals and regions, with notes."""
        return self.path / INTERVALS

    @property
    def intervals_text(self) -> Path:
        """The same, for a human."""
        return self.path / "intervals.txt"

    @property
    def coverage(self) -> Path:
        """How often intervals hold the truth of toy data sets, if that was asked for."""
        return self.path / "coverage.json"

    @property
    def profiles(self) -> Path:
        """All profiles as arrays on their grids."""
        return self.path / "profiles.nc"

    @property
    def contours(self) -> Path:
        """Contours as polylines."""
        return self.path / "contours.csv"

    @property
    def hepdata(self) -> Path:
        """A submission to HEPData."""
        return self.path / "hepdata"

    def table(self, stem: str) -> Path:
        """The bins of one profile."""
        return self.path / f"{stem}.csv"
