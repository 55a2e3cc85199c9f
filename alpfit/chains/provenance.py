"""``manifest.json``: what a run was made with, and what its files must look like."""

import platform
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from alpfit.chains.records import json_text, read_json
from alpfit.errors import RunFolderError, validation_sentence
from alpfit.numerics.files import digest_of
from alpfit.version import __version__

PACKAGE = Path(__file__).resolve().parents[1]

DECIDING = ("constants.py", "numerics", "physics", "relic", "scenarios", "likelihoods", "inference")
"""Parts of the package that decide the samples."""

PACKAGES = (
    *("numpy", "scipy", "numba", "dynesty", "nautilus-sampler", "emcee", "iminuit"),
    *("arviz", "corner", "matplotlib", "xarray", "h5netcdf", "pydantic"),
)


class Manifest(BaseModel):
    """What has to stand in a manifest.

    ``likelihoods`` has the digest of each entry's data, ``code`` that of the sources that decide the samples, ``files``
    those of the folder's files by their paths in it, and ``originals`` where entries that were copied into the folder
    came from, seen from it. The last three are missing in folders of early versions.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    alpfit: str
    finished: str
    likelihoods: dict[str, str]
    code: str | None = None
    files: dict[str, str] = {}
    originals: dict[str, str] = {}


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
    path.write_text(json_text({**record, "files": files}) + "\n", encoding="utf-8")


def read_manifest(path: Path) -> Manifest:
    """The manifest at ``path``; raises :class:`RunFolderError` where it is damaged."""
    try:
        return Manifest.model_validate(read_json(path, "restore the file, or run anew"))
    except ValidationError as error:
        sentence = validation_sentence(error)
        raise RunFolderError(f"{path} is no manifest: {sentence}; restore the file, or run anew") from error


def damaged(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with those of the ``files``, digests by path in ``folder``, that are not as they were written."""
    found = {}
    for name, digest in files.items():
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
