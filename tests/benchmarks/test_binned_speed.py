"""How long the ln L of a binned spectrum takes, its nuisances profiled or integrated over; a part of `make bench`.

No assertion is about a time: that would test the machine. What is asserted is that each fit converges.
"""

import time
import tomllib
from functools import partial

import numpy as np
import pytest

from alpfit.likelihoods.catalogue import data_folder
from alpfit.likelihoods.forms.binned import Binned

FOLDER = data_folder() / "belle2_bknunu_q2_2025"
DATA = tomllib.loads((FOLDER / "likelihood.toml").read_text())["data"]
POINT = {"BR(B+->K+ a(inv))": np.array(8.7e-6), "m_a": np.array(2.1)}
WAYS = {"profiled": False, "Laplace": True}
each_way = pytest.mark.parametrize("way", WAYS)


def spectrum(way: str) -> Binned:
    """The form, compiled and with its start."""
    form = Binned.read({**DATA, "marginalise": WAYS[way]}, FOLDER)
    form.loglike(POINT)
    return form


def random_points(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(6)
    rates, masses = 10.0 ** rng.uniform(-8.0, -4.0, n), rng.uniform(0.0, 5.0, n)
    return dict(zip(POINT, (rates, masses), strict=True))


@each_way
def test_one_point(benchmark, report, way):
    form = spectrum(way)
    assert np.isfinite(benchmark(form.loglike, POINT))
    elapsed = 1e3 * min(timed(form.loglike, POINT) for _ in range(200))
    report(f"Belle II q2 spectrum, {way}: one call", "0.60 ms", f"{elapsed:.2f} ms")


@each_way
def test_1000_points_in_a_batch(report, way):
    form, points = spectrum(way), random_points(1000)
    elapsed = min(timed(form.loglike, points) for _ in range(3))
    report(f"Belle II q2 spectrum, {way}: one of 1,000 in an array", "0.60 ms", f"{elapsed:.2f} ms")
    assert form.fit_nuisances(form.events(*points.values()), form.start)[2].max() < 1e-9


def test_the_hessian_of_the_start_against_none(report):
    """Each fit from the best nuisances without new physics: with the Hessian there, and with its own from the start."""
    form = spectrum("profiled")
    events = form.events(*random_points(1000).values())
    without = form.start._replace(hessian=np.empty((0, 0)))
    fits = {
        name: partial(form.fit_nuisances, start=at) for name, at in {"with": form.start, "without": without}.items()
    }
    np.testing.assert_allclose(fits["with"](events)[0], fits["without"](events)[0], rtol=0.0, atol=1e-9)
    times = {name: min(timed(fit, events) for _ in range(5)) for name, fit in fits.items()}
    ratio = times["without"] / times["with"]
    report("Belle II q2 spectrum, 1,000 points: without a first Hessian over with", "", f"{ratio:.2f} x")


def timed(function, argument) -> float:
    """Seconds of a call."""
    start = time.perf_counter()
    function(argument)
    return time.perf_counter() - start
