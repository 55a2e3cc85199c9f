"""The program as the shell sees it: help, version, exit codes, and one line for what the user can mend."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alpfit.inference.interrupts import Interrupted
from alpfit.version import __version__

REFERENCE = Path(__file__).resolve().parents[2] / "chains" / "reference" / "invisible"
VERBS = [
    *("run", "status", "check", "evaluate", "explain", "profile", "reweight", "plot", "compare", "report", "export"),
    *("likelihoods", "cite"),
]


def is_one_line(text):
    """Whether an error is a sentence and not a traceback."""
    return text.startswith("alpfit: ") and text.endswith("\n") and text.count("\n") == 1


def test_the_version_is_the_packages(alpfit):
    outcome = alpfit("--version")
    assert (outcome.code, outcome.out) == (0, f"alpfit {__version__}\n")


@pytest.mark.parametrize(
    "command", [[Path(sys.executable).with_name("alpfit")], [sys.executable, "-m", "alpfit"]], ids=["alpfit", "module"]
)
def test_it_is_installed_as_a_command_and_can_be_run_as_a_module(command):
    finished = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert finished.stdout == f"alpfit {__version__}\n"


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_verb(alpfit, flag):
    outcome = alpfit(flag)
    assert (outcome.code, outcome.err) == (0, "")
    for verb in VERBS:
        assert re.search(rf"\b{verb}\b", outcome.out)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(alpfit, verb):
    outcome = alpfit(verb, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"alpfit {verb}" in outcome.out


def test_a_fit_is_read_without_what_only_its_results_need():
    """Each of these costs half a second or more, of which every verb would be slower."""
    names = (
        "pandas",
        "xarray",
        "matplotlib",
        "arviz_base",
        "arviz_stats",
        "corner",
        "scipy.stats",
        "h5py",
        "dynesty",
        "nautilus",
    )
    code = f"import sys, alpfit.fit; print('loaded:', *(name for name in {names} if name in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.split() == ["loaded:"]


@pytest.mark.parametrize("verb", ["--help", "likelihoods"])
def test_help_and_the_catalogue_are_instant(verb):
    # neither compiled code nor numerics nor plots are loaded to show them
    program = (
        "import sys\n"
        "from alpfit.cli.main import main\n"
        f"sys.argv = ['alpfit', '{verb}']\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('loaded:', *(name for name in ('numba', 'numpy', 'scipy', 'matplotlib') if name in sys.modules))\n"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout.count("\n") > 20
    assert finished.stdout.splitlines()[-1].split() == ["loaded:"]


WRONG_CALLS = {
    "unknown command": (["fit"], "No such command 'fit'"),
    "unknown option": (["run", "--quick", "FILE"], "No such option: --quick"),
    "no file": (["check"], "Missing argument"),
    "file that is not there": (["run", "NOWHERE"], "does not exist"),
    "seed that is no number": (["run", "FILE", "--seed", "one"], "'--seed'"),
    "--at without a value": (["evaluate", "FILE", "--at", "g_agg"], "--at g_agg: write it as NAME=VALUE"),
    "--at without a number": (["evaluate", "FILE", "--at", "g_agg=big"], "--at g_agg=big: write it as NAME=VALUE"),
    "--at with an unknown name": (["evaluate", "FILE", "--at", "g_ag=1"], "did you mean 'g_agg'?"),
    "a point without all values": (["evaluate", "FILE", "--at", "g_agg=1e-4"], "g_achi has no value"),
    "a point outside of the domain": (
        ["evaluate", "FILE", "--at", "g_agg=1e-4", "--at", "g_achi=-1"],
        "g_achi = -1 must be between",
    ),
    "--set without a value": (
        ["check", "FILE", "--set", "sampler.seed"],
        "--set sampler.seed: write it as table.key=value",
    ),
    "--set with an unknown key": (["check", "FILE", "--set", "sampler.nlive=50"], "did you mean 'n_live'?"),
    "option of no sampler": (
        ["run", "FILE", "--set", "sampler.name=dynesty", "--set", "sampler.walk=5"],
        "did you mean 'walks'?",
    ),
    "unknown sampler": (["check", "FILE", "--set", "sampler.name=dynasty"], "did you mean 'dynesty'?"),
    "unknown executor": (["check", "FILE", "--set", "parallel.executor=thread"], "did you mean 'threads'?"),
    "option of another executor": (
        ["check", "FILE", "--set", "parallel.scheduler=tcp://x:1"],
        "needs executor = 'dask'",
    ),
    "negative interval": (["check", "FILE", "--set", "checkpoint_interval=-1"], "checkpoint_interval = -1"),
    "periodic parameter that is none": (
        ["check", "FILE", "--set", "sampler.periodic=['g_ag']"],
        "[sampler] periodic = 'g_ag' is not a sampled parameter: did you mean 'g_agg'?",
    ),
    "no repeat": (["run", "FILE", "--repeat", "0"], "'--repeat'"),
    "status of no run": (["status", "EMPTY"], "is not a run folder"),
    "negative seed": (["run", "FILE", "--seed", "-1"], "sampler.seed = -1"),
    "folder that is no run": (["plot", "EMPTY"], "is not a run folder"),
    "output that is a file": (["run", "FILE", "--output", "FILE"], "is a file: choose a folder"),
    "figures into a file": (["plot", "REFERENCE", "--output", "FILE"], "figures cannot be written to"),
    "--at twice": (["evaluate", "FILE", "--at", "g_agg=1", "--at", "g_agg=2"], "g_agg is given already"),
    "--set with an empty table": (["check", "FILE", "--set", "relic..engine=nbe"], "write it as table.key=value"),
    "too early an end": (["run", "FILE", "--set", "sampler.dlogz=1e3"], "sampler.dlogz = 1000.0: must be less than"),
    "unknown likelihood": (["likelihoods", "planck_relic_2019"], "did you mean 'planck_relic_2018'?"),
}


@pytest.mark.parametrize(("arguments", "expected"), WRONG_CALLS.values(), ids=WRONG_CALLS)
def test_a_wrong_call_is_one_line_on_stderr_and_exit_code_2(alpfit, file, tmp_path, arguments, expected):
    places = {"FILE": file, "NOWHERE": tmp_path / "nowhere.toml", "EMPTY": tmp_path, "REFERENCE": REFERENCE}
    outcome = alpfit(*(places.get(argument, argument) for argument in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert is_one_line(outcome.err)
    assert expected in outcome.err


def test_the_shell_sees_the_same(tmp_path):
    command = Path(sys.executable).with_name("alpfit")
    finished = subprocess.run([command, "run", tmp_path / "none.toml"], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"alpfit: {tmp_path / 'none.toml'} does not exist\n"


def test_a_run_that_is_interrupted_before_anything_can_be_kept_leaves_nothing(alpfit, file, tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise Interrupted(signal.SIGINT)

    monkeypatch.setattr("alpfit.inference.samplers.dynesty.Dynesty.run", interrupt)
    outcome = alpfit("run", file, "--output", tmp_path / "run")
    assert (outcome.code, outcome.out) == (130, "")
    assert outcome.err == "alpfit: interrupted; there was nothing yet to keep\n"
    assert list(tmp_path.iterdir()) == []


def test_any_other_verb_is_interrupted_with_a_word(alpfit, file, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("alpfit.fit.Fit.from_file", interrupt)
    outcome = alpfit("check", file)
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "alpfit: interrupted\n")


def _no_nohup():
    """The tests themselves may run under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_real_run_with_a_checkpoint_and_a_sentence(alpfit, file, tmp_path, number):
    command, path = Path(sys.executable).with_name("alpfit"), tmp_path / "run"
    arguments = ["run", file, "--output", path, "--set", "sampler.n_live=1000", "--set", "sampler.dlogz=0.1"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([command, *arguments], **streams, preexec_fn=_no_nohup) as process:  # noqa: PLW1509 - no threads
        while not (path / "unfinished" / "status.json").exists() and process.poll() is None:
            time.sleep(0.05)  # until the run is under way
        process.send_signal(number)
        out, err = process.communicate(timeout=120)

    assert (process.returncode, out) == (128 + number, "")
    assert err.splitlines()[-1] == f"alpfit: interrupted; continue {path} with --resume", err
    assert [file.name for file in path.iterdir()] == ["unfinished"]
    outcome = alpfit("status", path)
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0] == f"interrupted: continue with alpfit run FILE --output {path} --resume"
    assert "calls, ln Z = " in lines[1]
    assert lines[-1] == f"last checkpoint: {path / 'unfinished' / 'checkpoint-000001.bin'}"
    refused = alpfit("run", file, "--output", path)
    assert refused.code == 2
    assert "holds an unfinished run" in refused.err
    changed = alpfit("run", file, "--output", path, "--resume")
    assert changed.code == 2
    assert "was begun with configuration.sampler.n_live = 1000, which is 25 now" in changed.err


def test_the_runs_of_a_repeat_end_when_it_is_killed(alpfit, file, tmp_path):
    import psutil

    command, path = Path(sys.executable).with_name("alpfit"), tmp_path / "run"
    arguments = ["run", file, "--output", path, "--repeat", "2", "--set", "sampler.n_live=2000"]
    with subprocess.Popen([command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not (tmp_path / "run.seed-1" / "unfinished" / "status.json").exists() and process.poll() is None:
            time.sleep(0.05)  # until a run is under way
        seeds = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert seeds
    _, alive = psutil.wait_procs(seeds, timeout=120)  # how long is the machine's business
    assert alive == []
    assert alpfit("status", tmp_path / "run.seed-1").out.startswith("interrupted: continue with")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("arguments", [["--version"], ["likelihoods"], ["status", REFERENCE]])
def test_standard_output_that_cannot_be_written_is_a_sentence(arguments):
    command = Path(sys.executable).with_name("alpfit")
    with Path("/dev/full").open("w") as full:
        answer = subprocess.run([command, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert answer.returncode == 2
    assert answer.stderr == "alpfit: standard output cannot be used: No space left on device; make room\n"


def test_a_mistake_of_the_program_is_not_hidden(file, monkeypatch):
    from alpfit.cli.main import main

    def stumble(*arguments):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("alpfit.fit.Fit.from_file", stumble)
    monkeypatch.setattr("sys.argv", ["alpfit", "check", str(file)])
    with pytest.raises(ZeroDivisionError, match="a bug"):
        main()


@pytest.mark.parametrize("cause", [MemoryError("no"), ImportError("No module named 'h5py'")])
def test_memory_that_is_out_is_a_sentence_and_nothing_more_is_tried(file, monkeypatch, capsys, cause):
    import mmap

    from alpfit.cli.main import main

    def stumble(*arguments):
        if isinstance(cause, ImportError):
            raise cause
        raise ValueError("of little use") from cause

    def full(*arguments):
        raise OSError(12, "Cannot allocate memory")

    ended = []
    monkeypatch.setattr("os._exit", ended.append)
    monkeypatch.setattr("alpfit.fit.Fit.from_file", stumble)
    monkeypatch.setattr("sys.argv", ["alpfit", "check", str(file)])
    with monkeypatch.context() as patch, pytest.raises((ValueError, ImportError)):
        patch.setattr(mmap, "mmap", full)
        main()  # it would have ended before
    assert ended == [2]
    assert capsys.readouterr().err.startswith("alpfit: memory is out: give it more")


def test_what_cannot_be_imported_for_another_reason_is_not_hidden(file, monkeypatch):
    from alpfit.cli.main import main

    def stumble(*arguments):
        raise ImportError("No module named 'nothing'")

    monkeypatch.setattr("os._exit", pytest.fail)
    monkeypatch.setattr("alpfit.fit.Fit.from_file", stumble)
    monkeypatch.setattr("sys.argv", ["alpfit", "check", str(file)])
    with pytest.raises(ImportError, match="nothing"):
        main()


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_what_is_closed_is_not_written_to(closed):
    words = ["sh", "-c", f'exec "$0" -m alpfit likelihoods {closed}', sys.executable]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
