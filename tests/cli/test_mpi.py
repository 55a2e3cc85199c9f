"""The program under a real mpirun."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from own_scenarios import GOOD, TOML

import alpfit
from alpfit import Fit, Run

pytestmark = pytest.mark.skipif(shutil.which("mpirun") is None, reason="there is no mpirun on this machine")

ALPFIT = Path(sys.executable).with_name("alpfit")

ENVIRONMENT = {
    **os.environ,
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
}


def command(n, file, path, *arguments):
    """``mpirun -n N alpfit run FILE``."""
    return ["mpirun", "-n", str(n), ALPFIT, "run", file, "--output", path, "--set", "parallel.executor=mpi", *arguments]


def run(n, file, path, *arguments):
    return subprocess.run(
        command(n, file, path, *arguments), env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=180
    )


def workers(path):
    """Processes of a run but the first, by what mpirun has told them."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            ranks = [
                v for v in (process / "environ").read_bytes().split(b"\0") if v.startswith(b"OMPI_COMM_WORLD_RANK=")
            ]
        except OSError:
            continue
        if str(path).encode() in words and ranks and not ranks[0].endswith(b"=0"):
            yield int(process.name)


@pytest.fixture(scope="module")
def serial(file, tmp_path_factory):
    """The same fit without MPI."""
    return Fit.from_file(file, ["parallel.executor=serial"]).run(tmp_path_factory.mktemp("runs") / "serial")


def test_two_processes_give_the_samples_of_one(file, serial, tmp_path):
    path = tmp_path / "run"
    finished = run(2, file, path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("written to") == 1
    samples = Run.read(path).samples
    np.testing.assert_array_equal(samples.log_l, serial.samples.log_l)
    np.testing.assert_array_equal(samples.log_weights, serial.samples.log_weights)


def test_a_scenario_of_ones_own_gives_the_samples_of_one(tmp_path):
    """The other process imports nothing: it gets the file's text."""
    (tmp_path / "line.py").write_text(GOOD)
    own = tmp_path / "own.toml"
    own.write_text(TOML)
    alone = Fit.from_file(own, ["parallel.executor=serial"]).run(tmp_path / "alone").samples
    finished = run(2, own, tmp_path / "both")
    assert finished.returncode == 0, finished.stderr
    samples = Run.read(tmp_path / "both").samples
    np.testing.assert_array_equal(samples.log_l, alone.log_l)
    np.testing.assert_array_equal(samples.log_weights, alone.log_weights)


def test_two_processes_refine_the_profile_of_one(serial, tmp_path):
    arguments = ["profile", serial.folder.path, "--parameters", "g_agg", "--grid", "3", "--refine"]
    alone, both = tmp_path / "alone", tmp_path / "both"
    alpfit.profile(serial, ["g_agg"], grid="3", refine=True, output=alone)
    mpi = ["mpirun", "-n", "2", ALPFIT, *arguments, "--output", both, "--set", "parallel.executor=mpi"]
    finished = subprocess.run(mpi, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=180)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("written to") == 1
    assert (both / "g_agg.csv").read_text() == (alone / "g_agg.csv").read_text()


def test_two_processes_forecast_what_one_does(file):
    arguments = ["forecast", file, "--set", 'likelihoods=["belle2_bknunu_q2_2025"]', "--luminosity", "1", "--masses"]
    alone = [ALPFIT, *arguments, "1:2:4", "--json"]
    both = ["mpirun", "-n", "2", *alone, "--set", "parallel.executor=mpi"]
    ways = [
        subprocess.run(way, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=180)
        for way in (alone, both)
    ]
    assert [way.returncode for way in ways] == [0, 0], ways[1].stderr
    assert ways[0].stdout == ways[1].stdout


def test_seeds_are_run_by_the_other_processes(file, serial, tmp_path):
    settings = ("--set", "sampler.n_live=50")
    finished = run(3, file, tmp_path / "both", "--repeat", "2", *settings)
    assert finished.returncode == 0, finished.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"both", "both.seed-1", "both.seed-2"}
    alone = Fit.from_file(file, ["parallel.executor=serial", *settings[1:]]).run(tmp_path / "alone")
    np.testing.assert_array_equal(Run.read(tmp_path / "both.seed-1").samples.log_l, alone.samples.log_l)
    again = run(3, file, tmp_path / "both", "--repeat", "2", *settings)
    assert again.returncode == 2
    assert again.stderr.count("holds a run already: replace it with --overwrite") == 1


def test_what_is_wrong_is_said_once_and_nobody_waits(file, serial):
    finished = run(2, file, serial.folder.path)
    assert finished.returncode == 2
    assert finished.stderr.count("holds a run already: replace it with --overwrite") == 1


def test_when_a_worker_dies_the_run_ends_and_can_be_continued(file, serial, tmp_path):
    path = tmp_path / "run"
    settings = ["--set", "checkpoint_interval=0", "--set", "sampler.dlogz=0.01"]
    checkpoints = path / "unfinished"
    with subprocess.Popen(
        command(3, file, path, *settings), env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not list(checkpoints.glob("*.bin")) and process.poll() is None:
            time.sleep(0.02)
        for pid in list(workers(path))[:1]:
            os.kill(pid, signal.SIGKILL)
        out, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert out == ""
    assert f"alpfit: interrupted; continue {path} with --resume" in err
    continued = Fit.from_file(file, [*settings[1::2], "parallel.executor=serial"]).run(path, resume=True)
    assert continued.samples.n_calls > serial.samples.n_calls
