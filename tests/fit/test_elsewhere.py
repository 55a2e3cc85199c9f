"""Seeds on workers that may be elsewhere: the runs that they would be here, and nothing left behind."""

import signal
import threading
import time

import numpy as np
import pytest
from inputs import write_small

import alpfit
from alpfit.errors import ExecutorError
from alpfit.fit import elsewhere
from alpfit.fit.elsewhere import Order, carried_out, carry_out
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.merging import merge
from alpfit.inference.progress import NoProgress

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # of dask's sockets, when it is collected late

SLOW = ["sampler.n_live=120", "checkpoint_interval=0"]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_small(tmp_path_factory.mktemp("input") / "small.toml")


@pytest.fixture(scope="module")
def dask():
    """Settings that lead to a cluster of two workers, which have the package loaded once for all."""
    from distributed import LocalCluster

    any_port = {"dashboard_address": "127.0.0.1:0"}
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, scheduler_kwargs=any_port)
    yield ["parallel.executor=dask", f"parallel.scheduler={cluster.scheduler_address}"]
    cluster.close()


def assert_same(one, other):
    for name in ("log_l", "log_weights"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.n_calls == other.n_calls


@pytest.mark.usefixtures("light_figures")
def test_seeds_on_a_cluster_are_those_of_this_machine_also_when_they_were_interrupted(file, dask, tmp_path):
    here = [alpfit.run(file, tmp_path / f"here.seed-{seed}", overrides=SLOW, seed=seed) for seed in (1, 2)]

    told = []

    class Impatient(NoProgress):
        """Interrupts the repeats, once, as soon as a seed has begun."""

        def update(self, report):
            if not told and list(tmp_path.glob("there.seed-*/unfinished/*.bin")):
                told.append(True)
                signal.raise_signal(signal.SIGTERM)

    with pytest.raises(Interrupted, match="continue with resume=True"):
        alpfit.run(file, tmp_path / "there", overrides=[*SLOW, *dask], repeat=2, progress=Impatient())
    assert not (tmp_path / "there").exists()
    assert list(tmp_path.glob("there.seed-*"))  # which may be done by now, where this process had to wait for a core
    there = alpfit.run(file, tmp_path / "there", overrides=[*SLOW, *dask], repeat=2, resume=True)
    assert_same(there.samples, merge([run.samples for run in here]))
    for run in here:
        assert_same(alpfit.read_run(tmp_path / run.name.replace("here", "there")).samples, run.samples)
    names = {"there", *(f"{run}.seed-{seed}" for run in ("here", "there") for seed in (1, 2))}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_seed_that_fails_on_a_cluster_ends_the_others(file, dask, tmp_path):
    (tmp_path / "run.seed-2").write_text("in the way")
    with pytest.raises(ExecutorError, match=r"seed 2: .* is a file"):
        alpfit.run(file, tmp_path / "run", overrides=[*SLOW, *dask], repeat=2)
    assert not (tmp_path / "run").exists()
    assert not list(tmp_path.glob(".run*"))


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(elsewhere, "SEEN_S", 0.0)
    monkeypatch.setattr(elsewhere, "POLL_S", 0.01)
    ended = carry_out(Order.of(print, tmp_path / "nowhere" / "wanted"))
    assert ended.code == 2
    assert ended.said[0].endswith(f"does not see {tmp_path / 'nowhere'}: workers need this file system")


def test_what_is_not_wanted_any_more_does_not_begin(tmp_path):
    orders, done = [Order.of(print, tmp_path / "wanted")], []

    def call(orders):
        thread = threading.Thread(target=lambda: done.append(carry_out(orders[0])))
        thread.start()
        time.sleep(0.1)
        (tmp_path / "wanted").unlink()
        thread.join()
        return done

    (ended,) = carried_out(call, orders, Interrupts(), lambda: None)
    assert ended.code in (128 + signal.SIGTERM, -signal.SIGTERM)
