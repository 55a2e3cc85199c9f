"""Checkpoints: whole or not at all, and checked when they are read."""

import errno
import os

import pytest

from alpfit.chains.checkpoints import Checkpoints
from alpfit.chains.files import write_durably
from alpfit.errors import RunFolderError

STATES = [bytes([i]) * 1000 for i in range(5)]


@pytest.fixture
def said():
    return []


@pytest.fixture
def checkpoints(tmp_path, said):
    return Checkpoints(tmp_path, said.append)


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_newest_is_read(checkpoints):
    assert checkpoints.load() is None
    for state in STATES:
        checkpoints.save(state)
        assert checkpoints.load() == state


def test_the_newest_two_are_kept(checkpoints):
    for state in STATES:
        checkpoints.save(state)
    assert [path.name for path in checkpoints.files()] == ["checkpoint-000004.bin", "checkpoint-000005.bin"]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_truncated_one_is_told_and_the_one_before_is_used(checkpoints, said, share):
    checkpoints.save(STATES[0])
    checkpoints.save(STATES[1])
    newest = checkpoints.files()[-1]
    whole = newest.read_bytes()
    newest.write_bytes(whole[: int(share * len(whole))])
    assert checkpoints.load() == STATES[0]
    assert said == [f"checkpoint {newest} is damaged: the one before is used"]


@pytest.mark.parametrize("at", [3, 40, 500, -1])
def test_a_changed_byte_is_found(checkpoints, said, at):
    checkpoints.save(STATES[1])
    newest = checkpoints.files()[-1]
    content = bytearray(newest.read_bytes())
    content[at] ^= 1
    newest.write_bytes(content)
    assert checkpoints.load() is None
    assert said == [f"checkpoint {newest} is damaged: there is no other, so the run begins anew"]


def test_after_a_damaged_one_the_next_has_a_number_of_its_own(checkpoints):
    checkpoints.save(STATES[0])
    checkpoints.files()[-1].write_bytes(b"")
    checkpoints.save(STATES[1])
    assert checkpoints.load() == STATES[1]


def test_on_a_full_disk_the_ones_before_stay_and_the_user_is_told(checkpoints, said, monkeypatch):
    checkpoints.save(STATES[0])
    checkpoints.save(STATES[1])
    before = checkpoints.files()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_disk)
        checkpoints.save(STATES[2])
    assert checkpoints.files() == before
    assert list(before[0].parent.iterdir()) != []
    assert not list(before[0].parent.glob("*.writing"))
    assert said[0].startswith(
        f"checkpoint {before[0].parent / 'checkpoint-000003.bin'} cannot be written: No space left"
    )
    assert said[0].endswith("the last one is checkpoint-000002.bin: make room")
    assert checkpoints.load() == STATES[1]
    checkpoints.save(STATES[3])
    assert checkpoints.load() == STATES[3]


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path, monkeypatch):
    path = tmp_path / "identity.json"
    write_durably(path, b"old")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["identity.json"]


def unreadable(path):
    path.unlink()
    path.mkdir()


def test_one_that_cannot_be_read_is_told_and_the_one_before_is_used(checkpoints, said):
    checkpoints.save(STATES[0])
    checkpoints.save(STATES[1])
    unreadable(newest := checkpoints.files()[-1])
    assert checkpoints.load() == STATES[0]
    assert said == [f"checkpoint {newest} cannot be read (it is no ordinary file): the one before is used"]
    checkpoints.save(STATES[2])
    checkpoints.save(STATES[3])
    assert checkpoints.load() == STATES[3]


def test_where_none_can_be_read_nothing_is_begun_anew(checkpoints):
    checkpoints.save(STATES[0])
    checkpoints.save(STATES[1])
    first, newest = checkpoints.files()
    first.write_bytes(b"damaged")
    unreadable(newest)
    with pytest.raises(RunFolderError, match=r"000002.bin cannot be read .* begin anew with overwrite=True"):
        checkpoints.load()


@pytest.mark.parametrize(
    "stray", ["checkpoint-abc.bin", "checkpoint-.bin", "checkpoint-1.bin", "checkpoint-٣٣٣٣٣٣.bin"]
)
def test_a_stray_file_is_no_checkpoint(checkpoints, tmp_path, stray):
    (tmp_path / stray).write_bytes(b"stray")
    assert checkpoints.load() is None
    for state in STATES:
        checkpoints.save(state)
    assert checkpoints.load() == STATES[-1]
    assert (tmp_path / stray).read_bytes() == b"stray"
