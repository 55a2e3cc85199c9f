"""The one way in which this project compiles a function.

Numba keys its on-disk cache on a kernel's own file, so after a change in a *called* kernel a new
process would silently run the old machine code. Here the cache folder is named by a digest of all
kernel sources: any change gets a new cache. For the same reason no kernel captures a number from
its module: constants and tables arrive as arguments.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from platformdirs import user_cache_path

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE = Path(__file__).resolve().parents[1]
KERNEL_FOLDERS = ("likelihoods", "numerics", "physics", "relic")
NUMBA: Any = numba.config
"""Numba's settings; a cached kernel takes its folder from ``CACHE_DIR`` when it is decorated."""


@cache
def cache_folder() -> Path:
    """Where the machine code of the present sources is kept (``NUMBA_CACHE_DIR`` moves it)."""
    digest = sha256()
    for folder in KERNEL_FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    base = Path(NUMBA.CACHE_DIR) if NUMBA.CACHE_DIR else user_cache_path("alpfit")
    return base / digest.hexdigest()[:16]


def kernel(function: F) -> F:
    """Compile ``function`` at its first call, cache it on disk, and release the GIL while it runs."""
    before = NUMBA.CACHE_DIR
    NUMBA.CACHE_DIR = str(cache_folder())
    try:
        return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        NUMBA.CACHE_DIR = before


def higher_order_kernel(function: F) -> F:
    """Compile a function that takes kernels as arguments, by writing it out in each kernel that calls it.

    Only so is the caller cached on disk: a kernel that is passed as a value has no address that would
    outlive the process.
    """
    return cast(F, numba.njit(nogil=True, inline="always", error_model="numpy")(function))
