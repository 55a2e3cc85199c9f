"""The one way in which this project compiles a function.

Numba keys its on-disk cache on a kernel's own file, so after a change in a *called* kernel a new
process would silently run the old machine code. Here the cache folder is named by a digest of all
kernel sources: any change gets a new cache. For the same reason no kernel captures a number from
its module: constants and tables arrive as arguments.
"""

import atexit
import fcntl
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, cached_property, update_wrapper
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp
from typing import Any, TypeVar, cast

import numba
from numba.core import event
from platformdirs import user_cache_path

from alpfit.numerics.parts import stand_for
from alpfit.numerics.pipelines import KernelCompiler, PartCompiler, ScalarCompiler

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE = Path(__file__).resolve().parents[1]
KERNEL_FOLDERS = ("likelihoods", "numerics", "physics", "relic")
NUMBA: Any = numba.config
"""Numba's settings; a cached kernel takes its folder from ``CACHE_DIR`` when it is decorated."""

ROOM = 2**26
"""Bytes that must be free: all kernels together take about a third of it."""

OPTIONS: Any = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
"""Of numba: no kernel is called from C."""

OF_PARTS: Any = {
    "error_model": "numpy",
    "no_cfunc_wrapper": True,
    "no_cpython_wrapper": True,
    "fastmath": False,
    "forceinline": False,
    "_nrt": True,
    "pipeline_class": PartCompiler,
}
"""Those of an inner kernel; the GIL is released by who calls it. It takes none of its callers' own, so that one part is
that of all of them."""

log = logging.getLogger("alpfit")


@cache
def cache_folder() -> Path | None:
    """Where the machine code of the present sources is kept; ``NUMBA_CACHE_DIR`` moves it.

    Where nothing can be kept there, a temporary folder of this process and those that it starts, with a copy of what is
    there already, as in a container that is read-only; where not even that can be, None, and nothing is kept. Numba
    itself would go on to the folders of the sources, whose machine code does not see a change in another file. That
    nothing is there is told once.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR")  # numba itself would also take it from a file where it is started
    base = Path(chosen) if chosen else user_cache_path("alpfit")
    digest = sources_digest()
    if not (fault := _unusable(base / digest)):
        return base / digest
    if (copy := _copied(base / digest)) is not None:
        return copy
    log.warning(
        "alpfit: machine code cannot be kept in %s (%s), so that each run compiles anew, for half a minute: set "
        "NUMBA_CACHE_DIR to a folder that can be written",
        base,
        fault,
    )
    return _temporary_folder(digest)


def _copied(folder: Path) -> Path | None:
    """A temporary folder with the machine code of ``folder``; None where there is none, or no room for it."""
    if next(folder.rglob("*.nbi"), None) is None or (own := _temporary_folder(folder.name)) is None:
        return None
    with suppress(OSError, shutil.Error):  # what was copied is used, what was not is compiled
        shutil.copytree(folder, own, copy_function=shutil.copyfile, dirs_exist_ok=True)
        for path in (own, *own.rglob("*/")):
            path.chmod(0o700)  # it has the mode of what could not be written
    return own


def _temporary_folder(digest: str) -> Path | None:
    """A folder for the sources of this ``digest`` that is gone with this process."""
    try:
        base = Path(mkdtemp(prefix="alpfit-"))
    except OSError:
        return None
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    if _unusable(folder := base / digest):
        return None
    os.environ["NUMBA_CACHE_DIR"] = str(base)  # the processes that this one starts find it there
    return folder


def sources_digest() -> str:
    """What names the machine code of the present sources."""
    digest = sha256()
    for folder in KERNEL_FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _unusable(folder: Path) -> str:
    """Why nothing can be kept in ``folder``, which is made; empty where something can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder):
            pass
        if shutil.disk_usage(folder).free < ROOM:
            return "no space left"
    except OSError as error:
        return str(error.strerror or error)
    return ""


def kernel(function: F) -> F:
    """Compile ``function`` at its first call, cache it on disk, and release the GIL while it runs.

    For those that Python calls; what kernels alone call is an :func:`inner_kernel`.
    """
    return _compiled(function, KernelCompiler)


def scalar_kernel(function: F) -> F:
    """A :func:`kernel` whose loops are too short for several numbers at once, which numba would prepare for each.

    That of a differential equation of two numbers takes a third of its time to compile, and runs as fast.
    """
    return _compiled(function, ScalarCompiler)


def _compiled(function: F, compiler: type[KernelCompiler]) -> F:
    options = {**OPTIONS, "pipeline_class": compiler}
    if NUMBA.DISABLE_JIT:
        return function
    folder, before = cache_folder(), NUMBA.CACHE_DIR
    if folder is not None:
        NUMBA.CACHE_DIR = str(folder)
        try:
            compiled = numba.njit(cache=True, **options)(function)
        finally:
            NUMBA.CACHE_DIR = before
        if Path(str(compiled.stats.cache_path)).is_relative_to(folder):
            _tolerate_faults(cast(Any, compiled)._cache)
            return cast(F, compiled)
    return cast(F, numba.njit(**options)(function))


def _tolerate_faults(kept: Any) -> None:
    """Of a kernel's cache ``kept``: what cannot be read is compiled again, and what cannot be written is not kept."""
    load, save = kept.load_overload, kept.save_overload

    def load_overload(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except Exception as error:  # whatever pickle makes of a damaged file
            _tell_fault("read", error)
            return None

    def save_overload(*arguments: Any) -> None:
        try:
            with _alone():
                save(*arguments)
        except Exception as error:  # a disk that is full, or the same
            _tell_fault("kept", error)

    kept.load_overload, kept.save_overload = load_overload, save_overload


@contextmanager
def _alone() -> Iterator[None]:
    """Where no other process keeps anything: two that keep a kernel for different types could give both one name."""
    with ExitStack() as stack:
        if (folder := cache_folder()) is not None:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(stack.enter_context((folder / "lock").open("a")), fcntl.LOCK_EX)
        yield


@cache
def _told_faults() -> set[str]:
    """What has been told already."""
    return set()


def _tell_fault(verb: str, error: Exception) -> None:
    if verb not in _told_faults():
        _told_faults().add(verb)
        reason = getattr(error, "strerror", None) or f"it is damaged ({type(error).__name__})"
        log.warning(
            "alpfit: machine code in %s cannot be %s: %s; it is compiled anew, so remove that folder, or make room",
            cache_folder(),
            verb,
            reason,
        )


@cache
def host() -> str:
    """The processor and the numba that machine code is for and by, which is kept beside that of others."""
    binding: Any = import_module("llvmlite.binding")  # which has no types
    return f"{binding.get_host_cpu_name()}-numba-{numba.__version__}"


class _FirstCompilation(event.Listener):
    """Says once that compiling takes a while: where nothing has been kept yet, the first call waits for it."""

    seen = unspecified = False

    def on_start(self, _: Any) -> None:
        """A kernel is compiled that was not found in the cache."""
        folder = cache_folder()
        if not self.seen and (folder is None or next(folder.rglob("*.nbi"), None) is None):
            self.tell("about half a minute")
            self.unspecified = True
        self.seen = True

    def on_end(self, _: Any) -> None:
        """Nothing to say."""

    def tell(self, how_long: str) -> None:
        """Say ``how_long`` it takes, but for the first time after it has been said without being known."""
        if not self.unspecified:
            log.warning("alpfit: compiling for this machine, once: %s", how_long)
        self.seen, self.unspecified = True, False


first_compilation = _FirstCompilation()
cast(Any, event).register("numba:compile", first_compilation)


class InnerKernel:
    """A function that is compiled as a part of each kernel that calls it, without a way in from Python and C.

    That and its own place in the cache cost numba as much time as the function itself. Called from Python, as by tests,
    it is a kernel of its own.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.py_func = function
        update_wrapper(self, function)

    @cached_property
    def compiled(self) -> Any:
        """The kernel that Python can call."""
        return kernel(self.py_func)

    @property
    def targetoptions(self) -> dict[str, Any]:
        """Numba's options; numba looks for them, too, and is to make no kernel of its own by that."""
        return dict(OPTIONS)

    def __call__(self, *arguments: Any) -> Any:
        """Call it from Python."""
        return self.compiled(*arguments)


def inner_kernel(function: F) -> F:
    """Compile ``function`` in the kernels that call it, and for Python where that does.

    It may take other inner kernels as arguments, and is compiled once for each that it is called with. (A kernel
    proper, passed as a value, has no address that would outlive the process, so that the caller could not be kept.)
    """
    return _part(function, OF_PARTS)


def inlined_kernel(function: F) -> F:
    """An :func:`inner_kernel` that is written out where it is called: for what one place calls, and often.

    A call hands over each number and each array of its tuples by itself, a hundred words or more, which takes as long
    as a handful of sums. What takes kernels as arguments has to know them if it calls them often.
    """
    return _part(function, {**OF_PARTS, "forceinline": True})


def _part(function: F, options: Any) -> F:
    inner = InnerKernel(function)
    stand_for(inner, function, options)
    return cast(F, inner)
