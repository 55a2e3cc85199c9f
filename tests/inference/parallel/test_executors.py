"""Executors: the same numbers anywhere, workers that may die, and schedulers that may not answer."""

import builtins
import dataclasses
import inspect
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from inputs import write_small
from pydantic import ValidationError
from toys import Shipped, gaussian

from alpfit import Fit
from alpfit.errors import ConfigurationError, ExecutorError
from alpfit.inference.batches import evaluate_batch
from alpfit.inference.interrupts import SIGNALS, Interrupts
from alpfit.inference.parallel import EXECUTORS, Job, Parallel, worker

ANY_PORT = {"scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"}}
"""dask takes port 8787 if none is given, which is taken where the tests run twice."""

TOYS = str(Path(inspect.getfile(gaussian)).parent)
"""Where processes that this one has not begun find the problem."""

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # of dask's sockets, when it is collected late


@pytest.fixture(scope="module")
def problem():
    """One that costs nothing, and has no likelihood at some points: workers need not load compiled code for it."""
    return gaussian(0.3)


@pytest.fixture(scope="module")
def chunks(problem):
    return chunks_of(problem)


@pytest.fixture(scope="module")
def expected(problem, chunks):
    return [evaluate_batch(problem, chunk) for chunk in chunks]


def opened(problem, **options):
    parallel = Parallel(**options)
    return EXECUTORS[parallel.executor](Job(partial(evaluate_batch, problem), parallel, Interrupts()))


def chunks_of(problem):
    theta = problem.prior_transform(np.random.default_rng(3).random((60, 2)))
    return np.split(theta, range(8, 60, 8))


def assert_equal(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.log_l, other.log_l)
        np.testing.assert_array_equal(one.columns, other.columns)
        assert one.failures == other.failures


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A real problem, with the relic density and so with compiled code: its chunks, and what they give here."""
    path = tmp_path_factory.mktemp("input") / "small.toml"
    problem = Fit.from_file(write_small(path, "parameters.g_agg.max=1e4")).problem
    chunks = chunks_of(problem)
    return problem, chunks, [evaluate_batch(problem, chunk) for chunk in chunks]


@pytest.mark.parametrize(("executor", "workers"), [("serial", None), ("threads", 1), ("threads", 3), ("processes", 1)])
def test_numbers_do_not_depend_on_where_they_are_made(compiled, executor, workers):
    problem, chunks, expected = compiled
    assert any(batch.failures for batch in expected)  # failures travel, too
    with opened(problem, executor=executor, workers=workers) as evaluate:
        assert_equal(evaluate(chunks), expected)
        assert_equal(evaluate(chunks[:1]), expected[:1])


def test_of_two_processes_one_that_dies_is_replaced_and_none_is_left_behind(problem, chunks, expected):
    with opened(problem, executor="processes", workers=2) as evaluate:
        assert_equal(evaluate(chunks), expected)
        assert_equal(evaluate(chunks[:1]), expected[:1])
        first = list(evaluate.__self__._pool._processes)
        os.kill(first[0], signal.SIGKILL)
        assert_equal(evaluate(chunks), expected)
        then = list(evaluate.__self__._pool._processes)
    assert (len(first), len(then)) == (2, 2)
    for pid in {*first, *then}:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_processes_that_die_of_their_points_end_the_run_with_a_sentence(problem):
    class Deadly(np.ndarray):
        """Points that kill whoever unpacks them."""

        def __reduce__(self):
            return os._exit, (1,)

    with (
        opened(problem, executor="processes", workers=1) as evaluate,
        pytest.raises(ExecutorError, match="a worker process died 4 times at the same points"),
    ):
        evaluate([np.zeros((1, 2)).view(Deadly)])


@pytest.mark.parametrize("executor", ["processes", "dask"])
def test_the_problem_is_shipped_once_to_each_worker(tmp_path, executor):
    toy = Shipped(receipts=str(tmp_path))
    problem = dataclasses.replace(gaussian(), scenario=toy)
    theta = problem.prior_transform(np.random.default_rng(1).random((320, 2)))
    with opened(problem, executor=executor, workers=2) as evaluate:
        for _ in range(5):
            assert_equal(evaluate(np.split(theta, 40)), [evaluate_batch(problem, part) for part in np.split(theta, 40)])
    receipts = {path.name: path.read_text().count("unpacked") for path in tmp_path.iterdir()}
    assert str(os.getpid()) not in receipts
    assert 1 <= len(receipts) <= 2  # on a busy machine one of them may do all the work
    assert set(receipts.values()) == {1}


RUN_AND_WAIT = """
import sys, time
from functools import partial
from contextlib import ExitStack
import numpy as np
from psutil import Process
sys.path.insert(0, {toys!r})
from toys import gaussian
from alpfit.inference.batches import evaluate_batch
from alpfit.inference.interrupts import SIGNALS, Interrupts
from alpfit.inference.parallel import EXECUTORS, Job, Parallel

def main():
    problem = gaussian()
    points = [problem.prior_transform(np.full((1, 2), u)) for u in np.linspace(0.1, 0.9, 16)]
    with ExitStack() as stack:
        for executor in ("processes", "dask"):
            job = Job(partial(evaluate_batch, problem), Parallel(executor=executor, workers=2), Interrupts())
            stack.enter_context(EXECUTORS[executor](job))(points)
            print(*(child.pid for child in Process().children(recursive=True)), flush=True)
        time.sleep(600)

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_who_works_for_a_run_ends_when_that_is_gone(tmp_path, number):
    """Processes, and a cluster of this machine."""
    import psutil

    program = tmp_path / "program.py"
    heard = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup\n"
    program.write_text(heard + RUN_AND_WAIT.format(toys=TOYS))
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        processes, both = (set(map(int, process.stdout.readline().split())) for _ in range(2))
        assert len(processes) >= 2
        assert len(both - processes) >= 2  # those of dask
        workers = [psutil.Process(pid) for pid in both]
        process.send_signal(number)
    _, alive = psutil.wait_procs(workers, timeout=120)  # how long is the machine's business
    assert alive == []


def test_a_worker_evaluates_what_it_was_given_and_leaves_signals_to_the_main_process(problem, chunks, expected):
    import pickle

    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        with pytest.raises(RuntimeError, match="this worker was given no function"):
            worker.call(chunks[0])
        worker.install(pickle.dumps(partial(evaluate_batch, problem)))
        assert {signal.getsignal(number) for number in SIGNALS} == {signal.SIG_IGN}
        assert_equal([worker.call(chunks[0])], expected[:1])
    finally:
        worker.Worker.functions.clear()
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_cluster_gives_the_same_numbers_also_when_a_worker_is_killed(compiled):
    """And it listens on this machine alone, and not on its dashboard's port."""
    import distributed
    import psutil

    problem, chunks, expected = compiled

    def kill(pids):
        for pid in pids[:1]:
            os.kill(pid, signal.SIGKILL)

    with opened(problem, executor="dask", workers=2) as evaluate:
        assert_equal(evaluate(chunks), expected)
        listening = [c.laddr for c in psutil.Process().net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        assert {address.ip for address in listening} == {"127.0.0.1"}
        assert 8787 not in {address.port for address in listening}
        pids = list(distributed.default_client().run(os.getpid).values())
        assert len(set(pids)) == 2
        with ThreadPoolExecutor(1) as pool:
            many = pool.submit(evaluate, chunks * 20)
            kill(pids)
            assert_equal(many.result(timeout=120), expected * 20)


def test_a_cluster_that_runs_already_is_used_and_its_end_is_told(problem, chunks, expected):
    from distributed import LocalCluster

    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, **ANY_PORT)
    try:
        with opened(problem, executor="dask", scheduler=cluster.scheduler_address) as evaluate:
            assert_equal(evaluate(chunks[:2]), expected[:2])
    finally:
        cluster.close()


SCHEDULER = """\
import sys, time
from distributed import LocalCluster
ANY_PORT = {"scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"}}
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, **ANY_PORT)
    print(cluster.scheduler_address, flush=True)
    for line in sys.stdin:
        cluster.scale(0)
"""


@pytest.fixture
def foreign_cluster(tmp_path):
    """A cluster in a process of its own: its address, and the process."""
    script = tmp_path / "cluster.py"
    script.write_text(SCHEDULER)
    with subprocess.Popen(
        [sys.executable, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (TOYS, os.environ.get("PYTHONPATH"))))},
    ) as process:
        yield process.stdout.readline().strip(), process
        os.killpg(process.pid, signal.SIGKILL)


def test_a_cluster_that_is_lost_ends_the_run_with_a_sentence(problem, chunks, foreign_cluster):
    address, process = foreign_cluster
    with (
        pytest.raises(ExecutorError, match=r"the dask cluster was lost|has had no worker"),
        opened(problem, executor="dask", scheduler=address, timeout=2.0) as evaluate,
    ):
        evaluate(chunks)
        os.killpg(process.pid, signal.SIGKILL)
        evaluate(chunks)


def test_a_cluster_without_workers_is_not_waited_for_for_ever(problem, chunks, foreign_cluster):
    address, process = foreign_cluster
    with opened(problem, executor="dask", scheduler=address, timeout=2.0) as evaluate:
        evaluate(chunks)
        process.stdin.write("no more workers\n")
        process.stdin.flush()
        time.sleep(1.0)
        with pytest.raises(ExecutorError, match=r"the dask cluster has had no worker for 2 s: start some"):
            evaluate(chunks)


def test_a_scheduler_that_does_not_answer_is_told_with_its_address(problem):
    with (
        pytest.raises(ExecutorError) as refused,
        opened(problem, executor="dask", scheduler="tcp://127.0.0.1:9", timeout=1.0),
    ):
        pytest.fail("there is a cluster")
    assert str(refused.value).startswith("[parallel] scheduler = 'tcp://127.0.0.1:9' does not answer within 1 s")


def test_mpi_needs_more_than_one_process(problem):
    pytest.importorskip("mpi4py.MPI", reason="there is no MPI library", exc_type=(ImportError, RuntimeError))
    with pytest.raises(ConfigurationError, match="needs two processes or more"), opened(problem, executor="mpi"):
        pytest.fail("there is another process")


@pytest.mark.parametrize(("executor", "package"), [("dask", "distributed"), ("mpi", "mpi4py")])
def test_a_package_that_is_missing_is_named_with_its_pip_command(problem, monkeypatch, executor, package):
    found = builtins.__import__

    def missing(name, *arguments, **options):
        if name.split(".")[0] == package:
            raise ImportError(name)
        return found(name, *arguments, **options)

    for name in list(sys.modules):
        if name.split(".")[0] == package:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ConfigurationError) as refused, opened(problem, executor=executor):
        pytest.fail("the package is there")
    assert f"pip install alpfit[{executor}]" in str(refused.value)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"executor": "threads", "scheduler": "tcp://there:8786"}, "scheduler needs executor = 'dask'"),
        ({"executor": "mpi", "workers": 4}, "mpirun -n says how many"),
        ({"executor": "serial", "workers": 4}, "a serial run has one"),
        ({"executor": "dask", "scheduler": "tcp://there:8786", "workers": 4}, "the scheduler has its own"),
        ({"workers": 0}, "greater than or equal to 1"),
        ({"executor": "thread"}, "did you mean 'threads'"),
    ],
)
def test_options_belong_to_their_executor(options, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Parallel(**options)


def test_there_is_a_worker_for_each_core():
    assert Parallel().n_workers == len(os.sched_getaffinity(0))
    assert Parallel(executor="serial").n_workers == 1
    assert Parallel(workers=7).n_workers == 7
