"""The one door for the files of an entry: ordinary ones, in its own folder, of bounded size.

What an entry reads is what its digest covers and what travels with a run: ``likelihood.toml``, and CSV and JSON files
beside it. Paths that lead elsewhere, links out of the folder, devices and pipes are refused before they are opened.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from alpfit.errors import CatalogueError, shown
from alpfit.numerics.files import read_ordinary

LARGEST = 64 * 2**20
"""Bytes that the files of an entry may have together: 400 times the largest entry of the catalogue."""

DATA = (".csv", ".json")
"""How the names of an entry's data files end."""


class EntryFileError(CatalogueError):
    """A file of an entry that is not read."""


def data_file(folder: Path, name: object) -> Path:
    """The data file that an entry's ``[data]`` calls ``name``, which may be missing.

    Raises :class:`EntryFileError` for what is no plain name of a CSV or JSON file.
    """
    if not isinstance(name, str) or Path(name).suffix not in DATA or any(sign in name for sign in "/\\\0"):
        raise EntryFileError(
            f"{folder / 'likelihood.toml'}: [data] names the file {shown(name)}: it must be the name of a file in the "
            "entry's own folder that ends in .csv or .json; copy it there"
        )
    return folder / name


def read_text(path: Path) -> str:
    """The text of a file of an entry, without a byte-order mark.

    Raises :class:`FileNotFoundError` where there is none, :class:`EntryFileError` where it cannot be read.
    """
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EntryFileError(f"{path} cannot be read: {error}") from error


def read_bytes(path: Path) -> bytes:
    """The contents of a file of an entry; errors as for :func:`read_text`."""
    try:
        _refuse_links_out(path)
        _refuse_size(path, os.stat(path))
        return read_ordinary(path, LARGEST)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(f"{path} is missing") from error
    except (OSError, ValueError, RuntimeError) as error:  # a name may hold what no path can, and links may go round
        raise EntryFileError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def files_of(folder: Path, endings: Iterable[str]) -> list[Path]:
    """The files of an entry whose names end so, sorted by name.

    Raises :class:`OSError` where there is no folder, :class:`EntryFileError` where one of them would not be read.
    """
    allowed, found, size = tuple(endings), [], 0
    for path in sorted(folder.iterdir()):
        if path.suffix in allowed and path.exists() and not path.is_dir():
            _refuse_links_out(path)
            status = os.stat(path)
            _refuse_size(path, status)
            size += status.st_size
            found.append(path)
    if size > LARGEST:
        raise EntryFileError(_too_large(folder))
    return found


def _refuse_links_out(path: Path) -> None:
    if path.is_symlink() and path.resolve().parent != path.parent.resolve():
        raise EntryFileError(
            f"{path} is a link to {path.resolve()}: an entry reads files of its own folder only; copy the file there"
        )


def _refuse_size(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise EntryFileError(f"{path} is no ordinary file; an entry reads nothing else: put a file in its place")
    if status.st_size > LARGEST:
        raise EntryFileError(_too_large(path))


def _too_large(path: Path) -> str:
    return f"{path} has more than {LARGEST // 2**20} MiB, too much for an entry; thin it, or put it elsewhere"
