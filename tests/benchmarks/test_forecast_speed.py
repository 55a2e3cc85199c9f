"""How long a forecast takes; a part of `make bench`. What is asserted is how often ln L is called, not a time."""

import time

import numpy as np

from alpfit.inference.forecasting import Rates, expected_limits, signal_of
from alpfit.inference.forecasting.forecast import forecast_of
from alpfit.inference.forecasting.plan import Plan, Truth
from alpfit.inference.forecasting.tasks import Workbench
from alpfit.inference.forecasting.work import Work
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.parallel import EXECUTORS, Job, Parallel
from alpfit.likelihoods import load

ENTRY = "belle2_bknunu_q2_2025"
MASSES = tuple(np.linspace(0.1, 4.4, 200).tolist())


def test_the_limits_at_one_mass(benchmark, report):
    measurement = load(ENTRY)
    signal = signal_of(measurement)
    background = measurement.asimov(signal.at(2.0, np.zeros(1)))
    counted = Counted(background)
    expected_limits(Rates(counted, signal, 2.0), 5e-6)
    assert counted.calls < 60
    benchmark(lambda: expected_limits(Rates(background, signal, 2.0), 5e-6))
    report("limits with bands at one mass", "", f"{counted.calls} calls of ln L")


def test_two_hundred_masses_and_four_luminosities(report):
    plan = Plan(load(ENTRY), Truth("the point", 2.1, 8.7e-6), (1.0, 5.0, 10.0, 50.0), "scaled", MASSES)
    begun, bench = time.perf_counter(), Workbench(plan)
    with EXECUTORS["threads"](Job(bench, Parallel(), Interrupts())) as call:
        made = forecast_of(bench, Work(call, at_once=8))
    elapsed = time.perf_counter() - begun
    assert np.isfinite([limits.cl_s for at in made.at for limits in at.limits]).all()
    report("200 masses, 4 luminosities", "below 300 s", f"{elapsed:.0f} s")


class Counted:
    """A measurement that counts the points at which it is asked."""

    def __init__(self, measurement):
        self.measurement, self.calls = measurement, 0

    def loglike_of_arrays(self, predictions):
        self.calls += len(next(iter(predictions.values())))
        return self.measurement.loglike_of_arrays(predictions)
