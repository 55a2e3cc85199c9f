"""``manifest.json``: what a run was made with."""

import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from alpfit.version import __version__

PACKAGES = ("numpy", "scipy", "numba", "dynesty", "arviz", "corner", "matplotlib", "xarray", "h5netcdf", "pydantic")


def manifest(**facts: Any) -> Mapping[str, Any]:
    """Versions, host and git revision, and the ``facts`` of the run."""
    return {
        "alpfit": __version__,
        "python": sys.version.split()[0],
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "git_revision": git_revision(Path(__file__).resolve().parent),
        "host": {"name": platform.node(), "system": platform.platform(), "machine": platform.machine()},
        **facts,
    }


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
