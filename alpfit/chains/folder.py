"""A whole folder is put in place at once: by renaming it or, where that cannot be, file by file, its manifest last."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from alpfit.chains.files import check_place
from alpfit.chains.layout import NO_CONTENT, UNFINISHED, RunFolder, check_output, others_in
from alpfit.errors import RunFolderError

__all__ = ["UNFINISHED", "RunFolder", "check_output", "leftovers", "place_to_stage", "staged", "tidy"]

WRITING, REPLACED = "writing", "replaced"

LONGEST_NAME = 200
"""Bytes of a name that stands in the names of what is beside it; those may have 255."""


@contextmanager
def staged(path: Path) -> Iterator[RunFolder]:
    """A folder to write to that becomes ``path`` when the block ends well.

    Until then what was at ``path`` stays; if the block fails, it stays for good. Where ``path`` cannot be renamed (it
    is a mount point or the working directory, or nothing can be made beside it) its files are replaced inside of it.
    Raises :class:`RunFolderError` at once where nothing can be written.
    """
    home = place_to_stage(path)
    path = path.resolve()
    tidy(home, path)
    staging = home / f".{_short(path.name)}.{token_hex(4)}.{WRITING}"
    staging.mkdir()
    lock = os.open(staging, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield RunFolder(staging)
        if home == path:
            _move_contents(staging, path)
        else:
            _exchange(staging, path)
    finally:
        os.close(lock)
        shutil.rmtree(staging, ignore_errors=True)


def place_to_stage(path: Path) -> Path:
    """The folder in which what becomes ``path`` can be written: the one beside it, or ``path`` itself.

    Missing folders above ``path`` are made. Raises :class:`RunFolderError` where neither can be written, and where the
    working directory would go with what is replaced, or ``path`` is reached by a link in a run folder.
    """
    check_place(path)
    path, here = path.resolve(), Path.cwd()
    if path in here.parents:
        raise RunFolderError(f"{path} holds the working directory, {here}: go elsewhere, or choose another output=DIR")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path != here and not path.is_mount():
            _try_to_write(path.parent)
            return path.parent
    except OSError as error:
        if not path.is_dir():
            raise _refusal(path, error) from None
    try:
        _try_to_write(path)
    except OSError as error:
        raise _refusal(path, error) from None
    return path


def _refusal(path: Path, error: OSError) -> RunFolderError:
    return RunFolderError(f"{path} cannot be written: {error.strerror or error}; choose another with output=DIR")


def _try_to_write(folder: Path) -> None:
    trial = folder / f".alpfit.{token_hex(4)}.trial"
    trial.mkdir()
    trial.rmdir()


def _exchange(staging: Path, path: Path) -> None:
    """Put ``staging`` in the place of ``path``; where that fails, what was there comes back.

    What a run that was not finished shared its folder with is kept beside the new one.
    """
    replaced = staging.with_suffix(f".{REPLACED}")
    try:
        if path.exists():
            path.rename(replaced)
    except OSError:  # a mount point that does not look like one, such as a folder bound to another of the same disk
        _move_contents(staging, path)
        return
    try:
        staging.rename(path)
    except BaseException:
        if replaced.exists():
            replaced.rename(path)
        raise
    if replaced.exists():
        _end_exchange(replaced, path)


def _end_exchange(replaced: Path, path: Path) -> None:
    """Keep in ``path`` what was never a run's of ``replaced``, whose place it took, and remove the rest.

    It is removed under the name of what may be swept away: from one that has lost its manifest nothing is to be kept.
    """
    for name in _strays(replaced):
        (replaced / name).rename(path / _free(path, name))
    removed = replaced.with_suffix(f".{WRITING}")
    replaced.rename(removed)
    shutil.rmtree(removed, ignore_errors=True)


def _strays(path: Path) -> list[str]:
    """The names of all in ``path`` that no finished run there can have written."""
    return others_in(path) if path.exists() and not RunFolder(path).manifest.exists() else []


def _free(path: Path, name: str) -> str:
    """``name``, with a number where it is taken in ``path``."""
    names = (name, *(f"{name}.{number}" for number in range(1, 1000)))
    return next(free for free in names if not os.path.lexists(path / free))


def _move_contents(staging: Path, path: Path) -> None:
    """Replace what is in ``path``: without a manifest it holds no run, and the unfinished one goes last."""
    manifest, strays = RunFolder(path).manifest.name, _strays(path)
    (path / manifest).unlink(missing_ok=True)
    for old in [old for old in path.iterdir() if old.name not in {staging.name, *NO_CONTENT, *strays}]:
        _remove(old)
    for new in sorted(staging.iterdir(), key=lambda new: new.name == manifest):
        if os.path.lexists(path / new.name):
            (path / new.name).rename(path / _free(path, new.name))
        shutil.move(new, path / new.name)  # the folder may be on another disk
    _remove(path / UNFINISHED)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _short(name: str) -> str:
    """``name``, or what stands for a long one in the names of what is beside it."""
    return name if len(os.fsencode(name)) <= LONGEST_NAME else sha256(os.fsencode(name)).hexdigest()


def leftovers(folder: Path, name: str, what: str) -> list[Path]:
    """What a process that died has left of the folder ``name``: of no other whose name begins so."""
    own = re.compile(rf"\.{re.escape(_short(name))}\.[0-9a-f]{{8}}\.{what}")
    with suppress(OSError):
        return [path for path in folder.iterdir() if own.fullmatch(path.name)]
    return []


def tidy(home: Path, path: Path) -> None:
    """Remove from ``home`` what processes left of ``path`` that died writing it, or when it had just been put in place.

    One that still writes holds the lock of its folder, also after that has become ``path``.
    """
    if RunFolder(path).manifest.exists() and home != path:
        for replaced in leftovers(home, path.name, REPLACED):
            with suppress(OSError), _held(path):
                _end_exchange(replaced, path)
    for left in leftovers(home, path.name, WRITING):
        with suppress(OSError), _held(left):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the lock of ``folder``; raises :class:`OSError` where another process does."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
