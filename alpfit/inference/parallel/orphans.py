"""Processes that work for another one end when it is gone, however it went."""

import os
import signal
import threading
import time
from collections.abc import Callable

POLL_S = 0.5
"""Seconds between two looks at whether the parent is still there."""

WORKS_FOR = "ALPFIT_WORKS_FOR"
"""The environment variable that tells a program of which process it is a part."""


def end_with(parent: int, end: Callable[[], None]) -> None:
    """Call ``end`` as soon as ``parent`` is not the process that this one was started by."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL_S)
        end()

    threading.Thread(target=watch, name="orphans", daemon=True).start()


def vanish() -> None:
    """End this process at once: nobody wants its answers any more."""
    os._exit(1)


def stop() -> None:
    """Ask this program to end, with a checkpoint of what it has done."""
    os.kill(os.getpid(), signal.SIGTERM)


def end_with_whom_it_works_for() -> None:
    """Of a program that was started as a part of another: stop it when that is gone."""
    parent = os.environ.get(WORKS_FOR, "")
    if parent.isdecimal():
        end_with(int(parent), stop)
