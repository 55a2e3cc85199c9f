"""A run that is killed, however often and wherever, ends as the run that was left alone."""

import inspect
import json
import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from run_leg import run_leg, small_fit

from alpfit import Fit, Run
from alpfit.chains.unfinished import UnfinishedRun


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return small_fit(tmp_path_factory.mktemp("input")).file


@pytest.fixture(scope="module")
def undisturbed(file, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alpfit.fit.presenting.write_quick_figures", lambda *_, **__: [])
        return Fit.from_file(file).run(tmp_path_factory.mktemp("runs") / "undisturbed")


@pytest.fixture(scope="module")
def processes():
    """Processes that are forked from one that has loaded everything, so that each is at work at once."""
    from multiprocessing.forkserver import ensure_running

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([run_leg.__module__])
    with pytest.MonkeyPatch.context() as patch:  # the server knows no other way to what is not installed
        patch.setenv("PYTHONPATH", str(Path(inspect.getfile(run_leg)).parent), prepend=os.pathsep)
        ensure_running()
    return context


@pytest.fixture
def leg(file, processes):
    """Starts a leg of the run."""

    def start(output, dies_at=0):
        process = processes.Process(target=run_leg, args=(file, output, dies_at))
        process.start()
        return process

    return start


def assert_same(path, undisturbed):
    """Every sample and every file that does not say when or how long."""
    run = Run.read(path)
    np.testing.assert_array_equal(run.samples.log_l, undisturbed.samples.log_l)
    np.testing.assert_array_equal(run.samples.log_weights, undisturbed.samples.log_weights)
    for name, values in undisturbed.samples.parameters.items():
        np.testing.assert_array_equal(run.samples.parameters[name], values)
    assert (run.samples.log_z, run.samples.n_calls) == (undisturbed.samples.log_z, undisturbed.samples.n_calls)
    for name in ("run.toml", "best_fit.toml", "profile_1d.csv", "profile_2d.csv"):
        assert (path / name).read_bytes() == (undisturbed.folder.path / name).read_bytes(), name
    assert not UnfinishedRun(path).path.exists()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def newest(path):
    """The number of the last checkpoint; zero where there is none."""
    checkpoints = UnfinishedRun(path).checkpoints()
    return int(checkpoints[-1].stem.split("-")[1]) if checkpoints else 0


def test_a_run_that_is_killed_at_a_dozen_random_moments_ends_as_if_it_were_not(leg, undisturbed, tmp_path):
    rng, path, n_killed, seen = np.random.default_rng(5), tmp_path / "run", 0, set()
    while n_killed < 12:
        process, further = leg(path), newest(path) + int(rng.integers(0, 4))
        while process.is_alive() and newest(path) < further:
            process.join(0.005)
        process.join(float(rng.uniform(0.0, 0.5)))
        process.kill()
        process.join()
        if process.exitcode == 0:  # it was finished before its time: begin another
            assert_same(path, undisturbed)
            shutil.rmtree(path)
            continue
        assert process.exitcode == -signal.SIGKILL
        n_killed += 1
        seen.add(newest(path))
    assert len(seen) > 3  # it was killed on its way, and not always at the beginning
    last = leg(path)
    last.join()
    assert last.exitcode == 0
    assert_same(path, undisturbed)


@pytest.mark.parametrize("write", [1, 3, 6, 9])
def test_a_run_that_dies_while_it_writes_ends_as_if_it_had_not(leg, undisturbed, tmp_path, write):
    path = tmp_path / "run"
    first = leg(path, dies_at=write)
    first.join()
    assert first.exitcode == -signal.SIGKILL
    last = leg(path)
    last.join()
    assert last.exitcode == 0
    assert_same(path, undisturbed)


def test_what_was_spent_is_counted_through_all_legs(leg, undisturbed, tmp_path):
    path = tmp_path / "run"
    first = leg(path, dies_at=12)
    first.join()
    last = leg(path)
    last.join()
    summary = json.loads((path / "summary.json").read_text())
    assert summary["n_calls"] == undisturbed.summary["n_calls"]
    assert summary["failures"] == undisturbed.summary["failures"]
