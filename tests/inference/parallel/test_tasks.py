"""Tasks in processes of their own: what they say when they end, and that they end with whom they work for."""

import signal
import time

import pytest

from alpfit.errors import ConfigurationError
from alpfit.inference.interrupts import Interrupted
from alpfit.inference.parallel.tasks import Task


def test_a_task_that_is_done_says_nothing(tmp_path):
    path = tmp_path / "file"
    assert Task(lambda: path.write_text("done")).wait() == (0, [])
    assert path.read_text() == "done"


def test_what_the_user_can_mend_is_a_sentence():
    def fail():
        raise ConfigurationError("it is\nwrong")

    assert Task(fail).wait() == (2, ["it is\\nwrong"])


def test_memory_that_is_out_is_a_sentence():
    def fail():
        raise MemoryError

    code, (said,) = Task(fail).wait()
    assert (code, said.split(":")[0]) == (2, "memory is out")


def test_an_error_that_nobody_has_foreseen_is_told():
    code, said = Task(lambda: 1 / 0).wait()
    assert (code, said[-1]) == (1, "ZeroDivisionError: division by zero")


def test_a_task_that_was_interrupted_ends_as_a_program_does():
    def fail():
        raise Interrupted(15)

    assert Task(fail).wait() == (128 + 15, [])


def test_a_task_can_be_ended():
    task = Task(lambda: time.sleep(600.0))
    assert task.poll() is None
    task.terminate()
    assert task.wait()[0] in (-signal.SIGTERM, 128 + signal.SIGTERM)


def test_a_task_imports_nothing_from_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "alpfit.py").write_text("raise SystemExit(42)")
    monkeypatch.chdir(tmp_path)
    assert Task(lambda: None).wait() == (0, [])


@pytest.mark.parametrize("n", [10_000, 10_000_000])
def test_a_task_may_carry_much_and_say_much(n):
    text = "x" * n

    def speak():
        import sys

        sys.stderr.write(text)

    code, (said,) = Task(speak).wait()
    assert (code, len(said)) == (0, n)


def test_a_task_finds_the_modules_that_its_parent_finds(tmp_path, monkeypatch):
    (tmp_path / "one_of_my_own.py").write_text("def fail():\n    raise ZeroDivisionError('mine')\n")
    monkeypatch.syspath_prepend(tmp_path)
    from one_of_my_own import fail

    code, said = Task(fail).wait()
    assert (code, said[-1]) == (1, "ZeroDivisionError: mine")
