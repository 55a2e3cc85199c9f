"""Lines: connections on which workers elsewhere get one argument after the other, without a scheduler in between.

dask passes a task through its scheduler, keeps its result, and fetches that when it is asked for: 2.5 ms for each of
many, one after the other. On a line both ways are a message. Who has the ``secret``, which workers alone are told, is
let in, and shown another one, since an address may be somebody else's from where a worker stands.
"""

import hmac
import pickle
import selectors
import socket
import struct
import time
from collections import Counter, deque
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import suppress
from secrets import token_bytes
from typing import Any, NamedTuple, cast

from alpfit.inference.parallel.worker import Worker, answered, opened

HANDSHAKE_S = 5.0
"""Seconds in which both sides must have shown that they know each other."""

ANSWER_S = 30.0
"""Seconds for a message that has begun to come, or to go."""

LOOK_S = 2.0
"""Seconds between two looks at whether workers have come or gone."""

MOST_AT_ONCE = 2**20
"""Bytes to read."""

LENGTH = struct.Struct(">Q")
"""Before each message how long it is."""

MOST_LOSSES = 3
"""As often workers may be lost with the same argument before it is left to who knows better what to do about it."""


class Door(NamedTuple):
    """Where lines begin: the address, and what is said there to be let in, and as a welcome."""

    host: str
    port: int
    secret: bytes
    welcome: bytes


def answer(door: Door, name: str, run: str) -> bool:
    """A worker's side: the function of the ``run``, of all that comes on a line; whether the ``door`` was found."""
    try:
        line = _through(door, name)
    except OSError:
        return False
    with line, suppress(OSError):  # it ends when the worker is not needed any more, or when nobody is there
        while (message := _received(line)) and run in Worker.functions:  # a worker that closes has it no more
            _send(line, answered(message, run))
    return True


def _through(door: Door, name: str) -> socket.socket:
    """A new line; an :class:`OSError` where whoever has that address from here does not know the secret."""
    line = socket.create_connection((door.host, door.port), HANDSHAKE_S)
    try:
        _prepare(line)
        _send(line, door.secret)
        _send(line, name.encode())
        if not hmac.compare_digest(_received(line, len(door.welcome)), door.welcome):
            raise ConnectionError("a stranger")
    except OSError:
        line.close()
        raise
    line.settimeout(None)
    return line


class Lines:
    """The main process' side, which listens on ``host``."""

    def __init__(self, host: str) -> None:
        self._listener = socket.create_server((host, 0))
        self.door = Door(host, self._listener.getsockname()[1], token_bytes(32), token_bytes(32))
        self._names: dict[socket.socket, str] = {}
        self._idle: deque[socket.socket] = deque()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)

    @property
    def names(self) -> Counter[str]:
        """How many lines there are to each worker."""
        return Counter(self._names.values())

    def let_in(self, seconds: float) -> None:
        """Whoever comes within so many ``seconds``, and has the secret."""
        self._listener.settimeout(seconds)
        with suppress(OSError, UnicodeDecodeError):
            line = self._listener.accept()[0]
            _prepare(line)
            try:
                if hmac.compare_digest(_received(line, len(self.door.secret)), self.door.secret):
                    name = _received(line).decode()
                    _send(line, self.door.welcome)
                    line.settimeout(ANSWER_S)
                    self._selector.register(line, selectors.EVENT_READ)
                    self._names[line] = name
                    self._idle.append(line)
            finally:
                if line not in self._names:
                    line.close()

    def keep(self, names: Container[str]) -> None:
        """Hang up on all but these workers; those whose machine has gone do not say so themselves."""
        for line in [line for line, name in self._names.items() if name not in names]:
            self._lose(line)

    def call(self, arguments: Sequence[Any], look: Callable[[], None]) -> dict[int, Any]:
        """Answers by the places of ``arguments``, all of them unless workers are lost; now and then it has a ``look``.

        Each goes to the first worker that has nothing to do.
        """
        waiting, asked, answers, losses = deque(range(len(arguments))), dict[socket.socket, int](), {}, Counter[int]()
        looked = time.monotonic()
        while self._names and (waiting or asked):
            while waiting and self._idle:
                line = self._idle.popleft()
                asked[line] = waiting.popleft()
                self._send(line, pickle.dumps(arguments[asked[line]]))
            for line, answer in self._heard():
                self._idle.append(line)
                if line in asked:  # and not at work for a call that was given up
                    answers[asked.pop(line)] = answer
            if time.monotonic() - looked > LOOK_S:
                look()
                looked = time.monotonic()
            for line in [line for line in asked if line not in self._names]:
                lost = asked.pop(line)
                losses[lost] += 1
                if losses[lost] < MOST_LOSSES:
                    waiting.appendleft(lost)
        return {i: opened(answer) for i, answer in sorted(answers.items())}

    def close(self) -> None:
        """Hang up, which workers take as the end."""
        self.keep(())
        self._selector.close()
        self._listener.close()

    def _heard(self) -> Iterator[tuple[socket.socket, bytes]]:
        """Lines on which somebody has answered, and what."""
        for key, _ in self._selector.select(LOOK_S):
            if key.fileobj is self._listener:
                self.let_in(HANDSHAKE_S)
                continue
            line = cast(socket.socket, key.fileobj)
            try:
                yield line, _received(line)
            except OSError:
                self._lose(line)

    def _send(self, line: socket.socket, message: bytes) -> None:
        try:
            _send(line, message)
        except OSError:
            self._lose(line)

    def _lose(self, line: socket.socket) -> None:
        del self._names[line]
        if line in self._idle:
            self._idle.remove(line)
        self._selector.unregister(line)
        line.close()


def _prepare(line: socket.socket) -> None:
    """Short messages are not held back to go together, and neither side is waited for before it has shown itself."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    line.settimeout(HANDSHAKE_S)


def _send(line: socket.socket, message: bytes) -> None:
    line.sendall(LENGTH.pack(len(message)) + message)


def _received(line: socket.socket, most: int | None = None) -> bytes:
    """The next message, of not more bytes than ``most``; an :class:`OSError` where the line has ended."""
    (length,) = LENGTH.unpack(_bytes(line, LENGTH.size))
    if most is not None and length > most:
        raise ConnectionError("a stranger")
    return _bytes(line, length)


def _bytes(line: socket.socket, n: int) -> bytes:
    content = bytearray()
    while len(content) < n:
        part = line.recv(min(n - len(content), MOST_AT_ONCE))
        if not part:
            raise ConnectionError("the line has ended")
        content += part
    return bytes(content)
