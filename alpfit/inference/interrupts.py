"""Ctrl-C, and a scheduler's wish that a run should end, at a moment of our choosing."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a scheduler's or an administrator's wish, and a terminal that is closed."""


class Interrupted(KeyboardInterrupt):
    """A run was asked to end by signal ``number``; ``sentence`` says what is left of it."""

    def __init__(self, number: int, sentence: str = "") -> None:
        self.number, self.sentence = number, sentence

    def __str__(self) -> str:
        return self.sentence


class Interrupts:
    """Notes :data:`SIGNALS` instead of having them raised; the second one is raised at once.

    Inside the likelihood an interrupt meets compiled code, which cannot take one, and samplers, which report it as the
    likelihood's fault; between two steps of a sampler it finds a state that can be kept.
    """

    def __init__(self) -> None:
        self._number: int | None = None

    @property
    def arrived(self) -> bool:
        """Whether the run is to end."""
        return self._number is not None

    def raise_if_arrived(self) -> None:
        """Raise :class:`Interrupted` if the run is to end."""
        if self._number is not None:
            raise Interrupted(self._number)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Note signals inside the block; they are due at its end at the latest.

        Outside of the main thread, where Python delivers no signals, there is nothing to hold back.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        nohup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        heard = [number for number in SIGNALS if not (nohup and number == signal.SIGHUP)]
        before = {number: signal.signal(number, self._note) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        self.raise_if_arrived()

    def _note(self, number: int, _: object) -> None:
        if self._number is not None:
            raise Interrupted(number)
        self._number = number
