"""Whole runs: from `alpfit run` to the last figure, what samplers cost, and what a second thread saves.

No assertion is about a time: that would test the machine. What is asserted is that answers agree.
"""

import json
import os
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

import numba
import numpy as np
import pytest
from toys import crescents

import alpfit
from alpfit.figures import QUICK as QUICK_FIGURES
from alpfit.inference.batches import evaluate_batch
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.parallel import EXECUTORS, Job, Parallel
from alpfit.inference.samplers import SAMPLERS
from alpfit.inference.samplers.mixture import Mixture
from alpfit.inference.samplers.nautilus import NETWORKS
from alpfit.inference.samplers.nautilus_library import (
    Generator,
    enclosing_ellipsoid,
    nautilus_sampler,
    own,
    predict,
)
from alpfit.inference.samplers.network import Network
from alpfit.inference.session import Session
from alpfit.scenarios import Scenario

EXAMPLE = Path(__file__).parents[2] / "examples" / "invisible.toml"

QUICK = {
    "dynesty": {"n_live": 500, "dlogz": 1.0},
    "nautilus": {"n_live": 1000, "n_eff": 4000},
    "emcee": {"n_walkers": 64, "max_steps": 100},
}


@numba.njit(nogil=True)
def burn(n):
    """Keep a core busy without holding the interpreter's lock."""
    total = 0.0
    for i in range(n):
        total += np.sqrt(total + i)
    return total


@dataclass(frozen=True)
class Busy:
    """A scenario that first works for a while, ``n`` steps for each point: a likelihood as expensive as one likes."""

    inner: Scenario
    n: int

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def predict(self, points):
        burn(self.n * len(next(iter(points.values()))))
        return self.inner.predict(points)


def slowed(milliseconds):
    """Two modes on a parabola, at so many milliseconds a point."""
    burn(1)
    start = time.perf_counter()
    burn(10**8)
    per_step = (time.perf_counter() - start) / 10**8
    problem = crescents()
    return replace(problem, scenario=Busy(problem.scenario, round(1e-3 * milliseconds / per_step)))


def sampled(name, problem, workers):
    """Samples, and the wall time and that in the likelihood [s]."""
    options = Parallel(executor="threads", workers=workers)
    start = time.perf_counter()
    with EXECUTORS["threads"](Job(partial(evaluate_batch, problem), options, Interrupts())) as evaluate:
        session = Session(problem, evaluate=evaluate)
        samples = SAMPLERS[name](seed=1, **QUICK[name]).run(session)
    return samples, time.perf_counter() - start, session.account.likelihood_s


@pytest.mark.parametrize("name", QUICK)
def test_two_threads_against_one(name, report):
    problem = slowed(2.0)
    (one, slow, _), (two, fast, _) = (sampled(name, problem, workers) for workers in (1, 2))
    np.testing.assert_array_equal(one.log_l, two.log_l)
    report(f"{name}, likelihood of 2 ms: two threads against one", "1.6 x", f"{slow / fast:.2f} x")


@pytest.mark.parametrize("name", QUICK)
def test_overhead_of_a_sampler(name, report):
    problem = slowed(1.0)
    _, wall, likelihood = sampled(name, problem, 1)
    share = 100.0 * (1.0 - likelihood / wall)
    report(f"{name}, likelihood of 1 ms: time outside of it", "30 %", f"{share:.0f} %")


def test_what_is_put_in_the_place_of_nautilus_own(report):
    """The ellipsoid around a bound's points, what networks predict for those of a batch, training, rows in disorder."""
    nautilus_sampler()
    points = np.random.default_rng(5).random((1000, 4))

    def train(kind):
        options = NETWORKS | {"learning_rate_init": 1e-2, "alpha": 0.0, "tol": 0.0, "max_iter": 10, "random_state": 1}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="sklearn")  # ten epochs
            return kind(**options).fit(points, np.sin(9.0 * points[:, 0])).predict(points)

    def shuffle(kind):
        kind(np.random.PCG64(1)).shuffle(rows := points.copy())
        return rows

    def split(kind):
        return kind(n_components=2, n_init=10, random_state=1).fit(points).means_

    emulator = import_module("nautilus.neural").NeuralNetworkEmulator.train(
        points, points.sum(axis=1), n_networks=4, neural_network_kwargs=NETWORKS
    )
    pairs = {
        "ellipsoid around 1,000 points": (enclosing_ellipsoid, own["minimum_volume_enclosing_ellipsoid"], (points,)),
        "four networks at 1,000 points": (predict, own["predict"], (emulator, points)),
        "a network trained for ten epochs": (partial(train, Network), partial(train, own["MLPRegressor"]), ()),
        "two Gaussians in 1,000 points": (partial(split, Mixture), partial(split, own["GaussianMixture"]), ()),
        "1,000 rows shuffled": (partial(shuffle, Generator), partial(shuffle, np.random.Generator), ()),
    }
    for what, (ours, theirs, arguments) in pairs.items():
        np.testing.assert_allclose(ours(*arguments)[0], theirs(*arguments)[0], rtol=1e-8)
        ratio = shortest(theirs, arguments) / shortest(ours, arguments)
        report(f"{what}, nautilus' own over ours", "", f"{ratio:.1f} x")


def shortest(function, arguments):
    """CPU seconds of the shortest of a few calls."""
    times = []
    for _ in range(10):
        start = time.process_time()
        function(*arguments)
        times.append(time.process_time() - start)
    return min(times)


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
    alpfit.plot(tmp_path / "run", QUICK_FIGURES, tmp_path / "figures")
    figures = time.perf_counter() - start
    parts = {
        "compiling": summary["first_call_s"],
        "likelihood": summary["likelihood_time_s"],
        "sampler": summary["run_time_s"] - summary["likelihood_time_s"] - summary["first_call_s"],
        "figures": figures,
    }
    parts["input and output"] = wall - sum(parts.values())
    target = "45 s" if sampler == "as in the file" else ""
    report(f"alpfit run examples/invisible.toml, sampler {sampler}, nothing compiled", target, f"{wall:.0f} s")
    for part, seconds in parts.items():
        report(f"    {part}", "", f"{seconds:.1f} s")
    likelihood = likelihood_on_one_core(tmp_path / "run") * summary["n_calls"]
    report(
        "    sampler's own work over the likelihood's on one core", "1.0 x", f"{parts['sampler'] / likelihood:.2f} x"
    )
    assert summary["shortfalls"] == []


def likelihood_on_one_core(folder):
    """CPU seconds of a likelihood call at the samples of a run, in calls of as many points as its chunks have."""
    fit, samples = alpfit.Fit.from_file(EXAMPLE), alpfit.Run.read(folder).to_dataframe()
    chunk, theta = fit.configuration.parallel.chunk, samples[list(fit.problem.names)].to_numpy()[:1024]
    fit.problem.evaluate(theta[:chunk])
    start = time.process_time()
    for i in range(0, len(theta), chunk):
        fit.problem.evaluate(theta[i : i + chunk])
    return (time.process_time() - start) / len(theta)


def test_the_first_evaluation_on_a_machine(report, tmp_path):
    """In two processes and in this one alone, each with nothing compiled."""
    point = ["--at", "m_a=2.1", "--at", "r=0.477", "--at", "g_agg=5e-5", "--at", "g_achi=4e-4"]
    command = [sys.executable, "-m", "alpfit.cli.main", "evaluate", EXAMPLE, *point]
    walls, answers = {}, set()
    for cores in ("0", "0,1"):
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / cores)}
        start = time.perf_counter()
        ended = subprocess.run(["taskset", "-c", cores, *command], env=environment, check=True, capture_output=True)
        walls[cores] = time.perf_counter() - start
        answers.add(ended.stdout)
        start = time.perf_counter()
        subprocess.run(["taskset", "-c", cores, *command], env=environment, check=True, capture_output=True)
        again = time.perf_counter() - start
    assert len(answers) == 1
    report("alpfit evaluate, nothing compiled", "10 s", f"{walls['0,1']:.0f} s")
    report("    one core against two", "", f"{walls['0'] / walls['0,1']:.2f} x")
    report("    against one with everything compiled", "", f"{walls['0,1'] / again:.1f} x")
