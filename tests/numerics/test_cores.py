"""How many cores there are, and work on all of them."""

import os
import threading

import pytest

from alpfit.numerics import cores
from alpfit.numerics.cores import in_threads, n_cores


def test_it_is_what_the_system_lets_this_process_use():
    assert n_cores() == len(os.sched_getaffinity(0))


def test_on_systems_that_do_not_say_it_is_all_of_them(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    assert n_cores() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert n_cores() == 1


@pytest.mark.parametrize("n", [0, 1, 7])
@pytest.mark.parametrize("available", [1, 2])
def test_threads_answer_in_the_order_of_the_work(monkeypatch, n, available):
    monkeypatch.setattr(cores, "n_cores", lambda: available)
    assert in_threads(lambda k: k * k, range(n)) == [k * k for k in range(n)]


def test_two_cores_work_side_by_side(monkeypatch):
    monkeypatch.setattr(cores, "n_cores", lambda: 2)
    both_are_there = threading.Barrier(2, timeout=30.0)
    assert sorted(in_threads(lambda _: both_are_there.wait(), range(2))) == [0, 1]


def test_an_error_in_a_thread_is_the_callers(monkeypatch):
    monkeypatch.setattr(cores, "n_cores", lambda: 2)
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda k: 1 // k, [1, 0])
