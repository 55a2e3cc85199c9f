"""Whole tasks in processes of their own, which go on for minutes or hours and are not lost when one of them fails.

A task is a function without arguments, which is pickled. Its process ends as a program does: 0 when it is done, 2 where
the user can mend what went wrong, and 128 + the number of a signal that has ended it.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from tempfile import TemporaryFile
from typing import Any

from alpfit.errors import AlpfitError, in_one_line
from alpfit.inference.interrupts import Interrupted
from alpfit.inference.parallel.orphans import WORKS_FOR, end_with_whom_it_works_for
from alpfit.numerics.memory import MEMORY_IS_OUT, memory_is_out

MENDABLE = 2
"""The exit code of a task that has ended in an :class:`AlpfitError`."""


class Task:
    """A process that calls ``function``, which may be pickled already.

    What it says goes to a file, since a pipe that nobody reads would stop it.
    """

    def __init__(self, function: Callable[[], Any] | bytes) -> None:
        from cloudpickle import dumps

        self._said = TemporaryFile("w+")  # noqa: SIM115 - closed when the process has ended
        # -P: nothing is imported from the working directory, which may be anybody's, unless this process does so, too
        path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            env=os.environ | {WORKS_FOR: str(os.getpid()), "PYTHONPATH": path},
        )
        self.poll, self.terminate = self._process.poll, self._process.terminate
        assert self._process.stdin is not None
        with self._process.stdin as stream:
            stream.write(function if isinstance(function, bytes) else dumps(function))

    def wait(self) -> tuple[int, list[str]]:
        """Its exit code, and the lines that it has said."""
        code = self._process.wait()
        with self._said:
            self._said.seek(0)
            return code, self._said.read().strip().splitlines()


def main() -> int:
    """Call the function that standard input holds; the exit code."""
    import cloudpickle

    end_with_whom_it_works_for()
    try:
        cloudpickle.load(sys.stdin.buffer)()
    except Interrupted as interrupt:
        return 128 + interrupt.number
    except AlpfitError as error:
        print(in_one_line(str(error)), file=sys.stderr)  # noqa: T201 - a process speaks so
        return MENDABLE
    except Exception as error:
        if not memory_is_out(error):
            raise
        print(MEMORY_IS_OUT, file=sys.stderr, flush=True)  # noqa: T201
        os._exit(MENDABLE)  # libraries that want memory for their farewell end in a segmentation fault
    return 0


if __name__ == "__main__":
    sys.exit(main())
