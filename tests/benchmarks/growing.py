"""Seconds of batches on an executor, with a likelihood that sleeps CALL_S a point: a program, also for mpirun.

    python growing.py EXECUTOR WORKERS POINTS CALL_S     # prints them as JSON
    mpirun -n 9 python growing.py mpi 8 64 0.002

What sleeps needs no core, so that a few of them serve many workers.
"""

import json
import sys
import time
from functools import partial

import numpy as np

from alpfit.inference.chunks import size_of_chunks
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.parallel import EXECUTORS, Job, Parallel

WARMING, COUNTED = 10, 60


def slow(theta, call_s):
    """Something as large as a batch of a fit: ln L and fifty columns."""
    time.sleep(call_s * len(theta))
    return theta.sum(axis=1), np.repeat(theta, 13, axis=1), {}


def main(executor, workers, points, call_s):
    function = partial(slow, call_s=call_s)
    job = Job(function, Parallel(executor=executor, workers=None if executor == "mpi" else workers), Interrupts())
    if EXECUTORS[executor].serve(function):
        return
    theta = np.random.default_rng(1).random((points, 4))
    size = size_of_chunks(points)
    chunks = np.split(theta, range(size, points, size))
    walls = []
    with EXECUTORS[executor](job) as call:
        for _ in range(WARMING + COUNTED):
            start = time.perf_counter()
            found = call(chunks)
            walls.append(time.perf_counter() - start)
            assert np.array_equal(np.concatenate([batch[0] for batch in found]), theta.sum(axis=1))
    sys.stdout.write(json.dumps(walls[WARMING:]))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
