"""The same fit with several seeds side by side: each a run folder of its own, and one of all together."""

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from alpfit.chains.unfinished import UnfinishedRun
from alpfit.errors import ConfigurationError, ExecutorError
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.merging import merge
from alpfit.inference.parallel import EXECUTORS, Parallel
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

    def run(self, run_of: RunOf, choices: Mapping[str, bool], progress: Progress, interrupts: Interrupts) -> None:
        """Run all seeds, each a task of its own, as many at once as there are workers; ``choices`` are those of a run.

        Raises :class:`ExecutorError` where one of them has failed.
        """
        parallel = self.parallel
        if not EXECUTORS[parallel.executor].on_this_machine:
            raise ConfigurationError(
                f"repeat runs its seeds side by side on this machine, but [parallel] executor = "
                f"'{parallel.executor}': run each with its own seed and output instead"
            )
        at_once = min(self.n, parallel.n_workers)
        share = max(1, parallel.n_workers // at_once)
        workers = [] if EXECUTORS[parallel.executor].fixed_workers else [f"parallel.workers={share}"]
        waiting, running = list(self.folders), dict[int, Task]()
        try:
            while waiting or running:
                while waiting and len(running) < at_once and not interrupts.arrived:
                    seed = waiting.pop(0)
                    run = run_of([f"sampler.seed={seed}", *workers])
                    running[seed] = Task(partial(run, str(self.folders[seed].absolute()), **choices))
                time.sleep(POLL_S)
                for seed, task in list(running.items()):
                    if task.poll() is not None:
                        _check(seed, running.pop(seed), interrupts)
                progress.update(self._report(waiting, list(running)))
                interrupts.raise_if_arrived()
        finally:
            for task in running.values():
                task.terminate()
            for task in running.values():
                task.wait()

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

    def _report(self, waiting: Sequence[int], running: Sequence[int]) -> ProgressReport:
        """Where all seeds stand together."""
        status = [UnfinishedRun(self.folders[seed]).last_status() for seed in running]
        n_done = self.n - len(waiting) - len(running)
        known = [at for at in status if at is not None]
        done = n_done + sum(at.share_done for at in known)
        calls = sum(at.n_calls for at in known)
        values = {"seeds running": len(running), "seeds done": n_done}
        return ProgressReport(calls, values, self.n / done - 1.0 if done > 0.0 else math.inf)


def _check(seed: int, task: Task, interrupts: Interrupts) -> None:
    """Raise :class:`ExecutorError` where the ``task`` of a seed has failed."""
    code, said = task.wait()
    if code and not interrupts.arrived:
        reason = said[-1] if said else f"exit code {code}"
        raise ExecutorError(f"seed {seed}: {reason}; the others can be continued with resume=True")
