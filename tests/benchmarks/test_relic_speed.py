"""How long a relic density takes and how much memory; `make bench` prints one table of it all.

No assertion is about a time: that would test the machine. What is asserted is that each point has an answer.
"""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import numba
import numpy as np
import pytest
from published import POINTS
from scipy.stats import qmc

from alpfit.numerics.cores import n_cores
from alpfit.relic import DarkSector, Status, relic_density, solve, solve_many

ROOT = Path(__file__).resolve().parents[2]
POINT = POINTS["BP1u"]
FIT_MASSES, FIT_PHOTON, FIT_DARK = (0.6, 4.8), (1e-5, 1e-3), (1e-6, 1e-1)  # of m_a, g_agg, g_achi
RATIOS = {
    "r in the fit's box": (0.44, 0.4999),
    "r from 0.3 to 0.44": (0.3, 0.44),
    "r from 0.501 to 1": (0.501, 1.0),
    "r from 1 to 20": (1.0, 20.0),
}
MEDIAN_TARGETS = {"r in the fit's box": 0.5, "r from 0.3 to 0.44": 3.0, "r from 0.501 to 1": 3.0, "r from 1 to 20": 3.0}
"""Milliseconds, of cbe."""
each_engine = pytest.mark.parametrize("engine", ["nbe", "cbe"])
FULL_BOX = (0.42, 0.4999)


def log_uniform(rng: np.random.Generator, limits: tuple[float, float], n: int) -> np.ndarray:
    return np.exp(rng.uniform(*np.log(limits), n))


def random_points(n: int, ratios: tuple[float, float], seed: int) -> np.ndarray:
    """Points of the fit's box, but for the mass ratio; shape ``(n, 4)``."""
    rng = np.random.default_rng(seed)
    m_a, r = rng.uniform(*FIT_MASSES, n), rng.uniform(*ratios, n)
    return np.column_stack([m_a, r, log_uniform(rng, FIT_PHOTON, n), log_uniform(rng, FIT_DARK, n)])


def one_by_one(points: np.ndarray, engine: str, best_of: int) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of a call with one point, the shortest of a few, and the statuses; an unclear answer fails."""
    relic_density(*POINT, engine=engine)
    elapsed, statuses = np.full(len(points), np.inf), np.empty(len(points), dtype=int)
    for i, point in enumerate(points):
        for _ in range(best_of):
            start = time.perf_counter()
            result = relic_density(*point, engine=engine)
            elapsed[i] = min(elapsed[i], 1e3 * (time.perf_counter() - start))
        statuses[i] = result.status
        assert (np.isfinite(result.omega_h2) and result.omega_h2 > 0.0) == result.ok, point
    return elapsed, statuses


@each_engine
def test_one_point(benchmark, engine):
    relic_density(*POINT, engine=engine)
    assert benchmark(relic_density, *POINT, engine=engine).ok


@each_engine
def test_an_array_of_64_points(benchmark, engine):
    points = random_points(64, (0.4, 0.49), seed=1).T
    relic_density(*POINT, engine=engine)
    result = benchmark(relic_density, *points, engine=engine, n_threads=1)
    assert not (result.status == Status.STEP_LIMIT).any()


@each_engine
@pytest.mark.parametrize("where", RATIOS)
def test_random_points_one_by_one(report, where, engine):
    elapsed, statuses = one_by_one(random_points(1000, RATIOS[where], seed=2), engine, best_of=3)
    share = 1.0 if engine == "cbe" else 1.0 / 3.0
    median, slowest = MEDIAN_TARGETS[where] * share, 2.0 * share
    report(f"{engine}, 1,000 points, {where}: median", f"{median:.2f} ms", f"{np.median(elapsed):.3f} ms")
    in_the_box = where == "r in the fit's box"
    target = f"{slowest:.2f} ms" if in_the_box else ""
    report(f"{engine}, 1,000 points, {where}: 99th percentile", target, f"{np.percentile(elapsed, 99):.3f} ms")
    assert not (statuses == Status.STEP_LIMIT).any()


def shortest(points: np.ndarray, best_of: int, **options) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of the processor for each of the points, and the statuses."""
    relic_density(*POINT, **options)
    elapsed, statuses = np.full(len(points), np.inf), np.empty(len(points), dtype=int)
    for i, point in enumerate(points):
        for _ in range(best_of):
            start = time.process_time()
            statuses[i] = relic_density(*point, **options).status
            elapsed[i] = min(elapsed[i], 1e3 * (time.process_time() - start))
    return elapsed, statuses


@pytest.mark.parametrize("self_scattering", [False, True], ids=["alone", "with self-scattering"])
def test_the_momentum_distribution_against_the_coupled_equations(report, self_scattering):
    points = random_points(300, FULL_BOX, seed=6)
    coupled, known = shortest(points, 3, engine="cbe")
    points, coupled = points[known == Status.OK], coupled[known == Status.OK]
    full, statuses = shortest(points, 2, engine="fbe", self_scattering=self_scattering)
    name, target = ("fbe, self-scattering", 25.0) if self_scattering else ("fbe", 10.0)
    where = f"{len(points)} points, r from 0.42 to 0.4999"
    report(f"{name}, {where}: median", f"{target:.0f} ms", f"{np.median(full):.1f} ms")
    report(f"{name}, {where}: 99th percentile", f"{4.0 * target:.0f} ms", f"{np.percentile(full, 99):.1f} ms")
    report(f"{name}, {where}: median over that of cbe", "", f"{np.median(full) / np.median(coupled):.0f} times")
    assert (statuses != Status.OK).mean() < 0.03


def test_the_closure_costs_nothing(report):
    points = random_points(200, FULL_BOX, seed=7)
    pressure, _ = shortest(points, 3, engine="cbe")
    energy, _ = shortest(points, 3, engine="cbe", closure="energy")
    report(
        "cbe, energy closure over pressure closure: median", "1.0 times", f"{np.median(energy / pressure):.2f} times"
    )


def test_two_threads_against_one(report):
    points = random_points(10_000, RATIOS["r in the fit's box"], seed=3).T
    relic_density(*points[:, :64], n_threads=2)
    elapsed, densities = {}, {}
    for n_threads in (1, 2):
        start = time.perf_counter()
        densities[n_threads] = relic_density(*points, n_threads=n_threads).omega_h2
        elapsed[n_threads] = time.perf_counter() - start
    np.testing.assert_array_equal(densities[1], densities[2])
    report("cbe, 10,000 points in an array: one thread", "", f"{elapsed[1]:.2f} s, {100 * elapsed[1]:.0f} us a point")
    on_one_core = " (on one core)" if n_cores() < 2 else ""
    report("two threads against one", "1.7 times", f"{elapsed[1] / elapsed[2]:.2f} times{on_one_core}")


@each_engine
def test_against_the_slow_reference(report, engine):
    from slow_averages import Point
    from slow_reference import slow_relic

    ratios = []
    for point in (POINT, POINTS["F3 r=0.410"], (3.56, 0.49, 9.75e-5, 8.4e-5)):
        start = time.process_time()
        slow = slow_relic(Point(*point), coupled=engine == "cbe")[0]
        middle = time.process_time()
        for _ in range(200):
            result = relic_density(*point, engine=engine)
        ratios.append(200.0 * (middle - start) / (time.process_time() - middle))
        assert result.omega_h2 == pytest.approx(slow, rel=1e-3, abs=0.0)
    measured = ", ".join(f"{ratio:,.0f}" for ratio in sorted(ratios))
    report(f"{engine}, three points: times as fast as the slow reference", "1,000 times", f"{measured} times")


@numba.njit
def compiled_resonance(s, mass, strength):
    propagator = (s - 208.0**2) ** 2 + (208.0 * 0.5) ** 2
    return strength / (propagator * math.sqrt(1.0 - 4.0 * mass * mass / s))


@numba.njit
def compiled_scattering(temperature, mass, strength):
    return strength * temperature**5 / mass**4


def resonance_in_numpy(s, mass, strength):
    propagator = (s - 208.0**2) ** 2 + (208.0 * 0.5) ** 2
    return strength / (propagator * np.sqrt(1.0 - 4.0 * mass * mass / s))


def scattering_in_numpy(temperature, mass, strength):
    return strength * temperature**5 / mass**4


FUNCTIONS = {
    "compiled": (compiled_resonance, compiled_scattering),
    "NumPy": (resonance_in_numpy, scattering_in_numpy),
}


@each_engine
def test_dark_sectors_one_at_a_time_and_many_at_once(report, engine):
    masses = np.random.default_rng(8).uniform(80.0, 103.0, 64)
    elapsed = {}
    for kind, functions in FUNCTIONS.items():
        sectors = [DarkSector(mass, 2, *functions, [(208.0, 0.5)], parameters=(mass, 1e-4)) for mass in masses]
        ways = {
            "one at a time": lambda sectors=sectors: [solve(sector, engine=engine) for sector in sectors],
            "64 at once": lambda sectors=sectors: solve_many(sectors, engine=engine, n_threads=1),
            "64 at once, two threads": lambda sectors=sectors: solve_many(sectors, engine=engine, n_threads=2),
        }
        assert ways["64 at once"]().ok.all()
        best = dict.fromkeys(ways, math.inf)
        for _ in range(10):  # in turn, so that what else the machine does hits all of them
            for way, function in ways.items():
                start = time.perf_counter()
                function()
                best[way] = min(best[way], 1e3 * (time.perf_counter() - start) / len(sectors))
        for way, taken in best.items():
            elapsed[kind, way] = taken
            target = "0.8 ms" if way == "64 at once" else ""
            report(f"{engine}, a resonance, {kind}, {way}: a point", target, f"{taken:.3f} ms")
    on_one_core = " (on one core)" if n_cores() < 2 else ""
    for kind in FUNCTIONS:
        single, many, threads = (elapsed[kind, way] for way in ways)
        report(f"{engine}, {kind}: one at a time over 64 at once", "", f"{single / many:.2f}")
        report(f"{engine}, {kind}, 64 at once: one thread over two", "1.7", f"{many / threads:.2f}{on_one_core}")
    ratio = elapsed["NumPy", "64 at once"] / elapsed["compiled", "64 at once"]
    report(f"{engine}, 64 at once: NumPy over compiled", "", f"{ratio:.2f}")


CHILD = """
import resource, sys, time
start = time.perf_counter()
import numpy as np
from alpfit.relic import relic_density
imported = time.perf_counter()
assert relic_density(0.75, 0.477, 9.037e-5, 6.93e-5, engine="cbe").ok
coupled = time.perf_counter()
assert relic_density(0.75, 0.477, 9.037e-5, 6.93e-5, engine="nbe").ok
both = time.perf_counter()
r = np.linspace(0.44, 0.49, 2000)
for engine in ("nbe", "cbe"):
    assert relic_density(1.0, r, 1e-4, 1e-2, engine=engine, n_threads=1).ok.all()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
print(imported - start, coupled - imported, both - coupled, memory)
"""


def in_a_fresh_process(cache: Path) -> list[float]:
    """Seconds of the imports and of the first call of either engine, and the memory at its highest [MiB]."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", CHILD]
    child = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return [float(word) for word in child.stdout.split()]


def test_the_first_call_of_a_process(report, tmp_path):
    imports, coupled, number_density, _ = in_a_fresh_process(tmp_path)
    report("first calls, nothing compiled: cbe and nbe", "30 s", f"{coupled:.1f} s and {number_density:.1f} s")
    imports, coupled, number_density, memory = in_a_fresh_process(tmp_path)
    report("first cbe call, compiled on disk", "2 s", f"{coupled:.2f} s, after {imports:.2f} s of imports")
    report("first nbe call after it", "", f"{number_density:.2f} s")
    report("memory of a process that evaluates", "400 MB", f"{memory * 2**20 / 1e6:.0f} MB")


WHOLE_DOMAIN = ((1e-3, 20.0), (1e-9, 1e-1), (1e-9, 1.0))  # m_a, g_agg, g_achi
EDGES = (0.5, 0.5 - 1e-9, 0.5 + 1e-9)


def sweep(n: int) -> np.ndarray:
    """Quasi-random points over the whole domain; one in ten is on the threshold or 1e-9 beside it."""
    with_scatter = qmc.Sobol(4, seed=4).random(2 ** int(np.ceil(np.log2(n))))[:n]
    lower, upper = np.log(WHOLE_DOMAIN).T
    m_a, g_agg, g_achi = np.exp(lower + (upper - lower) * with_scatter[:, :3]).T
    r = 0.3 + 0.5 * with_scatter[:, 3]
    for k, edge in enumerate(EDGES):
        r[10 * k :: 30] = edge
    return np.column_stack([m_a, r, g_agg, g_achi])


@each_engine
def test_the_longest_of_20_000_points_over_the_whole_domain(report, engine):
    points = sweep(20_000)
    elapsed, statuses = one_by_one(points, engine, best_of=1)
    slowest = np.argsort(elapsed)[-20:]
    again, _ = one_by_one(points[slowest], engine, best_of=5)  # without what else the machine did
    worst = slowest[np.argmax(again)]
    where = "m_a = {:.3g}, r = {:.12g}, g_agg = {:.1e}, g_achi = {:.1e}".format(*points[worst])
    report(f"{engine}, 20,000 points everywhere: longest", "50 ms", f"{again.max():.2f} ms at {where}")
    report(f"{engine}, 20,000 points everywhere: median", "", f"{np.median(elapsed):.3f} ms")
    counts = ", ".join(f"{int((statuses == status).sum())} {status.name}" for status in Status)
    report(f"{engine}, 20,000 points everywhere: statuses", "", counts)
    assert not (statuses == Status.STEP_LIMIT).any()
