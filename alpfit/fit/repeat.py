"""The same fit with several seeds side by side: each a run folder of its own, and one of all together."""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from alpfit.chains.unfinished import UnfinishedRun, is_finished
from alpfit.errors import ConfigurationError, ExecutorError
from alpfit.fit.elsewhere import Order, carried_out, carry_out
from alpfit.inference.interrupts import SIGNALS, Interrupts
from alpfit.inference.merging import merge
from alpfit.inference.parallel import EXECUTORS, Job, Parallel
from alpfit.inference.parallel.base import Map
from alpfit.inference.parallel.tasks import Task
from alpfit.inference.progress import Progress, ProgressReport
from alpfit.inference.samples import Samples
from alpfit.inference.session import Account
from alpfit.numerics.arguments import shown, whole_number
from alpfit.runs.run import Run

POLL_S = 0.5
"""Seconds between two looks at the processes."""

MOST_SEEDS = 1000
"""Each has a run folder."""

RunOf = Callable[[Sequence[str]], Callable[..., Run]]
"""From ``table.key=value`` to what runs the fit that has them, and takes the keywords of :meth:`Fit.run`."""

RunSeed = Callable[[int, Sequence[str]], Callable[[], Run]]
"""From a seed and further ``table.key=value`` to its run."""


@dataclass(frozen=True)
class Repeats:
    """``n`` seeds from ``first`` on of a fit that goes to ``path``, with the workers of ``parallel``."""

    parallel: Parallel
    first: int
    path: Path
    n: int

    def __post_init__(self) -> None:
        if whole_number("repeat", self.n, 1) > MOST_SEEDS:
            raise ConfigurationError(f"repeat = {shown(self.n)}: so many seeds have no end: {MOST_SEEDS} at most")

    @property
    def folders(self) -> dict[int, Path]:
        """The run folder of each seed, beside that of all."""
        seeds = range(self.first, self.first + self.n)
        return {seed: self.path.with_name(f"{self.path.name}.seed-{seed}") for seed in seeds}

    @contextmanager
    def workers(self, interrupts: Interrupts) -> Iterator[Map | None]:
        """Those that whole runs go to; None where that is this machine, on which each is a task."""
        executor = EXECUTORS[self.parallel.executor]
        if executor.on_this_machine:
            yield None
            return
        with executor(Job(carry_out, self.parallel, interrupts)) as call:
            yield call

    def run(
        self,
        call: Map | None,
        run_of: RunOf,
        choices: Mapping[str, bool],
        progress: Progress,
        interrupts: Interrupts,
    ) -> None:
        """Run all seeds, each a task of its own, as many at once as there are workers; ``choices`` are those of a run.

        Raises :class:`ExecutorError` where one of them has failed.
        """

        def run(seed: int, settings: Sequence[str]) -> Callable[[], Run]:
            runs = run_of([f"sampler.seed={seed}", *settings])
            return partial(runs, str(self.folders[seed].absolute()), **choices)

        if call is None:
            self._run_here(run, progress, interrupts)
        else:
            self._run_elsewhere(call, run, progress, interrupts)

    def _run_here(self, run: RunSeed, progress: Progress, interrupts: Interrupts) -> None:
        parallel = self.parallel
        at_once = min(self.n, parallel.n_workers)
        share = max(1, parallel.n_workers // at_once)
        workers = [] if EXECUTORS[parallel.executor].fixed_workers else [f"parallel.workers={share}"]
        waiting, running = list(self.folders), dict[int, Task]()
        try:
            while waiting or running:
                while waiting and len(running) < at_once and not interrupts.arrived:
                    seed = waiting.pop(0)
                    running[seed] = Task(run(seed, workers))
                time.sleep(POLL_S)
                for seed, task in list(running.items()):
                    if task.poll() is not None:
                        _check(seed, *running.pop(seed).wait(), interrupts)
                progress.update(self._report(list(running), self.n - len(waiting) - len(running)))
                interrupts.raise_if_arrived()
        finally:
            for task in running.values():
                task.terminate()
            for task in running.values():
                task.wait()

    def _run_elsewhere(self, call: Map, run: RunSeed, progress: Progress, interrupts: Interrupts) -> None:
        """Each on a worker, alone: what its points would gain from others, the other seeds have."""
        alone = ["parallel.executor=serial"]
        alone += ["parallel.scheduler="] if self.parallel.scheduler is not None else []
        alone += ["parallel.workers="] if self.parallel.workers is not None else []
        wanted = self.path.absolute().with_name(f".{self.path.name}.wanted")
        orders = [Order.of(run(seed, alone), wanted) for seed in self.folders]

        def look() -> None:
            running = [seed for seed, path in self.folders.items() if UnfinishedRun(path).last_status() is not None]
            done = [seed for seed, path in self.folders.items() if seed not in running and is_finished(path)]
            progress.update(self._report(running, len(done)))

        ended = carried_out(call, orders, interrupts, look)
        interrupts.raise_if_arrived()
        stopped = {128 + number for number in SIGNALS}  # with another that has failed
        for seed, (code, said) in sorted(zip(self.folders, ended, strict=True), key=lambda one: one[1].code in stopped):
            _check(seed, code, said, interrupts)

    def merged(self) -> tuple[Samples, Account]:
        """All seeds as one, and what they have spent together."""
        runs = [Run.read(path) for path in self.folders.values()]
        failures: Counter[str] = Counter()
        for run in runs:
            failures.update(run.summary["failures"])
        account = Account(
            n_calls=sum(run.samples.n_calls for run in runs),
            likelihood_s=sum(run.summary["likelihood_time_s"] for run in runs),
            elapsed_s=sum(run.summary["run_time_s"] for run in runs),
            failures=failures,
            first_call_s=max(run.summary["first_call_s"] for run in runs),
            share_without_likelihood=sum(run.summary["prior_share_without_likelihood"] for run in runs) / self.n,
        )
        return merge([run.samples for run in runs]), account

    def _report(self, running: Sequence[int], n_done: int) -> ProgressReport:
        """Where all seeds stand together."""
        status = [UnfinishedRun(self.folders[seed]).last_status() for seed in running]
        known = [at for at in status if at is not None]
        done = n_done + sum(at.share_done for at in known)
        calls = sum(at.n_calls for at in known)
        values = {"seeds running": len(running), "seeds done": n_done}
        return ProgressReport(calls, values, self.n / done - 1.0 if done > 0.0 else math.inf)


def _check(seed: int, code: int, said: Sequence[str], interrupts: Interrupts) -> None:
    """Raise :class:`ExecutorError` where the run of a ``seed`` has ended with this ``code`` and has failed."""
    if code and not interrupts.arrived:
        reason = said[-1] if said else f"exit code {code}"
        raise ExecutorError(f"seed {seed}: {reason}; the others can be continued with resume=True")
