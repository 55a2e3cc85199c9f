"""Copies of this process, which begin where it is: nothing is imported, read or worked out twice.

That is what fork(2) makes, on systems that have it, of a process with a single thread: a lock that another thread holds
would stay locked in the copy. So it is done in the program ``alpfit`` alone, whose threads are known, and not under
MPI, whose libraries may not be copied; elsewhere things are done one after the other, or in processes that begin anew.
"""

import mmap
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

from alpfit.inference.interrupts import SIGNALS
from alpfit.inference.parallel.orphans import end_with, vanish
from alpfit.numerics.cores import n_cores
from alpfit.numerics.program import is_program

Item = TypeVar("Item")
Made = TypeVar("Made")


def can_copy() -> bool:
    """Whether a copy of this process would be whole, and have a core of its own."""
    alone = threading.active_count() == 1 and "mpi4py.MPI" not in sys.modules
    return is_program() and sys.platform == "linux" and alone and n_cores() > 1


class Copy:
    """A copy of this process that calls ``function`` and ends, with 0 if that returns; it says nothing."""

    def __init__(self, function: Callable[[], object]) -> None:
        parent = os.getpid()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # as it is where it has been closed
                stream.flush()
        self._pid = os.fork()
        self._code: int | None = None
        if self._pid == 0:
            code = 1
            try:
                _be_quiet()
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
                end_with(parent, vanish)
                function()
                code = 0
            except BaseException:
                pass
            finally:
                os._exit(code)

    def wait(self) -> int:
        """Its exit code, when it has ended; 1 where the system does not keep it (SIGCHLD is ignored)."""
        if self._code is None:
            try:
                self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            except ChildProcessError:
                self._code = 1
        return self._code

    def end(self) -> None:
        """End it, if it has not ended yet."""
        if self._code is None:
            with suppress(ChildProcessError):
                if os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                    os.kill(self._pid, signal.SIGKILL)
            self.wait()


def _be_quiet() -> None:
    """What the original does about signals and writes is its own."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as with nohup
            signal.signal(number, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Let signals wait until the block has ended: no copy is made of which nobody knows."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def in_copies(functions: Sequence[Callable[[], object]]) -> None:
    """Call each of the ``functions`` in a copy, and wait; what fails there is missing, and nobody is told.

    Nor where the system makes no more copies.
    """
    copies: list[Copy] = []
    try:
        with _signals_wait(), suppress(OSError):
            copies.extend(Copy(function) for function in functions)
        for copy in copies:
            copy.wait()
    finally:
        for copy in copies:
            copy.end()


def side_by_side(
    items: Sequence[Item], make: Callable[[Item], Made], good: Callable[[Made], bool] = lambda _: True
) -> Iterator[Made]:
    """What is made of each of the ``items``, in their order; where it can be, a copy begins at the other end.

    What is made there is pickled. What cannot be made or pickled there, or is not ``good``, is made here, so that
    errors are seen here, and a want that only the copy has costs nothing.
    """
    shared = _shared() if len(items) > 1 and can_copy() else None
    if shared is None:
        yield from map(make, items)
        return
    file, ends = shared
    ends[BEGUN_HERE], ends[BEGUN_THERE] = 0, len(items)
    copies: list[Copy] = []
    made: dict[int, Made] | None = None
    try:
        with _signals_wait(), suppress(OSError):
            copies.append(Copy(partial(_make_from_the_end, items, make, good, ends, file)))
        for i, item in enumerate(items):
            ends[BEGUN_HERE] = i + 1
            if ends[BEGUN_THERE] <= i and made is None:
                copies[0].wait()
                made = dict(_read(file))
            yield made[i] if made is not None and i in made else make(item)
    finally:
        for copy in copies:
            copy.end()
        file.close()


def _shared() -> tuple[IO[bytes], Any] | None:
    """A file without a name, so that nothing is left behind, and two numbers in memory; None without room or right."""
    try:
        return TemporaryFile(), memoryview(mmap.mmap(-1, 16)).cast("q")
    except OSError:
        return None


BEGUN_HERE, BEGUN_THERE = 0, 1
"""In the memory that both share: how many items have been begun here, and the first of those that have been there. Each
writes its own before it reads the other's, so that at the worst an item is made by both, or left to this process."""


def _make_from_the_end(
    items: Sequence[Item], make: Callable[[Item], Made], good: Callable[[Made], bool], ends: Any, file: IO[bytes]
) -> None:
    for i in range(len(items) - 1, -1, -1):
        ends[BEGUN_THERE] = i
        if ends[BEGUN_HERE] > i:
            return
        if good(made := make(items[i])):
            file.write(pickle.dumps((i, made)))
            file.flush()


def _read(file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """What the copy has made, as far as it is whole."""
    file.seek(0)
    with suppress(EOFError, pickle.UnpicklingError):
        while True:
            yield pickle.load(file)
