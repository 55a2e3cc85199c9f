"""A run that is under way, or was interrupted: the folder ``unfinished`` inside its run folder.

It holds a lock, what the run was begun with (``identity.json``), how far it is (``status.json``) and checkpoints, and
disappears when the finished run is put in its place.
"""

import fcntl
import json
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
from shlex import quote
from typing import Annotated, Any

from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from alpfit.chains.checkpoints import Checkpoints
from alpfit.chains.files import check_place, write_durably, write_whole
from alpfit.chains.folder import REPLACED, UNFINISHED, RunFolder, check_output, leftovers, place_to_stage, tidy
from alpfit.chains.records import json_text, read_json
from alpfit.errors import RunFolderError
from alpfit.inference.progress import Progress, ProgressReport

LOCK = "lock"
SECONDS_BETWEEN_STATUS = 1.0

Word = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]{0,200}$")]
"""What can be shown on a terminal, whoever wrote it."""


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
        return FileLock(self.path / LOCK, timeout=0)

    @property
    def exists(self) -> bool:
        """Whether there is one: something that could be continued."""
        return self.identity.exists() or bool(self.checkpoints())

    def is_running(self) -> bool:
        """Whether a process is at work on it; raises :class:`RunFolderError` where that cannot be known."""
        lock = self.path / LOCK
        try:
            handle = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise RunFolderError(
                f"{lock} cannot be read: {error.strerror}; look for the process, or remove it"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError as error:
            raise RunFolderError(f"{lock} cannot be tried: {error.strerror}; look for the process") from error
        finally:
            os.close(handle)
        return False

    def checkpoints(self) -> list[Path]:
        """Its checkpoints, the oldest first."""
        return Checkpoints(self.path, lambda _: None).files()

    def last_status(self) -> "LastStatus | None":
        """What its process last wrote; None where it did not come so far, or it cannot be read."""
        try:
            return LastStatus.model_validate(read_json(self.status, ""))
        except (RunFolderError, ValidationError):
            return None

    @property
    def spent(self) -> str:
        """The calls that would be lost with it, in words."""
        status = self.last_status()
        return f"{'an unknown number of' if status is None else status.n_calls} likelihood calls"


class LastStatus(BaseModel):
    """How far a run was when its process last wrote it: :class:`ProgressReport`, and who that was."""

    model_config = ConfigDict(frozen=True)

    n_calls: Annotated[int, Field(ge=0)]
    values: dict[Word, float | None]
    fraction_left: Annotated[float, Field(ge=0.0)] | None
    begun: AwareDatetime
    updated: AwareDatetime
    process: int
    host: Word

    @property
    def share_done(self) -> float:
        """Of the whole run."""
        return 0.0 if self.fraction_left is None else 1.0 / (1.0 + self.fraction_left)


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
        with suppress(OSError):  # on a full disk the run itself goes on
            write_whole(self._unfinished.status, json_text(facts, indent=None).encode())


def recover(path: Path) -> None:
    """Bring back a run that was just being replaced when its process died, or remove what it left of one that was.

    Raises :class:`RunFolderError` where a process is replacing it now.
    """
    path = path.absolute()
    if path.exists():
        tidy(path.parent, path)
        return
    if not (left := leftovers(path.parent, path.name, REPLACED)):
        return
    if UnfinishedRun(left[0]).is_running():
        raise _at_work(path)
    with suppress(FileNotFoundError):  # another process has brought it back
        left[0].rename(path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Hold the lock of the run folder ``path``, so that nobody else writes it meanwhile.

    Raises :class:`RunFolderError` where somebody does, or it cannot be written.
    """
    unfinished = UnfinishedRun(path)
    place_to_stage(path)
    _check_own(unfinished)
    try:
        unfinished.path.mkdir(parents=True, exist_ok=True)
        lock = unfinished.lock.acquire()
    except Timeout as error:
        raise _at_work(path) from error
    except OSError as error:
        raise RunFolderError(f"{path} cannot be written: {error.strerror}; choose another with output=DIR") from error
    with lock:
        try:
            yield
        finally:
            if not unfinished.exists:
                shutil.rmtree(unfinished.path, ignore_errors=True)
                with suppress(OSError):
                    path.rmdir()


def _at_work(path: Path) -> RunFolderError:
    return RunFolderError(
        f"{path} is being written by another process: wait for it, or choose another folder with output=DIR"
    )


def _check_own(unfinished: UnfinishedRun) -> None:
    """Raise :class:`RunFolderError` where a folder and a lock must be, and something else is or leads away."""
    for place, kind in ((unfinished.path, Path.is_dir), (unfinished.path / LOCK, Path.is_file)):
        if os.path.lexists(place) and (place.is_symlink() or not kind(place)):
            what = "folder" if kind is Path.is_dir else "ordinary file"
            raise RunFolderError(
                f"{place} cannot be written: it is no {what}; remove it, or choose another with output=DIR"
            )


@contextmanager
def replacing(path: Path, *, overwrite: bool) -> Iterator[None]:
    """As :func:`writing`, for what is written at the end and cannot be continued: a run without sampling of its own.

    Raises :class:`RunFolderError` also where there is a run, finished or not, that is not to be replaced.
    """
    check_place(path)
    recover(path)
    check_output(path, overwrite)
    with writing(path):
        unfinished = UnfinishedRun(path)
        if unfinished.exists and overwrite:
            _check_kind(unfinished, "run")
        elif unfinished.exists:
            raise RunFolderError(
                f"{path} holds an unfinished run ({unfinished.spent}): replace it with overwrite=True, or keep it with "
                "output=DIR"
            )
        yield


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
    check_place(path)
    recover(path)
    going_on = resume and unfinished.exists
    check_output(path, overwrite or going_on, what, beside=going_on)
    with writing(path):
        checkpoints = Checkpoints(unfinished.path, progress.note)
        try:
            _begin(unfinished, identity, overwrite=overwrite, resume=resume, force=force, what=what)
            yield checkpoints
        finally:
            if not checkpoints.files():
                with suppress(OSError):  # what has its name may be a folder
                    unfinished.identity.unlink(missing_ok=True)


def _begin(
    unfinished: UnfinishedRun, identity: Mapping[str, Any], *, overwrite: bool, resume: bool, force: bool, what: str
) -> None:
    """Check that the run may begin or continue, and write down what it is."""
    if unfinished.exists and resume:
        if force:
            _check_kind(unfinished, what)
        else:
            _check_owner(unfinished)
        if not force or what != "run":
            _check_identity(unfinished, identity, what)
    elif unfinished.exists and not overwrite:
        raise RunFolderError(
            f"{unfinished.run} holds an unfinished {what} ({unfinished.spent}): continue it with resume=True, or "
            "begin anew with overwrite=True"
        )
    else:
        _check_kind(unfinished, what)
        for old in unfinished.checkpoints():
            with suppress(OSError):  # what has the name of a checkpoint may be a folder
                old.unlink()
    try:
        write_durably(unfinished.identity, json_text(identity).encode())
    except OSError as error:
        raise RunFolderError(
            f"{unfinished.identity} cannot be written: {error.strerror}; make room, remove what is in its place, or "
            "choose another folder with output=DIR"
        ) from error


def _check_kind(unfinished: UnfinishedRun, what: str) -> None:
    """Raise :class:`RunFolderError` where a run would take the place of a profile, or the other way round."""
    try:
        kind = "profile" if "profile" in read_json(unfinished.identity, "") else "run"
    except RunFolderError:  # it is not known what it was
        return
    if kind != what:
        raise RunFolderError(
            f"{unfinished.run} holds an unfinished {kind}, not a {what}: choose another folder with output=DIR"
        )


def _check_owner(unfinished: UnfinishedRun) -> None:
    """Raise :class:`RunFolderError` where somebody else has written checkpoints: to read one is to run its code."""
    for path in (unfinished.path, *unfinished.checkpoints()):
        if (owner := path.stat().st_uid) != os.getuid():
            raise RunFolderError(
                f"{path} belongs to another user ({_user(owner)}), and a checkpoint can make the program do anything: "
                "continue it with force=True if you trust them, or begin anew with overwrite=True"
            )


def _user(number: int) -> str:
    """The name of a user; the number where there is none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _check_identity(unfinished: UnfinishedRun, identity: Mapping[str, Any], what: str) -> None:
    """Raise :class:`RunFolderError` for the first thing that is not as it was when the run began."""
    way_out = "begin anew with overwrite=True" + (", or continue nevertheless with force=True" if what == "run" else "")
    before = read_json(unfinished.identity, way_out)
    was, now = _flat(before), _flat(json.loads(json_text(identity)))
    for key in sorted([*was, *now], key=lambda key: not key.startswith("profile.")):  # what was asked for goes first
        if was.get(key) != now.get(key):
            if key == "profile.refine":
                said = _refined_otherwise(was.get(key), now.get(key))
                raise RunFolderError(f"{unfinished.run} was begun {said}, or {way_out}")
            begun = f"with {key.removeprefix('profile.')} = {was.get(key)}, which is {now.get(key)} now"
            if key == "scenario" and was.get(key) and now.get(key):
                begun = "with another content of the scenario's file"
            raise RunFolderError(
                f"{unfinished.run} was begun {begun}: put it back, {'' if what == 'run' else 'or '}{way_out}"
            )


def _refined_otherwise(was: Any, now: Any) -> str:
    """How a profile was begun that is not refined as it would be ``now``, and what to do; both as they are recorded."""
    if was is True:
        return "with refine=True: give that again"
    if not isinstance(was, list):
        return "without ln L maximised anywhere: give refine=False"
    if now is True:
        return "without refine=True, with ln L maximised where that takes less than a minute: leave it out"
    if now is False:
        return (
            "with ln L maximised where that takes less than a minute: leave out refine=False or, if it is not given, "
            "put back the data and the code"
        )
    return "with ln L maximised in other profiles than it would be now: put back the run"


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The leaves of nested tables by their dotted names."""
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        leaves |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return leaves


def not_finished(path: Path) -> str:
    """Why the folder ``path``, which has no manifest, is no run; of an unfinished one, how to continue it."""
    unfinished, where = UnfinishedRun(path), quote(str(path))
    if not unfinished.exists:
        return f"{path} is not a run folder: it has no {RunFolder(path).manifest.name}"
    try:
        kind = "profile" if "profile" in read_json(unfinished.identity, "") else "run"
    except RunFolderError:  # it is not known what it was
        kind = "run"
    if kind == "profile":
        return f"{path} holds an unfinished profile, not a run: alpfit status {where} tells how to continue it"
    how = f"continue it with alpfit run FILE --output {where} --resume"
    return f"{path} holds an unfinished run, with nothing to read yet: {how}, or see alpfit status {where}"


def is_finished(path: Path) -> bool:
    """Whether ``path`` holds a finished run and no unfinished one."""
    return RunFolder(path).manifest.exists() and not UnfinishedRun(path).exists


def what_is_left(path: Path) -> str:
    """Of a run that was interrupted, what to do next."""
    if UnfinishedRun(path).exists:
        return f"continue {path} with resume=True"
    if is_finished(path):
        return f"{path} is complete but for its figures: alpfit plot {quote(str(path))}"
    return "there was nothing yet to keep"
