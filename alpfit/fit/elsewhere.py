"""Whole runs on workers that may be on other machines: each a process of its own beside a worker, as it would be here.

They write their run folders themselves, so that workers need the same file system. A file says that the runs are still
wanted: where it has gone they end with a checkpoint, whatever machine they are on.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.parallel.base import Map
from alpfit.inference.parallel.tasks import MENDABLE, Task

POLL_S = 0.5
"""Seconds between two looks at a run, and at whether it is wanted."""

SEEN_S = 15.0
"""Seconds in which a file that was made on another machine is seen, on file systems that look there now and then."""


class Ended(NamedTuple):
    """The exit code of a run, and the lines that it has said."""

    code: int
    said: list[str]


@dataclass(frozen=True)
class Order:
    """A run, as a function without arguments that was pickled by cloudpickle, and the file that says it is wanted."""

    shipment: bytes
    wanted: str

    @classmethod
    def of(cls, function: Callable[[], Any], wanted: Path) -> "Order":
        """An order to call ``function``."""
        from cloudpickle import dumps

        return cls(dumps(partial(_if_wanted, str(wanted), function)), str(wanted))


def carry_out(order: Order) -> Ended:
    """The worker's side: see the run through to its end; where it fails the others are not wanted any more."""
    start, wanted = time.monotonic(), Path(order.wanted)
    while not wanted.exists():
        if time.monotonic() - start > SEEN_S:
            return Ended(
                MENDABLE, [f"{os.uname().nodename} does not see {wanted.parent}: workers need this file system"]
            )
        time.sleep(POLL_S)
    task, told = Task(order.shipment), False
    while task.poll() is None:
        if not told and not wanted.exists():
            task.terminate()  # once: a second signal would not leave it the time for a checkpoint
            told = True
        time.sleep(POLL_S)
    ended = Ended(*task.wait())
    if ended.code:
        wanted.unlink(missing_ok=True)
    return ended


def _if_wanted(wanted: str, function: Callable[[], Any]) -> None:
    """Call ``function``, unless it was told to end before it could hear that."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # workers leave that to their main process, and have passed it on
    if not Path(wanted).exists():
        raise Interrupted(signal.SIGTERM)
    function()


def carried_out(call: Map, orders: Sequence[Order], interrupts: Interrupts, look: Callable[[], None]) -> list[Ended]:
    """How all ``orders`` have ended, which workers ``call``; ``look`` is called now and then meanwhile."""
    with ThreadPoolExecutor(1) as pool, _wanted(orders) as stop:
        ended = pool.submit(call, orders)
        try:
            while not ended.done():
                wait([ended], timeout=POLL_S)
                look()
                if interrupts.arrived:
                    stop()
        finally:
            stop()
        return list(ended.result())


@contextmanager
def _wanted(orders: Sequence[Order]) -> Iterator[Callable[[], None]]:
    """The file of the ``orders``, and how to take it away; it is never left behind."""
    wanted = Path(orders[0].wanted)
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.touch()
    try:
        yield lambda: wanted.unlink(missing_ok=True)
    finally:
        wanted.unlink(missing_ok=True)
