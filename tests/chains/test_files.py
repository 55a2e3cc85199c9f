"""Files are written whole, in their own place, and over nothing else."""

import os
import stat
import threading

import pytest

from alpfit.chains import files
from alpfit.chains.files import TEMPORARY, check_place, temporary_name, write_durably, write_whole
from alpfit.errors import RunFolderError

WRITERS = (write_whole, write_durably)
each_writer = pytest.mark.parametrize("write", WRITERS)


@each_writer
@pytest.mark.parametrize("name", ["corner.png", "corner.pdf", "identity.json", "corner", "a.b.c"])
def test_nothing_planted_or_kept_beside_it_is_touched(tmp_path, write, name):
    mine = tmp_path / "mine"
    mine.write_text("keep me")
    beside = [tmp_path / f"{name.split('.')[0]}.writing", tmp_path / f"{name}.writing", tmp_path / f".{name}.writing"]
    for path in set(beside):
        path.symlink_to(mine)
    (tmp_path / "notes.writing").write_text("my notes")
    write(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"
    assert mine.read_text() == "keep me"
    assert (tmp_path / "notes.writing").read_text() == "my notes"
    assert all(path.is_symlink() for path in beside)


@each_writer
def test_a_name_that_is_taken_is_not_written_through(tmp_path, write, monkeypatch):
    """Even one that has been guessed."""
    mine, guessed = tmp_path / "mine", temporary_name()
    mine.write_text("keep me")
    (tmp_path / guessed).symlink_to(mine)
    monkeypatch.setattr(files, "temporary_name", lambda: guessed)
    with pytest.raises(FileExistsError):
        write(tmp_path / "new", b"new")
    assert mine.read_text() == "keep me"


@each_writer
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_mode_is_that_of_any_other_file(tmp_path, write, mask):
    before = os.umask(mask)
    try:
        write(tmp_path / "ours", b"")
        (tmp_path / "theirs").write_bytes(b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == stat.S_IMODE((tmp_path / "theirs").stat().st_mode)


@each_writer
def test_a_link_in_its_place_is_replaced(tmp_path, write):
    mine = tmp_path / "mine"
    mine.write_text("keep me")
    (tmp_path / "new").symlink_to(mine)
    write(tmp_path / "new", b"new")
    assert mine.read_text() == "keep me"
    assert not (tmp_path / "new").is_symlink()


@each_writer
def test_what_fails_names_the_file_and_leaves_nothing(tmp_path, write, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write(tmp_path / "new", b"new")
    assert caught.value.filename == str(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_nobody_elses(tmp_path):
    left = tmp_path / temporary_name()
    left.write_bytes(b"half")
    kept = [tmp_path / name for name in (".alpfit-0123.writing", "alpfit-0123456789abcdef.writing", "x.writing")]
    for path in kept:
        path.write_bytes(b"somebody's")
    pipe, folder, link = (tmp_path / temporary_name() for _ in range(3))
    os.mkfifo(pipe)
    folder.mkdir()
    link.symlink_to(kept[0])
    write_whole(tmp_path / "new", b"new")
    assert not left.exists()
    assert all(os.path.lexists(path) for path in (*kept, pipe, folder, link))


def test_what_another_still_writes_is_not_swept(tmp_path):
    path, handle = files._made_in(tmp_path)
    write_whole(tmp_path / "new", b"new")
    assert path.exists()
    assert TEMPORARY.fullmatch(path.name)
    os.close(handle)
    write_whole(tmp_path / "new", b"newer")
    assert [file.name for file in tmp_path.iterdir()] == ["new"]


def test_many_write_the_same_file_at_once_and_it_is_one_of_theirs(tmp_path):
    failed = []

    def write(number):
        try:
            for _ in range(20):
                write_whole(tmp_path / "new", bytes([number]) * 100_000)
        except OSError as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set((tmp_path / "new").read_bytes())) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["new"]


def test_a_link_in_a_run_folder_is_refused_and_one_to_it_is_not(tmp_path):
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    run.mkdir()
    elsewhere.mkdir()
    (tmp_path / "mine").symlink_to(run)
    (run / "csv").symlink_to(elsewhere)
    check_place(run / "csv")  # it is no run folder
    (run / "manifest.json").write_text("{}")
    check_place(tmp_path / "mine")
    check_place(tmp_path / "mine" / "profile" / "unfinished")
    for place in (run / "csv", run / "csv" / "deep" / "down", tmp_path / "mine" / "csv"):
        with pytest.raises(RunFolderError, match=r"csv is a link to .*elsewhere.*: remove it, or choose another"):
            check_place(place)
