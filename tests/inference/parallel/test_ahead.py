"""Compiling ahead: what is rehearsed is all that is called, and it is done once, side by side."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from alpfit.inference.parallel import ahead
from alpfit.inference.parallel.ahead import compile_ahead
from alpfit.numerics import rehearsal
from alpfit.numerics.rehearsal import Rehearsal, make_all, seconds_of, shares


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A place for machine code, also for processes; two cores."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(rehearsal, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(ahead, "n_cores", lambda: 2)
    monkeypatch.setattr(ahead, "tried", set())
    return tmp_path


def written(path, text="made"):
    Path(path).write_text(f"{text} {os.getpid()}")


def failing():
    raise ValueError("no prediction is like this")


def rehearsals(folder, seconds=(4.0, 3.0, 2.0)):
    return [Rehearsal(f"r{k}", s, partial(written, folder / f"{k}.txt")) for k, s in enumerate(seconds)]


def test_parts_take_about_as_long_as_each_other(tmp_path):
    parts = shares(rehearsals(tmp_path, (8.0, 6.0, 5.0, 1.5, 0.5)), 2)
    assert sorted(map(seconds_of, parts)) == [10.0, 11.0]
    assert len(shares(rehearsals(tmp_path, (1.0,)), 2)) == 1
    late = shares(rehearsals(tmp_path, (8.0, 6.0, 5.0, 1.5, 0.5)), 2, handicap=3.0)
    assert [seconds_of(part) for part in late] == [13.0, 8.0]


def test_they_are_made_in_this_process_and_another(folder, caplog):
    compile_ahead(rehearsals(folder))
    who = {(folder / f"{k}.txt").read_text() for k in range(3)}
    assert len(who) == 2
    assert f"made {os.getpid()}" in who
    assert caplog.messages == ["alpfit: compiling for this machine, once: 6 seconds or so, in 2 processes"]


def test_what_has_been_made_is_not_needed(folder):
    known = rehearsals(folder)
    assert all(one.is_needed for one in known)
    make_all(known)
    assert not any(one.is_needed for one in known)


def test_another_kind_of_processor_compiles_for_itself(folder, monkeypatch):
    known = rehearsals(folder)
    make_all(known)
    monkeypatch.setattr(rehearsal, "host", lambda: "another")
    assert all(one.is_needed for one in known)


def test_one_that_raises_has_been_made_too(folder):
    one = Rehearsal("raises", 9.0, failing)
    one.make()
    assert not one.is_needed


def test_little_is_left_to_who_calls_it_and_so_is_all_on_one_core(folder, monkeypatch):
    compile_ahead(rehearsals(folder, (1.0, 1.0)))
    monkeypatch.setattr(ahead, "n_cores", lambda: 1)
    compile_ahead(rehearsals(folder))
    assert list(folder.glob("*.txt")) == []


def test_a_process_looks_after_each_once(folder):
    compile_ahead(rehearsals(folder))
    for path in folder.glob("*.txt"):
        path.unlink()
    compile_ahead(rehearsals(folder))
    assert list(folder.glob("*.txt")) == []


def test_where_nothing_can_be_kept_nothing_is_compiled_ahead(folder, monkeypatch):
    monkeypatch.setattr(rehearsal, "cache_folder", lambda: None)
    compile_ahead(rehearsals(folder))
    assert list(folder.glob("*.txt")) == []


PROGRAM = """
import importlib, json, pkgutil, sys
import numpy as np
from numba.extending import is_jitted
from alpfit import Fit
from alpfit.numerics import compile as compilation

def versions():
    found = {}
    for folder in compilation.KERNEL_FOLDERS:
        package = importlib.import_module(f"alpfit.{folder}")
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(info.name)).values():
                if is_jitted(value):
                    found[f"{value.py_func.__module__}.{value.py_func.__name__}"] = len(value.signatures)
    return found

def compiled_by(call):
    before = versions()
    call()
    return {name for name, n in versions().items() if n != before[name]}

fit = Fit.from_dict(json.loads(sys.argv[1]))
for rehearsal in fit.problem.rehearsals:
    rehearsal.call()
new = compiled_by(lambda: fit.problem.evaluate(np.array([[2.1]])))
scenario, at = fit.problem.scenario, {"m_a": 2.1, "r": 0.477, "g_agg": 5e-5, "g_achi": 4e-4}
for engine in scenario.engines:
    for rehearsal in scenario.rehearsals(engine):
        rehearsal.call()
    points = {name: np.full(1, value) for name, value in at.items()}
    new |= compiled_by(lambda: scenario.relic_density(points, engine))
    new |= compiled_by(lambda: scenario.evolve(at, engine))
print(new)
"""


INVISIBLE = {
    "scenario": "invisible",
    "likelihoods": [
        *("belle2_bknunu_q2_2025", "planck_relic_2018", "babar_bkinv_2013", "babar_gamma_inv_2017"),
        *("babar_bkgg_2021", "koto_klpix_2018", "cmb_annihilation_2018"),
    ],
    "parameters": {"m_a": {"prior": "uniform", "min": 1.0, "max": 3.0}, "r": 0.47, "g_agg": 5e-5, "g_achi": 4e-4},
}
DISPLACED = {
    "scenario": "displaced",
    "likelihoods": ["belle2_bknunu_q2_2025", "charm_recast_2022", "na62_kpigg_2023"],
    "parameters": {"m_a": {"prior": "uniform", "min": 0.1, "max": 3.0}, "g_agg": 5e-5},
}


@pytest.mark.parametrize(
    "document",
    [
        {**INVISIBLE, "relic": {"engine": "nbe"}},
        {**INVISIBLE, "relic": {"engine": "cbe", "closure": "energy"}},
        DISPLACED,
    ],
)
def test_what_a_point_calls_has_been_rehearsed(document):
    """No kernel that Python calls sees other types, which would have to be compiled, whatever the engine."""
    command = [sys.executable, "-c", PROGRAM, json.dumps(document)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert (ended.returncode, ended.stdout) == (0, "set()\n"), ended.stderr
