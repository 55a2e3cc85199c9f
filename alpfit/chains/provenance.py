"""``manifest.json``: what a run was made with, and what its files must look like."""

import platform
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from alpfit.chains.layout import MANIFEST
from alpfit.chains.records import json_text, read_json
from alpfit.errors import RunFolderError, validation_sentence
from alpfit.numerics.files import digest_of
from alpfit.version import __version__

PACKAGE = Path(__file__).resolve().parents[1]

DECIDING = ("constants.py", "numerics", "physics", "relic", "scenarios", "likelihoods", "inference")
"""Parts of the package that decide the samples."""

PACKAGES = (
    *("numpy", "scipy", "numba", "dynesty", "nautilus-sampler", "emcee", "iminuit"),
    *("arviz-base", "arviz-stats", "corner", "matplotlib", "xarray", "h5netcdf", "pydantic"),
)


class Manifest(BaseModel):
    """What has to stand in a manifest.

    ``likelihoods`` has the digest of each entry's data, ``code`` that of the sources that decide the samples, ``files``
    those of the folder's files by their paths in it, and ``originals`` where entries that were copied into the folder
    came from, seen from it; ``scenario`` the digest of one's own and where its file came from; ``digest`` is that of
    all the rest of the manifest. These five are missing in folders of early versions.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    alpfit: str
    finished: str
    likelihoods: dict[str, str]
    code: str | None = None
    files: dict[str, str] = {}
    originals: dict[str, str] = {}
    scenario: dict[str, str] = {}
    digest: str | None = None


def write_manifest(path: Path, **facts: Any) -> None:
    """Write versions, host, git revision, the ``facts`` of the run, and digests of all files beside ``path``."""
    record = {
        "alpfit": __version__,
        "code": code_digest(),
        "python": sys.version.split()[0],
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "git_revision": git_revision(PACKAGE),
        "host": {"name": platform.node(), "system": platform.platform(), "machine": platform.machine()},
        **facts,
    }
    seal(path, record)


def seal(path: Path, record: Mapping[str, Any]) -> None:
    """Write the manifest ``record`` to ``path``, with digests of the files that are beside it now."""
    others = sorted(file for file in path.parent.rglob("*") if file.is_file() and file != path)
    files = {file.relative_to(path.parent).as_posix(): digest_of(file) for file in others}
    sealed = {**record, "files": files}
    path.write_text(json_text({**sealed, "digest": _digest(sealed)}) + "\n", encoding="utf-8")


def read_manifest(path: Path) -> Manifest:
    """The manifest at ``path``; raises :class:`RunFolderError` where it is damaged."""
    way_out = "restore the file, or run anew"
    try:
        return Manifest.model_validate(read_sealed(path, way_out))
    except ValidationError as error:
        raise RunFolderError(f"{path} is no manifest: {validation_sentence(error)}; {way_out}") from error


def read_sealed(path: Path, way_out: str) -> dict[str, Any]:
    """The record at ``path`` as :func:`seal` wrote it.

    Raises :class:`RunFolderError`, whose sentence ends with the ``way_out``, where it is missing or damaged.
    """
    record = read_json(path, way_out)
    if "digest" in record and record["digest"] != _digest(record):
        raise RunFolderError(f"{path} is not as it was written: {way_out}")
    return record


def _digest(record: Mapping[str, Any]) -> str:
    """Digest of all of a ``record`` but for its own."""
    rest = {name: value for name, value in record.items() if name != "digest"}
    return sha256(json_text(rest).encode()).hexdigest()


def check_whole(folder: Path, *files: Path) -> None:
    """Raise :class:`RunFolderError` for the first of ``files`` in the run ``folder`` that is not as the run wrote it.

    Where the manifest is damaged nothing is known of them, and nothing raised.
    """
    try:
        known = read_manifest(folder / MANIFEST).files
    except RunFolderError:
        return
    names = [file.relative_to(folder).as_posix() for file in files]
    for name, fault in damaged(folder, {name: known[name] for name in names if name in known}).items():
        raise RunFolderError(f"{folder / name} {fault}: restore the file, or run anew")


def damaged(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with those of the ``files``, digests by path in ``folder``, that are not as they were written."""
    found = {}
    for name, digest in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            found[name] = "is not in the folder"
            continue
        try:
            if digest_of(folder / name) != digest:
                found[name] = "is not as it was written"
        except OSError as error:
            found[name] = f"cannot be read ({error.strerror})"
    return found


def code_digest() -> str:
    """Digest of all sources that decide the samples."""
    digest = sha256()
    for part in DECIDING:
        files = [PACKAGE / part] if part.endswith(".py") else sorted((PACKAGE / part).rglob("*.py"))
        for path in files:
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def git_revision(folder: Path) -> str | None:
    """The commit that ``folder`` is checked out at, with ``-dirty`` where files differ; None outside a checkout."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
