"""Copies of this process, which begin where it is: nothing is imported, read or worked out twice.

That is what fork(2) makes, on systems that have it, of a process with a single thread: a lock that another thread holds
would stay locked in the copy. So it is done in the program ``alpfit`` alone, whose threads are known, and not under
MPI, whose libraries may not be copied; elsewhere things are done one after the other, or in processes that begin anew.
"""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

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
        sys.stdout.flush()
        sys.stderr.flush()
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
        """Its exit code, when it has ended."""
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._code

    def end(self) -> None:
        """End it, if it has not ended yet."""
        if self._code is None:
            with suppress(ProcessLookupError):
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


def side_by_side(items: Sequence[Item], make: Callable[[Item], Made]) -> Iterator[Made]:
    """What is made of each of the ``items``, in their order; where it can be, a copy begins at the other end.

    What is made there is pickled. What cannot be made or pickled there is made here, so that errors are seen here.
    """
    if len(items) < 2 or not can_copy():
        yield from map(make, items)
        return
    with ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="alpfit-", ignore_cleanup_errors=True)))
        except OSError:  # no room, or no right
            yield from map(make, items)
            return
        copies: list[Copy] = []
        try:
            with _signals_wait(), suppress(OSError):
                copies.append(Copy(partial(_make_from_the_end, items, make, folder)))
            for i, item in enumerate(items):
                made = folder / f"{i}.made"
                if not _claim(folder, i):
                    copies[0].wait()
                yield pickle.loads(made.read_bytes()) if made.exists() else make(item)
        finally:
            for copy in copies:
                copy.end()


def _claim(folder: Path, i: int) -> bool:
    """Whether item ``i`` was nobody's yet; where that cannot be said it is made twice."""
    try:
        os.close(os.open(folder / f"{i}.claimed", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    except OSError:
        return True
    return True


def _make_from_the_end(items: Sequence[Item], make: Callable[[Item], Made], folder: Path) -> None:
    for i in range(len(items) - 1, -1, -1):
        if not _claim(folder, i):
            return
        whole = folder / f"{i}.whole"
        whole.write_bytes(pickle.dumps(make(items[i])))
        whole.rename(folder / f"{i}.made")
