"""Copies of the program: what is shared out with one is the same as without, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from alpfit.inference.parallel import copies
from alpfit.inference.parallel.copies import can_copy, side_by_side

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")

PREAMBLE = """
import os, sys, time
from functools import partial
from alpfit.inference.parallel import copies
copies.n_cores = lambda: 2
copies.is_program = lambda: True
assert copies.can_copy()
this = os.getpid()
"""


def program(code: str, **options) -> subprocess.CompletedProcess:
    """What a program of this ``code`` does."""
    words = [sys.executable, "-c", PREAMBLE + code]
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


def printed(code: str) -> str:
    done = program(code)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_everything_is_made_once_and_comes_in_order(n, tmp_path):
    code = f"""
def make(item):
    with open({str(tmp_path / "made")!r}, "a") as file:
        file.write(f"{{item}}\\n")
    return 10 * item
print(list(copies.side_by_side(range({n}), make)))
"""
    assert printed(code) == f"{[10 * k for k in range(n)]}\n"
    made = (tmp_path / "made").read_text().split() if n else []
    assert sorted(map(int, made)) == list(range(n))


def test_both_processes_make_some_where_each_waits_for_the_other(tmp_path):
    code = f"""
def make(item):
    mine, other = (f"{tmp_path}/{{who}}" for who in (("here", "there") if os.getpid() == this else ("there", "here")))
    open(mine, "w").close()
    while not os.path.exists(other):
        time.sleep(0.01)
    return os.getpid() == this
print(list(copies.side_by_side("ab", make)))
"""
    assert printed(code) == "[True, False]\n"


@pytest.mark.parametrize(
    "there", ["raise ValueError('no')", "return lambda: 0", "os._exit(3)", "os.kill(os.getpid(), 9)", "sys.exit(0)"]
)
def test_what_a_copy_cannot_make_is_made_here(there):
    code = f"""
def make(item):
    if os.getpid() != this:
        {there}
    return 10 * item
print(list(copies.side_by_side(range(5), make)))
"""
    assert printed(code) == "[0, 10, 20, 30, 40]\n"


def test_an_error_is_raised_here_after_what_comes_before_it():
    code = """
def make(item):
    if item == 2:
        raise ValueError(f"no {item}")
    return item
made = []
try:
    for one in copies.side_by_side(range(4), make):
        made.append(one)
except ValueError as error:
    print(made, error)
"""
    assert printed(code) == "[0, 1] no 2\n"


def test_a_copy_says_nothing_and_takes_no_leave():
    code = """
import atexit
atexit.register(lambda: print("leave"))
print("before", end=" ")
def function():
    print("there")
    print("there", file=sys.stderr)
    os.system("echo there")
copy = copies.Copy(function)
print("here", copy.wait(), copy.wait())
copy.end()
"""
    done = program(code)
    assert (done.stdout, done.stderr) == ("before here 0 0\nleave\n", "")


def test_who_stops_early_leaves_no_copy_behind():
    code = """
def make(item):
    if os.getpid() != this:
        time.sleep(600.0)
    return item
made = copies.side_by_side(range(3), make)
next(made)
made.close()
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("none")
"""
    assert printed(code) == "none\n"


def test_an_interrupt_ends_the_copies(tmp_path):
    code = f"""
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored where this runs in the background
def function():
    open({str(tmp_path / "begun")!r}, "w").close()
    time.sleep(600.0)
try:
    copies.in_copies([function, function])
except KeyboardInterrupt:
    try:
        os.waitpid(-1, 0)
    except ChildProcessError:
        print("none")
"""
    with subprocess.Popen([sys.executable, "-c", PREAMBLE + code], stdout=subprocess.PIPE, text=True) as process:
        while not (tmp_path / "begun").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.communicate()[0] == "none\n"


def test_a_copy_ends_when_its_original_is_gone(tmp_path):
    code = f"""
def function():
    with open({str(tmp_path / "pid.new")!r}, "w") as file:
        file.write(str(os.getpid()))
    os.rename({str(tmp_path / "pid.new")!r}, {str(tmp_path / "pid")!r})
    time.sleep(600.0)
copies.in_copies([function])
"""
    with subprocess.Popen([sys.executable, "-c", PREAMBLE + code]) as process:
        while not (tmp_path / "pid").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    state = Path("/proc") / (tmp_path / "pid").read_text() / "stat"
    with suppress(FileNotFoundError, ProcessLookupError):
        while state.read_text().rpartition(")")[2].split()[0] != "Z":  # one that nobody buries has ended, too
            time.sleep(0.05)


@pytest.mark.parametrize(
    "fault",
    ["copies.os.fork = fail", "copies.TemporaryFile = fail", "copies.mmap.mmap = fail", "copies.pickle.dumps = fail"],
)
def test_where_the_system_gives_nothing_everything_is_made_all_the_same(fault):
    code = f"""
def fail(*_, **__):
    raise OSError(28, "No space left on device")
{fault}
print(list(copies.side_by_side(range(4), lambda item: 10 * item)))
copies.in_copies([print])
"""
    assert printed(code) == "[0, 10, 20, 30]\n"


def test_what_is_not_good_there_is_made_again_here():
    code = """
make = lambda item: (item, os.getpid() == this)
print(list(copies.side_by_side(range(4), make, lambda made: made[1])))
"""
    assert printed(code) == f"{[(k, True) for k in range(4)]}\n"


def test_where_nobody_hears_of_ended_processes_everything_is_made_all_the_same():
    code = """
import signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
copies.in_copies([lambda: None, lambda: None])
copy = copies.Copy(lambda: time.sleep(600.0))
copy.end()
print(list(copies.side_by_side(range(4), lambda item: 10 * item)))
"""
    assert printed(code) == "[0, 10, 20, 30]\n"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_stream_that_is_closed_is_not_asked_for(stream):
    code = f"""
sys.{stream} = None
made = list(copies.side_by_side(range(4), lambda item: 10 * item))
os._exit(made != [0, 10, 20, 30])
"""
    assert program(code).returncode == 0


def test_nothing_is_left_behind_by_a_program_that_is_ended(tmp_path):
    code = """
import signal
def make(item):
    os.kill(this, signal.SIGTERM)
    time.sleep(600.0)
list(copies.side_by_side(range(4), make))
"""
    done = program(code, env=os.environ | {"TMPDIR": str(tmp_path)})
    assert done.returncode == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_only_the_program_is_copied_while_it_has_one_thread_and_another_core(monkeypatch):
    monkeypatch.setattr(copies, "n_cores", lambda: 2)
    monkeypatch.setattr(copies.threading, "active_count", lambda: 1)
    monkeypatch.delitem(sys.modules, "mpi4py.MPI", raising=False)  # another test may have loaded it
    assert not can_copy()
    assert list(side_by_side("ab", lambda item: (item, os.getpid()))) == [("a", os.getpid()), ("b", os.getpid())]
    monkeypatch.setattr(copies, "is_program", lambda: True)
    assert can_copy()
    monkeypatch.setattr(copies, "n_cores", lambda: 1)
    assert not can_copy()
    monkeypatch.setattr(copies, "n_cores", lambda: 2)
    monkeypatch.setitem(sys.modules, "mpi4py.MPI", object())
    assert not can_copy()


def test_a_second_thread_forbids_copies(monkeypatch):
    monkeypatch.setattr(copies, "n_cores", lambda: 2)
    monkeypatch.setattr(copies, "is_program", lambda: True)
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert not can_copy()
    finally:
        stop.set()
        thread.join()


def test_the_program_compiles_in_copies_and_not_itself(tmp_path):
    code = f"""
from alpfit.inference.parallel import ahead
from alpfit.numerics.rehearsal import Rehearsal
ahead.n_cores = lambda: 2
def made(k):
    with open(f"{tmp_path}/{{k}}", "w") as file:
        file.write(str(os.getpid()))
ahead.compile_ahead([Rehearsal(f"r{{k}}", 4.0, partial(made, k)) for k in range(3)])
print(len({{open(f"{tmp_path}/{{k}}").read() for k in range(3)}} - {{str(this)}}))
"""
    done = program(code, env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)})
    assert done.stdout == "2\n", done.stderr
    assert "8 seconds or so, in 2 processes" in done.stderr


def test_the_program_knows_itself_and_what_calls_it_is_another(tmp_path):
    code = """
import sys
from alpfit.cli.main import main
from alpfit.numerics.program import is_program
sys.argv = ["alpfit", "--version"]
if sys.stdin.read():
    run, main = main, None
else:
    run = main
try:
    run()
finally:
    print(is_program())
"""
    for given, said in (("", "True"), ("something else", "False")):
        words = [sys.executable, "-c", code]
        done = subprocess.run(words, input=given, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == said


def test_both_ways_to_begin_the_program_are_known():
    import alpfit.__main__ as module

    script = Path(sys.executable).with_name("alpfit")
    for source in (Path(module.__file__), *([script] if script.exists() else [])):
        assert "from alpfit.cli.main import main\n" in source.read_text()
