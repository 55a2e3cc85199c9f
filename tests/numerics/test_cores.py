"""How many cores there are."""

import os

from alpfit.numerics.cores import n_cores


def test_it_is_what_the_system_lets_this_process_use():
    assert n_cores() == len(os.sched_getaffinity(0))


def test_on_systems_that_do_not_say_it_is_all_of_them(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    assert n_cores() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert n_cores() == 1
