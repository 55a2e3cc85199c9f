"""Many independent tasks on threads: what is known already is not worked out again, and nothing done is lost."""

from collections.abc import Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from alpfit.inference.interrupts import Interrupts
from alpfit.inference.progress import NoProgress, Progress, ProgressReport
from alpfit.numerics.cores import n_cores

Task = Callable[[], list[float]]
Results = Mapping[str, list[float]]


def forget(name: str, result: list[float]) -> None:
    """Keep nothing."""


@dataclass
class Work:
    """Results ``known`` by the names of their tasks, of which there are ``total``; ``keep`` gets each new one.

    Each task works on its own data and depends on nothing but its name, so that it does not matter who does it when.
    """

    known: MutableMapping[str, list[float]] = field(default_factory=dict)
    keep: Callable[[str, list[float]], None] = forget
    progress: Progress = field(default_factory=NoProgress)
    interrupts: Interrupts = field(default_factory=Interrupts)
    total: int = 1

    def results(self, tasks: Mapping[str, Task]) -> Results:
        """Those of all ``tasks``, in their order. Raises :class:`Interrupted` between two of them."""
        missing = [name for name in tasks if name not in self.known]
        with ThreadPoolExecutor(n_cores()) as pool:
            running = {pool.submit(tasks[name]): name for name in missing}
            try:
                for future in as_completed(running):
                    self._note(running[future], future.result())
                    self.interrupts.raise_if_arrived()
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return {name: self.known[name] for name in tasks}

    def _note(self, name: str, result: list[float]) -> None:
        self.known[name] = result
        self.keep(name, result)
        done = len(self.known)
        self.progress.update(ProgressReport(done, {"of": float(self.total)}, max(self.total - done, 0) / done))
