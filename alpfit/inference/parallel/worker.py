"""The worker's side in a process of its own: it is given the function once, and then arguments for it."""

import pickle
import signal
import traceback
from typing import Any

from alpfit.inference.interrupts import SIGNALS
from alpfit.inference.parallel.base import Function
from alpfit.inference.parallel.orphans import end_with, vanish

OWN = "own"
"""The run of a worker that works for one alone."""


class Worker:
    """Has the functions that this process was given, by the names of the runs that they belong to."""

    functions: dict[str, Function] = {}  # noqa: RUF012 - what a process holds


def install(shipment: bytes, parent: int | None = None) -> None:
    """Keep the pickled function, and leave it to the main process to end: it tells its workers.

    Where that is gone without a word, which the ``parent`` shows, this process ends, too.
    """
    leave_signals_to_the_main_process()
    if parent is not None:
        end_with(parent, vanish)
    Worker.functions[OWN] = pickle.loads(shipment)


def leave_signals_to_the_main_process() -> None:
    """Ignore what asks the whole group of processes to end."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def call(argument: Any, run: str = OWN) -> Any:
    """What the function of the ``run`` returns."""
    if run not in Worker.functions:
        raise RuntimeError("this worker was given no function")
    return Worker.functions[run](argument)


def answered(message: bytes, run: str = OWN) -> bytes:
    """The answer to a pickled argument, pickled: what the function returns and None, or None and what it raises."""
    try:
        return pickle.dumps((call(pickle.loads(message), run), None))
    except Exception as error:
        error.add_note(f"in a worker:\n{traceback.format_exc()}")
        return pickle.dumps((None, _that_travels(error)))


def opened(answer: bytes) -> Any:
    """What the function has returned; what it has raised is raised here."""
    result, error = pickle.loads(answer)
    if error is not None:
        raise error
    return result


def _that_travels(error: Exception) -> Exception:
    """The ``error``, or what it says where it cannot be pickled and read again, as some that are made with more."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
