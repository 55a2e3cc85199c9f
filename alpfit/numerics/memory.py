"""Memory: what is free goes back to the system, and it is said where there is none."""

import ctypes
import gc
import mmap
from collections.abc import Iterator
from contextlib import contextmanager

SPARE = 2**28
"""Bytes that a process should still be able to have: the largest library takes half of it."""

NEW_OBJECTS = 10_000
"""After so many Python looks for what has become garbage in a circle: after 700, as it does by itself, it spends a
tenth of a start on it, and of compiling."""

MEMORY_IS_OUT = (
    "memory is out: give it more (ulimit -v, the container's or the scheduler's limit), or take fewer workers or "
    "samples"
)


def give_back() -> None:
    """Give the system what is free, where the C library can.

    glibc keeps what is freed below a threshold that grows up to 32 MB (mallopt(3)), in pieces that do not fit what
    comes next: of nine parameters nautilus leaves 28 MB, and the corner plot 15.
    """
    gc.collect()
    _trim()


@contextmanager
def seldom_searched() -> Iterator[None]:
    """Look for garbage after :data:`NEW_OBJECTS` at the earliest."""
    first, *others = gc.get_threshold()
    gc.set_threshold(max(first, NEW_OBJECTS) if first else 0, *others)  # 0: not at all, which is somebody's wish
    try:
        yield
    finally:
        gc.set_threshold(first, *others)


@contextmanager
def given_back() -> Iterator[None]:
    """Give the system at the end what has been made within it, and is free by then.

    All that was there before is not looked through for that: with the libraries that a figure needs it takes a tenth of
    a second each time.
    """
    elsewhere = gc.get_freeze_count() > 0  # somebody else has put objects aside, and may want them there
    if not elsewhere:
        gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        if not elsewhere:
            gc.unfreeze()
        _trim()


def _trim() -> None:
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own; others need none
    if trim is not None:
        trim(0)


def memory_is_out(error: BaseException | None) -> bool:
    """Whether an error comes from want of memory, which may also show as a library or a thread that cannot be had."""
    cause = error
    while cause is not None:
        if isinstance(cause, MemoryError):
            return True
        cause = cause.__cause__ or cause.__context__
    if not isinstance(error, (ImportError, RuntimeError, OSError)):
        return False
    try:
        mmap.mmap(-1, SPARE).close()
    except (OSError, MemoryError):
        return True
    return False
