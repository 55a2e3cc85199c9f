"""Compiling ahead: what is rehearsed is all that is called, and it is done once, side by side."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from alpfit import Fit
from alpfit.inference.parallel import ahead
from alpfit.inference.parallel.ahead import compile_ahead
from alpfit.numerics import rehearsal
from alpfit.numerics.compile import first_compilation
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


def test_they_are_made_in_this_process_and_another(folder, caplog, monkeypatch):
    monkeypatch.setattr(first_compilation, "unspecified", False)  # whatever this process has compiled before
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


VERSIONS = """
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
                value = vars(value).get("compiled") if isinstance(value, compilation.InnerKernel) else value
                if is_jitted(value):
                    found[f"{value.py_func.__module__}.{value.py_func.__name__}"] = len(value.signatures)
    return found

def compiled_by(call):
    before = versions()
    call()
    return {name for name, n in versions().items() if n != before.get(name, 0)}

fit = Fit.from_dict(json.loads(sys.argv[1]))
"""

POINTS = """
for rehearsal in fit.problem.rehearsals:
    rehearsal.call()
thetas, scenario = json.loads(sys.argv[2]), fit.problem.scenario
new = {name for theta in thetas for name in compiled_by(lambda: fit.problem.evaluate(np.array([theta])))}
at = {"m_a": 2.1, "r": 0.477, "g_agg": 5e-5, "g_achi": 4e-4} | fit.problem.fixed
for engine in scenario.engines:
    for rehearsal in scenario.rehearsals(engine, fit.problem.ends):
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
UNIFORM = {"prior": "uniform", "min": 1.0, "max": 3.0}
PAIRS = {
    "scenario": "displaced",
    "likelihoods": ["planck_relic_2018"],
    "parameters": {"m_a": UNIFORM, "r": 0.6, "g_agg": 1e-4, "g_achi": 1e-2},
}
CROSSING = {
    "scenario": "invisible",
    "likelihoods": ["planck_relic_2018"],
    "parameters": {"m_a": UNIFORM, "r": UNIFORM | {"min": 0.4, "max": 0.6}, "g_agg": 1e-4, "g_achi": 1e-2},
}
DISPLACED = {
    "scenario": "displaced",
    "likelihoods": ["belle2_bknunu_q2_2025", "charm_recast_2022", "na62_kpigg_2023"],
    "parameters": {"m_a": {"prior": "uniform", "min": 0.1, "max": 3.0}, "g_agg": 5e-5},
}


@pytest.mark.parametrize(
    ("document", "thetas"),
    [
        ({**INVISIBLE, "relic": {"engine": "nbe"}}, [[2.1]]),
        ({**INVISIBLE, "relic": {"engine": "cbe", "closure": "energy"}}, [[2.1]]),
        (DISPLACED, [[2.1]]),
        (PAIRS, [[2.1]]),
        (CROSSING, [[2.1, 0.47], [2.1, 0.55]]),
    ],
)
def test_what_a_point_calls_has_been_rehearsed(document, thetas):
    """No kernel that Python calls sees other types, which would have to be compiled, whatever the engine."""
    command = [sys.executable, "-c", VERSIONS + POINTS, json.dumps(document), json.dumps(thetas)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert (ended.returncode, ended.stdout) == (0, "set()\n"), ended.stderr


RUN = """
for rehearsal in fit._rehearsals:
    rehearsal.call()
print(compiled_by(lambda: fit.run(sys.argv[2])))
"""


@pytest.mark.parametrize("name", ["nautilus", "dynesty", "emcee", "minuit"])
def test_what_a_run_calls_has_been_rehearsed(name, tmp_path):
    """From the sampler to the toys of the fit's quality."""
    few = {
        "nautilus": {"n_live": 100, "n_eff": 50},
        "dynesty": {"n_live": 50, "dlogz": 5.0},
        "emcee": {"max_steps": 20},
    }
    document = {**DISPLACED, "sampler": {"name": name, "seed": 1, **few.get(name, {})}}
    document["parameters"] = {**DISPLACED["parameters"], "g_agg": {"prior": "log-uniform", "min": 1e-6, "max": 1e-4}}
    command = [sys.executable, "-c", VERSIONS + RUN, json.dumps(document), str(tmp_path / "run")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert ended.stdout.splitlines()[-1:] == ["set()"], ended.stderr


@pytest.mark.parametrize(
    ("r", "kind"),
    [
        (UNIFORM | {"min": 0.44, "max": 0.5}, "tables"),
        (0.5, "tables"),
        (UNIFORM | {"min": 0.5, "max": 0.6}, "both"),
        (UNIFORM | {"min": 0.4, "max": 0.6}, "both"),
        ({"prior": "normal", "mean": 0.45, "sigma": 0.01}, "both"),
        ("0.9 / m_a", "both"),
        (0.51, "pairs"),
    ],
)
def test_of_the_tables_a_fit_rehearses_those_of_its_side_of_the_threshold(r, kind):
    problem = Fit.from_dict({**CROSSING, "parameters": {**CROSSING["parameters"], "r": r}}).problem
    assert kinds_of(problem.rehearsals) == {"rates", kind, "equations"}
    history = "pair-history" if kind == "pairs" else "history"
    assert kinds_of(problem.scenario.rehearsals("nbe", problem.ends)) == {kind, "equations", history}


def test_a_point_rehearses_the_tables_of_its_own_side():
    problem = Fit.from_dict(CROSSING).problem
    assert kinds_of(problem.rehearsals_between({"r": (0.47, 0.47)})) == {"rates", "tables", "equations"}
    assert kinds_of(problem.rehearsals_between({"r": (0.55, 0.55)})) == {"rates", "pairs", "equations"}


def kinds_of(rehearsals):
    return {one.name.removesuffix("-saikawa-shirai-2018").rsplit("-", 2)[0] for one in rehearsals}


def test_compile_makes_all_that_is_needed_on_one_core_too(folder, monkeypatch):
    """Also what the point that it evaluates does not call: those on the other side of the threshold."""
    monkeypatch.setattr(ahead, "n_cores", lambda: 1)
    fit = Fit.from_dict({**CROSSING, "relic": {"engine": "nbe"}})
    assert all(one.is_needed for one in fit.problem.rehearsals)
    fit.compile()
    assert not any(one.is_needed for one in fit.problem.rehearsals)


COLD = """
import json, sys
from numba.core import event
from alpfit import Fit
from alpfit.inference.parallel import ahead

ahead.n_cores = lambda: 1  # so that it is compiled here
parts = set()

class Compilations(event.Listener):
    def on_start(self, happened):
        parts.add(happened.data["dispatcher"].py_func.__name__)

    def on_end(self, happened):
        pass

with event.install_listener("numba:compile", Compilations()):
    Fit.from_dict(json.loads(sys.argv[1])).evaluate({"m_a": 2.1, "r": float(sys.argv[2])})
print(*sorted(parts & {"portal_tables", "portal_nodes", "pair_cross_section_at", "alp_transfer_moment"}))
"""


@pytest.mark.parametrize(
    ("r", "compiled"),
    [
        (0.47, "portal_nodes portal_tables"),
        (0.6, "alp_transfer_moment pair_cross_section_at portal_nodes portal_tables"),
    ],
)
def test_nothing_that_only_pairs_need_is_compiled_for_a_point_below_the_threshold(r, compiled, tmp_path):
    """On a machine where nothing has been compiled."""
    document = {**CROSSING, "relic": {"engine": "nbe"}}
    ended = subprocess.run(
        [sys.executable, "-c", COLD, json.dumps(document), str(r)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    assert ended.stdout.split("\n")[-2] == compiled
