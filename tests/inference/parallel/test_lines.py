"""Lines: each argument once to whoever has nothing to do, workers that are lost, and strangers."""

import os
import pickle
import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from alpfit.errors import PredictionError
from alpfit.inference.parallel import lines
from alpfit.inference.parallel.lines import Door, Lines, answer
from alpfit.inference.parallel.worker import Worker

RUN = "a run"


class UnreadableError(Exception):
    """Cannot be pickled, not even by what some packages teach pickle of exceptions."""

    def __init__(self, one, other):
        super().__init__(f"{one} and {other}")
        self.held = threading.Lock()


def half(n):
    if n == 13:
        raise PredictionError("no half of 13")
    if n == 14:
        raise UnreadableError("this", "that")
    return n / 2


@contextmanager
def staffed(n):
    """Lines to ``n`` workers, which are threads here."""
    Worker.functions[RUN] = half
    exchange = Lines("127.0.0.1")
    threads = [threading.Thread(target=answer, args=(exchange.door, f"worker {i}", RUN)) for i in range(n)]
    try:
        for thread in threads:
            thread.start()
        while exchange.names.total() < n:
            exchange.let_in(5.0)
        yield exchange
    finally:
        exchange.close()
        for thread in threads:
            thread.join()
        del Worker.functions[RUN]


class Mortal:
    """A worker that takes as many arguments as it is told to, and is gone with each."""

    def __init__(self, exchange, lives):
        self.exchange, self.lives, self.taken = exchange, lives, []

    def live(self):
        for _ in range(self.lives):
            with lines._through(self.exchange.door, "mortal") as line, suppress(OSError):
                self.taken.append(pickle.loads(lines._received(line)))


def nothing():
    pass


def test_answers_stand_at_the_places_of_their_arguments():
    with staffed(3) as exchange:
        for _ in range(2):
            assert exchange.call(list(range(10)), nothing) == {i: i / 2 for i in range(10)}
        assert exchange.names == {"worker 0": 1, "worker 1": 1, "worker 2": 1}


def test_what_is_raised_there_is_raised_here_with_where_it_was():
    with staffed(2) as exchange:
        with pytest.raises(PredictionError, match="no half of 13") as raised:
            exchange.call([1, 13, 2], nothing)
        assert "in half" in raised.value.__notes__[0]
        with pytest.raises(RuntimeError, match="UnreadableError: this and that"):
            exchange.call([14], nothing)
        assert exchange.call([8], nothing) == {0: 4.0}


def test_long_answers_come_whole(monkeypatch):
    content = os.urandom(5 * lines.MOST_AT_ONCE + 3)
    with staffed(2) as exchange:
        monkeypatch.setitem(Worker.functions, RUN, lambda _: content)
        assert exchange.call([0, 0, 0], nothing) == dict.fromkeys(range(3), content)


def test_what_a_lost_worker_had_goes_to_another():
    with staffed(1) as exchange:
        mortal = Mortal(exchange, 1)
        thread = threading.Thread(target=mortal.live)
        thread.start()
        while exchange.names.total() < 2:
            exchange.let_in(5.0)
        assert exchange.call(list(range(12)), nothing) == {i: i / 2 for i in range(12)}
        thread.join()
        assert exchange.names == {"worker 0": 1}
    assert len(mortal.taken) == 1


def test_an_argument_that_three_workers_were_lost_with_is_left(monkeypatch):
    exchange = Lines("127.0.0.1")
    monkeypatch.setattr(lines, "LOOK_S", 0.0)
    mortal = Mortal(exchange, 4)
    thread = threading.Thread(target=mortal.live)
    thread.start()
    exchange.let_in(5.0)
    assert exchange.call(["deadly"], lambda: exchange.let_in(5.0)) == {}
    exchange.close()  # the fourth was let in, and has nothing to do
    thread.join()
    assert mortal.taken == ["deadly"] * lines.MOST_LOSSES


def test_where_nobody_is_on_the_line_all_is_left():
    exchange = Lines("127.0.0.1")
    assert exchange.call([1, 2], nothing) == {}
    exchange.close()


def test_strangers_are_not_let_in():
    exchange = Lines("127.0.0.1")
    wrong = Door(*exchange.door[:2], b"x" * 32, exchange.door.welcome)
    thread = threading.Thread(target=answer, args=(wrong, "stranger", RUN))
    thread.start()
    exchange.let_in(5.0)
    thread.join()
    with socket.create_connection(exchange.door[:2]) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")  # a length that nothing has
        exchange.let_in(5.0)
    assert not exchange.names
    exchange.close()


def test_a_worker_does_not_work_for_whoever_else_has_that_address(monkeypatch):
    other = Lines("127.0.0.1")
    expected = Door(*other.door[:2], other.door.secret, b"y" * 32)
    found = []
    thread = threading.Thread(target=lambda: found.append(answer(expected, "worker", RUN)))
    thread.start()
    other.let_in(5.0)
    thread.join()
    other.close()
    assert found == [False]
    assert answer(expected, "worker", RUN) is False  # and nobody has it any more
