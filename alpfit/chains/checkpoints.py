"""Checkpoints of a run: written whole or not at all, and checked when they are read."""

import re
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from alpfit.chains.files import write_durably
from alpfit.errors import RunFolderError
from alpfit.numerics.files import check_ordinary

MAGIC = b"alpfit checkpoint 1\n"
NAME = re.compile(r"checkpoint-\d{6,}\.bin", flags=re.ASCII)
KEPT = 2
"""The newest one, and the one before in case the newest is damaged."""


class Checkpoints:
    """The checkpoints in ``folder``; ``tell`` takes sentences for the user."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._folder, self._tell = folder, tell

    def load(self) -> bytes | None:
        """The newest one that is good; None where there is none, or none that is whole.

        Raises :class:`RunFolderError` where one that is left may be good but cannot be read.
        """
        files, unread = self.files(), ""
        for path in reversed(files):
            try:
                check_ordinary(path)
                content = path.read_bytes()
            except OSError as error:
                fault = unread = f"checkpoint {path} cannot be read ({error.strerror})"
            else:
                state = content[len(MAGIC) + 65 :]
                if content[: len(MAGIC) + 65] == _seal(state):
                    return state
                fault = f"checkpoint {path} is damaged"
            if path != files[0]:
                self._tell(f"{fault}: the one before is used")
            elif unread:
                raise RunFolderError(f"{unread}, and there is no other: mend that, or begin anew with overwrite=True")
            else:
                self._tell(f"{fault}: there is no other, so the run begins anew")
        return None

    def save(self, state: bytes) -> None:
        """Write the next one; where that fails the ones before stay, and the user is told."""
        files = self.files()
        number = _number(files[-1]) + 1 if files else 1
        path = self._folder / f"checkpoint-{number:06d}.bin"
        try:
            write_durably(path, _seal(state), state)
        except OSError as error:
            last = f"the last one is {files[-1].name}" if files else "there is none yet"
            self._tell(f"checkpoint {path} cannot be written: {error.strerror or error}; {last}: make room")
            return
        for old in files[: len(files) + 1 - KEPT]:
            with suppress(OSError):  # what has the name of a checkpoint may be a folder
                old.unlink()

    def files(self) -> list[Path]:
        """The checkpoints, the oldest first, and what else has the name of one."""
        try:
            return sorted((path for path in self._folder.iterdir() if NAME.fullmatch(path.name)), key=_number)
        except (FileNotFoundError, NotADirectoryError):
            return []


def _number(path: Path) -> int:
    return int(path.stem.removeprefix("checkpoint-"))


def _seal(state: bytes) -> bytes:
    """What stands in the file before ``state``."""
    return MAGIC + sha256(state).hexdigest().encode() + b"\n"
