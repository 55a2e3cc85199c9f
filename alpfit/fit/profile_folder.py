"""The folder of a profile likelihood is written whole, put in place at once, and read back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alpfit.chains.profiles import ProfileContents, ProfileFolder, read_profiles, write_all
from alpfit.chains.profiles.text import as_text
from alpfit.chains.provenance import manifest
from alpfit.chains.staging import staged
from alpfit.errors import RunFolderError
from alpfit.fit.run import Run
from alpfit.inference.profiling import Profile, confidence, contours
from alpfit.inference.session import Account


@dataclass(frozen=True)
class RunProfile:
    """A finished profile likelihood: its folder, the profiles, ln L of the best fit, and the intervals as text."""

    folder: ProfileFolder
    profiles: tuple[Profile, ...]
    top: float
    text: str

    @classmethod
    def read(cls, path: str | Path, identity: Mapping[str, Any] | None = None) -> "RunProfile":
        """The profile likelihood in folder ``path``.

        Raises :class:`RunFolderError` where there is none, or one that was made of something else than ``identity``.
        """
        folder = ProfileFolder(Path(path))
        if not folder.manifest.exists():
            raise RunFolderError(f"{folder.path} is not a profile: it has no {folder.manifest.name}")
        try:
            made_of = json.loads(folder.manifest.read_text(encoding="utf-8"))["identity"]
            text = folder.intervals_text.read_text(encoding="utf-8")
        except (OSError, ValueError, KeyError) as error:
            raise RunFolderError(f"{folder.path} cannot be read: {error}; make it anew with --overwrite") from error
        if identity is not None and made_of != json.loads(json.dumps(identity)):
            raise RunFolderError(
                f"{folder.path} is a finished profile of something else, see {folder.manifest}: replace it with "
                "--overwrite, or choose another folder with --output DIR"
            )
        return cls(folder, *read_profiles(folder.profiles), text)


def publish_profile(
    path: Path,
    run: Run,
    profiles: Sequence[Profile],
    identity: Mapping[str, Any],
    account: Account,
    started: datetime,
) -> RunProfile:
    """Put the folder ``path`` in place; raises :class:`RunFolderError` where it cannot be written."""
    contents = contents_of(run, profiles)
    facts = manifest(
        identity=identity,
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        n_calls=account.n_calls,
        likelihood_time_s=account.likelihood_s,
    )
    refined = all(profile.refined for profile in profiles)
    text = as_text(contents.confidences, contents.top, refined)
    try:
        with staged(path) as staging:
            folder = ProfileFolder(staging.path)
            write_all(folder, contents)
            folder.intervals_text.write_text(text, encoding="utf-8")
            folder.manifest.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise RunFolderError(
            f"{path} cannot be written: {error.strerror or error}; make room, then continue with --resume"
        ) from error
    return RunProfile(ProfileFolder(path), tuple(profiles), contents.top, text)


def contents_of(run: Run, profiles: Sequence[Profile]) -> ProfileContents:
    """What is written of ``profiles``, against the best of them and of the samples."""
    samples, priors = run.samples, run.configuration.priors
    best = {name: float(values[samples.best]) for name, values in samples.parameters.items()}
    top = float(samples.log_l[samples.best])
    for profile in profiles:
        if profile.top > top:
            best = {name: float(values[profile.best]) for name, values in profile.parameters.items()}
            top = profile.top
    scenario = run.configuration.build_scenario()
    return ProfileContents(
        tuple(profiles),
        best,
        top,
        tuple(confidence(profile, top, priors) for profile in profiles),
        tuple(line for profile in profiles if len(profile.names) == 2 for line in contours(profile, top)),
        {**scenario.parameters, **scenario.optional, **scenario.observables},
        tuple(samples.log_l_by_entry),
    )
