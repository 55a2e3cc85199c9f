"""A run that is under way, or was interrupted: the folder ``unfinished`` inside its run folder.

It holds a lock, what the run was begun with (``identity.json``), how far it is (``status.json``) and checkpoints, and
disappears when the finished run is put in its place.
"""

import json
import math
import os
import platform
import pwd
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from alpfit.chains.checkpoints import Checkpoints, write_durably
from alpfit.chains.folder import UNFINISHED, RunFolder, check_output, place_to_stage, recover
from alpfit.chains.records import json_text, read_json
from alpfit.errors import RunFolderError
from alpfit.inference.progress import Progress, ProgressReport

SECONDS_BETWEEN_STATUS = 1.0


@dataclass(frozen=True)
class UnfinishedRun:
    """The unfinished run in the run folder ``run``."""

    run: Path

    @property
    def path(self) -> Path:
        """The folder that holds it."""
        return self.run / UNFINISHED

    @property
    def identity(self) -> Path:
        """What it was begun with."""
        return self.path / "identity.json"

    @property
    def status(self) -> Path:
        """How far it is."""
        return self.path / "status.json"

    @property
    def lock(self) -> FileLock:
        """Held by the process that runs it."""
        return FileLock(self.path / "lock", timeout=0)

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return self.identity.exists()

    def is_running(self) -> bool:
        """Whether a process is at work on it."""
        if not self.path.exists():
            return False
        try:
            with self.lock:
                return False
        except Timeout:
            return True

    def checkpoints(self) -> list[Path]:
        """Its checkpoints, the oldest first."""
        return Checkpoints(self.path, lambda _: None).files()

    def last_status(self) -> Mapping[str, Any]:
        """What its process last wrote; empty where it did not come so far."""
        try:
            facts = read_json(self.status, "")
            return {**facts, "fraction_left": math.inf if (left := facts["fraction_left"]) is None else float(left)}
        except (RunFolderError, KeyError, TypeError, ValueError):
            return {}


class StatusFile:
    """Passes reports on to ``inner``, and writes now and then how far the run is."""

    def __init__(self, unfinished: UnfinishedRun, inner: Progress) -> None:
        self._unfinished, self._inner = unfinished, inner
        self._begun, self._last = datetime.now(UTC).isoformat(timespec="seconds"), 0.0

    def note(self, sentence: str) -> None:
        """Pass ``sentence`` on."""
        self._inner.note(sentence)

    def update(self, report: ProgressReport) -> None:
        """Pass ``report`` on, and write it if it is time."""
        self._inner.update(report)
        if (now := time.monotonic()) - self._last < SECONDS_BETWEEN_STATUS:
            return
        self._last = now
        facts = {
            **asdict(report),
            "begun": self._begun,
            "updated": datetime.now(UTC).isoformat(timespec="seconds"),
            "process": os.getpid(),
            "host": platform.node(),
        }
        temporary = self._unfinished.status.with_suffix(".writing")
        with suppress(OSError):  # on a full disk the run itself goes on
            temporary.write_text(json_text(facts, indent=None), encoding="utf-8")
            temporary.replace(self._unfinished.status)


@contextmanager
def under_way(
    path: Path,
    identity: Mapping[str, Any],
    progress: Progress,
    *,
    overwrite: bool = False,
    resume: bool = False,
    force: bool = False,
    what: str = "run",
) -> Iterator[Checkpoints]:
    """The checkpoints of the run that goes to ``path``, for as long as the block holds its lock.

    Raises :class:`RunFolderError` where there is a run that is not to be replaced or continued, where another process
    is at work, and, unless ``force`` is set, where the run that is to be continued belongs to another user or
    ``identity`` is not what it was begun with. ``what`` is under way: the latter can only a run be nevertheless.
    """
    unfinished = UnfinishedRun(path)
    recover(path)
    check_output(path, overwrite or (resume and unfinished.exists), what)
    place_to_stage(path)
    try:
        unfinished.path.mkdir(parents=True, exist_ok=True)
        lock = unfinished.lock.acquire()
    except Timeout as error:
        raise RunFolderError(
            f"{path} is being written by another process: wait for it, or choose another folder with --output DIR"
        ) from error
    except OSError as error:
        raise RunFolderError(f"{path} cannot be written: {error.strerror}; choose another with --output DIR") from error
    checkpoints = Checkpoints(unfinished.path, progress.note)
    with lock:
        try:
            _begin(unfinished, identity, overwrite=overwrite, resume=resume, force=force, what=what)
            yield checkpoints
        finally:
            if not checkpoints.files():
                shutil.rmtree(unfinished.path, ignore_errors=True)
                with suppress(OSError):
                    path.rmdir()


def _begin(
    unfinished: UnfinishedRun, identity: Mapping[str, Any], *, overwrite: bool, resume: bool, force: bool, what: str
) -> None:
    """Check that the run may begin or continue, and write down what it is."""
    if unfinished.exists and resume:
        if not force:
            _check_owner(unfinished)
        if not force or what != "run":
            _check_identity(unfinished, identity, what)
    elif unfinished.exists and not overwrite:
        calls = unfinished.last_status().get("n_calls", 0)
        raise RunFolderError(
            f"{unfinished.run} holds an unfinished {what} ({calls} likelihood calls): continue it with --resume, or "
            "begin anew with --overwrite"
        )
    else:
        for old in unfinished.checkpoints():
            old.unlink()
    write_durably(unfinished.identity, json_text(identity).encode())


def _check_owner(unfinished: UnfinishedRun) -> None:
    """Raise :class:`RunFolderError` where somebody else has written checkpoints: to read one is to run its code."""
    for path in (unfinished.path, *unfinished.checkpoints()):
        if (owner := path.stat().st_uid) != os.getuid():
            raise RunFolderError(
                f"{path} belongs to another user ({_user(owner)}), and a checkpoint can make the program do anything: "
                "continue it with --force if you trust them, or begin anew with --overwrite"
            )


def _user(number: int) -> str:
    """The name of a user; the number where there is none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _check_identity(unfinished: UnfinishedRun, identity: Mapping[str, Any], what: str) -> None:
    """Raise :class:`RunFolderError` for the first thing that is not as it was when the run began."""
    before = read_json(unfinished.identity, "begin anew with --overwrite")
    way_out = "begin anew with --overwrite" + (", or continue nevertheless with --force" if what == "run" else "")
    was, now = _flat(before), _flat(json.loads(json_text(identity)))
    for key in [*was, *now]:
        if was.get(key) != now.get(key):
            raise RunFolderError(
                f"{unfinished.run} was begun with {key} = {was.get(key)}, which is {now.get(key)} now: put it back, "
                f"{'' if what == 'run' else 'or '}{way_out}"
            )


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The leaves of nested tables by their dotted names."""
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        leaves |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return leaves


def is_finished(path: Path) -> bool:
    """Whether ``path`` holds a finished run and no unfinished one."""
    return RunFolder(path).manifest.exists() and not UnfinishedRun(path).exists


def what_is_left(path: Path) -> str:
    """Of a run that was interrupted, what to do next."""
    if UnfinishedRun(path).exists:
        return f"continue {path} with --resume"
    if is_finished(path):
        return f"{path} is complete but for its figures: alpfit plot {path}"
    return "there was nothing yet to keep"
