"""Files as they must be to be read: ordinary ones, of bounded size, and no devices or pipes, which never end."""

import errno
import os
import stat
from hashlib import sha256
from pathlib import Path


def read_ordinary(path: Path, most: int) -> bytes:
    """The contents of the file ``path``, at most ``most`` bytes.

    Raises :class:`OSError` where there is none, and for one that is no ordinary file or is larger.
    """
    check_ordinary(path)
    # the file may be another one by now: what has been opened counts, and a pipe must not be waited for
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        _check_mode(path, os.fstat(file.fileno()))
        contents = file.read(most + 1)
    if len(contents) > most:
        raise OSError(errno.EFBIG, f"it has more than {most // 2**20} MiB", str(path))
    return contents


def can_be_named(text: str) -> bool:
    """Whether there can be a file ``text`` whose own name can be shown, wherever it is."""
    try:
        return b"\0" not in os.fsencode(text) and Path(text).name.isprintable()
    except UnicodeEncodeError:
        return False


def check_ordinary(path: Path) -> None:
    """Raise :class:`OSError` where ``path`` is missing or no ordinary file."""
    _check_mode(path, os.stat(path))


def _check_mode(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))


def digest_of(path: Path) -> str:
    """SHA-256 of a file's contents; raises :class:`OSError` as :func:`check_ordinary` does."""
    check_ordinary(path)
    digest = sha256()
    with path.open("rb") as file:
        while part := file.read(2**20):
            digest.update(part)
    return digest.hexdigest()
