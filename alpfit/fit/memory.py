"""Memory that is free goes back to the system."""

import ctypes
import gc


def give_back() -> None:
    """Give the system what is free, where the C library can.

    glibc keeps what is freed below a threshold that grows up to 32 MB (mallopt(3)), in pieces that do not fit what
    comes next: of nine parameters nautilus leaves 28 MB, and the corner plot 15.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own; others need none
    if trim is not None:
        trim(0)
