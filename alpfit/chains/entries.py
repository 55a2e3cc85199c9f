"""Likelihood entries of one's own travel with a run: their files are copied into its folder."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alpfit.chains.folder import RunFolder
from alpfit.chains.provenance import Manifest, read_manifest
from alpfit.errors import RunFolderError
from alpfit.likelihoods.catalogue import data_files, digest_of
from alpfit.likelihoods.entry import folder_of


@dataclass(frozen=True)
class KeptEntries:
    """What a run's input names in the place of ``likelihoods``, and where copied entries came from, by their names."""

    likelihoods: tuple[str, ...]
    originals: Mapping[str, str]


def keep_entries(likelihoods: Sequence[str], staging: RunFolder, path: Path) -> KeptEntries:
    """Copy what is not the catalogue's to ``staging``, the run folder that will be at ``path``.

    Raises :class:`OSError` where it cannot be copied.
    """
    named, originals = [], {}
    for name in likelihoods:
        if "/" not in name:
            named.append(name)
            continue
        source = Path(name)
        target = staging.entries / source.name
        target.mkdir(parents=True)
        for file in data_files(source):
            shutil.copyfile(file, target / file.name)
        named.append(f"./{staging.entries.name}/{source.name}")
        originals[source.name] = os.path.relpath(_original(source), path.resolve())
    return KeptEntries(tuple(named), originals)


def _original(entry: Path) -> Path:
    """Where ``entry`` came from, if it is itself a copy in a run folder."""
    run = RunFolder(entry.resolve().parent.parent)
    if entry.resolve().parent != run.entries or not run.manifest.exists():
        return entry.resolve()
    try:
        known = read_manifest(run.manifest).originals.get(entry.name)
    except RunFolderError:
        known = None
    return entry.resolve() if known is None else (run.path / known).resolve()


def changed_entries(likelihoods: Sequence[str], folder: RunFolder, manifest: Manifest) -> list[str]:
    """Names of the ``likelihoods`` whose data are not those that the run in ``folder`` was made with.

    Of an entry of one's own that was copied into the folder the original counts, as long as it is where it was; whether
    the copy is whole, the digests of the folder's files say.
    """
    changed = []
    for likelihood in likelihoods:
        name = Path(likelihood).name
        copied = name in manifest.originals
        place = folder.path / manifest.originals[name] if copied else folder_of(likelihood)
        if (not copied or place.exists()) and _digest(place) != manifest.likelihoods.get(name):
            changed.append(name)
    return changed


def _digest(folder: Path) -> str:
    """The digest of an entry; nothing where it cannot be read."""
    try:
        return digest_of(folder)
    except OSError:
        return ""
