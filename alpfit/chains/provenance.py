"""``manifest.json``: what a run was made with."""

import platform
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from alpfit.version import __version__

PACKAGE = Path(__file__).resolve().parents[1]

DECIDING = ("constants.py", "numerics", "physics", "relic", "scenarios", "likelihoods", "inference")
"""Parts of the package that decide the samples."""

PACKAGES = (
    *("numpy", "scipy", "numba", "dynesty", "nautilus-sampler", "emcee", "iminuit"),
    *("arviz", "corner", "matplotlib", "xarray", "h5netcdf", "pydantic"),
)


def manifest(**facts: Any) -> Mapping[str, Any]:
    """Versions, host and git revision, and the ``facts`` of the run."""
    return {
        "alpfit": __version__,
        "python": sys.version.split()[0],
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "git_revision": git_revision(PACKAGE),
        "host": {"name": platform.node(), "system": platform.platform(), "machine": platform.machine()},
        **facts,
    }


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
