"""The folder of a profile likelihood is written whole, put in place at once, and read back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import Any

from alpfit.chains.folder import staged
from alpfit.chains.layout import is_place_of_profile
from alpfit.chains.profiles import ProfileContents, ProfileFolder, read_profiles, write_all
from alpfit.chains.profiles.folder import PROFILE
from alpfit.chains.profiles.text import as_text
from alpfit.chains.provenance import damaged, read_sealed, write_manifest
from alpfit.chains.records import json_text, read_text
from alpfit.errors import RunFolderError, in_one_line
from alpfit.inference.profiling import Profile, confidence, contours
from alpfit.inference.profiling.coverage import CoverageCheck
from alpfit.inference.profiling.steps import NO_STEPS, Steps
from alpfit.inference.session import Account
from alpfit.numerics.arguments import path_of
from alpfit.numerics.files import digest_of
from alpfit.numerics.notebook import preformatted
from alpfit.runs.run import Run


def way_out(path: Path) -> str:
    """What to do with a profile in the folder ``path`` that is damaged, for whoever wanted to read it."""
    if is_place_of_profile(path):
        return f"make it anew with alpfit profile {quote(str(path.parent))} --overwrite, or remove {path}"
    return f"make it anew with alpfit profile RUN --output {quote(str(path))} --overwrite"


@dataclass(frozen=True, eq=False, repr=False)
class RunProfile:
    """A finished profile likelihood: its folder, the profiles, ln L of the best fit, and the intervals as text.

    ``made_of`` is what decides it, such as the digest of the samples, ``coverage`` what toy data sets say of it.
    """

    folder: ProfileFolder
    profiles: tuple[Profile, ...]
    top: float
    text: str
    made_of: Mapping[str, Any]
    coverage: CoverageCheck | None = None

    @classmethod
    def read(cls, path: str | Path, identity: Mapping[str, Any] | None = None) -> "RunProfile":
        """The profile likelihood in folder ``path``.

        Raises :class:`RunFolderError` where there is none, or one that was made of something else than ``identity``.
        """
        folder = ProfileFolder(path_of("path", path, RunFolderError))
        if not folder.manifest.exists():
            raise RunFolderError(f"{folder.path} is not a profile: it has no {folder.manifest.name}")
        what_to_do = way_out(folder.path)
        facts = read_sealed(folder.manifest, what_to_do)
        made_of, files = facts.get("identity"), facts.get("files")
        needed = {folder.intervals_text.name, folder.profiles.name}
        if not isinstance(made_of, dict) or not isinstance(files, dict) or not needed <= files.keys():
            raise RunFolderError(f"{folder.manifest} is no manifest of a profile: {what_to_do}")
        if identity is not None and made_of != json.loads(json_text(identity)):
            raise RunFolderError(
                f"{folder.path} is a finished profile of something else, see {folder.manifest}: replace it with "
                "overwrite=True, or choose another folder with output=DIR"
            )
        for name, fault in damaged(folder.path, files).items():
            raise RunFolderError(f"{folder.path / name} {fault}: {what_to_do}")
        text = read_text(folder.intervals_text, what_to_do)
        return cls(folder, *read_profiles(folder.profiles), text, made_of)

    def __repr__(self) -> str:
        return in_one_line(
            f"<RunProfile {self.folder.path}: {len(self.profiles)} profiles, best ln L = {self.top:.3f}>"
        )

    def _repr_html_(self) -> str:
        """The intervals, for a notebook."""
        return preformatted(self.text)


def own_profile(run: Run) -> RunProfile | None:
    """The profile likelihood in the folder of ``run`` itself; none where there is none, or one of other samples.

    Raises :class:`RunFolderError` where it cannot be read.
    """
    folder = ProfileFolder(run.folder.path / PROFILE)
    if not folder.manifest.exists():
        return None
    found = RunProfile.read(folder.path)
    return found if found.made_of.get("samples") == digest_of(run.folder.posterior) else None


def publish_profile(
    path: Path,
    run: Run,
    profiles: Sequence[Profile],
    identity: Mapping[str, Any],
    account: Account,
    started: datetime,
    remarks: Sequence[str] = (),
    steps: Steps = NO_STEPS,
) -> RunProfile:
    """Put the folder ``path`` in place, with ``remarks`` beside the intervals, and bins that hold ``steps`` marked.

    Raises :class:`RunFolderError` where it cannot be written.
    """
    contents = contents_of(run, profiles, remarks, steps)
    refined = {profile.names for profile in profiles if profile.refined}
    text = as_text(contents.confidences, contents.top, refined) + "".join(
        f"{in_one_line(remark)}\n" for remark in remarks
    )
    try:
        with staged(path) as staging:
            folder = ProfileFolder(staging.path)
            write_all(folder, contents)
            folder.intervals_text.write_text(text, encoding="utf-8")
            write_manifest(
                folder.manifest,
                identity=identity,
                started=started.isoformat(timespec="seconds"),
                finished=datetime.now(UTC).isoformat(timespec="seconds"),
                n_calls=account.n_calls,
                likelihood_time_s=account.likelihood_s,
            )
    except OSError as error:
        raise RunFolderError(
            f"{path} cannot be written: {error.strerror or error}; make room, then continue with resume=True"
        ) from error
    return RunProfile(ProfileFolder(path), tuple(profiles), contents.top, text, json.loads(json_text(identity)))


def contents_of(
    run: Run, profiles: Sequence[Profile], remarks: Sequence[str] = (), steps: Steps = NO_STEPS
) -> ProfileContents:
    """What is written of ``profiles``, against the best of them and of the samples."""
    samples, priors = run.samples, run.configuration.priors
    best = {name: float(values[samples.best]) for name, values in samples.parameters.items()}
    top = float(samples.log_l[samples.best])
    for profile in profiles:
        if profile.top > top:
            best = {name: float(values[profile.best]) for name, values in profile.parameters.items()}
            top = profile.top
    return ProfileContents(
        tuple(profiles),
        best,
        top,
        tuple(confidence(profile, top, priors, steps) for profile in profiles),
        tuple(line for profile in profiles if len(profile.names) == 2 for line in contours(profile, top)),
        run.configuration.quantities,
        tuple(samples.log_l_by_entry),
        tuple(remarks),
        steps,
    )
