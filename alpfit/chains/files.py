"""Files are written whole or not at all, under a name that nobody can have planted, and folders in their own place."""

import fcntl
import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from alpfit.chains.layout import MANIFEST
from alpfit.errors import RunFolderError

TEMPORARY = re.compile(r"\.alpfit-[0-9a-f]{16}\.writing", flags=re.ASCII)
"""The name of a file, or of a folder of files, that is being written; a leftover where its process has died."""


def temporary_name() -> str:
    """A name as :data:`TEMPORARY` that nobody can foresee."""
    return f".alpfit-{token_hex(8)}.writing"


def write_whole(path: Path, *content: bytes, durably: bool = False) -> None:
    """Write the file ``path`` so that at any moment it is there whole or not at all; what is there is replaced.

    It holds one ``content`` after the other. A link in its place is replaced, not followed. ``durably`` it stays also
    if the machine stops. Raises :class:`OSError` that names ``path``.
    """
    _sweep(path.parent)
    try:
        temporary, handle = _made_in(path.parent)
        try:
            with open(handle, "wb") as stream:
                stream.writelines(content)
                stream.flush()
                if durably:
                    os.fsync(stream.fileno())
                temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if durably:
            _keep_names(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def write_durably(path: Path, *content: bytes) -> None:
    """:func:`write_whole`, also if the machine stops."""
    write_whole(path, *content, durably=True)


def check_place(path: Path, way_out: str = "choose another with output=DIR") -> None:
    """Raise :class:`RunFolderError` where the way to ``path`` leads out of a run folder by a link in it.

    A folder that the user names may be a link; one in a run folder may have been planted there.
    """
    path = path.absolute()
    for place in (path, *path.parents):
        if place.is_symlink() and (place.parent / MANIFEST).exists():
            raise RunFolderError(
                f"{place} is a link to {os.readlink(place)!r}, and nothing is written through a link in a run folder: "
                f"remove it, or {way_out}"
            )


def _made_in(folder: Path) -> tuple[Path, int]:
    """A new empty file in ``folder`` with the mode of any other, and its handle, which holds its lock."""
    while True:
        path = folder / temporary_name()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        try:
            with suppress(OSError):  # a file system without locks, where nothing is swept either
                fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_nlink:  # nobody took it for a leftover before it was locked
                return path, handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove files that died while they were written: of this user, and not locked by who still writes."""
    with suppress(OSError):
        for left in [left for left in folder.iterdir() if TEMPORARY.fullmatch(left.name)]:
            with suppress(OSError):
                handle = os.open(left, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
                try:
                    status = os.fstat(handle)
                    if stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid():
                        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        left.unlink()
                finally:
                    os.close(handle)


def _keep_names(folder: Path) -> None:
    """Have the names in ``folder`` on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
