"""Ctrl-C at a moment of our choosing."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from alpfit.inference.samplers.base import Progress, ProgressReport


class InterruptibleProgress:
    """Passes reports on to ``inner``, unless SIGINT came since :meth:`held_back`: then it interrupts.

    Inside the likelihood an interrupt meets compiled code, which cannot take one, and samplers, which report it as the
    likelihood's fault; between two iterations it is an interrupt.
    """

    def __init__(self, inner: Progress) -> None:
        self._inner = inner
        self._arrived = False

    def update(self, report: ProgressReport) -> None:
        """Raise :class:`KeyboardInterrupt` if it is due, else pass ``report`` on."""
        self.raise_if_interrupted()
        self._inner.update(report)

    def raise_if_interrupted(self) -> None:
        """Raise :class:`KeyboardInterrupt` if it is due."""
        if self._arrived:
            raise KeyboardInterrupt

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Note SIGINT inside the block instead of raising; due at its end at the latest.

        Outside of the main thread, where Python delivers no signals, there is nothing to hold back.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
        self.raise_if_interrupted()

    def _note(self, *_: object) -> None:
        self._arrived = True
