"""An interrupt waits until the sampler is between two iterations."""

import signal
import threading

import pytest

from alpfit.inference.interrupts import InterruptibleProgress
from alpfit.inference.samplers import NoProgress, ProgressReport

REPORT = ProgressReport(n_calls=1, log_z=0.0, delta_log_z=1.0, fraction_left=1.0)


class Counter:
    def __init__(self):
        self.n = 0

    def update(self, report):
        self.n += 1


def test_reports_pass_until_an_interrupt_comes_and_then_it_is_raised():
    counter = Counter()
    watched = InterruptibleProgress(counter)
    with pytest.raises(KeyboardInterrupt), watched.held_back():
        watched.update(REPORT)
        signal.raise_signal(signal.SIGINT)
        reached = True
        watched.update(REPORT)
        reached = False

    assert counter.n == 1
    assert reached


def test_an_interrupt_after_the_last_report_is_raised_at_the_end():
    watched, done = InterruptibleProgress(NoProgress()), []
    with pytest.raises(KeyboardInterrupt), watched.held_back():
        signal.raise_signal(signal.SIGINT)
        done.append("the rest of the block")

    assert done == ["the rest of the block"]


def test_the_handler_before_is_put_back():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="from inside"), InterruptibleProgress(NoProgress()).held_back():
        assert signal.getsignal(signal.SIGINT) != before
        raise ValueError("from inside")

    assert signal.getsignal(signal.SIGINT) == before


def test_in_another_thread_nothing_is_touched():
    seen = []

    def work():
        with InterruptibleProgress(NoProgress()).held_back():
            seen.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert seen == [before]
