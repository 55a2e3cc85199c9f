"""Checkpoints of a run: written whole or not at all, and checked when they are read."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

MAGIC = b"alpfit checkpoint 1\n"
KEPT = 2
"""The newest one, and the one before in case the newest is damaged."""


class Checkpoints:
    """The checkpoints in ``folder``; ``tell`` takes sentences for the user."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._folder, self._tell = folder, tell

    def load(self) -> bytes | None:
        """The newest one that is good."""
        files = self.files()
        for path in reversed(files):
            content = path.read_bytes()
            state = content[len(MAGIC) + 65 :]
            if content == _sealed(state):
                return state
            rest = files.index(path)
            way_out = "the one before is used" if rest else "there is no other, so the run begins anew"
            self._tell(f"checkpoint {path} is damaged: {way_out}")
        return None

    def save(self, state: bytes) -> None:
        """Write the next one; where that fails the ones before stay, and the user is told."""
        files = self.files()
        number = int(files[-1].stem.removeprefix("checkpoint-")) + 1 if files else 1
        path = self._folder / f"checkpoint-{number:06d}.bin"
        try:
            write_durably(path, _sealed(state))
        except OSError as error:
            last = f"the last one is {files[-1].name}" if files else "there is none yet"
            self._tell(f"checkpoint {path} cannot be written: {error.strerror or error}; {last}: make room")
            return
        for old in files[: len(files) + 1 - KEPT]:
            old.unlink(missing_ok=True)

    def files(self) -> list[Path]:
        """The checkpoints, the oldest first."""
        return sorted(self._folder.glob("checkpoint-*.bin"))


def _sealed(state: bytes) -> bytes:
    return MAGIC + sha256(state).hexdigest().encode() + b"\n" + state


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that at any moment, also if the machine stops, it is there whole or not at all."""
    temporary = path.with_suffix(".writing")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
