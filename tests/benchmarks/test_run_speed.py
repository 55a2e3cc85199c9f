"""Whole runs: from `alpfit run` to the last figure, what samplers cost, and what a second thread saves.

No assertion is about a time: that would test the machine. What is asserted is that answers agree.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from alpfit import Fit, Run
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.parallel import EXECUTORS, Job, Parallel
from alpfit.inference.samplers import SAMPLERS
from alpfit.inference.session import Session
from alpfit.scenarios import Scenario

EXAMPLE = Path(__file__).parents[2] / "examples" / "invisible.toml"

QUICK = {
    "dynesty": {"n_live": 200, "dlogz": 1.0},
    "nautilus": {"n_live": 400, "n_eff": 1000},
    "emcee": {"n_walkers": 64, "max_steps": 100},
}


@dataclass(frozen=True)
class Slow:
    """A scenario that predicts ``n`` times what it is asked once: a likelihood as expensive as one likes."""

    inner: Scenario
    n: int

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def predict(self, points):
        for _ in range(self.n - 1):
            self.inner.predict(points)
        return self.inner.predict(points)


def slowed(milliseconds: float):
    """The example's problem with calls of at least so many milliseconds, in chunks of eight."""
    problem = Fit.from_file(EXAMPLE).problem
    theta = problem.prior_transform(np.random.default_rng(1).random((256, problem.n_dim)))
    chunks = np.split(theta, 32)

    def per_call(n):
        slow = replace(problem, scenario=Slow(problem.scenario, n))
        start = time.perf_counter()
        for chunk in chunks:
            slow.evaluate(chunk)
        return slow, 1e3 * (time.perf_counter() - start) / len(theta)

    per_call(1)
    n = max(1, round(milliseconds / per_call(1)[1]))
    return per_call(n)


def sampled(name, problem, workers):
    """Samples, and the wall time and that in the likelihood [s]."""
    options = Parallel(executor="threads", workers=workers)
    start = time.perf_counter()
    with EXECUTORS["threads"](Job(problem, options, Interrupts())) as evaluate:
        session = Session(problem, evaluate=evaluate)
        samples = SAMPLERS[name](seed=1, **QUICK[name]).run(session)
    return samples, time.perf_counter() - start, session.account.likelihood_s


@pytest.mark.parametrize("name", QUICK)
def test_two_threads_against_one(name, report):
    problem, cost = slowed(2.0)
    (one, slow, _), (two, fast, _) = (sampled(name, problem, workers) for workers in (1, 2))
    np.testing.assert_array_equal(one.log_l, two.log_l)
    report(f"{name}, likelihood of {cost:.1f} ms: two threads against one", "1.6 x", f"{slow / fast:.2f} x")


@pytest.mark.parametrize("name", QUICK)
def test_overhead_of_a_sampler(name, report):
    problem, cost = slowed(1.0)
    _, wall, likelihood = sampled(name, problem, 1)
    share = 100.0 * (1.0 - likelihood / wall)
    report(f"{name}, likelihood of {cost:.1f} ms: time outside of it", "30 %", f"{share:.0f} %")


@pytest.mark.parametrize("sampler", ["as in the file", "dynesty"])
def test_a_whole_run_with_nothing_compiled(sampler, report, tmp_path):
    chosen = [] if sampler == "as in the file" else ["--set", f"sampler.name={sampler}"]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "alpfit.cli.main", "run", EXAMPLE, "--output", tmp_path / "run", *chosen]
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    wall = time.perf_counter() - start
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    start = time.perf_counter()
    Run.read(tmp_path / "run").plot(tmp_path / "figures")
    figures = time.perf_counter() - start
    parts = {
        "compiling": summary["first_call_s"],
        "likelihood": summary["likelihood_time_s"],
        "sampler": summary["run_time_s"] - summary["likelihood_time_s"] - summary["first_call_s"],
        "figures": figures,
    }
    parts["input and output"] = wall - sum(parts.values())
    report(f"alpfit run examples/invisible.toml, sampler {sampler}, nothing compiled", "180 s", f"{wall:.0f} s")
    for part, seconds in parts.items():
        report(f"    {part}", "", f"{seconds:.1f} s")
    assert summary["shortfalls"] == []
