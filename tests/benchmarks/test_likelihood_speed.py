"""How long a full likelihood call takes, and how much of it is the relic density; a part of `make bench`.

No assertion is about a time: that would test the machine. What is asserted is that the point has a likelihood.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from alpfit import Fit, Run
from alpfit.relic import relic_density

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
TARGETS = {
    "invisible": "1.00 ms",
    "invisible_rate": "0.30 ms",
    "displaced": "0.30 ms",
    "displaced_dark_matter": "1.00 ms",
}
POINT = {"m_a": 2.1, "r": 0.477, "g_agg": 7e-5, "g_achi": 3e-4}
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)


def fastest(function: Callable[[], object], repeats: int = 300) -> float:
    """Milliseconds of a call, the shortest of many."""
    elapsed = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        elapsed.append(time.perf_counter() - start)
    return 1e3 * min(elapsed)


def problem_and_point(example: Path):
    problem = Fit.from_file(example).configuration.problem
    return problem, np.array([[POINT[name] for name in problem.names]])


@each_example
def test_one_call(benchmark, example):
    problem, theta = problem_and_point(example)
    assert np.isfinite(benchmark(problem.evaluate, theta).log_l).all()


@each_example
def test_a_call_without_the_relic_density(report, example):
    problem, theta = problem_and_point(example)
    assert np.isfinite(problem.evaluate(theta).log_l).all()
    whole = fastest(lambda: problem.evaluate(theta))
    relic = 0.0
    if "Omega_h2" in problem.scenario.observables:
        couplings = [np.array([value]) for value in POINT.values()]
        relic = fastest(lambda: relic_density(*couplings))
    measured = f"{whole - relic:.2f} ms ({len(problem.entries)} likelihoods)"
    report(f"{example.name}: a call without the relic density", TARGETS[example.stem], measured)


@each_example
def test_1000_points_at_once(report, example):
    problem, _ = problem_and_point(example)
    theta = problem.prior_transform(np.random.default_rng(1).random((1000, problem.n_dim)))
    problem.evaluate(theta)
    report(
        f"{example.name}: one of 1,000 points in an array",
        "-",
        f"{fastest(lambda: problem.evaluate(theta), 3) / 1000:.3f} ms",
    )


def test_python_between_the_kernels(report):
    """What a call takes however few its points are, as a part of a call of so many points of the posterior."""
    fit = Fit.from_file(ROOT / "examples" / "invisible.toml")
    problem, chunk = fit.problem, fit.configuration.parallel.chunk
    samples = Run.read(ROOT / "chains" / "reference" / "invisible").to_dataframe()
    theta = samples[list(problem.names)].to_numpy()
    sizes = (chunk // 4, chunk // 2, chunk, 2 * chunk)
    theta = np.resize(theta, (8 * sizes[-1], problem.n_dim))

    def all_in_calls_of(n: int) -> None:
        for i in range(0, len(theta), n):
            assert np.isfinite(problem.evaluate(theta[i : i + n]).log_l).all()

    of_a_call = [fastest(partial(all_in_calls_of, n), 5) * n / len(theta) for n in sizes]
    fixed = float(np.polynomial.polynomial.polyfit(sizes, of_a_call, 1)[0])
    share = 100.0 * fixed / of_a_call[sizes.index(chunk)]
    report(f"invisible.toml: Python between kernels, of a call of {chunk} points", "10 %", f"{share:.0f} %")
