"""A leg of a run for tests/test_crash_safety.py: a process that may kill itself at a chosen write.

Imported by a server that forks the processes: what is loaded and compiled here is there in each of them at once.
"""

import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from inputs import write_small

from alpfit import Fit
from alpfit.fit import presenting


def small_fit(folder: Path) -> Fit:
    """The fit, with its input in ``folder``."""
    sampler = 'sampler={ name = "dynesty", n_live = 60, dlogz = 0.5, seed = 3 }'
    path = folder / "small.toml"
    return Fit.from_file(write_small(path, sampler, "checkpoint_interval=0.05", "parallel.executor=serial"))


def run_leg(file: Path, output: Path, dies_at: int) -> None:
    """Continue the run at ``output``; at the ``dies_at``-th fsync the process kills itself, at none where it is 0."""
    fsync, n_writes = os.fsync, 0

    def fatal(descriptor: int) -> None:
        nonlocal n_writes
        n_writes += 1
        if n_writes == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        fsync(descriptor)

    os.fsync = fatal
    presenting.write_quick_figures = lambda *_, **__: []  # they are drawn when everything is safe
    Fit.from_file(file).run(output, resume=True)


with TemporaryDirectory() as here:
    small_fit(Path(here)).problem.evaluate(np.array([[5e-5, 1e-4]]))
