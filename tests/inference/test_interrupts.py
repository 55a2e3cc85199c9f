"""An interrupt waits until the run is between two steps."""

import signal
import threading

import pytest

from alpfit.inference.interrupts import SIGNALS, Interrupted, Interrupts


@pytest.fixture(autouse=True)
def _no_nohup():
    """The tests themselves may run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def test_under_nohup_a_terminal_that_is_closed_is_no_matter():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    interrupts = Interrupts()
    with interrupts.held_back():
        signal.raise_signal(signal.SIGHUP)
    assert not interrupts.arrived


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_noted_and_due_at_the_end_of_the_block(number):
    interrupts, done = Interrupts(), []
    with pytest.raises(Interrupted) as ended, interrupts.held_back():
        assert not interrupts.arrived
        signal.raise_signal(number)
        assert interrupts.arrived
        done.append("the rest of the block")

    assert done == ["the rest of the block"]
    assert ended.value.number == number
    assert isinstance(ended.value, KeyboardInterrupt)


def test_it_can_be_raised_before():
    interrupts = Interrupts()
    with pytest.raises(Interrupted), interrupts.held_back():
        interrupts.raise_if_arrived()
        signal.raise_signal(signal.SIGINT)
        interrupts.raise_if_arrived()
        pytest.fail("it was not raised")


def test_the_second_signal_is_raised_at_once():
    with pytest.raises(Interrupted), Interrupts().held_back():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("it was not raised")


def test_the_handlers_before_are_put_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(ValueError, match="from inside"), Interrupts().held_back():
        assert all(signal.getsignal(number) != handler for number, handler in zip(SIGNALS, before, strict=True))
        raise ValueError("from inside")

    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_in_another_thread_nothing_is_touched():
    seen = []

    def work():
        with Interrupts().held_back():
            seen.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert seen == [before]


def test_it_says_what_is_left_of_the_run():
    assert str(Interrupted(2, "continue with --resume")) == "continue with --resume"
