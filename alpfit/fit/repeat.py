"""The same fit with several seeds side by side: each a run folder of its own, and one of all together.

Each seed is a process that runs ``alpfit run``, so that what holds for one run (checkpoints, ``--resume``) holds here.
"""

import math
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from alpfit.chains.unfinished import UnfinishedRun
from alpfit.config import Configuration
from alpfit.errors import ConfigurationError, ExecutorError
from alpfit.fit.run import Run
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.merging import merge
from alpfit.inference.parallel.orphans import WORKS_FOR
from alpfit.inference.progress import Progress, ProgressReport
from alpfit.inference.samples import Samples
from alpfit.inference.session import Account

POLL_S = 0.5
"""Seconds between two looks at the processes."""

FINE = (0, 3)
"""Exit codes of a run that is finished: 3 says that it missed its own target."""


@dataclass(frozen=True)
class Repeats:
    """The seeds of a fit that goes to ``path``, from its TOML ``file`` with ``overrides``."""

    configuration: Configuration
    file: Path
    overrides: tuple[str, ...]
    path: Path
    n: int

    @property
    def folders(self) -> dict[int, Path]:
        """The run folder of each seed, beside that of all."""
        first = self.configuration.sampler.seed
        return {seed: self.path.with_name(f"{self.path.name}.seed-{seed}") for seed in range(first, first + self.n)}

    def run(self, flags: Sequence[str], progress: Progress, interrupts: Interrupts) -> None:
        """Run all seeds, as many at once as there are workers; ``flags`` are those of ``alpfit run``."""
        parallel = self.configuration.parallel
        if parallel.executor not in {"serial", "threads", "processes"}:
            raise ConfigurationError(
                f"--repeat runs its seeds side by side on this machine, but [parallel] executor = "
                f"'{parallel.executor}': give --seed and --output for each instead"
            )
        at_once = min(self.n, parallel.n_workers)
        workers = [] if parallel.executor == "serial" else [f"parallel.workers={max(1, parallel.n_workers // at_once)}"]
        waiting, running = list(self.folders), dict[int, _Seed]()
        try:
            while waiting or running:
                while waiting and len(running) < at_once and not interrupts.arrived:
                    seed = waiting.pop(0)
                    running[seed] = self._start(seed, flags, [*self.overrides, *workers])
                time.sleep(POLL_S)
                for seed, process in list(running.items()):
                    if process.poll() is not None:
                        self._check(seed, running.pop(seed), interrupts)
                progress.update(self._report(waiting, list(running)))
                interrupts.raise_if_arrived()
        finally:
            for process in running.values():
                process.terminate()
            for process in running.values():
                process.wait()

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

    def _start(self, seed: int, flags: Sequence[str], overrides: Sequence[str]) -> "_Seed":
        sets = [word for override in overrides for word in ("--set", override)]
        # -P: nothing is imported from the working directory, which may be anybody's
        command = [sys.executable, "-P", "-m", "alpfit.cli.main", "run", str(self.file), *flags, *sets]
        command += ["--seed", str(seed), "--output", str(self.folders[seed])]
        return _Seed(command)

    def _check(self, seed: int, process: "_Seed", interrupts: Interrupts) -> None:
        """Raise :class:`ExecutorError` where the run of a seed has failed."""
        code, said = process.wait()
        if code not in FINE and not interrupts.arrived:
            reason = said[-1].removeprefix("alpfit: ") if said else f"exit code {code}"
            raise ExecutorError(f"seed {seed}: {reason}; the others can be continued with --resume")

    def _report(self, waiting: Sequence[int], running: Sequence[int]) -> ProgressReport:
        """Where all seeds stand together."""
        status = [UnfinishedRun(self.folders[seed]).last_status() for seed in running]
        n_done = self.n - len(waiting) - len(running)
        known = [at for at in status if at is not None]
        done = n_done + sum(at.share_done for at in known)
        calls = sum(at.n_calls for at in known)
        values = {"seeds running": len(running), "seeds done": n_done}
        return ProgressReport(calls, values, self.n / done - 1.0 if done > 0.0 else math.inf)


class _Seed:
    """The process of a seed; what it says goes to a file, since a pipe that nobody reads would stop it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._said = TemporaryFile("w+")  # noqa: SIM115 - closed when the process has ended
        environment = os.environ | {WORKS_FOR: str(os.getpid())}
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self._said, env=environment)
        self.poll, self.terminate = self._process.poll, self._process.terminate

    def wait(self) -> tuple[int, list[str]]:
        """Its exit code, and the lines that it has said."""
        code = self._process.wait()
        with self._said:
            self._said.seek(0)
            return code, self._said.read().strip().splitlines()
