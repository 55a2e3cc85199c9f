"""More workers: dask and MPI on this machine's loopback with a likelihood that sleeps, and the model of a run.

No assertion is about a time. Of batches the median is taken: what else runs here takes a core now and then.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from toys import crescents

from alpfit.inference.batches import evaluate_batch
from alpfit.inference.chunks import CHUNK
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.parallel import EXECUTORS, Job, Parallel
from alpfit.inference.parallel.growth import Growth
from alpfit.inference.samplers import SAMPLERS
from alpfit.inference.session import Session
from alpfit.scenarios import Scenario

PROGRAM = Path(__file__).with_name("growing.py")
POINTS, CALL_S = 64, 2e-3
WORKERS = (1, 2, 4, 8)
MPI = {
    **os.environ,
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
}


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("executor", ["dask", "mpi"])
def test_points_of_2_ms_on_workers(executor, workers, report):
    if executor == "mpi" and shutil.which("mpirun") is None:
        pytest.skip("there is no mpirun on this machine")
    launched = ["mpirun", "-n", str(workers + 1)] if executor == "mpi" else []
    command = [*launched, sys.executable, PROGRAM, executor, str(workers), str(POINTS), str(CALL_S)]
    ended = subprocess.run(command, env=MPI, check=True, capture_output=True, text=True)
    wall = np.median(json.loads(ended.stdout.splitlines()[-1]))
    efficiency = POINTS * CALL_S / workers / wall
    report(f"{executor}, {workers} workers, {POINTS} points of 2 ms: efficiency", "0.90", f"{efficiency:.2f}")


@dataclass(frozen=True)
class Sleepy:
    """A scenario that sleeps for each point."""

    inner: Scenario

    def __getattr__(self, name):
        if name == "inner":  # asked for while it is read from a pickle
            raise AttributeError(name)
        return getattr(self.inner, name)

    def predict(self, points):
        time.sleep(CALL_S * len(next(iter(points.values()))))
        return self.inner.predict(points)


def run_on(workers, **options):
    """Samples of nautilus on dask, wall time, and that in the likelihood [s]."""
    problem = crescents()
    problem = replace(problem, scenario=Sleepy(problem.scenario))
    job = Job(partial(evaluate_batch, problem), Parallel(executor="dask", workers=workers), Interrupts())
    with EXECUTORS["dask"](job) as evaluate:
        session, start = Session(problem, evaluate=evaluate), time.perf_counter()
        samples = SAMPLERS["nautilus"](seed=1, **options).run(session)
        return samples, time.perf_counter() - start, session.account.likelihood_s


def test_the_model_of_a_run_tells_its_wall_time(report):
    """From what one worker has shown: calls, and what the sampler does alone."""
    options = {"n_live": 300, "n_eff": 1000, "n_batch": POINTS}
    one, wall, likelihood = run_on(1, **options)
    model = Growth(one.n_calls, POINTS, CHUNK, CALL_S, wall - likelihood)
    for workers in WORKERS:
        samples, measured, _ = run_on(workers, **options)
        np.testing.assert_array_equal(samples.log_l, one.log_l)
        told = f"{model.wall_s(workers):.1f} s"
        report(f"nautilus, {one.n_calls} calls of 2 ms, {workers} workers: wall time", told, f"{measured:.1f} s")
