"""Where ln L steps: the places that a measurement lists are those that a scan finds, no more and no fewer."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from shipped_entries import all_shipped, shipped

from alpfit import Fit
from alpfit.likelihoods import FORMS, JointLikelihood, Step
from alpfit.likelihoods.forms.base import steps_of

REFERENCE = Path(__file__).parents[2] / "chains" / "reference" / "invisible"

REPORTED = {
    "babar_bkinv_2013": (2.92,),
    "babar_bkgg_2021": (0.44667, 0.90716, 1.0265),
    "na62_kpigg_2023": (0.215, 0.35),
    "na62_kpix_2025": (0.10974,),
}
"""Masses [GeV] at which MIGRAD and profiles were seen to stumble."""

SCALES = ("bounds", "upper", "sigma", "couplings")
"""The column of a form's table that says how large a signal is constrained."""

LIFETIMES, FRACTIONS = (1e-12, 1e-10, 1e-7), (0.0, 0.6)
CLOSE = 1e-9
"""Relative: of two masses that are the same, and of two values of ln L that are not."""


def other_values(measurement):
    """Values of all that a measurement reads but the abscissa: points where it constrains something."""
    form = measurement.form
    columns = [getattr(form, name) for name in SCALES if getattr(form, name, None) is not None]
    scale = float(np.nanmedian(np.abs(columns[0]))) if columns else 1e-5
    choices = []
    for name in measurement.observables:
        if name == form.abscissa:
            continue
        if name == measurement.observables[0]:
            choices.append([(name, factor * scale) for factor in (0.1, 1.0, 10.0)])
        elif name == getattr(form, "lifetime", ""):
            choices.append([(name, lifetime) for lifetime in LIFETIMES])
        else:
            choices.append([(name, fraction) for fraction in FRACTIONS])
    return [dict(point) for point in itertools.product(*choices)]


def along(measurement, others):
    """ln L as a function of the abscissa."""

    def log_l(values):
        values = np.atleast_1d(values)
        fixed = {name: np.full(values.shape, value) for name, value in others.items()}
        return measurement.loglike_of_arrays({**fixed, measurement.form.abscissa: values})

    return log_l


def differ(one, other):
    return np.abs(one - other) > CLOSE * (1.0 + np.abs(one) + np.abs(other))


def jumps(log_l, n, most):
    """Places where ``log_l`` jumps: the largest differences on a grid of ``n`` that do not get less by bisection.

    All are bisected at once.
    """
    grid = np.concatenate([[0.0], np.geomspace(1e-5, 20.0, n)])
    values = log_l(grid)
    i = np.argsort(-np.abs(np.diff(values)))[:most]
    i = i[differ(values[i], values[i + 1])]
    low, high, below, above = grid[i], grid[i + 1], values[i], values[i + 1]
    for _ in range(60 if i.size else 0):
        middle = 0.5 * (low + high)
        at = log_l(middle)
        in_lower = np.abs(at - below) > np.abs(above - at)
        high, above = np.where(in_lower, middle, high), np.where(in_lower, at, above)
        low, below = np.where(in_lower, low, middle), np.where(in_lower, below, at)
    return low[differ(below, above)]


@pytest.fixture(params=[entry.name for entry in all_shipped() if hasattr(entry.form, "abscissa")])
def measurement(request):
    return shipped(request.param)


def test_every_jump_of_ln_l_is_listed_and_every_step_that_is_listed_is_a_jump(measurement):
    listed = np.array([step.place for step in measurement.steps])
    stepped = np.zeros(listed.size, dtype=bool)
    slow = measurement.form_name in ("binned", "pyhf")
    for others in other_values(measurement)[: 1 if slow else None]:
        log_l = along(measurement, others)
        for place in jumps(log_l, *((200, 4) if slow else (20_001, 40))):
            assert listed.size, (place, others)
            assert np.abs(listed / place - 1.0).min() < CLOSE, (place, others)
        for k, place in enumerate(listed):
            stepped[k] |= differ(*log_l(place * np.array([1.0 - CLOSE, 1.0 + CLOSE])))
    assert stepped.all(), listed[~stepped]


def test_its_steps_are_in_its_abscissa_and_rise(measurement):
    assert {step.abscissa for step in measurement.steps} <= {measurement.form.abscissa}
    places = [step.place for step in measurement.steps]
    assert places == sorted(set(places))
    assert all(place > 0.0 for place in places)


@pytest.mark.parametrize("name", REPORTED)
def test_the_steps_that_were_stumbled_over_are_among_them(name):
    assert set(REPORTED[name]) <= {step.place for step in shipped(name).steps}


def test_the_step_of_babar_at_the_couplings_of_the_best_fit_is_what_was_measured():
    """The best fit as it was then, with a theory error of 5 % of the relic density."""
    problem = Fit.from_file(REFERENCE / "best_fit.toml").configuration.problem
    couplings = {"r": 0.4767913004030046, "g_agg": 6.28683012496858e-05, "g_achi": 0.0011478867713096042}
    masses = 2.92 * np.array([1.0 - CLOSE, 1.0 + CLOSE])
    around = problem.evaluate_at({"m_a": masses, **{name: np.full(2, value) for name, value in couplings.items()}})
    below, above = around.log_l_by_entry["babar_bkinv_2013"]
    assert above == 0.0  # nothing was searched
    assert above - below == pytest.approx(1.88, abs=0.005)


def test_forms_without_an_abscissa_have_none():
    without = [entry for entry in all_shipped() if not hasattr(entry.form, "abscissa")]
    assert "planck_relic_2018" in {entry.name for entry in without}
    assert [entry.name for entry in without if entry.steps] == []


MASSES = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])


@pytest.mark.parametrize(
    ("searched", "expected"),
    [
        ([1, 1, 1, 1, 1, 1, 1], [(6.0, "ends")]),
        ([0, 1, 1, 1, 1, 1, 1], [(1.0, "begins"), (6.0, "ends")]),
        ([0, 1, 1, 0, 1, 1, 1], [(1.0, "begins"), (2.0, "ends"), (4.0, "begins"), (6.0, "ends")]),
        ([0, 1, 0, 1, 0, 1, 0], []),
        ([1, 1, 0, 0, 0, 0, 1], [(1.0, "ends")]),
        ([0, 0, 0, 0, 0, 0, 0], []),
    ],
)
def test_a_table_steps_at_the_ends_of_its_rows_and_of_its_gaps(searched, expected):
    found = steps_of("mass", MASSES, np.array(searched, dtype=bool))
    assert [(step.place, step.kind) for step in found] == expected


def test_a_band_begins_and_ends_with_its_table():
    data = {"observable": "rate", "abscissa": "mass", "masses": MASSES[1:4], "best": np.zeros(3)}
    data |= {"lower": np.zeros(3), "upper": np.full(3, 1e-5)}
    band = FORMS["two-body-band"].model_validate(data)
    assert band.steps == (Step("mass", 1.0, "begins"), Step("mass", 3.0, "ends"))
    point = {key: value[:1] for key, value in data.items() if isinstance(value, np.ndarray)}
    single = FORMS["two-body-band"].model_validate({**data, **point})
    assert single.steps == ()


def test_a_joint_likelihood_has_the_steps_of_its_measurements():
    joint = JointLikelihood(tuple(shipped(name) for name in ("babar_bkinv_2013", "planck_relic_2018")))
    assert joint.steps == {"babar_bkinv_2013": shipped("babar_bkinv_2013").steps}


def test_the_description_lists_them():
    lines = shipped("na62_kpigg_2023").describe().splitlines()
    assert "  steps of ln L: m_a/GeV = 0.215 (begins), 0.35 (ends)" in lines
    assert not any("steps of ln L" in line for line in shipped("planck_relic_2018").describe().splitlines())
