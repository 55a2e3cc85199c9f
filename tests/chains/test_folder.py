"""Run folders: put in place whole or not at all, and never over something else."""

import os
from pathlib import Path

import pytest

from alpfit.chains.folder import RunFolder, check_output, place_to_stage, staged
from alpfit.chains.unfinished import recover
from alpfit.errors import RunFolderError


@pytest.fixture
def old_run(tmp_path):
    """A run that is there already."""
    path = tmp_path / "run"
    path.mkdir()
    (path / "manifest.json").write_text("old")
    (path / "left over.txt").write_text("old")
    return path


def refusal(path, overwrite=False):
    with pytest.raises(RunFolderError) as caught:
        check_output(path, overwrite)
    return str(caught.value)


def write_in_vain(path, trouble):
    """Stage a folder and fail before it is complete."""
    with staged(path) as folder:
        folder.manifest.write_text("new")
        raise trouble


def contents(path):
    return {file.name: file.read_text() for file in path.iterdir()}


def test_the_files_of_a_run_are_in_its_folder(tmp_path):
    folder = RunFolder(tmp_path)
    files = [
        folder.configuration,
        folder.manifest,
        folder.posterior,
        folder.summary_json,
        folder.summary_text,
        folder.best_fit,
        folder.profile_1d,
        folder.profile_2d,
        folder.figure("corner.png"),
    ]
    assert {file.parent for file in files} == {tmp_path}
    assert len({file.name for file in files}) == len(files)


def test_a_new_folder_is_free(tmp_path):
    check_output(tmp_path / "new", overwrite=False)
    check_output(tmp_path / "deep" / "down" / "new", overwrite=False)


def test_an_empty_folder_is_free(tmp_path):
    check_output(tmp_path, overwrite=False)


def test_a_file_is_no_folder(tmp_path):
    path = tmp_path / "run"
    path.write_text("")
    for overwrite in (False, True):
        assert refusal(path, overwrite) == f"{path} is a file: choose a folder with output=DIR"


def test_a_folder_with_something_else_is_never_taken(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    for overwrite in (False, True):
        message = refusal(tmp_path, overwrite)
        assert message.startswith(f"{tmp_path} holds something that is not a run ('thesis.tex'): choose another folder")


def test_a_run_is_replaced_only_on_demand(old_run):
    message = refusal(old_run)
    assert message == f"{old_run} holds a run already: replace it with overwrite=True, or keep it with output=DIR"
    check_output(old_run, overwrite=True)


def test_a_staged_folder_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "deep" / "run"
    with staged(path) as folder:
        folder.manifest.write_text("new")
        assert not path.exists()
    assert contents(path) == {"manifest.json": "new"}


def test_a_staged_folder_replaces_the_old_one_whole(old_run):
    with staged(old_run) as folder:
        folder.manifest.write_text("new")
        assert contents(old_run)["manifest.json"] == "old"
    assert contents(old_run) == {"manifest.json": "new"}


@pytest.mark.parametrize("trouble", [RuntimeError, KeyboardInterrupt])
def test_when_the_block_fails_the_old_folder_stays(old_run, trouble):
    before = contents(old_run)
    with pytest.raises(trouble):
        write_in_vain(old_run, trouble)
    assert contents(old_run) == before


def test_when_the_block_fails_no_folder_appears(tmp_path):
    with pytest.raises(RuntimeError):
        write_in_vain(tmp_path / "run", RuntimeError)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_beside_the_folder(old_run):
    with pytest.raises(RuntimeError):
        write_in_vain(old_run, RuntimeError)
    with staged(old_run):
        pass
    assert list(old_run.parent.iterdir()) == [old_run]


def test_a_folder_that_cannot_be_made_is_refused_before_the_block_begins(tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "run"
    with pytest.raises(RunFolderError, match="cannot be written") as caught, staged(path):
        pytest.fail("the block was entered")
    assert str(caught.value).startswith(str(path))
    assert "output=DIR" in str(caught.value)


def test_the_working_folder_itself_can_be_the_run(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with staged(Path(".")) as folder:
        folder.manifest.write_text("new")
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["manifest.json"]


def test_the_working_folder_is_not_replaced_under_the_process(old_run, monkeypatch):
    monkeypatch.chdir(old_run)
    with staged(Path()) as staging:
        (staging.path / "manifest.json").write_text("new")
    assert Path("manifest.json").read_text() == (old_run / "manifest.json").read_text() == "new"
    assert os.listdir() == ["manifest.json"]


def test_a_folder_that_holds_the_working_folder_is_refused(old_run, monkeypatch):
    (old_run / "inner").mkdir()
    monkeypatch.chdir(old_run / "inner")
    with pytest.raises(RunFolderError, match="holds the working directory"), staged(Path("..")):
        pytest.fail("the block was entered")
    assert (old_run / "manifest.json").exists()


def test_a_link_to_a_run_stays_a_link_to_the_new_one(old_run, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(old_run)
    with staged(link) as folder:
        folder.manifest.write_text("new")
    assert link.is_symlink()
    assert (old_run / "manifest.json").read_text() == "new"


def test_when_the_new_folder_cannot_be_put_in_place_the_old_one_comes_back(old_run, monkeypatch):
    before, rename = contents(old_run), Path.rename

    def fails_for_the_new(self, target):
        if self.name.endswith(".writing"):
            raise OSError("no space")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_for_the_new)
    with pytest.raises(OSError, match="no space"), staged(old_run):
        pass
    assert contents(old_run) == before
    assert list(old_run.parent.iterdir()) == [old_run]


@pytest.fixture
def no_rename(old_run, monkeypatch):
    """The folder of a run that cannot be renamed, as that of a mount point."""
    is_mount = Path.is_mount
    monkeypatch.setattr(Path, "is_mount", lambda self: self == old_run or is_mount(self))
    return old_run


def test_a_mount_point_has_its_files_replaced_inside_of_it(no_rename):
    (no_rename / "lost+found").mkdir()
    (no_rename / "old").mkdir()
    (no_rename / "unfinished").mkdir()
    assert place_to_stage(no_rename) == no_rename
    with staged(no_rename) as folder:
        folder.manifest.write_text("new")
        folder.entries.mkdir()
        assert (no_rename / "manifest.json").read_text() == "old"
    assert {path.name for path in no_rename.iterdir()} == {"manifest.json", "likelihoods", "lost+found"}
    assert (no_rename / "manifest.json").read_text() == "new"


def test_when_the_block_fails_a_mount_point_keeps_what_it_had(no_rename):
    before = contents(no_rename)
    with pytest.raises(RuntimeError):
        write_in_vain(no_rename, RuntimeError)
    assert contents(no_rename) == before


def test_a_folder_that_turns_out_not_to_be_renamed_has_its_files_replaced(old_run, monkeypatch):
    """As one that is bound to another folder of the same disk, which looks like any other."""
    rename = Path.rename

    def busy(self, target):
        if self == old_run:
            raise OSError(16, "Device or resource busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", busy)
    with staged(old_run) as folder:
        folder.manifest.write_text("new")
    assert contents(old_run) == {"manifest.json": "new"}
    assert list(old_run.parent.iterdir()) == [old_run]


def test_where_nothing_can_be_made_beside_a_folder_it_is_written_inside(tmp_path, monkeypatch):
    path, mkdir = tmp_path / "run", Path.mkdir
    path.mkdir()

    def locked(self, *arguments, **choices):
        if self.parent == tmp_path:
            raise PermissionError(13, "Permission denied")
        mkdir(self, *arguments, **choices)

    monkeypatch.setattr(Path, "mkdir", locked)
    with staged(path) as folder:
        folder.manifest.write_text("new")
    assert contents(path) == {"manifest.json": "new"}


def test_a_place_that_cannot_be_written_at_all_is_refused_before_anything_is_done(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(RunFolderError, match="cannot be written: Permission denied; choose another with output=DIR"):
        place_to_stage(tmp_path / "run")


NAMES = ["run", "run.reweighted", "*", "a[1]", "?", ".run.0123abcd.writing"]


@pytest.mark.parametrize("name", NAMES)
def test_only_ones_own_leftovers_are_swept_whatever_the_names_are(tmp_path, name):
    """The names of the others begin with this one, or match it as a pattern."""
    left = {other: tmp_path / f".{other}.0123abcd.writing" for other in NAMES}
    for path in left.values():
        path.mkdir()
    with staged(tmp_path / name) as folder:
        folder.manifest.write_text("new")
    assert {other for other, path in left.items() if path.exists()} == set(NAMES) - {name}


def test_what_another_process_is_writing_is_left_to_it(tmp_path):
    with staged(tmp_path / "run") as one:
        one.manifest.write_text("one")
        with staged(tmp_path / "run") as other:
            other.manifest.write_text("other")
        assert one.manifest.exists()
    assert contents(tmp_path / "run") == {"manifest.json": "one"}


@pytest.mark.parametrize("name", ["run", "*", "a[1]"])
def test_a_run_that_was_being_replaced_comes_back_and_no_other(tmp_path, name):
    for other in ("run", "*", "a[1]", "run.more"):
        (tmp_path / f".{other}.0123abcd.replaced").mkdir()
        (tmp_path / f".{other}.0123abcd.replaced" / "name").write_text(other)
    recover(tmp_path / name)
    assert (tmp_path / name / "name").read_text() == name


def test_what_a_process_left_that_died_just_after_a_run_was_put_in_place_goes(old_run):
    """But what shared its folder with an unfinished run, which is a stranger's, is kept beside the new one."""
    replaced = old_run.with_name(".run.0123abcd.replaced")
    (replaced / "unfinished").mkdir(parents=True)
    (replaced / "left over.txt").write_text("a stranger's")
    (old_run.parent / ".run.01234567.writing").mkdir()
    recover(old_run)
    assert [path.name for path in old_run.parent.iterdir()] == ["run"]
    assert contents(old_run) == {
        "manifest.json": "old",
        "left over.txt": "old",
        "left over.txt.1": "a stranger's",
    }


def test_of_an_old_run_that_was_replaced_nothing_comes_back(old_run):
    replaced = old_run.with_name(".run.0123abcd.replaced")
    replaced.mkdir()
    for name in ("manifest.json", "corner.png"):
        (replaced / name).write_text("older")
    recover(old_run)
    assert [path.name for path in old_run.parent.iterdir()] == ["run"]
    assert set(contents(old_run)) == {"manifest.json", "left over.txt"}


def test_what_another_process_has_just_put_in_place_is_left_to_it(tmp_path):
    path, replaced = tmp_path / "run", tmp_path / ".run.0123abcd.replaced"
    with staged(path) as folder:
        folder.path.rename(path)  # as it is while what was there is removed
        (path / "manifest.json").write_text("new")
        replaced.mkdir()
        recover(path)
        assert replaced.exists()
        path.rename(folder.path)
    recover(path)
    assert not replaced.exists()
